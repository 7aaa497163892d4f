"""The quick way between dataclasses and JSON values, for what is plainly in order; marshmallow decides on the rest."""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

Convert = Callable[[Any], Any]
Named = Callable[[Any], dict[str, Any]]
#: What the quick way raises when a value is not plainly in order.
DOUBTS = (ValueError, TypeError, KeyError, AttributeError)


def reader_of(owner: type, chosen: Sequence["dataclasses.Field[Any]"]) -> Named:
    """From JSON values to those of these fields, by name."""
    hints = typing.get_type_hints(owner)
    known = [(each.name, _of(hints[each.name], READ, _maker), _absent(each)) for each in chosen]

    def read(values: Any) -> dict[str, Any]:
        _is(dict, values)
        return {name: convert(values[name]) if name in values else absent() for name, convert, absent in known}

    return read


def writer_of(owner: type, chosen: Sequence["dataclasses.Field[Any]"]) -> Named:
    """From the values of these fields to JSON values, by name."""
    hints = typing.get_type_hints(owner)
    known = [(each.name, _of(hints[each.name], WRITE, _taker)) for each in chosen]
    return lambda event: {name: convert(getattr(event, name)) for name, convert in known}


def _absent(declared: "dataclasses.Field[Any]") -> Callable[[], Any]:
    if declared.default is not dataclasses.MISSING:
        return lambda: declared.default
    if declared.default_factory is not dataclasses.MISSING:
        return declared.default_factory
    return _refuse


def _of(hint: Any, plain: Mapping[type, Convert], whole: Callable[[type], Convert]) -> Convert:
    """How a value of this annotation is converted; nothing but the very type is plainly in order."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        (inner,) = (each for each in arguments if each is not type(None))
        return partial(_unless_none, _of(inner, plain, whole))
    if origin in {list, tuple}:
        return partial(_each, _of(arguments[0], plain, whole))
    if origin is dict:
        return partial(_values, partial(_unless_none, _of(arguments[1], plain, whole)))
    if dataclasses.is_dataclass(hint):
        return whole(typing.cast("type", hint))
    return plain[hint]


def _maker(owner: type) -> Convert:
    read = reader_of(owner, dataclasses.fields(owner))
    return lambda values: owner(**read(values))


def _taker(owner: type) -> Convert:
    write = writer_of(owner, dataclasses.fields(owner))
    return lambda value: write(_is(owner, value))


def _refuse() -> Any:
    raise ValueError("missing")


def _is(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError("of another type")
    return value


def _unless_none(convert: Convert, value: Any) -> Any:
    return None if value is None else convert(value)


def _each(convert: Convert, values: Any) -> list[Any]:
    return [convert(each) for each in _is(list, values)]


def _values(convert: Convert, values: Any) -> dict[str, Any]:
    return {_is(str, name): convert(each) for name, each in _is(dict, values).items()}


def _finite(value: Any) -> Any:
    if not math.isfinite(_is(float, value)):
        raise ValueError("not finite")
    return value


def _aware(value: Any) -> Any:
    if _is(datetime, value).utcoffset() is None:
        raise ValueError("no time zone")
    return value


_SAME: dict[type, Convert] = {
    str: partial(_is, str),
    int: partial(_is, int),
    bool: partial(_is, bool),
    float: _finite,
}
READ: Mapping[type, Convert] = _SAME | {
    UUID: lambda value: UUID(_is(str, value)),
    date: lambda value: date.fromisoformat(_is(str, value)),
    datetime: lambda value: _aware(datetime.fromisoformat(_is(str, value))),
}
WRITE: Mapping[type, Convert] = _SAME | {
    UUID: lambda value: str(_is(UUID, value)),
    date: lambda value: _is(date, value).isoformat(),
    datetime: lambda value: _aware(value).isoformat(),
}
