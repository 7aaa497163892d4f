"""What may be sent about who reads a case: members, interests, the glass, and a reference to look for."""

from collections.abc import Sequence

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_shared.identity.people import Known
from pprg_triage.rules import GRANTS, ROLES
from pprg_triage.schemas.words import words

#: What somebody may be named as, or be granted.
NAMED = ROLES | GRANTS
#: A reason that somebody else can understand takes so many characters.
SHORTEST_REASON, LONGEST_REASON = 20, 2000


def _reason(label: str, hint: str, shortest: int = 1) -> fields.String:
    error = f"Say why, in {shortest} to {LONGEST_REASON} characters"

    def said(text: str) -> None:
        if len(text.strip()) < shortest:
            raise ValidationError(error)

    return fields.String(
        required=True,
        validate=[validate.Length(min=shortest, max=LONGEST_REASON, error=error), said],
        metadata={"label": label, "hint": hint, "widget": "textarea", "example": "They know the family from work."},
        **words(error),
    )


class MemberSchema(Schema):
    """Who gets which role in a case, why, and until when."""

    person = fields.UUID(
        required=True,
        metadata={"label": "Who?", "widget": "select"},
        **words("Choose somebody in the list"),
    )
    role = fields.String(
        required=True,
        validate=validate.OneOf(NAMED, error="Choose a role in the list"),
        metadata={"label": "As what?", "widget": "radios", "choices": NAMED},
        **words("Choose a role"),
    )
    until = fields.Date(
        load_default=None,
        metadata={"label": "Until the end of which day?", "hint": "Leave it empty if nobody knows yet.", "width": 20},
        **words("Enter the day with its month and year, such as 8 December 2026"),
    )
    why = _reason("Why?", "The members of the case read it.")

    def __init__(self, people: Sequence[Known]) -> None:
        """Offer these people: names by id."""
        super().__init__()
        offer(self, people)


class InterestSchema(Schema):
    """Who has an interest in a case: whoever sends it, unless the office names somebody."""

    person = fields.UUID(
        load_default=None,
        metadata={"label": "Whose interest is it?", "widget": "select"},
        **words("Choose somebody in the list"),
    )
    why = _reason("What is the interest?", "Such as having managed the case. The office reads it.")

    def __init__(self, people: Sequence[Known] | None) -> None:
        """Let the office say whose it is, among these people where a form offers some; with none it is one's own."""
        super().__init__(exclude=("person",) if people == () else ())
        if people:
            offer(self, people)


class GlassSchema(Schema):
    """Which case has to be opened, and why."""

    reference = fields.String(
        required=True,
        validate=validate.Length(min=1, max=60, error="Enter a reference of at most 60 characters"),
        metadata={"label": "Reference of the case", "width": 20, "example": "PPRG-2026-0001"},
        **words("Enter the reference of the case"),
    )
    reason = _reason(
        "Why must you read it?",
        "Whoever chairs the case reads this. No less than 20 characters.",
        SHORTEST_REASON,
    )


def offer(schema: Schema, people: Sequence[Known]) -> None:
    """Offer these people in the field `person`: names by id."""
    choices = {str(each.id): _name(each) for each in people}
    schema.fields["person"].metadata = {**schema.fields["person"].metadata, "choices": choices}


def _name(person: Known) -> str:
    return f"{person.name}, {runtime().agencies.name(person.agency) if person.agency else 'no agency'}"
