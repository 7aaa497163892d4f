"""Personal links: each names one thing asked of one person or duty, and a code that is mailed to them opens it."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import begun
from pprg_intake.models import Agency, Code, Outcome, Person, Request
from pprg_shared.actor import Actor
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import context, now, today, unseal, uuid_of
from pprg_shared.duties import LEAD
from pprg_shared.events.intake import CodeIssued
from pprg_shared.identity.tokens import Token

#: Whoever reads the mail of a post acts under a number that is the same for the same post, and no person's.
POSTS = UUID("0f0b1c39-7a5e-4a53-9d0c-6b3f5c5f8f21")


@dataclass(frozen=True)
class Link:
    """What a link that works names, and whom it is for: a person, or the lead of an agency."""

    thing: str
    case_id: UUID
    reference: str
    agency: str | None
    person: UUID | None = None
    roles: frozenset[str] = frozenset({"agency"})
    revision: int = 0
    #: Where the code goes, of a link whose owner is nobody of the directory.
    address: str = ""

    @property
    def duty(self) -> str | None:
        """The post whose mailbox the code goes to, where it is for no person."""
        return None if self.person else LEAD


def link_of(session: Session, thing: str) -> Link | None:
    """The link of `request:ID`, `begun:ID` or `reference:REFERENCE`; None for what is not there or no longer open."""
    kind, _, name = thing.partition(":")
    if kind == "begun":
        return _to_begun(session, thing, uuid_of(name))
    return _to_request(session, thing, uuid_of(name)) if kind == "request" else _to_outcome(session, thing, name)


def _to_begun(session: Session, thing: str, number: UUID | None) -> Link | None:
    form = begun.open_one(session, number)
    if form is None:
        return None
    address = begun.address_of(session, form)
    return Link(thing, form.id, "", None, person=form.id, roles=frozenset(), address=address)


def _to_request(session: Session, thing: str, request_id: UUID | None) -> Link | None:
    request = session.get(Request, request_id) if request_id else None
    agency = session.get(Agency, request.agency) if request else None
    if request is None or agency is None or not agency.active:
        return None
    decided = select(func.max(Outcome.decided_on)).where(Outcome.case_id == request.case_id)
    if not rules.request_is_open(request.state, session.scalar(decided), today(session)):
        return None
    return Link(thing, request.case_id, request.reference, request.agency)


def _to_outcome(session: Session, thing: str, reference: str) -> Link | None:
    newest = select(Outcome).where(Outcome.reference == reference).order_by(Outcome.decided_on.desc()).limit(1)
    outcome = session.scalar(newest)
    person = session.get(Person, outcome.referrer_id) if outcome else None
    if outcome is None or person is None or not person.active or not has_address(session, person.id):
        return None
    if not rules.outcome_is_open(outcome.decided_on, today(session)):
        return None
    roles = frozenset(person.roles.split())
    return Link(thing, outcome.case_id, reference, person.agency, person.id, roles, person.revision)


def has_address(session: Session, person_id: UUID) -> bool:
    """Whether letters can go to somebody: not to a referrer who left no address; of a stranger nobody knows."""
    person = session.get(Person, person_id)
    return person is None or bool(unseal(session, person, "content")["address"])


def issue_code(session: Session, thing: str, browser: str) -> None:
    """Have a code mailed to whom a link is for, at the address on record; nothing for a link that does not work."""
    link = link_of(session, thing)
    if link is None:
        return
    asked_at = now(session)
    whom = {"agency": None if link.person else link.agency, "duty": link.duty}
    code = Code(id=uuid4(), thing=thing, person=link.person, browser=browser, attempts=0, **whom)
    code.asked_at, code.ends_at = asked_at, asked_at + rules.CODE_WORKS
    said = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    code.digest = _digest(session, code, said)
    session.add(code)
    about: dict[str, Any] = {"case_id": link.case_id, "reference": link.reference, **whom}
    about |= {"address": link.address} if link.address else {"person_id": link.person}
    issued = CodeIssued(**about, code=said)
    publish(session, issued, event_id=code.id, expires_at=code.ends_at)


def enter_code(session: Session, thing: str, browser: str, typed: str) -> Token | None:
    """What whoever typed the newest code of this link may open from now on, once; None for any other code.

    Each try counts: keep the transaction whatever the answer.
    """
    newest = select(Code).where(Code.thing == thing, Code.browser == browser).order_by(Code.asked_at.desc())
    code = session.scalar(newest.limit(1).with_for_update())
    link = link_of(session, thing)
    at = now(session)
    if code is None or link is None:
        return None
    code.attempts += 1
    fits = hmac.compare_digest(_digest(session, code, typed), code.digest)
    if not fits or code.used_at or code.attempts > rules.MOST_TRIES or code.ends_at <= at:
        return None
    code.used_at = at
    person = link.person or uuid5(POSTS, f"{link.agency}/{link.duty}")
    who = Actor(person, "", link.roles, link.agency, session=uuid4(), only=thing)
    record(session, "sign_in", "sign_in", link.reference or str(link.case_id), who)
    if form := begun.open_one(session, link.case_id) if link.address else None:
        begun.prolong(session, form, at + rules.LONGEST_SIGN_IN)
    return Token(
        person=person,
        session=who.session or uuid4(),
        roles=link.roles,
        agency=link.agency,
        revision=link.revision,
        ends_at=at + rules.LONGEST_SIGN_IN,
        only=thing,
    )


def _digest(session: Session, code: Code, typed: str) -> str:
    """Bound to link, recipient and browser: a digest that is moved to another row fits no code."""
    place = f"code:{code.id}:{code.thing}:{code.person or code.agency}:{code.browser}"
    return context(session).keys["contact"].digest(typed, place)


def note_sent(session: Session, code_id: UUID, *, taken: bool) -> None:
    """A mail server has taken the letter with a code, or it came to nothing."""
    code = session.get(Code, code_id)
    if code is not None:
        setattr(code, "sent_at" if taken else "returned_at", now(session))


def codes_are_late(session: Session, browser: str) -> bool:
    """Whether whoever asks for a code should rather call: theirs has not left, or nobody's does."""
    at = now(session)
    waiting = select(Code).where(Code.sent_at.is_(None), Code.ends_at > at, Code.used_at.is_(None))
    mine = session.scalar(waiting.where(Code.browser == browser).order_by(Code.asked_at.desc()).limit(1))
    if mine is not None and (mine.returned_at or mine.asked_at <= at - rules.LATE_AFTER):
        return True
    late = waiting.where(Code.returned_at.is_(None), Code.asked_at <= at - rules.LATE_AFTER)
    first = session.scalar(late.order_by(Code.asked_at).limit(1))
    last_sent = session.scalar(select(func.max(Code.sent_at)))
    return first is not None and (last_sent is None or last_sent < first.asked_at)
