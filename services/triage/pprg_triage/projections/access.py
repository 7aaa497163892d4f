"""Who saw or received what about a case, newest first, page by page and whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pprg_shared.directory import name_of
from pprg_shared.identity.people import colleague
from pprg_shared.paging import ROWS, Part, before
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.models import Access, Case


@dataclass(frozen=True)
class Accessed:
    """One line: when somebody, or a duty of an agency, saw, did or received what, by which service."""

    at: datetime
    who: str
    agency: str
    what: str
    service: str


def access_page(
    session: Session,
    profile: Profile,
    case_id: UUID,
    *,
    page: int,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Part[Accessed]:
    """A page of what is known of a case between two moments."""
    chosen = accesses(case_id, start, end)
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Access.id).subquery())) or 0
    rows = session.scalars(_newest_first(chosen).limit(ROWS).offset(before(page)))
    referrer = _referrer(session, case_id)
    return Part([_line(session, row, profile, referrer) for row in rows], total, page)


def whole_access(
    session: Session, profile: Profile, case_id: UUID, *, start: datetime | None = None, end: datetime | None = None
) -> Iterator[Accessed]:
    """Every line between two moments, a few hundred in memory at a time."""
    chosen = _newest_first(accesses(case_id, start, end)).execution_options(yield_per=500)
    referrer = _referrer(session, case_id)
    for row in session.scalars(chosen):
        yield _line(session, row, profile, referrer)
        session.expunge(row)


def accesses(case_id: UUID, start: datetime | None, end: datetime | None) -> Select[Access]:
    """What is known of a case from `start` on and before `end`."""
    chosen = select(Access).where(Access.case_id == case_id)
    if start:
        chosen = chosen.where(Access.at >= start)
    return chosen.where(Access.at < end) if end else chosen


def _newest_first(chosen: Select[Access]) -> Select[Access]:
    return chosen.order_by(Access.at.desc(), Access.id.desc())


def _referrer(session: Session, case_id: UUID) -> UUID | None:
    return session.scalar(select(Case.referrer_id).where(Case.id == case_id))


def _line(session: Session, row: Access, profile: Profile, referrer: UUID | None) -> Accessed:
    agency = name_of(session, profile, row.agency) if row.agency else ""
    who = _who(session, row, referrer)
    return Accessed(row.at, who, agency, rules.access_words(row.kind, row.verb), row.service)


def _who(session: Session, row: Access, referrer: UUID | None) -> str:
    """A person by name or, whom nobody here knows, by number; a duty by what it is called; a program; else nobody."""
    if row.person:
        person = colleague(session, row.person)
        unknown = "The referrer" if row.person == referrer else f"person {row.person}"
        return person.name if person else unknown
    if row.duty:
        return rules.duty_words(row.duty).capitalize()
    return "A program" if row.agency else "Somebody who was not signed in"
