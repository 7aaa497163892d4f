"""Which part of who saw what is shown."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from pprg_triage.rules import between
from pprg_triage.schemas.words import words


def _day(label: str, ask: str) -> fields.Date:
    hint = {"hint": "Such as 8 December 2026", "width": 20}
    return fields.Date(load_default=None, allow_none=True, metadata={"label": label} | hint, **words(ask))


def _time(label: str, ask: str) -> fields.Time:
    hint = {"hint": "London time, such as 10:00; the whole day without one", "width": 5, "example": "10:00"}
    return fields.Time(
        load_default=None, allow_none=True, format="%H:%M", metadata={"label": label} | hint, **words(ask)
    )


class AccessSchema(Schema):
    """A page of who saw what between two moments; what is loaded is `page`, `start` and `end`."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 1_000_000, error="There is no such page"),
        metadata={"widget": "hidden"},
        **words("There is no such page"),
    )
    first = _day("From this day", "Enter the first day with its month and year")
    first_time = _time("From this time", "Enter the time such as 10:00")
    last = _day("To this day", "Enter the last day with its month and year")
    last_time = _time("To this time", "Enter the time such as 10:00")

    @validates_schema
    def _whole(self, data: Mapping[str, Any], **_: Any) -> None:
        for name in ("first", "last"):
            if data.get(f"{name}_time") and not data.get(name):
                raise ValidationError("Enter the day that the time belongs to", name)
        start, end = _period(data)
        if start and end and start >= end:
            raise ValidationError("The end lies before the beginning", "last")

    @post_load
    def _moments(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        start, end = _period(data)
        return {"page": data["page"], "start": start, "end": end}


def _period(data: Mapping[str, Any]) -> Any:
    return between(*(data.get(name) for name in ("first", "first_time", "last", "last_time")))
