"""Halfway: what somebody has proven between one page of a sign-in and the next, in a cookie that we signed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from flask import Response, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import accounts
from pprg_intake.models import Account, Person
from pprg_shared.acting import runtime
from pprg_shared.errors import TooMany
from pprg_shared.limits import count
from pprg_shared.logs import log

HALF, KNOWN = "pprg-half", "pprg-known"
KNOWN_SECONDS = 400 * 24 * 3600
#: What somebody may go on to: the second step, the pages of an enrolment, a new password, another authenticator.
SECOND, ENROL, RESET, RENEW = "second", "enrol", "reset", "renew"


class Begin(Exception):
    """Nothing is halfway here: begin again at the sign-in page."""


@dataclass(frozen=True)
class Half:
    """Who is halfway, to what, and which page they wanted; `stamp` is that of their account then."""

    person: UUID
    to: str
    stamp: str
    wanted: str = ""


def keep(response: Response, half: Half) -> Response:
    """Have the browser keep this for a quarter of an hour."""
    until = (runtime().clock() + rules.HALFWAY).timestamp()
    said = [str(half.person), half.to, half.stamp, half.wanted, until]
    _set(response, HALF, _signer(HALF).dumps(said), int(rules.HALFWAY.total_seconds()))
    return response


def forget(response: Response) -> Response:
    """Have the browser forget it."""
    response.delete_cookie(_name(HALF), secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def half(session: Session, *to: str) -> tuple[Half, Person, Account | None]:
    """Who is halfway to this; raises Begin for nobody, for who was too long, and if their account changed since."""
    try:
        person, where, stamp, wanted, until = _signer(HALF).loads(request.cookies.get(_name(HALF), ""))
        found = Half(UUID(person), where, stamp, wanted)
    except (BadSignature, ValueError, TypeError):
        raise Begin from None
    whose = session.get(Person, found.person)
    account = session.get(Account, found.person)
    late = until <= runtime().clock().timestamp()
    if late or where not in to or whose is None or not accounts.may_have_account(whose):
        raise Begin
    if found.stamp != accounts.stamp(account):
        raise Begin
    return found, whose, account


def know(response: Response, person: UUID) -> None:
    """Have the browser show next time that this person has signed in with it before."""
    known = [each for each in _known() if each != str(person)]
    _set(response, KNOWN, _signer(KNOWN).dumps([*known, str(person)][-4:]), KNOWN_SECONDS)


def knows(person: UUID | None) -> bool:
    """Whether this person has signed in with this browser before."""
    return str(person) in _known()


def _known() -> list[str]:
    try:
        found: list[str] = _signer(KNOWN).loads(request.cookies.get(_name(KNOWN), ""))
    except BadSignature:
        return []
    return found


@contextmanager
def changing() -> Iterator[Session]:
    """One transaction of a sign-in."""
    with runtime().database.writing("action", g.get("request_id")) as session:
        yield session


def slow(*counted: tuple[tuple[str, int, int], str], whose: UUID | None = None) -> None:
    """Count a try in a transaction of its own, for each of these; raises TooMany, and says so to whoever looks on.

    The first counts what is tried at the account of `whose`, if it is tried at one.
    """
    with changing() as session:
        waits = {what: count(session, what, key, most, seconds) for (what, most, seconds), key in counted}
    if too_many := [what for what, wait in waits.items() if wait]:
        log.warning("sign-in slowed", what=too_many)
        if whose and counted[0][0][0] in too_many:
            _say_guessed(whose)
        raise TooMany(max(waits.values()))


def _say_guessed(whose: UUID) -> None:
    """Say once a day that somebody guesses at this account; whoever guesses is answered as ever."""
    with changing() as session:
        news = accounts.note_guesses(session, whose)
    if news:
        log.warning("an account is being guessed at", person=str(whose))


def from_here() -> str:
    """The address that the request comes from, as far as the proxies that are trusted say."""
    return request.remote_addr or ""


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.is_secure
    response.set_cookie(_name(name), value, max_age=seconds, secure=secure, httponly=True, samesite="Lax", path="/")


def _name(name: str) -> str:
    return f"__Host-{name}" if request.is_secure else name


def _signer(name: str) -> URLSafeSerializer:
    """HMAC-SHA-256 under a key of its own for each cookie; itsdangerous by itself would take SHA-1."""
    how = {"key_derivation": "hmac", "digest_method": sha256}
    return URLSafeSerializer(runtime().settings.secret_key, salt=name, serializer=json, signer_kwargs=how)
