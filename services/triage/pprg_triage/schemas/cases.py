"""What may be sent about a case itself."""

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_shared.web.fields import is_reference
from pprg_triage.rules import notable
from pprg_triage.schemas.words import words


def _triggers() -> dict[str, str]:
    return notable(runtime().profile)


def _trigger(code: str) -> None:
    if code not in _triggers():
        raise ValidationError("Choose from the list what has happened")


class FindSchema(Schema):
    """The reference of a case, ours or that of a list."""

    reference = fields.String(
        required=True,
        validate=validate.Length(min=1, max=60, error="Enter a reference of at most 60 characters"),
        metadata={"label": "Find a case by its reference", "hint": "Ours, or the one that it had before.", "width": 20},
        **words("Enter the reference of a case"),
    )


class DaySchema(Schema):
    """The day of something that clocks count from or end with, and its reference."""

    trigger = fields.String(
        required=True,
        validate=_trigger,
        metadata={"label": "What has happened?", "widget": "select", "choices": _triggers},
        **words("Choose what has happened"),
    )
    day = fields.Date(
        required=True,
        metadata={"label": "On which day?", "hint": "Such as 24 November 2026", "width": 20},
        **words("Enter the day with its month and year"),
    )
    reference = fields.String(
        load_default="",
        validate=[validate.Length(max=60, error="Enter a reference of at most 60 characters"), is_reference],
        metadata={
            "label": "Its reference",
            "hint": "Such as that of the notification, or of what was sent. No names of people.",
            "width": 20,
        },
        **words("Enter the reference, or leave it empty"),
    )


class TakenBackSchema(Schema):
    """What was noted by mistake, and why it is taken back."""

    trigger = fields.String(
        required=True,
        validate=_trigger,
        metadata={"label": "Which date?", "widget": "select", "choices": _triggers},
        **words("Choose which date"),
    )
    why = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500, error="Say why in up to 500 characters"),
        metadata={"label": "Why is it taken back?", "hint": "No names of people.", "widget": "textarea"},
        **words("Say why it is taken back"),
    )
