"""Who sends a request: whose browser or program the token names that it comes with, or which agency's program a key."""

from datetime import datetime

from flask import after_this_request, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from pprg_shared.actor import NOBODY, Actor
from pprg_shared.errors import TooMany
from pprg_shared.identity import cookies, tokens
from pprg_shared.identity.people import has_ended
from pprg_shared.identity.present import present
from pprg_shared.limits import CALLS, CALLS_BY_KEY, Counted, too_often
from pprg_shared.service import Runtime

KEYS_BEGIN, BEARER = "pprg_", WWWAuthenticate("bearer")
#: What a program is told whose key or token does not let it in.
ANOTHER_KEY = "This key does not work (any more). Ask for another one."
NO_KEYS = "Keys of agencies open nothing here, but referrals and requests alone."
SIGN_IN_AGAIN = "This token does not work (any more). Sign in again, and make a new one under “Your sign-ins”."


def caller(here: Runtime) -> Actor:
    """Who acts in this request; NOBODY when nobody is signed in.

    Raises Unauthorized for a program that comes with what lets nobody in, TooMany for one that asks too much.
    """
    if not request.path.startswith("/api/"):
        return _by_token(here, cookies.token_of(request), tokens.PAGES) or NOBODY
    text = _bearer()
    return _program(here, text) if text else NOBODY


def _bearer() -> str:
    """What a program comes with as `Authorization: Bearer …`; nothing of another kind, which may be for a proxy."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def _program(here: Runtime, text: str) -> Actor:
    """A person's program by its token, or an agency's by its key; Unauthorized by what does not let it in (any more).

    Not as nobody: what is open to everybody would else be done in nobody's name, and a refusal would not say why.
    """
    by_key = here.service.by_key
    if not text.startswith(KEYS_BEGIN):
        if who := _by_token(here, text, tokens.API):
            _count(here, (CALLS, str(who.person)))
            return who
        raise Unauthorized(SIGN_IN_AGAIN, www_authenticate=BEARER)
    if by_key is None:
        raise Unauthorized(NO_KEYS, www_authenticate=BEARER)
    with here.database.writing("action", g.get("request_id")) as session:
        found = by_key(session, text)
        wait = too_often(session, [(CALLS_BY_KEY, found.agency or "")]) if found else 0
    _wait(here, wait)
    if found:
        return found
    raise Unauthorized(ANOTHER_KEY, www_authenticate=BEARER)


def _by_token(here: Runtime, text: str, use: str) -> Actor | None:
    """Whoever a token of intake names, if it still lets them in: a browser's, unless it was idle, or a program's."""
    at = here.clock()
    token = tokens.read(text, here.settings.sign_in_public_keys, at, use)
    if token is None or not (use == tokens.API or _awake(here, token, at)):
        return None
    with here.database.reading() as session:
        if has_ended(session, token.session):
            return None
        return present(token, here.service.known(session, token.person))


def _count(here: Runtime, counted: Counted) -> None:
    """Count what a program asks, whatever comes of it; raises TooMany."""
    with here.database.writing("action", g.get("request_id")) as session:
        wait = too_often(session, [counted])
    _wait(here, wait)


def _wait(here: Runtime, wait: int) -> None:
    """Raise TooMany for whoever has to wait so many seconds, unless nobody has to here."""
    if wait and here.settings.limits:
        raise TooMany(wait)


def _awake(here: Runtime, token: tokens.Token, at: datetime) -> bool:
    """Whether the owner of a token was here within the last half hour; if so, that they were is renewed."""
    secret = here.settings.session_keys
    seen = cookies.seen_at(request, token.session, secret)
    if seen is None or at - seen >= cookies.IDLE:
        return False
    if at - seen >= cookies.RENEWED_AFTER:
        after_this_request(lambda answer: cookies.renew(request, answer, token.session, secret, at))
    return True
