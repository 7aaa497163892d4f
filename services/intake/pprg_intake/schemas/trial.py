"""Who acts, where the product is only tried out."""

from marshmallow import Schema, ValidationError, fields

from pprg_intake.schemas.words import words
from pprg_shared.acting import runtime

NOBODY = "nobody"


def _invented(slug: str) -> None:
    if slug != NOBODY and runtime().profile.person(slug) is None:
        raise ValidationError("Choose a person from the list")


class ActingSchema(Schema):
    """Who acts, where the product is only tried out."""

    person = fields.String(required=True, validate=_invented, **words("Choose who you act as"))
