"""Meetings by API: called, moved, cancelled and written down, and with which cases one is heard."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, receipt, runtime, saw
from pprg_shared.calendar import london_date
from pprg_shared.web.api import body, gives, takes
from pprg_triage import actions, answers, rules
from pprg_triage.api.blueprint import api
from pprg_triage.projections import Item, Met, agenda_of, gathering, sittings_for
from pprg_triage.schemas import CancellationSchema, HeldSchema, call_schema, move_schema


def meeting_shown(meeting: Met) -> dict[str, Any]:
    """A meeting of a case, as it is given."""
    row = meeting.row
    return {
        "id": str(row.id),
        "sitting_id": str(row.sits_in),
        "also": list(meeting.also),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "place": meeting.place,
        "sequence": row.sequence,
        "state": row.state,
        "invited": row.invited,
        "record": meeting.record or None,
    }


@api.post("/<uuid:case_id>/meetings")
@takes(lambda: call_schema(date.min, rules.Gathering({}, {}, {})))
def create_meeting(case_id: UUID) -> ResponseReturnValue:
    """Call the group and the referrer, with others or without some of them; it joins one at that time and place."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "call")
        schema = call_schema(about.meets_by, gathering(session, about), sittings_for(session, actor(), about))
    said = body(schema)
    return receipt(act(actions.schedule_meeting, phase="meeting", case_id=case_id, **said))


@api.get("/<uuid:case_id>/meetings/<uuid:meeting_id>/agenda")
@gives(answers.Agenda)
def one_agenda(case_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Show which cases the group hears at a meeting, those that the reader sees."""
    needs("read")
    today = london_date(runtime().clock())
    with reading() as session:
        found = agenda_of(session, actor(), case_id, meeting_id, runtime().profile, today)
    saw(*(each.case.id for each in found.items))
    about = {"sitting_id": str(found.meeting.sits_in), "starts_at": found.meeting.starts_at.isoformat()}
    about |= {"ends_at": found.ends_at.isoformat(), "place": found.place, "marking": runtime().profile.marking}
    return jsonify({**about, "cases": [_item(each) for each in found.items]})


def _item(each: Item) -> dict[str, Any]:
    decisions = [
        {"id": str(one.id), "route": one.route, "outcome": one.outcome, "ratified": one.ratified_on is not None}
        for one in each.decisions
    ]
    return {
        "case_id": str(each.case.id),
        "meeting_id": str(each.meeting.id),
        "reference": each.case.reference,
        "names": each.names,
        "clock": each.clock,
        "asked": each.asked,
        "missing": each.missing,
        "decisions": decisions,
        "invited": each.meeting.invited,
    }


@api.post("/<uuid:case_id>/meetings/move")
@takes(lambda: move_schema(date.min))
def move_meeting(case_id: UUID) -> ResponseReturnValue:
    """Move the meeting that is called, about this case or all that are heard then; those invited are told."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "call")
        schema = move_schema(about.meets_by, sittings_for(session, actor(), about))
    return receipt(act(actions.move_meeting, phase="meeting", case_id=case_id, **body(schema)))


@api.post("/<uuid:case_id>/meetings/cancellation")
def cancel_meeting(case_id: UUID) -> ResponseReturnValue:
    """Cancel the meeting that is called, about this case or all that are heard then; those invited are told."""
    needs("call")
    return receipt(act(actions.cancel_meeting, phase="meeting", case_id=case_id, **body(CancellationSchema())))


@api.post("/<uuid:case_id>/meetings/record")
@takes(lambda: HeldSchema(rules.Gathering({}, {}, {})))
def record_meeting(case_id: UUID) -> ResponseReturnValue:
    """Write down that the group has met: who was there, who stood in for a member, and who declared an interest."""
    needs("call")
    with reading() as session:
        schema = HeldSchema(gathering(session, actions.case_of(session, actor(), case_id, "call")))
    return receipt(act(actions.hold_meeting, phase="meeting", case_id=case_id, **body(schema)))
