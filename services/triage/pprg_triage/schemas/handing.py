"""What may be sent about handing a caseload over, and about who stands in."""

from collections.abc import Sequence

from marshmallow import Schema, fields, validate

from pprg_shared.identity.people import Known
from pprg_triage.schemas.members import offer
from pprg_triage.schemas.words import words


def _day(label: str, ask: str) -> fields.Date:
    about = {"label": label, "hint": "Such as 8 December 2026", "width": 20}
    return fields.Date(required=True, metadata=about, **words(ask))


class HandOverSchema(Schema):
    """Who leads all of one's cases from now on, and why."""

    person = fields.UUID(
        required=True, metadata={"label": "To whom?", "widget": "select"}, **words("Choose somebody in the list")
    )
    why = fields.String(
        required=True,
        validate=validate.Length(min=1, max=2000, error="Say why, in up to 2000 characters"),
        metadata={"label": "Why?", "hint": "It stands with each of the cases.", "widget": "textarea", "rows": 3},
        **words("Say why"),
    )

    def __init__(self, others: Sequence[Known]) -> None:
        """Offer these people."""
        super().__init__()
        offer(self, others)


class StandInSchema(HandOverSchema):
    """Who stands in from one day to another, and why."""

    first = _day("From which day?", "Enter the first day with its month and year")
    last = _day("To which day?", "Enter the last day with its month and year")
