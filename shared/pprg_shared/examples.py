"""An invented example of what a schema takes or gives, from what the schema says of its fields."""

import re
from typing import Any

from marshmallow import Schema, fields, validate

from pprg_shared.web.forms import as_typed, choices

ID = "00000000-0000-4000-8000-000000000001"
#: What stands for a value of each kind, where nothing of the field says better; the first kind that fits counts.
KINDS: tuple[tuple[type[fields.Field[Any]], Any], ...] = (
    (fields.UUID, ID),
    (fields.AwareDateTime, "2026-12-08T10:00:00+00:00"),
    (fields.Date, "2026-12-08"),
    (fields.Time, "10:00"),
    (fields.Integer, 1),
    (fields.Float, 1.5),
    (fields.Boolean, True),
    (fields.Dict, {}),
    (fields.Raw, {}),
)
_HINTED = re.compile(r"[Ss]uch as ([^.?]+)")


def example_of(schema: Schema) -> dict[str, Any]:
    """An example of the whole: every field that must be there, and those that say what they look like."""
    return {
        name: example(declared)
        for name, declared in schema.fields.items()
        if declared.required or "example" in declared.metadata
    }


def example(declared: fields.Field[Any]) -> Any:
    """An example of one field: metadata `example`, else a choice, else what its hint gives, else by its kind."""
    if "example" in declared.metadata:
        return declared.metadata["example"]
    offered = [] if isinstance(declared, fields.Boolean) else [value for value, _ in choices(declared)]
    if isinstance(declared, fields.List):
        return offered[:1] or [example(declared.inner)]
    if isinstance(declared, fields.Nested):
        return example_of(declared.schema)
    if offered:
        return offered[0]
    if hinted := _HINTED.search(str(declared.metadata.get("hint", ""))):
        return as_typed(declared, hinted[1])
    return next((value for kind, value in KINDS if isinstance(declared, kind)), _text(declared))


def _text(declared: fields.Field[Any]) -> str:
    if declared.metadata.get("type") == "email":
        return "invented.person@agency.example"
    least = max((each.min or 0 for each in declared.validators if isinstance(each, validate.Length)), default=0)
    return " ".join(["An invented answer."] * (1 + least // 20))
