"""What may be sent to the publisher, by form and by API alike."""

from typing import Any

from marshmallow import Schema, fields, validate


def _words(text: str) -> dict[str, Any]:
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}


class ReleaseSchema(Schema):
    """What everybody will read."""

    title = fields.String(
        required=True,
        validate=validate.Length(min=5, max=150, error="Give the page a title of 5 to 150 characters"),
        metadata={"label": "Title", "hint": "No names, no places, no exact dates."},
        **_words("Give the page a title"),
    )
    summary = fields.String(
        required=True,
        validate=validate.Length(min=50, max=5000, error="Say what was learnt, in 50 to 5000 characters"),
        metadata={"label": "What was learnt", "widget": "textarea", "rows": 10, "hint": "Months and years only."},
        **_words("Say what was learnt"),
    )
