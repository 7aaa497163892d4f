"""Noting days that clocks count from or end with, and taking them back."""

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.pages.common import form_page, pages, typed
from pprg_triage.schemas import DaySchema, TakenBackSchema


@pages.route("/cases/<uuid:case_id>/dates/new", methods=["GET", "POST"])
def note(case_id: UUID) -> ResponseReturnValue:
    """Take the day of something that clocks count from."""
    needs("note")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "note")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.note_day, phase="receipt", case_id=case_id, **data)

    initial = {"trigger": request.args.get("trigger", "")}
    return form_page("note.html", Form(DaySchema(), typed(), initial), send, case=about)


@pages.route("/cases/<uuid:case_id>/dates/taken-back", methods=["GET", "POST"])
def take_back(case_id: UUID) -> ResponseReturnValue:
    """Take that a day was noted by mistake, and why."""
    needs("note")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "note")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.take_back_day, phase="receipt", case_id=case_id, **data)

    initial = {"trigger": request.args.get("trigger", "")}
    return form_page("take_back.html", Form(TakenBackSchema(), typed(), initial), send, case=about)
