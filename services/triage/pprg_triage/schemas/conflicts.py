"""What may be said of rows that do not agree."""

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from pprg_triage.schemas.words import words

STATES: Mapping[str, str] = {
    "explained": "It is explained",
    "accepted": "It is left as it is",
    "open": "Somebody must look at it again",
}


class SettlingSchema(Schema):
    """How something stands that was to be looked at."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(list(STATES), list(STATES.values()), error="Say how this stands"),
        metadata={"label": "How does this stand?", "widget": "radios"},
        **words("Say how this stands"),
    )
    note = fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Keep this to 2000 characters"),
        metadata={
            "label": "What explains it? (needed if it is explained)",
            "hint": "The group reads this. No row is changed.",
            "example": "Each agency means another child.",
            "widget": "textarea",
            "rows": 3,
        },
        **words("Say it in words"),
    )


class PageSchema(Schema):
    """Which page of a list is asked for."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 100_000, error="There is no such page"),
        **words("There is no such page"),
    )
