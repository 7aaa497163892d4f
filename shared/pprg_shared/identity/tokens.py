"""Tokens: intake signs who signed in; whoever holds the public key can read it (JWT, RFC 7519; Ed25519, RFC 8037)."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "EdDSA"
#: What a token is for: one that a browser keeps is no use at the API, where nobody looks whether it was idle.
PAGES, API = "pages", "api"
#: The clock is ours and is asked by us.
_UNTIMED = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
_SECONDS_EACH = ["exp", "sub", "sid"]


@dataclass(frozen=True)
class Token:
    """Somebody who signed in, as the directory had them at that moment, until `ends_at` at the latest.

    `only` names the one thing that a personal link opens (`request:ID`); empty for a whole sign-in.
    """

    person: UUID
    session: UUID
    roles: frozenset[str]
    agency: str | None
    revision: int
    ends_at: datetime
    only: str = ""
    use: str = PAGES


def new_signing_key() -> str:
    """A fresh private key, base64."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode("ascii")


def public_key(private: str) -> str:
    """The public key that belongs to a private one, base64; raises ValueError for what is no key."""
    raw = _private(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode("ascii")


def issue(token: Token, key: str) -> str:
    """The token, signed."""
    claims = {
        "sub": str(token.person),
        "sid": str(token.session),
        "roles": sorted(token.roles),
        "agency": token.agency,
        "rev": token.revision,
        "exp": int(token.ends_at.timestamp()),
        "only": token.only,
        "aud": token.use,
    }
    return jwt.encode(claims, _private(key), ALGORITHM)


def read(text: str, keys: str, at: datetime, use: str = PAGES) -> Token | None:
    """What a token says, or None if it has ended, is for another use or signed by none of these keys.

    `keys` are public keys in base64, with commas between.
    """
    for each in keys.split(","):
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(each))
            options: Any = _UNTIMED | {"require": _SECONDS_EACH}
            claims = jwt.decode(text, key, [ALGORITHM], options=options, audience=use)
        except jwt.InvalidTokenError:
            continue
        token = _token(claims)
        return token if at < token.ends_at else None
    return None


def _token(claims: dict[str, Any]) -> Token:
    return Token(
        person=UUID(claims["sub"]),
        session=UUID(claims["sid"]),
        roles=frozenset(claims["roles"]),
        agency=claims["agency"],
        revision=claims["rev"],
        ends_at=datetime.fromtimestamp(claims["exp"], UTC),
        only=claims["only"],
        use=claims["aud"],
    )


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))
