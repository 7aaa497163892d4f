"""What may be sent about requests."""

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_triage.schemas.words import words


def _agencies() -> dict[str, str]:
    return runtime().profile.asked_agencies()


def _known(slug: str) -> None:
    if slug not in _agencies():
        raise ValidationError("Choose an agency from the list")


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
