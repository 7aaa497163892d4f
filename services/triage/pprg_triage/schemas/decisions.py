"""What may be sent about decisions."""

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_triage.rules import OUTCOMES
from pprg_triage.schemas.words import words


def _reviews() -> dict[str, str]:
    return runtime().profile.decided_routes()


def _route(slug: str) -> None:
    if slug not in _reviews():
        raise ValidationError("Choose a kind of review from the list")


class DecisionSchema(Schema):
    """What the group proposes on one route."""

    route = fields.String(
        required=True,
        validate=_route,
        metadata={"label": "Kind of review", "widget": "select", "choices": _reviews},
        **words("Choose the kind of review"),
    )
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(list(OUTCOMES), list(OUTCOMES.values()), error="Say whether the criteria are met"),
        metadata={"label": "Are the criteria met?", "widget": "radios"},
        **words("Say whether the criteria are met"),
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
        **words("Give the reasons"),
    )


class RatificationSchema(Schema):
    """Which decision a second person confirms."""

    decision_id = fields.UUID(required=True, metadata={"widget": "hidden"}, **words("Say which decision"))
