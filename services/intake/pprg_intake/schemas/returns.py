"""What agencies may send back."""

from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_intake.rules import CHOICES, MOST_ROWS, lines
from pprg_intake.schemas.words import text, words
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date

#: What leads to the fields that few rows need.
FURTHER = "Say more about this"


def _further(label: str, **about: Any) -> fields.String:
    """What a row may say besides, asked for once somebody wants to say more; rules.lines judges it."""
    return fields.String(metadata={"label": label, "further": FURTHER} | about, **words("Enter text"))


def _choice(label: str, column: str) -> fields.String:
    return _further(label, widget="select", choices=CHOICES[column], none="Not said")


class RowSchema(Schema):
    """One row of a chronology, as typed."""

    date = fields.String(
        metadata={"label": "Date", "hint": "Such as 22 May 2016 or ?May 2016", "width": 20}, **words("Enter a date")
    )
    time = fields.String(metadata={"label": "Time, if it is known", "width": 5}, **words("Enter a time"))
    source = fields.String(metadata={"label": "Source", "hint": "The record, and the role of who wrote it: no name"})
    people = fields.String(metadata={"label": "Whom it concerns, by initials or role (optional)"})
    event = fields.String(metadata={"label": "What happened", "widget": "textarea", "rows": 3})
    action = fields.String(metadata={"label": "What was done, or “none”"})
    end_date = _further("When it ended", width=20)
    end_time = _further("Time of the end", width=5)
    contact_type = _choice("What kind of contact", "contact_type")
    seen = _choice("Was the child or adult seen?", "seen")
    seen_alone = _choice("Were they seen alone?", "seen_alone")
    voice = _further("What they said", widget="textarea", rows=2)
    outcome = _further("What came of it", widget="textarea", rows=2)
    impact = _choice("Its impact", "impact")
    impact_note = _further("Why this impact", widget="textarea", rows=2)
    comment_analysis = _further("Your comment, apart from the facts", widget="textarea", rows=2)
    rag = _choice("Rating: red, amber or green", "rag")
    significance = _choice("How significant", "significance")
    policy_or_practice_point = _further("Themes, with semicolons between them", hint="As on the learning hub")
    recorded_at = _further("When it was written, if later", width=20)


#: So many rows can be typed in a form, whose fields are counted; more of them come as a file.
MOST_TYPED = 150


class Rows(fields.List[Any]):
    """Thousands of rows: those that are plainly in order go straight through, marshmallow has the word on others."""

    def _deserialize(self, value: Any, *about: Any, **more: Any) -> list[Any]:
        if isinstance(value, list) and all(_plain(each) for each in value):
            return [dict(each) for each in value]
        return super()._deserialize(value, *about, **more)


def _plain(row: Any) -> bool:
    """Whether a row holds nothing but text, under names that are known."""
    return type(row) is dict and KNOWN.issuperset(row) and all(type(cell) is str for cell in row.values())


KNOWN = frozenset(RowSchema().fields)


class ReturnSchema(Schema):
    """A summary of involvement, and the rows of a chronology."""

    author = text("Your name and role", "Enter your name and role", 200, width=30)
    summary = text(
        "Summary of your involvement", "Summarise your agency's involvement", 12000, widget="textarea", rows=10
    )
    rows = Rows(
        fields.Nested(RowSchema),
        load_default=list,
        validate=validate.Length(max=MOST_ROWS, error=f"Send at most {MOST_ROWS} rows"),
        metadata={
            "label": "Chronology",
            "hint": "One row an event. Leave rows empty that you do not need.",
            "most": MOST_TYPED,
        },
    )
    draft = fields.UUID(load_default=None, metadata={"widget": "hidden"}, **words("Look at the uploaded file again"))

    @validates_schema(skip_on_field_errors=False)
    def readable(self, data: dict[str, Any], **_options: Any) -> None:
        """Every row must be readable: nothing is dropped in silence."""
        _, problems = lines(data.get("rows", []), london_date(runtime().clock()), runtime().profile.themes)
        if problems:
            raise ValidationError({"rows": {n: {k: [v] for k, v in each.items()} for n, each in problems.items()}})


@cache
def return_schema(wanted: str) -> ReturnSchema:
    """What an agency sends when it is asked for a summary, a chronology or both."""
    left_out = {"summary": ("rows", "draft"), "chronology": ("summary",)}
    return ReturnSchema(exclude=left_out.get(wanted, ()))


class NilReturnSchema(Schema):
    """An agency holds nothing."""

    author = text("Your name and role", "Enter your name and role", 200)


class TimeSchema(Schema):
    """An agency needs more time."""

    until = fields.Date(
        required=True,
        metadata={"label": "By when can you answer?", "hint": "Such as 8 December 2026", "width": 20},
        **words("Enter a day with its month and year"),
    )
    reason = text("Why do you need more time?", "Say why you need more time", 2000, widget="textarea", rows=4)


class UploadSchema(Schema):
    """A chronology as a file, which travels beside the other fields; what is wrong with it is shown at it."""

    file = fields.Raw()
