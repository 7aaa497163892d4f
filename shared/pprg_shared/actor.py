"""Who acts, named in a signed cookie or, until there is sign-in, by a header; and what an action leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "pprg-trial"
HEADER = "Acting-As"
COORDINATING = frozenset({"coordinator", "deputy"})


@dataclass(frozen=True)
class Actor:
    """A person who does something; `person` is None for somebody who has not said who they are."""

    person: UUID | None
    name: str
    roles: frozenset[str]
    agency: str | None
    #: By which they are signed in; None where somebody is only tried out.
    session: UUID | None = None
    #: The one thing that they may open (`request:ID`, `reference:REFERENCE`), where a personal link brought them;
    #: empty for everything.
    only: str = ""
    #: What a program may do with the key of an agency; None for people, whose roles say it.
    scopes: frozenset[str] | None = None

    def opens(self, args: Mapping[str, Any]) -> bool:
        """Whether a page that these arguments of its address name is the one thing that they may open."""
        kind, _, name = self.only.partition(":")
        return str(args.get(f"{kind}_id", args.get(kind))) == name

    def has(self, *roles: str) -> bool:
        """Whether this person has one of these roles."""
        return bool(self.roles.intersection(roles))


@dataclass(frozen=True)
class Done:
    """What an action leaves behind: where to go next, what to quote, which case or referral it was about."""

    location: str
    reference: str
    subject: str
    replayed: bool = False


NOBODY = Actor(None, "", frozenset(), None)


def sign(person: UUID, secret: str) -> str:
    """The cookie that says who somebody chose to be."""
    return URLSafeSerializer(secret, salt="pprg actor").dumps(str(person))


def signed(cookie: str, secret: str) -> UUID | None:
    """The person whom a cookie names, or None when we did not write it."""
    try:
        return UUID(URLSafeSerializer(secret, salt="pprg actor").loads(cookie))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
