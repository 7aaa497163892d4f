"""What may be sent to intake, by form and by API alike."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_intake.rules import MOST_ROWS, lines
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.partial_dates import NotADate, parse

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
KINDS = {"child": "A child", "unborn": "An unborn child", "adult": "An adult"}
RISKS = {
    "no": "No",
    "yes_reported": "Yes, and I have reported it",
    "yes_not_yet": "Yes, and I have not reported it yet",
}
STOP = (
    "Somebody may be at risk now: this is not the place. Call 999, or the council's safeguarding team, then come back."
)


def words(text: str) -> dict[str, Any]:
    """The same advice whatever is wrong with a field."""
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}


def text(label: str, ask: str, longest: int, **about: Any) -> fields.String:
    """A required text of at most so many characters."""
    long = f"Keep this to {longest} characters"
    options = words(ask) | {"validate": [validate.Length(min=1, error=ask), validate.Length(max=longest, error=long)]}
    return fields.String(required=True, metadata={"label": label} | about, **options)


def people_date(value: str) -> None:
    """A date as people know it, not in the future by more than a year."""
    try:
        parse(value, today=london_date(runtime().clock()))
    except NotADate as error:
        raise ValidationError(str(error)) from None


def _agencies() -> dict[str, str]:
    return runtime().profile.asked_agencies()


def _known(slug: str) -> None:
    if slug not in _agencies():
        raise ValidationError("Choose an agency from the list")


def _reviews() -> dict[str, str]:
    return runtime().profile.decided_routes()


def _route(slug: str) -> None:
    if slug not in _reviews():
        raise ValidationError("Choose a kind of review from the list")


NOBODY = "nobody"


def _invented(slug: str) -> None:
    if slug != NOBODY and runtime().profile.person(slug) is None:
        raise ValidationError("Choose a person from the list")


class ActingSchema(Schema):
    """Who acts, until there is real sign-in."""

    person = fields.String(required=True, validate=_invented, **words("Choose who you act as"))


class ReferralSchema(Schema):
    """A referral."""

    immediate_risk = fields.String(
        required=True,
        validate=validate.OneOf(list(RISKS), list(RISKS.values()), error="Say whether anyone is at risk now"),
        metadata={
            "label": "Is anyone at risk now?",
            "widget": "radios",
            "hint": "If so, call 999 or the council first.",
        },
        **words("Say whether anyone is at risk now"),
    )
    referrer_name = text("Your name", "Enter your name", 120, section="About you", autocomplete="name")
    referrer_role = text("Your role", "Enter your role", 120, autocomplete="organization-title")
    referrer_agency = fields.String(
        required=True,
        validate=_known,
        metadata={"label": "Your agency", "widget": "select", "choices": _agencies},
        **words("Choose your agency"),
    )
    referrer_email = fields.String(
        required=True,
        validate=[
            validate.Length(max=200, error="Keep this to 200 characters"),
            validate.Regexp(_ADDRESS.pattern + r"\Z", error="Enter one email address, such as name@agency.example"),
        ],
        metadata={
            "label": "Your work email address",
            "hint": "Letters about this referral go to this address.",
            "type": "email",
            "autocomplete": "email",
        },
        **words("Enter your work email address"),
    )
    subject_kind = fields.String(
        required=True,
        validate=validate.OneOf(list(KINDS), list(KINDS.values()), error="Say whom this is about"),
        metadata={"label": "Whom is this about?", "widget": "radios", "section": "The person"},
        **words("Say whom this is about"),
    )
    subject_name = text("Their name", "Enter their name, or “not known”", 200)
    subject_born = fields.String(
        required=True,
        validate=people_date,
        metadata={
            "label": "Date of birth, or due date",
            "hint": "Such as 22 May 2016. A month or a year alone is fine.",
            "width": 20,
        },
        **words("Enter the date of birth as far as it is known"),
    )
    incident_on = fields.String(
        required=True,
        validate=people_date,
        metadata={
            "label": "When did it happen?",
            "hint": "Such as 3 November 2026. If you are not sure, put a question mark in front: ?November 2026.",
            "width": 20,
            "section": "What happened",
        },
        **words("Enter when it happened as far as it is known"),
    )
    what_happened = text(
        "What happened?",
        "Tell us what happened",
        4000,
        hint="Give facts. Use initials or roles for family, and no names of staff.",
        widget="textarea",
        rows=8,
    )
    agencies = fields.List(
        fields.String(validate=_known),
        required=True,
        validate=validate.Length(min=1, max=60, error="Name at least one agency"),
        metadata={
            "label": "Which agencies know them?",
            "hint": "Choose all that you know of.",
            "choices": _agencies,
            "section": "Agencies and reviews",
        },
        **words("Name at least one agency"),
    )
    routes = fields.List(
        fields.String(validate=_route),
        load_default=list,
        validate=validate.Length(max=20, error="Name each review once"),
        metadata={
            "label": "Which reviews may be needed? (optional)",
            "hint": "You need not decide: the group does.",
            "choices": _reviews,
        },
        **words("Choose from the list"),
    )

    @validates_schema(skip_on_field_errors=False)
    def stop(self, data: dict[str, Any], **_options: Any) -> None:
        """A live concern must not wait in a form, whatever else is wrong with it."""
        if data.get("immediate_risk") == "yes_not_yet":
            raise ValidationError(STOP, "immediate_risk")


class RowSchema(Schema):
    """One row of a chronology, as typed."""

    date = fields.String(
        metadata={"label": "Date", "hint": "Such as 22 May 2016 or ?May 2016", "width": 20}, **words("Enter a date")
    )
    time = fields.String(metadata={"label": "Time, if it is known", "width": 5}, **words("Enter a time"))
    source = fields.String(metadata={"label": "Source", "hint": "The record, and the role of who wrote it"})
    people = fields.String(metadata={"label": "Whom it concerns, by initials or role (optional)"})
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
        validate=validate.Length(max=MOST_ROWS, error=f"Send at most {MOST_ROWS} rows"),
        metadata={"label": "Chronology", "hint": "One row an event. Leave rows empty that you do not need."},
    )
    draft = fields.UUID(load_default=None, metadata={"widget": "hidden"}, **words("Look at the uploaded file again"))

    @validates_schema(skip_on_field_errors=False)
    def readable(self, data: dict[str, Any], **_options: Any) -> None:
        """Every row must be readable: nothing is dropped in silence."""
        _, problems = lines(data.get("rows", []), london_date(runtime().clock()))
        if problems:
            raise ValidationError({"rows": {n: {k: [v] for k, v in each.items()} for n, each in problems.items()}})


def return_schema(wanted: str) -> ReturnSchema:
    """What an agency sends when it is asked for a summary, a chronology or both."""
    left_out = {"summary": ("rows", "draft"), "chronology": ("summary",)}
    return ReturnSchema(exclude=left_out.get(wanted, ()))


class NilReturnSchema(Schema):
    """An agency holds nothing."""

    author = text("Your name and role", "Enter your name and role", 200)
