"""The list of cases: a page of it, with the clock to watch of each in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from pprg_shared.calendar import short
from pprg_shared.database import unseal
from pprg_shared.paging import ROWS, Part, before
from pprg_shared.profile import Profile, deadline
from pprg_triage import rules
from pprg_triage.models import Case, ImportedCase, Published, TriggerDay
from pprg_triage.projections.case import clock_words


@dataclass(frozen=True)
class CaseList:
    """A page of the cases, with the clock of each; `earlier` has the references of those that came from a list."""

    part: Part[Case]
    clocks: dict[UUID, str]
    earlier: dict[UUID, str]


def listed_cases(session: Session, profile: Profile, today: date, page: int) -> CaseList:
    """A page of the cases: those whose learning is published last, of the others those that are due first."""
    total = session.scalar(select(func.count()).select_from(Case)) or 0
    chosen = _with_earlier(Published.published_on).outerjoin(Published, Published.id == Case.id)
    order = (Published.published_on.is_not(None), Case.due_on, Case.reference)
    rows = session.execute(chosen.order_by(*order).limit(ROWS).offset(before(page))).all()
    done = {case.id: f"Published {short(day)}" for case, _, day in rows if day}
    clocks = clocks_in_a_line(session, [case for case, *_ in rows if case.id not in done], profile, today)
    earlier = {case.id: unseal(session, imported, "known_as") for case, imported, _ in rows if imported}
    return CaseList(Part([case for case, *_ in rows], total, page), done | clocks, earlier)


def all_cases(session: Session) -> list[tuple[Case, str]]:
    """Every case, the one that is due first before the others, with the reference that it had in a list."""
    rows = session.execute(_with_earlier().order_by(Case.due_on))
    return [(case, unseal(session, imported, "known_as") if imported else "") for case, imported in rows]


def _with_earlier(*more: Any) -> Select[Any]:
    """Cases, without what is sealed of them, each with what it was in a list."""
    joined = select(Case, ImportedCase, *more).outerjoin(ImportedCase, ImportedCase.id == Case.id)
    return joined.options(defer(Case.content), defer(ImportedCase.content))


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


def find_case(session: Session, reference: str) -> UUID | None:
    """The case of this reference, ours or the one that it had in a list, however it is spelt; the first of several."""
    if ours := session.scalar(select(Case.id).where(Case.reference == reference.strip().upper())):
        return ours
    wanted = rules.fold(reference)
    listed_ones = session.scalars(
        select(ImportedCase).options(defer(ImportedCase.content)).order_by(ImportedCase.number)
    )
    earlier = ((each.id, rules.fold(unseal(session, each, "known_as"))) for each in listed_ones)
    return next((case_id for case_id, known_as in earlier if wanted and known_as == wanted), None)
