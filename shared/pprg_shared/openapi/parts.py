"""The parts that the documents of all services share: headers, the receipt, problems."""

from collections.abc import Mapping, Sequence
from typing import Any

from pprg_shared.examples import ID
from pprg_shared.web.api import KEY as KEY_FORM
from pprg_shared.web.problems import PROBLEMS, RETRY_SECONDS

JSON = "application/json"
REFERENCE = "PPRG-2026-0001"


def headers(*names: str) -> dict[str, Any]:
    """Headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def done(noun: str) -> dict[str, Any]:
    """The answer of whatever did something; the example leads to a page of this noun."""
    return {
        "description": "Done, now or when the same request came first.",
        "headers": headers("X-Request-ID", "Idempotent-Replayed"),
        "content": {
            JSON: {
                "schema": {"$ref": "#/components/schemas/Receipt"},
                "example": {"reference": REFERENCE, "location": f"/{noun}/{ID}"},
            }
        },
    }


def problem(slug: str) -> dict[str, Any]:
    """The answer that tells of a problem."""
    status, title, advice = PROBLEMS[slug]
    told = ["X-Request-ID", *(["Retry-After"] if status in {409, 429, 503} else [])]
    example = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": advice,
        "instance": "/api/v1/…",
        "code": slug,
        "request_id": ID,
    }
    if slug == "invalid":
        example["errors"] = [{"pointer": "/place", "detail": "Say where the group meets"}]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {
        "description": f"{title}. {advice}",
        "headers": headers(*told),
        "content": {"application/problem+json": content},
    }


def _text(words: str, **more: Any) -> Mapping[str, Any]:
    return {"type": "string", "description": words} | more


WHO = "The token that somebody who is signed in makes under Your sign-ins, or the key of an agency's program."
KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Any text that is new for each thing you ask; the same again makes a repeat.",
    "schema": {"type": "string", "pattern": f"^{KEY_FORM.pattern}$"},
    "example": ID,
}
HEADERS: Mapping[str, Any] = {
    "X-Request-ID": {"description": "To be quoted when something went wrong.", "schema": {"type": "string"}},
    "Retry-After": {"description": f"Seconds to wait, such as {RETRY_SECONDS}.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {"description": "This is the first answer again.", "schema": {"const": "true"}},
}
_ERRORS: Sequence[str] = ("pointer", "detail")
PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "What went wrong, by RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": _text("The page that explains it.", format="uri-reference"),
        "title": _text("What went wrong."),
        "status": {"type": "integer"},
        "detail": _text("What to do."),
        "instance": _text("The address that was asked."),
        "code": _text("The problem's short name.", enum=list(PROBLEMS)),
        "request_id": _text("To be quoted."),
        "errors": {
            "type": "array",
            "description": "Which values are wrong, by JSON pointer, and why.",
            "items": {
                "type": "object",
                "required": _ERRORS,
                "properties": {each: {"type": "string"} for each in _ERRORS},
            },
        },
    },
}
RECEIPT: Mapping[str, Any] = {
    "type": "object",
    "required": ["reference", "location"],
    "properties": {
        "reference": _text("What to quote.", examples=[REFERENCE]),
        "location": _text("The page where it went on.", format="uri-reference"),
    },
}
