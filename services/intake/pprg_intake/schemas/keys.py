"""What an administrator says of a key for a program of an agency."""

from marshmallow import Schema

from pprg_intake.rules import LIFETIMES, SCOPE_WORDS
from pprg_shared.web.fields import chosen, several, text


class KeySchema(Schema):
    """What a key is for, what it opens and for how long."""

    name = text("What is it for?", "Say what the key is for", 60, hint="Such as the name of the program.")
    scopes = several(lambda: SCOPE_WORDS, "What may it do?", "Say what the key may do", least=1)
    days = chosen(LIFETIMES, "How long does it work?", "Say how long the key works")
