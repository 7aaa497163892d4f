"""What may be sent about requests."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_shared.directory import OFFICE
from pprg_triage.rules import WANTED
from pprg_triage.schemas.words import words


def _agencies() -> Mapping[str, str]:
    return runtime().agencies.asked()


def _ever() -> Mapping[str, str]:
    """Every agency that may once have answered."""
    return {code: each.name for code, each in runtime().agencies.all().items() if each.kind != OFFICE}


def _was(slug: str) -> None:
    if slug not in _ever():
        raise ValidationError("Choose an agency from the list")


def _known(slug: str) -> None:
    if slug not in _agencies():
        raise ValidationError("Choose an agency from the list")


def _day(label: str, ask: str, **about: Any) -> fields.Date:
    hint = {"hint": "Such as 8 December 2026", "width": 20}
    return fields.Date(load_default=None, allow_none=True, metadata={"label": label} | hint | about, **words(ask))


def _reason(label: str) -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Keep this to 2000 characters"),
        metadata={"label": label},
        **words("Give the reason in words"),
    )


class RequestsSchema(Schema):
    """Which agencies are asked, and what."""

    agencies = fields.List(
        fields.String(validate=_known),
        required=True,
        validate=validate.Length(min=1, max=60, error="Choose at least one agency"),
        metadata={"label": "Which agencies are asked?", "choices": _agencies},
        **words("Choose at least one agency"),
    )
    questions = fields.String(
        required=True,
        validate=validate.Length(min=1, max=4000, error="Enter the questions, up to 4000 characters"),
        metadata={"label": "What should they answer?", "widget": "textarea", "rows": 5},
        **words("Enter what the agencies should answer"),
    )
    wanted = fields.String(
        load_default="both",
        validate=validate.OneOf(list(WANTED), list(WANTED.values()), error="Say what is asked for"),
        metadata={"label": "What should they send?", "widget": "radios"},
        **words("Say what is asked for"),
    )
    scope_from = _day("The period begins on", "Enter the first day of the period", section="Period and due day")
    scope_to = _day("The period ends on", "Enter the last day of the period")
    scope_reason = _reason("Why another period? (only if you changed it)")
    due_on = _day("Please answer by", "Enter the day by which they should answer")
    due_reason = _reason("Why another day? (only if you changed it)")


def _why(label: str, ask: str, hint: str = "") -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=1, max=2000, error=f"{ask}, in up to 2000 characters"),
        metadata={"label": label, "widget": "textarea", "rows": 4, "hint": hint},
        **words(ask),
    )


class QuerySchema(Schema):
    """What is not clear about an answer."""

    query = _why("What should the agency correct or add?", "Say what the agency should correct or add")


class DueDaySchema(Schema):
    """Another due day for one agency."""

    due_on = fields.Date(
        required=True,
        metadata={"label": "New day", "hint": "Such as 8 December 2026", "width": 20},
        **words("Enter the new day with its month and year"),
    )
    reason = _why("Why?", "Say why the agency gets another day")


class DeclineSchema(Schema):
    """Why an agency gets no more time."""

    reason = _why("Why can it not have more time?", "Say why the agency gets no more time", "The agency reads this.")


class WaiverSchema(Schema):
    """Why the group goes on without an agency's answer."""

    reason = _why("Why does the group go on without this answer?", "Say why the group goes on without it")


#: What is said with each thing that may be done about a request.
CHANGES: Mapping[str, type[Schema]] = {
    "accept": Schema,
    "query": QuerySchema,
    "move": DueDaySchema,
    "decline": DeclineSchema,
    "waive": WaiverSchema,
}


class ChronologySchema(Schema):
    """Which part of a chronology is shown."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 100_000, error="There is no such page"),
        metadata={"widget": "hidden"},
        **words("There is no such page"),
    )
    agency = fields.String(
        load_default="",
        validate=_was,
        metadata={"label": "Agency", "widget": "select", "choices": _ever},
        **words("Choose an agency from the list"),
    )
    first = _day("From", "Enter the first day with its month and year")
    last = _day("To", "Enter the last day with its month and year")
