"""The two cookies of whoever signed in: the token, and when they were last seen, which every page renews."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from flask import Request, Response

from pprg_shared.identity.tokens import Token

IDLE = timedelta(minutes=30)
#: A page renews what is older than this; a browser that opens many at once is not told each time.
RENEWED_AFTER = timedelta(minutes=1)
TOKEN, SEEN = "pprg", "pprg-seen"
_ALGORITHM = "HS256"


def _named(name: str, *, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def token_of(request: Request) -> str:
    """The token that the browser sent, or nothing."""
    return request.cookies.get(_named(TOKEN, secure=request.is_secure), "")


def begin(request: Request, response: Response, text: str, token: Token, secret: str, at: datetime) -> None:
    """Have the browser keep a signed token, and that its owner was here now."""
    _keep(request, response, TOKEN, text)
    _keep(request, response, SEEN, _seen(token.session, secret, at))


def end(request: Request, response: Response) -> None:
    """Have the browser forget both."""
    for name in (TOKEN, SEEN):
        secure = request.is_secure
        response.delete_cookie(_named(name, secure=secure), secure=secure, httponly=True, samesite="Lax")


def seen_at(request: Request, session: UUID, secret: str) -> datetime | None:
    """When the owner of this session last opened a page, or None when that is not ours to believe."""
    try:
        text = request.cookies.get(_named(SEEN, secure=request.is_secure), "")
        said = jwt.decode(text, secret, [_ALGORITHM], options={"verify_iat": False, "require": ["iat", "sid"]})
    except jwt.InvalidTokenError:
        return None
    return datetime.fromtimestamp(said["iat"], UTC) if said["sid"] == str(session) else None


def renew(request: Request, response: Response, session: UUID, secret: str, at: datetime) -> Response:
    """Have the browser keep that its owner was here now."""
    _keep(request, response, SEEN, _seen(session, secret, at))
    return response


def _seen(session: UUID, secret: str, at: datetime) -> str:
    return jwt.encode({"sid": str(session), "iat": int(at.timestamp())}, secret, _ALGORITHM)


def _keep(request: Request, response: Response, name: str, value: str) -> None:
    """For as long as the browser is open: the token says itself when it ends."""
    secure = request.is_secure
    response.set_cookie(_named(name, secure=secure), value, secure=secure, httponly=True, samesite="Lax", path="/")
