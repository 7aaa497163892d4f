"""What may be sent to close a case without a review, and to open it again."""

from marshmallow import Schema

from pprg_shared.web.fields import chosen, optional, text
from pprg_triage.rules.closing import REASONS


class ClosingSchema(Schema):
    """Why no decision of the group is needed."""

    reason = chosen(REASONS, "Why is no review needed?", "Choose why no review is needed", example="duplicate")
    other = optional(
        "Reference of the other case",
        40,
        hint="If it is about the same as another case.",
        width=20,
        example="PPRG-2026-0001",
    )
    why = text(
        "What speaks for this?",
        "Say what speaks for closing it",
        500,
        widget="textarea",
        hint="Such as where it was passed on to, and who was told. No names of people.",
        example="Both tell of one incident; the referrer was told by telephone.",
    )


class ReopeningSchema(Schema):
    """Why a case that was closed is opened again."""

    why = text(
        "Why is it opened again?",
        "Say why it is opened again",
        500,
        widget="textarea",
        hint="No names of people.",
        example="It tells of another incident after all.",
    )
