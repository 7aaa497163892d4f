"""Noting days that clocks count from and end with, and taking them back."""

from collections.abc import Callable
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import needs
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.pages.blueprint import case_form, pages, typed
from pprg_triage.schemas import DaySchema, TakenBackSchema


@pages.route("/cases/<uuid:case_id>/dates/new", methods=["GET", "POST"])
def note(case_id: UUID) -> ResponseReturnValue:
    """Take the day of something that clocks count from."""
    needs("note")
    return _about_day(case_id, "note.html", DaySchema(), actions.note_day)


@pages.route("/cases/<uuid:case_id>/dates/taken-back", methods=["GET", "POST"])
def take_back(case_id: UUID) -> ResponseReturnValue:
    """Take that a day was noted by mistake, and why."""
    needs("note")
    return _about_day(case_id, "take_back.html", TakenBackSchema(), actions.take_back_day)


def _about_day(case_id: UUID, template: str, schema: Schema, action: Callable[..., Done]) -> ResponseReturnValue:
    """A form about one date, which the address of the page may name."""
    form = Form(schema, typed(), {"trigger": request.args.get("trigger", "")})
    return case_form(case_id, "note", template, form, action)
