"""marshmallow schemas derived from the annotations of a dataclass."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, fields, post_load

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
