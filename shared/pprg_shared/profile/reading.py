"""Turns tables into checked dataclasses: what a key means, what may stand there, and every fault in plain words.

A dataclass declares its keys with `key(...)`. A dataclass whose first field is `code` is an entry of a table of tables:
the name of its table is its code. What no single key can say is a fault that its method `problems` finds.
"""

import dataclasses
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar

from pprg_shared.profile.lines import Path

_BARE = re.compile(r"[A-Za-z0-9_-]+")
CODE = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
#: How many of the codes that would have been right a fault names.
MOST_NAMED = 12
_PLAIN: Mapping[type, tuple[str, str]] = {
    str: ("a text", "text"),
    int: ("a whole number", "whole number"),
    bool: ("true or false", "true or false"),
    date: ("a date such as 2027-01-12, without quotation marks", "date"),
    time: ("a time such as 10:00:00, without quotation marks", "time"),
}
Check = Callable[[Any], str | None]
T = TypeVar("T")


class Fault(typing.NamedTuple):
    """What is wrong at a place of the profile."""

    path: Path
    words: str


def key(
    words: str,
    example: str = "",
    *,
    default: Any = dataclasses.MISSING,
    factory: Any = dataclasses.MISSING,
    refers: str = "",
    check: Check | None = None,
) -> Any:
    """A key of the profile: what it means, an example as TOML, the table whose codes it may hold, a check in words."""
    about = {"words": words, "example": example, "refers": refers, "check": check}
    if factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=factory, metadata=about)
    return dataclasses.field(default=default, metadata=about)


def code(words: str, example: str) -> Any:
    """The name of the table itself; always the first field."""
    return key(words, example, check=_code_problem)


def matches(pattern: str, advice: str) -> Check:
    """A check that a text has a form, with advice to who wrote another."""
    form = re.compile(pattern)
    return lambda value: None if form.fullmatch(value) else f"{value!r} {advice}"


def read(kind: type[T], raw: Mapping[str, Any]) -> tuple[T | None, list[Fault]]:
    """The dataclass that the tables hold, or None, and everything that is wrong with them."""
    reader = _Reader(raw)
    value = reader.table(kind, raw, ())
    return (None if reader.faults else value), reader.faults


@cache
def keys_of(kind: type) -> tuple[tuple[str, Any, "dataclasses.Field[Any]"], ...]:
    """Name, type and declaration of each key of a dataclass."""
    hints = typing.get_type_hints(kind)
    return tuple((each.name, hints[each.name], each) for each in dataclasses.fields(kind))


def is_coded(kind: Any) -> bool:
    """Whether entries of this kind are tables named by their code."""
    return dataclasses.is_dataclass(kind) and keys_of(typing.cast("type", kind))[0][0] == "code"


