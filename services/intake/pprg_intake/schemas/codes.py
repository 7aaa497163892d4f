"""The code with which somebody opens what a link names."""

from marshmallow import Schema, fields, pre_load, validate

from pprg_intake.rules import CODE_DIGITS
from pprg_shared.web.fields import words

ASK = f"Enter the {CODE_DIGITS} digits of the code"


class CodeSchema(Schema):
    """A code as people copy it out of a letter: blanks in it do not matter."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(rf"[0-9]{{{CODE_DIGITS}}}\Z", error=ASK),
        metadata={
            "label": "Code",
            "hint": f"{CODE_DIGITS} digits, from the letter that we have just sent.",
            "width": 10,
            "autocomplete": "one-time-code",
            "attributes": {"inputmode": "numeric"},
        },
        **words(ASK),
    )

    @pre_load
    def _without_blanks(self, given: dict[str, str], **_about: object) -> dict[str, str]:
        return {name: "".join(value.split()) if isinstance(value, str) else value for name, value in given.items()}
