"""What may be sent to triage, by form and by API alike."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_triage.rules import OUTCOMES


def _words(text: str) -> dict[str, Any]:
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}


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


class RequestsSchema(Schema):
    """Which agencies are asked, and what."""

    agencies = fields.List(
        fields.String(validate=_known),
        required=True,
        validate=validate.Length(min=1, max=60, error="Choose at least one agency"),
        metadata={"label": "Which agencies are asked?", "choices": _agencies},
        **_words("Choose at least one agency"),
    )
    questions = fields.String(
        required=True,
        validate=validate.Length(min=1, max=4000, error="Enter the questions, up to 4000 characters"),
        metadata={"label": "What should they answer?", "widget": "textarea", "rows": 5},
        **_words("Enter what the agencies should answer"),
    )


class MeetingSchema(Schema):
    """When and where the group meets."""

    day = fields.Date(
        required=True,
        metadata={"label": "Day", "hint": "Such as 8 December 2026", "width": 20},
        **_words("Enter the day of the meeting with its month and year"),
    )
    starts = fields.Time(
        required=True,
        format="%H:%M",
        metadata={"label": "Starts at", "hint": "London time, such as 10:00", "width": 5},
        **_words("Enter when the meeting starts, such as 10:00"),
    )
    ends = fields.Time(
        required=True,
        format="%H:%M",
        metadata={"label": "Ends at", "hint": "Such as 12:00", "width": 5},
        **_words("Enter when the meeting ends, such as 12:00"),
    )
    place = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200, error="Say where, in up to 200 characters"),
        metadata={"label": "Where", "hint": "A room or a link. No names of people."},
        **_words("Say where the group meets"),
    )


class DecisionSchema(Schema):
    """What the group proposes on one route."""

    route = fields.String(
        required=True,
        validate=_route,
        metadata={"label": "Kind of review", "widget": "select", "choices": _reviews},
        **_words("Choose the kind of review"),
    )
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(list(OUTCOMES), list(OUTCOMES.values()), error="Say whether the criteria are met"),
        metadata={"label": "Are the criteria met?", "widget": "radios"},
        **_words("Say whether the criteria are met"),
    )
    reasons = fields.String(
        required=True,
        validate=validate.Length(min=20, max=8000, error="Give the reasons, in 20 to 8000 characters"),
        metadata={
            "label": "Reasons",
            "hint": "Say how the criteria apply to this case.",
            "widget": "textarea",
            "rows": 8,
        },
        **_words("Give the reasons"),
    )


class RatificationSchema(Schema):
    """Which decision a second person confirms."""

    decision_id = fields.UUID(required=True, metadata={"widget": "hidden"}, **_words("Say which decision"))