def in_words(hint: Any) -> str:
    """A type as a person would say it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, UnionType}:
        return in_words(arguments[0])
    if origin is typing.Literal:
        return f"one of {', '.join(f'`{each}`' for each in arguments)}"
    if origin is tuple:
        each = in_words(arguments[0])
        return "tables by code" if is_coded(arguments[0]) else f"list of {each.replace('one of', 'these:')}"
    if origin is Mapping or dataclasses.is_dataclass(hint):
        coded = origin is Mapping and dataclasses.is_dataclass(arguments[1])
        return "tables by code" if coded else "texts by code" if origin is Mapping else "table"
    return _PLAIN[hint][1]


class _Reader:
    """Reads everything that can be read, and keeps every fault."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.faults: list[Fault] = []

    def wrong(self, path: Path, words: str) -> None:
        self.faults.append(Fault(path, words))

    def table(self, kind: type, raw: Any, path: Path, own: str | None = None) -> Any:
        if not isinstance(raw, Mapping):
            return self.wrong(path, "must be a table")
        before = len(self.faults)
        values = {} if own is None else {"code": self.checked(own, path, _field(kind, "code"))}
        known = {name: (hint, each) for name, hint, each in keys_of(kind) if name not in values}
        for name in raw:
            if name not in known:
                self.wrong((*path, name), f"is not a key of this table{_nearest(name, list(known))}")
        for name, (hint, each) in known.items():
            if name in raw:
                values[name] = self.checked(self.value(hint, raw[name], (*path, name)), (*path, name), each)
            elif each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                example = f", such as {each.metadata['example']}" if each.metadata["example"] else ""
                self.wrong((*path, name), f"is missing{example}")
        if len(self.faults) > before:
            return None
        made = kind(**values)
        for fault in getattr(made, "problems", lambda: ())():
            self.wrong((*path, *fault.path), fault.words)
        return made

    def value(self, hint: Any, raw: Any, path: Path) -> Any:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in {typing.Union, UnionType}:
            (inner,) = (each for each in arguments if each is not NoneType)
            return self.value(inner, raw, path)
        if origin is typing.Literal:
            return self.one_of(arguments, raw, path)
        if origin is tuple:
            return self.several(arguments[0], raw, path)
        if origin is Mapping:
            return self.by_code(arguments[1], raw, path)
        if dataclasses.is_dataclass(hint):
            return self.table(typing.cast("type", hint), raw, path)
        return self.plain(hint, raw, path)

    def plain(self, hint: type, raw: Any, path: Path) -> Any:
        exact = isinstance(raw, hint) and isinstance(raw, bool) == (hint is bool) and not isinstance(raw, datetime)
        if not exact:
            return self.wrong(path, f"must be {_PLAIN[hint][0]}")
        if raw == "" or (isinstance(raw, str) and not raw.strip()):
            return self.wrong(path, "is empty; write a text or leave the key out")
        return raw

    def one_of(self, allowed: Sequence[str], raw: Any, path: Path) -> Any:
        if raw in allowed:
            return raw
        return self.wrong(path, f"{raw!r} is not known; use {_or(allowed)}")

    def several(self, kind: Any, raw: Any, path: Path) -> Any:
        if is_coded(kind):
            return tuple(self.by_code(kind, raw, path).values())
        if not isinstance(raw, list):
            return self.wrong(path, "must be a list, in square brackets")
        return tuple(self.value(kind, each, (*path, number)) for number, each in enumerate(raw))

    def by_code(self, kind: Any, raw: Any, path: Path) -> Any:
        if not isinstance(raw, Mapping):
            self.wrong(path, "must be a table")
            return {}
        if is_coded(kind):
            return {name: self.table(kind, each, (*path, name), name) for name, each in raw.items()}
        for name in raw:
            if problem := _code_problem(name):
                self.wrong((*path, name), problem)
        return {name: self.value(kind, each, (*path, name)) for name, each in raw.items()}

    def checked(self, value: Any, path: Path, declared: "dataclasses.Field[Any]") -> Any:
        """The value, once its own check has passed and what it refers to has been found."""
        if value is None:
            return None
        check, refers = declared.metadata["check"], declared.metadata["refers"]
        if check and (problem := check(value)):
            self.wrong(path, problem)
        if refers:
            known = _table(self.raw, refers)
            for number, each in enumerate(value if isinstance(value, tuple) else (value,)):
                place = (*path, number) if isinstance(value, tuple) else path
                if each is not None and each not in known:
                    self.wrong(place, f"{each!r} is not in [{refers}]{_nearest(each, known) or _among(known)}")
        return value


def _field(kind: type, name: str) -> "dataclasses.Field[Any]":
    return next(each for found, _, each in keys_of(kind) if found == name)


def _table(raw: Mapping[str, Any], dotted: str) -> list[str]:
    """The codes in a table of the profile, `publication.types` for one within another."""
    found: Any = raw
    for name in dotted.split("."):
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return list(found) if isinstance(found, Mapping) else []


def _code_problem(value: str) -> str | None:
    if CODE.fullmatch(value):
        return None
    return "is not a code; use small letters and digits, with . _ or - between them"


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _among(known: Sequence[str]) -> str:
    if not known:
        return ""
    return f"; use {_or(known)}" if len(known) <= MOST_NAMED else f"; use one of its {len(known)} codes"


def _or(words: Sequence[str]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def dotted(path: Path) -> str:
    """A place as people write it: `routes.lcspr.mandates[0].all`, codes with dots in quotation marks."""
    parts = (
        f"[{each}]" if isinstance(each, int) else f".{each}" if _BARE.fullmatch(each) else f'."{each}"' for each in path
    )
    return "".join(parts).removeprefix(".")
