"""marshmallow schemas derived from the annotations of a dataclass, and what they say of its values."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load

from pprg_shared.errors import Unreadable

PLAIN: Mapping[Any, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    float: fields.Float,
    UUID: fields.UUID,
    date: fields.Date,
    datetime: fields.AwareDateTime,
    Any: fields.Raw,
}


def schema_of(owner: type, chosen: Sequence["dataclasses.Field[Any]"], name: str) -> type[Schema]:
    """A schema class with these fields of a dataclass, optional where they have a default."""
    hints = typing.get_type_hints(owner)
    return Schema.from_dict({each.name: _field(hints[each.name], each) for each in chosen}, name=name)


def _field(hint: Any, declared: "dataclasses.Field[Any]") -> fields.Field[Any]:
    options: dict[str, Any] = {"required": True}
    if declared.default is not dataclasses.MISSING:
        options = {"load_default": declared.default}
    elif declared.default_factory is not dataclasses.MISSING:
        options = {"load_default": declared.default_factory}
    if "example" in declared.metadata:
        options["metadata"] = {"example": declared.metadata["example"]}
    return _typed(hint, options)


def _typed(hint: Any, options: dict[str, Any]) -> fields.Field[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        (inner,) = (each for each in arguments if each is not type(None))
        return _typed(inner, options | {"allow_none": True})
    if origin in {list, tuple}:
        return fields.List(_typed(arguments[0], {}), **options)
    if origin is dict:
        return fields.Dict(keys=fields.String(), values=_typed(arguments[1], {"allow_none": True}), **options)
    if dataclasses.is_dataclass(hint):
        return fields.Nested(_nested(typing.cast("type", hint)), **options)
    if hint is int:
        return fields.Integer(strict=True, **options)
    return PLAIN[hint](**options)


def _nested(owner: type) -> type[Schema]:
    """The schema of a dataclass within an event; loading makes the dataclass again."""
    plain = schema_of(owner, dataclasses.fields(owner), owner.__name__)

    def make(_self: Schema, values: dict[str, Any], **_options: Any) -> Any:
        return owner(**values)

    tolerant = type("Meta", (), {"unknown": EXCLUDE})  # marshmallow does not hand the outer schema's tolerance down
    return type(owner.__name__, (plain,), {"make": post_load(make), "Meta": tolerant})


def written(schema: type[Schema], event: object) -> dict[str, Any]:
    """The JSON values of an event; raises ValueError, naming fields and never contents, unless they read back."""
    strict = _strict(schema)
    try:
        values: dict[str, Any] = strict.dump(event)
        wrong = [name for name, value in strict.load(values).items() if value != getattr(event, name)]
    except ValidationError as error:
        wrong = list(map(str, error.messages_dict))
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(event).__name__} holds a value of another type: {type(error).__name__}") from None
    if wrong:
        raise ValueError(f"{type(event).__name__} does not follow its own schema: {sorted(wrong)}")
    return values


def loaded(schema: type[Schema], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an event from JSON, unknown ones ignored; raises Unreadable, naming fields, never contents."""
    try:
        found: dict[str, Any] = _tolerant(schema).load(values)
    except ValidationError as error:
        raise Unreadable(f"these fields do not follow the schema: {sorted(map(str, error.messages_dict))}") from None
    return found


@cache
def _strict(schema: type[Schema]) -> Schema:
    return schema(unknown=RAISE)


@cache
def _tolerant(schema: type[Schema]) -> Schema:
    return schema(unknown=EXCLUDE)
