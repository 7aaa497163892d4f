"""What may be sent to the notifier, and what may stand behind the question mark when somebody asks for letters."""

from marshmallow import Schema, fields, validate

from pprg_notifier.rules import RETURNED, State


class WhichLetters(Schema):
    """Which letters are wanted: about one case or referral, in one state; all of them otherwise."""

    subject = fields.UUID()
    state = fields.String(validate=validate.OneOf(list(State), error="Choose one of: {choices}."))


class ReturnedSchema(Schema):
    """Why a letter came back."""

    why = fields.String(
        required=True,
        validate=validate.OneOf(
            list(RETURNED),
            [f"{words[0].upper()}{words[1:]}" for words in RETURNED.values()],
            error="Say why the letter came back",
        ),
        metadata={"label": "What does the mail say that came back?", "widget": "radios"},
        error_messages=dict.fromkeys(("required", "invalid", "null"), "Say why the letter came back"),
    )
