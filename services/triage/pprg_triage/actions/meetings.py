"""Calling the group, moving and cancelling its meetings, and writing down that one was held."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.calendar import london, london_date
from pprg_shared.database import now, profile_of, seal, today, unseal
from pprg_shared.directory import agencies, asked_now
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_shared.identity.people import at_agencies, colleague, with_role
from pprg_triage import rules
from pprg_triage.actions.access import case_of, visible
from pprg_triage.actions.cases import bind, done
from pprg_triage.actions.closing import keep_open
from pprg_triage.actions.invitations import interested, invited_to, members_of_group, open_meeting, say_meeting
from pprg_triage.actions.members import closed
from pprg_triage.actions.requests import agencies_asked
from pprg_triage.actions.sittings import Held, alone, held, join, move_together, of_sitting, put, say_sitting
from pprg_triage.actions.ties import INVITED, THERE, invite, reschedule, say_members, ties_of, untie
from pprg_triage.models import Case, Meeting


def called(session: Session, actor: Actor, case_id: UUID, *, alone: bool = False) -> tuple[Case, Meeting]:
    """A case and the meeting that is called about it; raises NotThere without one. `alone` as in `case_of`."""
    case = case_of(session, actor, case_id, "call", alone=alone)
    meeting = open_meeting(session, case_id)
    if meeting is None:
        raise NotThere
    return case, meeting


def schedule_meeting(
    session: Session,
    actor: Actor,
    *,
    case_id: UUID,
    when: rules.When,
    added: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> Done:
    """Call the group and the referrer to a meeting inside the clock; the group may read for its time.

    Others of those who may be there are `added`, and of the group and the referrer some may be `left_out`.
    """
    case = case_of(session, actor, case_id, "call", alone=True)
    keep_open(session, case_id)
    at = _times(session, case, when)
    if open_meeting(session, case_id):
        raise Refused("A meeting about this case has been called already.")
    usual = invited_to(session, case)
    _known("added", added, may_be_there(session, case) if added else ())
    _known("left_out", left_out, usual)
    meeting = Meeting(id=uuid4(), case_id=case.id, sequence=0, state=rules.CALLED)
    meeting.invited = [*(each for each in usual if each not in left_out), *dict.fromkeys(added)]
    if not meeting.invited:
        raise Refused("Nobody would be invited: leave somebody in", "left_out")
    join(session, meeting, at)
    _admit(session, actor, case, meeting, meeting.invited, INVITED)
    say_meeting(session, says.MeetingScheduled, case, meeting)
    say_sitting(session, meeting.sits_in, at)
    return done(case)


def together(session: Session, actor: Actor, case_id: UUID, *, whole: bool) -> list[tuple[Case, Meeting]]:
    """A case with its meeting, and with `whole` those with which it is heard, as far as the actor may call for them.

    Whoever else acts on these waits until this transaction ends.
    """
    if not whole:
        return [called(session, actor, case_id, alone=True)]
    _, first = called(session, actor, case_id)
    sitting = first.sits_in
    session.expire(first)
    with_it = select(Meeting.case_id).where(of_sitting(sitting), Meeting.state == rules.CALLED)
    theirs = with_it.where(visible(session, actor, Meeting.case_id, "call")).order_by(Meeting.case_id)
    found = [called(session, actor, each, alone=True) for each in session.scalars(theirs).all()]
    alone(session)
    chosen = [each for each in found if each[1].sits_in == sitting]
    if {case.id for case, _ in chosen} != {case_id, *session.scalars(theirs)}:
        raise Refused("Other cases have joined or left this meeting at this moment. Look at it, then send yours again.")
    return sorted(chosen, key=lambda each: (each[0].id != case_id, each[0].reference))


def move_meeting(session: Session, actor: Actor, *, case_id: UUID, when: rules.When, whole: bool = False) -> Done:
    """Let the group meet at another time or place, about a case or all that it hears then; who is invited is told."""
    chosen = together(session, actor, case_id, whole=whole)
    at, *_ = [_times(session, case, when, named=case.id != case_id) for case, _ in chosen]
    if all(held(session, meeting) == at for _, meeting in chosen):
        raise Refused("The meeting is at this time and place already. Change one of them.", "day")
    last = held(session, chosen[0][1])
    before = move_together(session, [meeting for _, meeting in chosen], at)
    for case, meeting in chosen:
        meeting.sequence += 1
        reschedule(session, case, meeting)
        say_meeting(session, says.MeetingMoved, case, meeting)
    for each in dict.fromkeys((before, chosen[0][1].sits_in)):
        say_sitting(session, each, last)
    return _done_about(session, actor, "move_meeting", [case for case, _ in chosen])


def cancel_meeting(session: Session, actor: Actor, *, case_id: UUID, whole: bool = False) -> Done:
    """Let the group not meet about a case, or about none of those that it hears then; who was invited is told."""
    chosen = together(session, actor, case_id, whole=whole)
    if chosen[0][1].starts_at <= now(session):
        raise Refused("The meeting has begun. Write down that it was held.")
    alone(session)
    for case, meeting in chosen:
        meeting.sequence += 1
        meeting.state = rules.CANCELLED
        untie(session, ties_of(session, case.id, of=meeting.id), by=actor.person)
        say_members(session, case)
        say_meeting(session, says.MeetingCancelled, case, meeting)
    first = chosen[0][1]
    say_sitting(session, first.sits_in, held(session, first))
    return _done_about(session, actor, "cancel_meeting", [case for case, _ in chosen])


def _done_about(session: Session, actor: Actor, verb: str, cases: Sequence[Case]) -> Done:
    """Back to the first of the cases; that it was done about the others stands in their record, too."""
    for each in cases[1:]:
        record(session, "change", verb, str(each.id), actor)
    return done(cases[0])


def hold_meeting(
    session: Session,
    actor: Actor,
    *,
    case_id: UUID,
    held_on: date | None,
    attended: list[str],
    others: list[str],
    stand_ins: Mapping[str, str],
    conflicts: list[str],
    interests: str,
) -> Done:
    """Write down that the group has met: on which day, who was there, who declared an interest and of what kind.

    Without a day it is the meeting that was called; on another day it is one that needed no invitation. Who was there
    may read on for a time, and to whom declared an interest the case is closed. `others` are not of the
    group; `stand_ins` says for which members some of them stood in.
    """
    case = case_of(session, actor, case_id, "call", alone=True)
    meeting = open_meeting(session, case_id)
    group = invited_to(session, case)
    day = held_on or (london_date(meeting.starts_at) if meeting else None)
    if problem := rules.held_problem(day, case.received_on, today(session)):
        raise Refused(problem, "held_on")
    _known("attended", attended, group)
    _known("others", others, may_be_there(session, case) if others else ())
    record = _record(session, list(dict.fromkeys([*attended, *others])), stand_ins, conflicts)
    if day is not None and (meeting is None or day != london_date(meeting.starts_at)):
        meeting = _uncalled(session, case, day, group)
    assert meeting is not None and day is not None  # noqa: S101, PT018 -- the rule said so
    record |= {"held_on": day.isoformat(), "interests": interests}
    record |= {"written_by": str(actor.person), "written_at": now(session).isoformat()}
    meeting.record, meeting.state = seal(session, meeting, "record", record), rules.HELD
    _admit(session, actor, case, meeting, [each for each in record["attended"] if each not in conflicts], THERE)
    if conflicts:
        closed(session, actor, case, [UUID(each) for each in conflicts], interests)
    bind(session, case)
    return done(case)


def _uncalled(session: Session, case: Case, day: date, group: list[str]) -> Meeting:
    """A meeting that needed no invitation, at the usual time of day."""
    at = london(day, profile_of(session).meetings.starts)
    meeting = Meeting(id=uuid4(), case_id=case.id, sequence=0, invited=group)
    put(session, meeting, Held(at, at, ""))
    session.add(meeting)
    return meeting


def _record(
    session: Session, attended: Sequence[str], stand_ins: Mapping[str, str], conflicts: Sequence[str]
) -> dict[str, Any]:
    """Who was there, and who of them decides: the group and who stood in for it, but nobody with an interest."""
    _known("conflicts", conflicts, attended, "Choose people who were there")
    known, members = agencies(session, profile_of(session)), members_of_group(session)
    there = {each: colleague(session, UUID(each)) for each in {*attended, *members}}
    kinds = {number: known[each.agency].kind if each.agency in known else "" for number, each in there.items() if each}
    if problem := rules.stand_in_problem(stand_ins, attended, members, kinds):
        raise Refused(problem, "others")
    groups = {number for number, each in there.items() if each and rules.GROUP & set(each.roles)}
    deciding = [each for each in attended if each not in conflicts and (each in stand_ins or each in groups)]
    about = {"attended": list(attended), "stand_ins": dict(stand_ins), "conflicts": list(conflicts)}
    return about | {"deciding": deciding}


def _known(name: str, chosen: Iterable[str], offered: Iterable[str], words: str = "Choose people in the list") -> None:
    """Raises Refused for a field that names somebody whom nobody offered."""
    if set(chosen) - set(offered):
        raise Refused(words, name)


def _admit(session: Session, actor: Actor, case: Case, meeting: Meeting, people: list[str], why: str) -> None:
    """Let people of the group read for the time of a meeting; whoever referred the case reads nothing of it."""
    referrer = str(case.referrer_id)
    invite(session, actor, case, meeting, [UUID(each) for each in people if each != referrer], why)


def may_be_there(session: Session, case: Case) -> list[str]:
    """Who else may be at a meeting: the office, the group, the agencies that were asked and those of the members.

    An interest keeps people out; of the group and the referrer only those are here who are not invited.
    """
    members = [colleague(session, UUID(each)) for each in members_of_group(session)]
    theirs = {each.agency for each in members if each and each.agency}.intersection(asked_now(session))
    there = [*with_role(session, *rules.READERS), *at_agencies(session, [*agencies_asked(session, case.id), *theirs])]
    usual, invited = {*members_of_group(session), str(case.referrer_id)}, invited_to(session, case)
    out = usual.intersection(invited) | interested(session, case.id)
    return [each for each in dict.fromkeys(str(each.id) for each in there) if each not in out]


def group_has_met(session: Session, case_id: UUID) -> None:
    """Raises Refused unless a meeting was held at which the group could decide: nobody else may."""
    records = _records(session, case_id)
    if not records:
        raise Refused("Write down first that the group has met: the group decides.")
    profile = profile_of(session)
    known = agencies(session, profile)
    missing: list[str] = []
    for written in records:
        counted = written.get("deciding", [each for each in written["attended"] if each not in written["conflicts"]])
        deciding = [colleague(session, UUID(each)) for each in counted]
        kinds = {known[each.agency].kind for each in deciding if each and each.agency in known}
        missing = rules.quorum_missing(kinds, profile.meetings.quorum)
        if not missing:
            return
    raise Refused(f"The group was not quorate: nobody who may decide was there for {', '.join(missing)}.")


def declared_interest(session: Session, case_id: UUID) -> set[str]:
    """Who declared an interest at a meeting about a case: they take no part in what is decided."""
    return {each for record in _records(session, case_id) for each in record["conflicts"]}


def _records(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    """What was written down of the meetings that were held."""
    held = select(Meeting).where(Meeting.case_id == case_id, Meeting.state == rules.HELD)
    return [unseal(session, each, "record") for each in session.scalars(held)]


def _times(session: Session, case: Case, when: rules.When, *, named: bool = False) -> Held:
    """When and where a case is to be heard; raises Refused, `named` with its reference, when it cannot be then."""
    starts_at, ends_at = london(when.day, when.starts), london(when.day, when.ends)
    if problem := rules.meeting_problem(starts_at, ends_at, now(session), case.meets_by):
        words, field = problem
        raise Refused(f"{case.reference}: {words}" if named else words, field)
    return Held(starts_at, ends_at, when.place)
