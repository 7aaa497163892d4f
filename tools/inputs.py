"""What the services take and no more of it: limits of any request, and of each field that an API takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from pprg_intake.rules import CHOICES, COLUMNS, MOST_ROWS
from pprg_shared.contract import MESSAGE_BYTES
from pprg_shared.web import BODY_BYTES, FIELD_BYTES, FORM_PARTS, ROW_PARTS, UPLOAD_BYTES
from pprg_shared.web.api import DEEPEST, DIGITS
from pprg_shared.web.reference import JSON

Schema = Mapping[str, Any]
#: What is larger, deeper or longer is refused with this status, in words, and nothing of it is kept.
LIMITS = (
    ("a body, as JSON or as a form", f"{BODY_BYTES // 1024} kB", 413),
    ("a body with a file, or with rows of a chronology", f"{UPLOAD_BYTES // 1024} kB", 413),
    ("a field of a form", f"{FIELD_BYTES // 1024} kB", 413),
    ("the fields of a form", f"{FORM_PARTS}", 413),
    ("the fields of a form with typed rows", f"{ROW_PARTS}", 413),
    ("what is sent at once, sealed, as it travels", f"{MESSAGE_BYTES // 1024} kB", 413),
    ("objects and lists within one another", f"{DEEPEST}", 400),
    ("the digits of a whole number", f"{DIGITS}", 400),
    ("an idempotency key", "200 plain letters, digits and signs", 400),
    ("rows of a chronology", f"{MOST_ROWS}", 422),
    *((f"{head} in a row of a chronology", f"{most} characters", 422) for head, most in COLUMNS.values()),
)
IN_WORDS = "In a chronology these columns take words, of which case and spaces do not matter, or nothing:"
#: The words that columns of a chronology take.
WORDS = [(name, COLUMNS[name][0], ", ".join(words.values())) for name, words in CHOICES.items()]


def fields(documents: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each operation that takes something, with its fields: name, whether it must be there, and what it may be."""
    for document in documents.values():
        for path, methods in document["paths"].items():
            for kind, content in methods.get("post", {}).get("requestBody", {}).get("content", {}).items():
                schema = content["schema"]
                if kind != JSON:
                    yield f"POST {path}", [("the whole body", "must be there", f"a file, as {kind}")]
                    continue
                rows = [row for each in schema.get("anyOf", [schema]) for row in _fields(each)]
                yield f"POST {path}", list(dict.fromkeys(rows))


def _fields(schema: Schema, within: str = "") -> Iterator[tuple[str, str, str]]:
    for name, each in schema.get("properties", {}).items():
        yield f"{within}{name}", "must be there" if name in schema.get("required", ()) else "", in_words(each)
        inner = each.get("items", each)
        yield from _fields(inner, f"{within}{name}[]." if "items" in each else f"{within}{name}.")


def in_words(schema: Schema) -> str:
    """`text of 1 to 200 characters`."""
    for choice in schema.get("anyOf", schema.get("oneOf", ())):
        if choice.get("type") != "null":
            return in_words({**choice, **{name: each for name, each in schema.items() if name != "anyOf"}})
    kinds = schema.get("type", "object")
    kind = next((each for each in kinds if each != "null"), "") if isinstance(kinds, list) else kinds
    if offered := [each for each in schema.get("enum", ()) if each is not None]:
        return (
            f"one of {', '.join(str(each).lower() if each is True else str(each) for each in offered)}"
            if len(offered) <= MOST_NAMED
            else f"one of {len(offered)} codes"
        )
    if kind == "array":
        inner = schema.get("items", {})
        many = _between(schema.get("minItems"), schema.get("maxItems"), "of them")
        return f"list{many}: {'objects' if inner.get('properties') else in_words(inner)}"
    if kind in {"integer", "number"}:
        return f"whole number{_between(schema.get('minimum'), schema.get('maximum'), '')}"
    if kind == "string":
        words = FORMATS.get(schema.get("format", ""), "text")
        return words + _between(schema.get("minLength"), schema.get("maxLength"), "characters")
    return {"boolean": "true or false"}.get(kind, "object")


MOST_NAMED = 12
FORMATS = {"uuid": "id", "date": "day such as 2026-12-08", "time": "time such as 10:00", "date-time": "instant"}


def _between(least: int | None, most: int | None, what: str) -> str:
    if most is not None:
        return f" of {f'{least} to ' if least else 'at most '}{most} {what}".rstrip()
    return f" of at least {least} {what}".rstrip() if least else ""
