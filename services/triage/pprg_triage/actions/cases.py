"""What every action about a case begins and ends with, and the days that its clocks count from."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.database import now, profile_of, today
from pprg_shared.errors import NotThere, Refused
from pprg_triage import rules
from pprg_triage.models import Case, TriggerDay


def case_of(session: Session, case_id: UUID, *, alone: bool = False) -> Case:
    """A case, or NotThere; `alone`, so that whoever else acts on it waits until this transaction ends."""
    case = session.get(Case, case_id, with_for_update=alone)
    if case is None:
        raise NotThere
    return case


def done(case: Case) -> Done:
    """Back to the case."""
    return Done(f"/cases/{case.id}", case.reference, str(case.id))


def note_day(session: Session, actor: Actor, *, case_id: UUID, trigger: str, day: date) -> Done:
    """Note when something happened that clocks count from; the case is due anew when its own clock does."""
    case = case_of(session, case_id, alone=True)
    if problem := rules.day_problem(day, today(session)):
        raise Refused(problem, "day")
    if actor.person is None:
        raise Refused("Say who you are first.")
    about = {"case_id": case.id, "trigger": trigger, "day": day}
    session.add(TriggerDay(**about, noted_by=actor.person, noted_at=now(session)))
    profile = profile_of(session)
    if trigger == rules.starts_clock(profile):
        case.clock_from, case.due_on = day, rules.clock(day, profile.working_days()).submit.due
    return done(case)
