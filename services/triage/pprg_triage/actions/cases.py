"""What every action about a case ends with, and the days that its clocks count from and end with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.calendar import london_date
from pprg_shared.database import now, profile_of, seal, today, unseal
from pprg_shared.errors import Refused
from pprg_shared.profile import PLANNED, PUBLISHED, notices
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.models import (
    Access,
    Case,
    Decision,
    Meeting,
    Planned,
    Published,
    Request,
    Return,
    TriggerDay,
    WentPublic,
)

_OF_CASE = bindparam("of_case", type_=Uuid)
_NOTED = select(TriggerDay).where(TriggerDay.case_id == _OF_CASE).order_by(TriggerDay.noted_at)
_PLANNED = (
    Planned.case_id == _OF_CASE,
    Planned.called_off.is_(False),
    Planned.type.in_(bindparam("types", expanding=True)),
)
_LETTERS = (Access.case_id == _OF_CASE, Access.kind == rules.LETTER)
_ASKED = select(func.count()).select_from(Request).where(Request.case_id == _OF_CASE)
_MET = (Meeting.case_id == _OF_CASE, Meeting.state == rules.HELD)
_DAYS = select(
    select(Published.published_on).where(Published.id == _OF_CASE).scalar_subquery(),
    select(func.min(Planned.planned_at)).where(*_PLANNED).scalar_subquery(),
    select(func.max(Planned.copies_on)).where(*_PLANNED).scalar_subquery(),
    select(func.min(Meeting.starts_at)).where(*_MET).scalar_subquery(),
    select(func.min(Access.at)).where(*_LETTERS, Access.verb == rules.RECEIPT_LETTER).scalar_subquery(),
    _ASKED.scalar_subquery(),
    _ASKED.where(Request.state.not_in(rules.SETTLED)).scalar_subquery(),
    # A correction is asked for later: an agency has answered by its first return.
    select(func.max(Return.returned_on)).where(Return.case_id == _OF_CASE, Return.revision == 1).scalar_subquery(),
)
_RATIFIED = select(Decision.id, Decision.route, Decision.outcome, Decision.ratified_on).where(
    Decision.case_id == _OF_CASE
)
_PUBLIC = select(WentPublic).where(WentPublic.case_id == _OF_CASE).order_by(WentPublic.published_on, WentPublic.id)
_WAIVED = select(Request).where(Request.case_id == _OF_CASE, Request.state == "waived")
_TOLD = select(Access.at).where(*_LETTERS, Access.verb == rules.OUTCOME_LETTER)


@dataclass(frozen=True)
class Known:
    """What is known of when something happened in a case, and what of it somebody noted, the last note of each."""

    facts: rules.Facts
    noted: Sequence[TriggerDay]


def done(case: Case) -> Done:
    """Back to the case."""
    return Done(f"/cases/{case.id}", case.reference, str(case.id))


def known(
    session: Session,
    case: Case,
    decisions: Iterable[Decision] | None = None,
    *,
    starts: Mapping[str, date] = MappingProxyType({}),
) -> Known:
    """The days that clocks of a case count from and end with: what rows say by themselves, and what people noted.

    Whoever has read the decisions of the case gives them. What `starts` now counts unless it was noted before.
    """
    of_case = {"of_case": case.id}
    noted = {each.trigger: each for each in session.scalars(_NOTED, of_case)}
    last = [each for each in noted.values() if each.day]
    rows = session.execute(_RATIFIED, of_case) if decisions is None else decisions
    there = [(each.ratified_on, each.route, each.outcome, each.id) for each in rows if each.ratified_on]
    ratified = [rules.Ratified(route, outcome, on) for on, route, outcome, _ in sorted(there)]
    letters = session.scalars(_TOLD, of_case).all() if ratified else []
    days = {**starts, **{each.trigger: each.day for each in last if each.day}}
    by_rows, sent = _by_themselves(session, case), map(london_date, letters)
    public = _public(session, case, {each: route for _, route, _, each in there}) if by_rows[PUBLISHED] else []
    return Known(rules.facts_of(profile_of(session), days, by_rows, ratified, sent, public), last)


def _public(session: Session, case: Case, routes: Mapping[UUID, str]) -> list[rules.Public]:
    """What everybody can read about a case, with the route of the decision that it came from."""
    rows = session.scalars(_PUBLIC, {"of_case": case.id})
    return [rules.Public(routes.get(each.id, ""), each.type, each.published_on) for each in rows]


def _waived_on(session: Session, case: Case) -> date | None:
    """The day on which an agency was let off last."""
    kept = [unseal(session, each, "content") for each in session.scalars(_WAIVED, {"of_case": case.id}) if each.content]
    days = [line["on"] for content in kept for line in content["history"] if line["what"] == "waive"]
    return date.fromisoformat(max(days)) if days else None


def _by_themselves(session: Session, case: Case) -> dict[str, date | None]:
    """What rows say, in one question; of several publications the first before which others must be told counts."""
    profile = profile_of(session)
    told_before = [each for each in profile.publication.types if notices(profile, each, None)]
    row = session.execute(_DAYS, {"of_case": case.id, "types": told_before}).one()
    published, planned, copies, met, acknowledged, asked, waiting, last = row
    waived = _waived_on(session, case) if asked and not waiting and last is None else None
    return {
        rules.RECEIVED: case.received_on,
        PUBLISHED: published,
        rules.RETURNED: rules.returned_on(asked, waiting, last, waived),
        PLANNED: _in_london(planned),
        rules.COPIES_SENT: copies,
        rules.GROUP_MET: _in_london(met),
        rules.ACKNOWLEDGED: _in_london(acknowledged),
    }


def _in_london(at: datetime | None) -> date | None:
    return london_date(at) if at else None


def bind(session: Session, case: Case) -> None:
    """Find anew which clock binds, after something has happened that clocks count from or end with."""
    session.flush()
    _bind(session, case, known(session, case))


def bind_and_note(session: Session, actor: Actor, case: Case, starts: Mapping[str, date]) -> None:
    """The same where what somebody did `starts` something: its day is noted, unless it was before."""
    session.flush()
    there = known(session, case, starts=starts)
    for trigger in set(starts) - {each.trigger for each in there.noted}:
        keep_day(session, actor, case, trigger, starts[trigger])
    _bind(session, case, there)


def _bind(session: Session, case: Case, there: Known) -> None:
    named, content = case.routes.split(), unseal(session, case, "content")
    watch(case, rules.clock_to_watch(profile_of(session), content, named, there.facts, today(session)))


def bind_if_here(session: Session, case_id: UUID) -> None:
    """The same after something was heard of a case, where that is here."""
    if case := session.get(Case, case_id, with_for_update=True):
        bind(session, case)


def watch(case: Case, found: rules.Watch) -> None:
    """Keep which clock of a case binds, and where the case stands in the list."""
    case.watches, case.waits = found.code, found.waits
    case.binds_on = case.due_on if case.rapid or found.waits else found.due


def note_day(session: Session, actor: Actor, *, case_id: UUID, trigger: str, day: date, reference: str = "") -> Done:
    """Note when something happened that clocks count from or end with; the case is due anew when its own clock does."""
    case = case_of(session, actor, case_id, "note", alone=True)
    if problem := rules.day_problem(day, today(session)):
        raise Refused(problem, "day")
    profile = profile_of(session)
    if problem := rules.reference_problem(profile, trigger, references(session, known(session, case).noted)):
        raise Refused(problem, "trigger")
    keep_day(session, actor, case, trigger, day, reference)
    if trigger == rules.starts_clock(profile):
        case.clock_from, case.due_on = day, rules.clock(day, profile.working_days()).due
    bind(session, case)
    return done(case)


def take_back_day(session: Session, actor: Actor, *, case_id: UUID, trigger: str, why: str) -> Done:
    """Take back a day that was noted by mistake: its clocks wait again or run on; both stay in what happened."""
    case = case_of(session, actor, case_id, "note", alone=True)
    profile, noted = profile_of(session), {each.trigger for each in known(session, case).noted}
    if trigger not in noted:
        raise Refused("This date was not noted, or was taken back already. Choose another.", "trigger")
    if problem := rules.taking_back_problem(profile, trigger, noted):
        raise Refused(problem, "trigger")
    keep_noted(session, actor, case, trigger, None, {"why": why})
    if trigger == rules.starts_clock(profile):
        case.clock_from, case.due_on = None, rules.clock(case.received_on, profile.working_days()).due
    bind(session, case)
    return done(case)


def references(session: Session, noted: Sequence[TriggerDay]) -> dict[str, str]:
    """The references with which something was noted."""
    return {each.trigger: unseal(session, each, "content")["reference"] for each in noted if each.content}


def keep_day(session: Session, actor: Actor, case: Case, trigger: str, day: date, reference: str = "") -> None:
    """Keep a day that clocks count from or end with, and who it is known from."""
    keep_noted(session, actor, case, trigger, day, {"reference": reference} if reference else None)


def told_days(session: Session, case: Case, days: Mapping[str, date], reference: str) -> list[TriggerDay]:
    """The days that a referral told, with the reference of the notification."""
    told = []
    for trigger, day in days.items():
        about = {"case_id": case.id, "noted_by": case.referrer_id, "noted_at": now(session)}
        noted = TriggerDay(id=uuid4(), trigger=trigger, day=day, **about)
        said = {"reference": reference} if reference and trigger == rules.NOTIFIED else None
        noted.content = seal(session, noted, "content", said) if said else None
        told.append(noted)
    return told


def keep_noted(
    session: Session, actor: Actor, case: Case, trigger: str, day: date | None, said: dict[str, str] | None
) -> None:
    """Keep what somebody notes, with what is sealed of it; a later note takes its place."""
    if actor.person is None:
        raise Refused("Say who you are first.")
    noted = TriggerDay(id=uuid4(), case_id=case.id, trigger=trigger, day=day)
    noted.noted_by, noted.noted_at = actor.person, now(session)
    noted.content = seal(session, noted, "content", said) if said else None
    session.add(noted)
