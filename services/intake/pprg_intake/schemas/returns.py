"""What agencies may send back."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from pprg_intake.rules import lines
from pprg_intake.schemas.words import text, words
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date


class RowSchema(Schema):
    """One row of a chronology, as typed."""

    date = fields.String(
        metadata={"label": "Date", "hint": "Such as 22 May 2016 or ?May 2016", "width": 20}, **words("Enter a date")
    )
    source = fields.String(metadata={"label": "Source", "hint": "The record, and the role of who wrote it"})
    event = fields.String(metadata={"label": "What happened", "widget": "textarea", "rows": 3})
    action = fields.String(metadata={"label": "What was done, or “none”"})


class ReturnSchema(Schema):
    """A summary of involvement, and the rows of a chronology."""

    author = text("Your name and role", "Enter your name and role", 200, width=30)
    summary = text(
        "Summary of your involvement", "Summarise your agency's involvement", 12000, widget="textarea", rows=10
    )
    rows = fields.List(
        fields.Nested(RowSchema),
        load_default=list,
        metadata={"label": "Chronology", "hint": "One row an event. Leave rows empty that you do not need."},
    )

    @validates_schema(skip_on_field_errors=False)
    def readable(self, data: dict[str, Any], **_options: Any) -> None:
        """Every row must be readable: nothing is dropped in silence."""
        _, problems = lines(data.get("rows", []), london_date(runtime().clock()))
        if problems:
            raise ValidationError({"rows": {n: {k: [v] for k, v in each.items()} for n, each in problems.items()}})


class NilReturnSchema(Schema):
    """An agency holds nothing."""

    author = text("Your name and role", "Enter your name and role", 200)
