"""What every action about a case ends with, and the days that its clocks count from."""

from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.calendar import london_date
from pprg_shared.database import now, profile_of, today, unseal
from pprg_shared.errors import Refused
from pprg_shared.profile import PLANNED, notices
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.models import Case, Decision, Planned, Published, TriggerDay

_OF_CASE = bindparam("of_case", type_=Uuid)
_NOTED = select(TriggerDay.trigger, TriggerDay.day).where(TriggerDay.case_id == _OF_CASE).order_by(TriggerDay.noted_at)
_PLANNED = (Planned.case_id == _OF_CASE, Planned.type.in_(bindparam("types", expanding=True)))
_DAYS = select(
    select(func.min(Decision.ratified_on)).where(Decision.case_id == _OF_CASE).scalar_subquery(),
    select(Published.published_on).where(Published.id == _OF_CASE).scalar_subquery(),
    select(func.min(Planned.planned_at)).where(*_PLANNED).scalar_subquery(),
)


def done(case: Case) -> Done:
    """Back to the case."""
    return Done(f"/cases/{case.id}", case.reference, str(case.id))


def known_days(session: Session, case: Case) -> dict[str, date]:
    """The days from which clocks of a case count: what rows say by themselves, and what people noted last."""
    days = {row.trigger: row.day for row in session.execute(_NOTED, {"of_case": case.id})}
    by_themselves = _by_themselves(session, case)
    return days | {name: day for name, day in by_themselves.items() if day}


def _by_themselves(session: Session, case: Case) -> dict[str, date | None]:
    """What rows say, in one question; of several publications the first before which others must be told counts."""
    profile = profile_of(session)
    told_before = [each for each in profile.publication.types if notices(profile, each, None)]
    decided, published, at = session.execute(_DAYS, {"of_case": case.id, "types": told_before}).one()
    days = {"referral_received": case.received_on, "decided": decided, "published": published}
    return days | {PLANNED: london_date(at) if at else None}


def note_day(session: Session, actor: Actor, *, case_id: UUID, trigger: str, day: date) -> Done:
    """Note when something happened that clocks count from; the case is due anew when its own clock does."""
    case = case_of(session, actor, case_id, "note", alone=True)
    if problem := rules.day_problem(day, today(session)):
        raise Refused(problem, "day")
    keep_day(session, actor, case, trigger, day)
    profile = profile_of(session)
    if trigger == rules.starts_clock(profile):
        case.clock_from, case.due_on = day, rules.clock(day, profile.working_days()).submit.due
    if case.watches:
        content, days = unseal(session, case, "content"), known_days(session, case)
        case.watches = rules.clock_to_watch(profile, content, case.routes.split(), days, today(session))
    return done(case)


def keep_day(session: Session, actor: Actor, case: Case, trigger: str, day: date) -> None:
    """Keep a day that clocks count from, and who it is known from."""
    if actor.person is None:
        raise Refused("Say who you are first.")
    about = {"case_id": case.id, "trigger": trigger, "day": day}
    session.add(TriggerDay(**about, noted_by=actor.person, noted_at=now(session)))
