"""What may stand behind the question mark when somebody asks for letters."""

from marshmallow import Schema, fields, validate

from pprg_notifier.rules import State


class WhichLetters(Schema):
    """Which letters are wanted: about one case or referral, in one state; all of them otherwise."""

    subject = fields.UUID()
    state = fields.String(validate=validate.OneOf(list(State), error="Choose one of: {choices}."))
