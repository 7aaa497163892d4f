"""Calling the group, moving and cancelling a meeting, and writing down that it was held."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, runtime, saw
from pprg_shared.actor import Done
from pprg_shared.calendar import london_date, long, time_of_day
from pprg_shared.database import unseal
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.models import Case
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.projections import agenda_of, gathering, heard_with, sittings_for
from pprg_triage.schemas import OTHER, CancellationSchema, HeldSchema, call_schema, move_schema, of_cases


@pages.route("/cases/<uuid:case_id>/meetings/new", methods=["GET", "POST"])
def meet(case_id: UUID) -> ResponseReturnValue:
    """Take when the group meets."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "call")
        schema = call_schema(about.meets_by, gathering(session, about), sittings_for(session, actor(), about))
    target = rules.clock(about.day_zero, runtime().profile.working_days()).targets.get("meeting")
    first = {"standing": next((name for name, each in schema.offered.items() if each.standing), OTHER)}

    def send(data: dict[str, Any]) -> Done:
        return act(actions.schedule_meeting, phase="meeting", case_id=case_id, **data)

    return form_page("meet.html", Form(schema, typed(), first), send, case=about, target=target, moving=False)


@pages.route("/cases/<uuid:case_id>/meetings/move", methods=["GET", "POST"])
def move(case_id: UUID) -> ResponseReturnValue:
    """Take when the group meets instead."""
    needs("call")
    about, meeting = _called(case_id)
    schema = of_cases(move_schema(about.meets_by, meeting["sittings"]), about.reference, meeting["others"])
    form = Form(schema, typed(), _present(meeting))

    def send(data: dict[str, Any]) -> Done:
        return act(actions.move_meeting, phase="meeting", case_id=case_id, **data)

    return form_page("meet.html", form, send, case=about, moving=True, others=meeting["others"])


def _present(meeting: Mapping[str, Any]) -> dict[str, str]:
    """A meeting as its form shows it."""
    starts, ends = meeting["starts_at"], meeting["ends_at"]
    shown = {"standing": OTHER, "day": long(london_date(starts)), "place": meeting["place"]}
    return shown | {"starts": time_of_day(starts), "ends": time_of_day(ends)}


@pages.route("/cases/<uuid:case_id>/meetings/cancel", methods=["GET", "POST"])
def cancel(case_id: UUID) -> ResponseReturnValue:
    """Take that the group does not meet."""
    needs("call")
    about, meeting = _called(case_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.cancel_meeting, phase="meeting", case_id=case_id, **data)

    form = Form(of_cases(CancellationSchema(), about.reference, meeting["others"]), typed())
    return form_page("cancel_meeting.html", form, send, case=about, meeting=meeting)


@pages.route("/cases/<uuid:case_id>/meetings/held", methods=["GET", "POST"])
def held(case_id: UUID) -> ResponseReturnValue:
    """Take that the group has met."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "call")
        schema = HeldSchema(gathering(session, about))

    def send(data: dict[str, Any]) -> Done:
        return act(actions.hold_meeting, phase="meeting", case_id=case_id, **data)

    return form_page("held.html", Form(schema, typed()), send, case=about)


@pages.get("/cases/<uuid:case_id>/meetings/<uuid:meeting_id>/agenda")
def agenda(case_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Show which cases the group hears at a meeting, those that the reader sees."""
    needs("read")
    return _agenda("agenda.html", case_id, meeting_id)


@pages.get("/cases/<uuid:case_id>/meetings/<uuid:meeting_id>/agenda/print")
def agenda_on_paper(case_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    """Show the agenda as it is printed, with the marking on every sheet."""
    needs("read")
    return _agenda("agenda_print.html", case_id, meeting_id)


def _agenda(template: str, case_id: UUID, meeting_id: UUID) -> ResponseReturnValue:
    now = runtime().clock()
    with reading() as session:
        found = agenda_of(session, actor(), case_id, meeting_id, runtime().profile, london_date(now))
    about = next(each.case for each in found.items if each.case.id == case_id)
    saw(*(each.case.id for each in sorted(found.items, key=lambda each: each.case.id != case_id)), phase="meeting")
    return render_template(template, found=found, case=about, outcomes=rules.OUTCOMES, printed=now)


def _called(case_id: UUID) -> tuple[Case, dict[str, Any]]:
    """A case and the meeting that is called about it; raises NotThere without one."""
    with reading() as session:
        about, meeting = actions.called(session, actor(), case_id)
        shown = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "place": unseal(session, meeting, "place")}
        shown["others"] = heard_with(session, actor(), meeting, "call")
        shown["sittings"] = sittings_for(session, actor(), about, but=meeting)
        return about, shown
