"""What many tests begin with is played once: a `beginning` leaves its world to those who ask for it next.

They begin with the databases, files and clock as it left them, as if the product had been started anew there, and
with what it gave. That takes a plain value, on SQLite, in a world that nobody but other beginnings has written to.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest

Place = tuple[str, str]


@dataclass(frozen=True)
class Kept:
    """A world as beginnings left it, one after another, and what each of them gave."""

    folder: Path
    at: datetime
    values: dict[Place, Any]


_beginnings: set[Place] = set()
_kept: dict[Place, Kept] = {}
_BEGUN = pytest.StashKey[Kept]()


def beginning(build: Callable[..., Any]) -> Callable[..., Any]:
    """Below `@pytest.fixture`: play this once, and let the others begin with what came of it."""
    place = (build.__module__, build.__name__)
    _beginnings.add(place)

    def fixture(request: pytest.FixtureRequest, **given: Any) -> Any:
        begun = begun_with(request.node)
        if begun and place in begun.values:
            return deepcopy(begun.values[place])
        world = request.getfixturevalue("world")
        untouched = is_untouched(world)
        value = build(**given)
        if untouched and place not in _kept:
            folder = request.getfixturevalue("tmp_path_factory").mktemp("kept")
            _kept[place] = keep(world, folder, (begun.values if begun else {}) | {place: deepcopy(value)})
        return value

    own = [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD)]
    wanted = signature(build)
    fixture.__signature__ = wanted.replace(parameters=[*own, *wanted.parameters.values()])  # type: ignore[attr-defined]
    fixture.__name__, fixture.__doc__, fixture.__module__ = build.__name__, build.__doc__, build.__module__
    return fixture


def is_untouched(world: Any) -> bool:
    """Whether nobody has written to the databases of a world since it began as a copy."""
    if not all(each.database.sqlite for each in world.services.values()):
        return False
    written = (world.folder / f"{name}.sqlite-wal" for name in world.services)
    return not any(each.exists() and each.stat().st_size for each in written)


def keep(world: Any, folder: Path, values: dict[Place, Any]) -> Kept:
    """Copy all that a world has by now."""
    shutil.copytree(world.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    for name in world.services:
        with (
            closing(sqlite3.connect(world.folder / f"{name}.sqlite")) as there,
            closing(sqlite3.connect(folder / f"{name}.sqlite")) as here,
        ):
            there.backup(here)
    return Kept(folder, world.clock.at, values)


def begin(request: pytest.FixtureRequest) -> Path | None:
    """The folder with which the world of this test begins, if one is kept that is of use."""
    here = request.module.__name__
    wanted = {
        place
        for name in request.fixturenames
        for place in _beginnings
        if place[1] == name
        and (place[0] == here or not (hasattr(request.module, name) or place[0].startswith("tests.")))
    }
    found = [_kept[place] for place in sorted(wanted) if place in _kept and _kept[place].values.keys() <= wanted]
    if not found:
        return None
    request.node.stash[_BEGUN] = max(found, key=lambda each: len(each.values))
    return request.node.stash[_BEGUN].folder


def begun_with(item: pytest.Item) -> Kept | None:
    """What is kept that the world of this test began with."""
    return item.stash.get(_BEGUN, None)
