"""Codes that open one page once: the first administrator's, somebody's enrolment, a new password."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions.accounts import (
    administrator_exists,
    forget_account,
    long_code,
    may_have_account,
    person_of,
)
from pprg_intake.actions.directory import keep_person
from pprg_intake.models import Code, Person
from pprg_intake.rules.directory import PersonState
from pprg_shared.actor import NOBODY
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import context, now, profile_of
from pprg_shared.errors import Refused
from pprg_shared.events.intake import PasswordResetAsked

FIRST, ENROLMENT, RESET = "first-administrator", "enrolment", "password"
ADMINISTRATOR = "administrator"


def issue(session: Session, what: str, person: UUID | None, code: str, works: timedelta) -> Code:
    """A code that opens this for this person; those that were issued before do not any more."""
    at = now(session)
    for each in session.scalars(select(Code).where(Code.thing == what, Code.person == person)):
        each.ends_at = min(each.ends_at, at)
    row = Code(id=uuid4(), thing=what, person=person, browser="", attempts=0, asked_at=at, ends_at=at + works)
    row.digest = _digest(session, row, code)
    session.add(row)
    return row


def enter(session: Session, what: str, code_id: UUID, typed: str) -> Code | None:
    """The code of this number, once, if this is it; each try counts, so keep the transaction whatever the answer."""
    row = session.get(Code, code_id, with_for_update=True, populate_existing=True)
    if row is None or row.thing != what:
        return None
    row.attempts += 1
    fits = hmac.compare_digest(_digest(session, row, rules.plain(typed)), row.digest)
    spent = row.used_at is not None or row.attempts > rules.MOST_TRIES_OF_A_CODE
    if spent or not fits or row.ends_at <= now(session):
        return None
    row.used_at = now(session)
    return row


def issue_first_code(session: Session) -> str:
    """The code that makes the first administrator; empty when there is one, who makes the others."""
    if administrator_exists(session):
        return ""
    code = long_code()
    issue(session, FIRST, None, code, rules.ENROLMENT_WORKS)
    return rules.grouped(code)


def first_is_open(session: Session) -> bool:
    """Whether the page of the first administrator is there: a code was printed for it, and nobody has that role yet."""
    return first_code(session) is not None and not administrator_exists(session)


def first_code(session: Session) -> UUID | None:
    """The number of the newest code of the first administrator, as long as it works."""
    works = (Code.thing == FIRST, Code.used_at.is_(None), Code.ends_at > now(session))
    return session.scalar(select(Code.id).where(*works).order_by(Code.asked_at.desc()).limit(1))


def make_first_administrator(session: Session, code: str, address: str, name: str) -> Person | None:
    """Whoever has the printed code becomes administrator and may choose a password; None for another code."""
    number = first_code(session)
    if number is None or administrator_exists(session) or enter(session, FIRST, number, code) is None:
        return None
    return make_administrator(session, address, name)


def make_administrator(session: Session, address: str, name: str) -> Person:
    """An administrator in the directory; raises Refused for an address that somebody else has."""
    known = person_of(session, address)
    if known is not None and ADMINISTRATOR not in known.roles.split():
        raise Refused("The directory has this address for somebody with other roles. Take another", "address")
    if known is not None:
        return known
    office = profile_of(session).office.code
    person = Person(id=uuid4(), revision=0)
    keep_person(session, person, PersonState(name, address.lower(), office, (ADMINISTRATOR,)))
    record(session, "directory", "make_administrator", str(person.id), NOBODY)
    session.flush()
    return person


def issue_enrolment(session: Session, person: Person) -> tuple[UUID, str]:
    """A code with which somebody enrols anew: what they signed in with until now is forgotten."""
    forget_account(session, person)
    code = long_code()
    row = issue(session, ENROLMENT, person.id, code, rules.ENROLMENT_WORKS)
    record(session, "sign_in", "issue_enrolment", str(person.id), NOBODY)
    return row.id, rules.grouped(code)


def issue_reset(session: Session, address: str) -> UUID:
    """Have a code mailed to whom this address belongs; the number of its page, which nobody's address gets as well."""
    person = person_of(session, address)
    if person is None:
        return uuid4()
    code = f"{secrets.randbelow(10**rules.RESET_DIGITS):0{rules.RESET_DIGITS}}"
    row = issue(session, RESET, person.id, code, rules.RESET_WORKS)
    asked = PasswordResetAsked(reset_id=row.id, person_id=person.id, code=code)
    publish(session, asked, event_id=row.id, expires_at=row.ends_at)
    record(session, "sign_in", "ask_reset", str(person.id), NOBODY)
    return row.id


def open_by(session: Session, what: str, code_id: UUID, typed: str) -> Person | None:
    """Whose page a code opens; None for one that opens nothing."""
    row = enter(session, what, code_id, typed)
    person = session.get(Person, row.person) if row and row.person else None
    return person if may_have_account(person) else None


def _digest(session: Session, row: Code, typed: str) -> str:
    """Bound to its row: moved to another it fits no code."""
    return context(session).keys["contact"].digest(typed, f"opening:{row.id}:{row.thing}:{row.person}")
