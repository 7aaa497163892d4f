"""What may be sent about who is told before something is published."""

from collections.abc import Mapping

from marshmallow import Schema, ValidationError, fields, validate

from pprg_triage.rules.announcing import FAMILY, HANDS
from pprg_triage.schemas.words import words

MOST = 2000


class ToldSchema(Schema):
    """Who was told by a person before something is published, on which day, and how."""

    whom = fields.String(
        required=True,
        metadata={"label": "Who was told?", "widget": "select", "example": FAMILY},
        **words("Choose who was told"),
    )
    day = fields.Date(
        required=True,
        metadata={"label": "On which day?", "hint": "Such as 24 November 2026", "width": 20},
        **words("Enter the day with its month and year"),
    )
    how = fields.String(
        load_default="",
        validate=validate.Length(max=MOST, error=f"Say how in up to {MOST} characters"),
        metadata={
            "label": "How, and by whom? (optional)",
            "hint": "Such as at their home, by the family liaison officer. Of somebody else, say who they are.",
            "widget": "textarea",
            "rows": 3,
            "example": "At their home, by the family liaison officer.",
        },
        **words("Say how they were told, or leave it empty"),
    )

    def __init__(self, whom: Mapping[str, str] | None = None) -> None:
        """Offer these: words by key; a document of the API names those of every case."""
        super().__init__()
        offered = whom or HANDS

        def known(key: str) -> None:
            if key not in offered:
                raise ValidationError("Choose who was told in the list")

        field = self.fields["whom"]
        field.metadata = {**field.metadata, "choices": offered}
        field.validators = [known]
