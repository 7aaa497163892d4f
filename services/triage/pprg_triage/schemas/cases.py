"""What may be sent about a case itself."""

from marshmallow import Schema, ValidationError, fields

from pprg_shared.acting import runtime
from pprg_triage.rules import notable
from pprg_triage.schemas.words import words


def _triggers() -> dict[str, str]:
    return notable(runtime().profile)


def _trigger(code: str) -> None:
    if code not in _triggers():
        raise ValidationError("Choose from the list what has happened")


class DaySchema(Schema):
    """The day of something that clocks count from."""

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
