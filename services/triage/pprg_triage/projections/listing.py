"""The list of cases: a page of it, with the clock to watch of each in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, load_only

from pprg_shared.calendar import short
from pprg_shared.database import unseal
from pprg_shared.profile import Profile, deadline
from pprg_triage.models import Case, ImportedCase, Published, TriggerDay
from pprg_triage.projections.case import clock_words

PAGE_CASES = 100


@dataclass(frozen=True)
class CaseList:
    """A page of the cases, of `total`; `page` counts from 1. `earlier` has the references of those from a list."""

    cases: Sequence[Case]
    total: int
    page: int
    clocks: dict[UUID, str]
    earlier: dict[UUID, str]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_CASES))


def listed_cases(session: Session, profile: Profile, today: date, page: int) -> CaseList:
    """A page of the cases: those whose learning is published last, of the others those that are due first."""
    total = session.scalar(select(func.count()).select_from(Case)) or 0
    chosen = select(Case, Published.published_on).outerjoin(Published, Published.id == Case.id)
    order = (Published.published_on.is_not(None), Case.due_on, Case.reference)
    place = max(0, page - 1) * PAGE_CASES
    rows = session.execute(chosen.options(defer(Case.content)).order_by(*order).limit(PAGE_CASES).offset(place)).all()
    cases = [case for case, _ in rows]
    done = {case.id: f"Published {short(day)}" for case, day in rows if day}
    clocks = clocks_in_a_line(session, [each for each in cases if each.id not in done], profile, today)
    return CaseList(cases, total, page, done | clocks, earlier_references(session, [each.id for each in cases]))


def clocks_in_a_line(session: Session, cases: Sequence[Case], profile: Profile, today: date) -> dict[UUID, str]:
    """The clock to watch of each of these cases."""
    watching = [each for each in cases if each.watches]
    noted: dict[UUID, dict[str, date]] = {each.id: {} for each in watching}
    if watching:
        days = select(TriggerDay).where(TriggerDay.case_id.in_(noted)).order_by(TriggerDay.noted_at)
        for day in session.scalars(days):
            noted[day.case_id][day.trigger] = day.day
    known = {each.id: noted[each.id] | {"referral_received": each.received_on} for each in watching}
    watched = {each.id: deadline(profile, each.watches or "", known[each.id]) for each in watching}
    return {each.id: clock_words(each, watched.get(each.id), today) for each in cases}


def earlier_references(session: Session, cases: Sequence[UUID] | None = None) -> dict[UUID, str]:
    """The references that cases had in a list, by case: of these, or of all."""
    imported = select(ImportedCase).options(load_only(ImportedCase.known_as))
    if cases is not None:
        imported = imported.where(ImportedCase.id.in_(cases))
    return {each.id: unseal(session, each, "known_as") for each in session.scalars(imported)}
