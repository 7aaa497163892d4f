"""A part of an event: fields that are written and read together, quickly where they are plainly in order."""

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pprg_shared.quick import DOUBTS, Named, reader_of, writer_of

if TYPE_CHECKING:  # loaded by whoever is in doubt
    from marshmallow import Schema


class Part:
    """Some fields of a dataclass, all public or all sealed under one ring.

    How they are written and read is worked out when it is first needed: a process says and hears few of all events.
    """

    def __init__(self, owner: type, chosen: "Sequence[dataclasses.Field[Any]]", name: str) -> None:
        self._owner, self._chosen, self._name = owner, chosen, name

    @cached_property
    def schema(self) -> "type[Schema]":
        """What describes the part to others, and decides where the quick way is in doubt."""
        from pprg_shared.schemas import schema_of  # noqa: PLC0415 -- marshmallow takes memory; few are ever in doubt

        return schema_of(self._owner, self._chosen, self._name)

    @cached_property
    def _quick_writer(self) -> Named:
        return writer_of(self._owner, self._chosen)

    @cached_property
    def _quick_reader(self) -> Named:
        return reader_of(self._owner, self._chosen)

    def write(self, event: object) -> dict[str, Any]:
        """The JSON values of an event; raises ValueError, naming fields and never contents, unless they read back."""
        quick = self._quick_writer
        with suppress(*DOUBTS):
            return quick(event)
        from pprg_shared.schemas import written  # noqa: PLC0415 -- as above

        return written(self.schema, event)

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an event from JSON, unknown ones ignored; raises Unreadable, naming fields, never contents."""
        quick = self._quick_reader
        with suppress(*DOUBTS):
            return quick(values)
        from pprg_shared.schemas import loaded  # noqa: PLC0415 -- as above

        return loaded(self.schema, values)
