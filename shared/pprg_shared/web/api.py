"""Strict JSON bodies: what json.loads lets pass by default is refused here before a schema sees it."""

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from pprg_shared.typed import unprintable
from pprg_shared.web.problems import Invalid

DEEPEST = 32
DIGITS = 18
#: An idempotency key, in quotation marks or without.
KEY = re.compile(r'"?[!#-~]([ !#-~]{0,198}[!#-~])?"?')
_NESTS = (dict, list)
_ESCAPED = re.compile(r"\\[bfu]")
View = TypeVar("View", bound=Callable[..., Any])


def gives(shape: type[Any]) -> Callable[[View], View]:
    """Say in the API's document what a view answers: a dataclass whose fields are the names of the JSON."""

    def mark(view: View) -> View:
        view.gives = shape  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def takes(schema: Callable[[], Schema | list[Schema]]) -> Callable[[View], View]:
    """Say in the API's document what a view takes at most, or each that it may, where what is stored decides."""

    def mark(view: View) -> View:
        view.takes = schema  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def takes_file(example: str) -> Callable[[View], View]:
    """Say in the API's document what a file looks like that a view takes as its body."""

    def mark(view: View) -> View:
        view.example = example  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def second(first: str) -> Callable[[View], View]:
    """Say in the API's document that a second person does this: the example acts as somebody who may not do `first`."""

    def mark(view: View) -> View:
        view.second = first  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def body(schema: Schema) -> dict[str, Any]:
    """The request's JSON body, loaded by a strict schema; raises what becomes 400, 415 or 422."""
    raw = content("application/json")
    values = strict(raw)
    if not isinstance(values, dict):
        raise Invalid([{"pointer": "", "detail": "Send a JSON object."}])
    strange = _unprintable(values, "") if _may_hold_unprintable(raw.decode()) else ()
    bad = [{"pointer": where, "detail": "Control characters are not allowed."} for where in strange]
    bad += [{"pointer": f"/{name}", "detail": words} for name, words in _other_kinds(schema, values)]
    if bad:
        raise Invalid(bad)
    return _loaded(schema, values)


def _other_kinds(schema: Schema, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Values that are no numbers, or neither true nor false, though a form's text for them would be taken."""
    for name, declared in schema.fields.items():
        given = values.get(name)
        whole = not isinstance(given, float) or given.is_integer()
        number = isinstance(given, int | float) and not isinstance(given, bool) and whole
        if given is None or not isinstance(declared, fields.Integer | fields.Boolean):
            continue
        if not (number if isinstance(declared, fields.Integer) else isinstance(given, bool)):
            yield name, str(declared.error_messages["invalid"])


def content(kind: str) -> bytes:
    """The request's body, of this media type and with a key; raises what becomes 400 or 415."""
    if "Idempotency-Key" not in request.headers:
        raise BadRequest("Send an Idempotency-Key header: any text that is new for each thing you ask.")
    if not KEY.fullmatch(request.headers["Idempotency-Key"]):
        raise BadRequest("The Idempotency-Key must be 1 to 200 plain letters, digits and signs.")
    if request.args:
        raise BadRequest("Send everything in the body, and nothing behind a question mark in the address.")
    if request.mimetype != kind:
        raise UnsupportedMediaType(f"Send {kind}.")
    return request.get_data(cache=True)


def asked(schema: Schema) -> dict[str, Any]:
    """What stands behind the question mark of a page's or an API's address, loaded by a strict schema, or 422."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise BadRequest(f"{name} stands twice in the address. Send it once.")
    return _loaded(schema, request.args.to_dict())


def _loaded(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise Invalid(list(_pointers(error.messages_dict, ""))) from None
    return loaded


def strict(raw: bytes) -> Any:
    """Parse JSON as UTF-8 without NaN, repeated names, depths and lengths that nobody needs; raises BadRequest."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The body must be UTF-8.") from None
    if text.startswith("\ufeff"):
        raise BadRequest("The body must not begin with a byte order mark.")
    try:
        parsed = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_short, parse_float=_finite
        )
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if _depth(parsed) > DEEPEST:
        raise BadRequest("The body is nested too deeply.")
    return parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise BadRequest("A name stands twice in the same object.")
    return made


def _no_constant(_text: str) -> NoReturn:
    raise BadRequest("NaN and Infinity are not JSON.")


def _short(text: str) -> int:
    if len(text) > DIGITS:
        raise BadRequest("A number is too long.")
    return int(text)


def _finite(text: str) -> float:
    if len(text) > 2 * DIGITS or not math.isfinite(float(text)):
        raise BadRequest("A number is too long or too large.")
    return float(text)


def _depth(value: Any) -> int:
    """How deep objects and lists lie in one another."""
    deepest, level = 0, [value] if isinstance(value, _NESTS) else []
    while level:
        deepest += 1
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for some in inner for each in some if isinstance(each, _NESTS)]
    return deepest


def _may_hold_unprintable(text: str) -> bool:
    """Whether a text of JSON holds control characters, or escapes that may stand for them."""
    return _ESCAPED.search(text) is not None or unprintable(text)


def _unprintable(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, str) and unprintable(value):
        yield where
    elif isinstance(value, dict):
        for name, inner in value.items():
            if unprintable(name):
                yield where
            else:
                yield from _unprintable(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _unprintable(inner, f"{where}/{number}")


def _pointers(messages: Any, where: str) -> Iterator[dict[str, str]]:
    """Marshmallow's messages as JSON pointers."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _pointers(inner, where if name == "_schema" else f"{where}/{name}")
    elif isinstance(messages, list):
        for inner in messages:
            yield from _pointers(inner, where)
    else:
        yield {"pointer": where, "detail": str(messages)}
