"""Where the services of a test keep their data: SQLite, or PostgreSQL in turn for tests marked `both_databases`."""

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from zlib import crc32

import pytest

from beginnings import begin
from postgresql import Server
from pprg_embedded.world import SERVICES
from pprg_shared.database import Database
from pprg_shared.migrations import Migrations
from pprg_shared.service import Service

KINDS = ("sqlite", "postgres")
#: Suites about what databases do: a test that is marked in them runs on both every day.
ON_BOTH = {"broker", "database", "faults", "shared"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "addresses" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        kinds = ["sqlite", pytest.param("postgres", marks=pytest.mark.database)]
        metafunc.parametrize("addresses", kinds, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test is tried on with `--long` alone, by `of_every_day`."""
    seen = set()
    for each in items:
        kind = each.callspec.params.get("addresses") if hasattr(each, "callspec") else None
        marks = list(each.iter_markers("both_databases"))
        if kind in KINDS and marks:
            test = f"{each.parent.nodeid}::{each.originalname}"
            on_both = any(mark.args for mark in marks) or bool(ON_BOTH & set(test.split("/")))
            if kind not in of_every_day(test, is_first=(test, kind) not in seen, on_both=on_both):
                each.add_marker("long")
            seen.add((test, kind))


def of_every_day(test: str, *, is_first: bool, on_both: bool) -> Iterable[str]:
    """The databases on which a test runs without `--long` (docs/decisions/0041).

    It takes turns with the other tests, by its name, so that it is always the same one. Of a table of rows only the
    first is tried on PostgreSQL, if any.
    """
    if not is_first:
        return KINDS[:1]
    return KINDS if on_both else (KINDS[crc32(test.encode()) % len(KINDS)],)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of each service, with its tables and without a row."""
    folder = tmp_path_factory.mktemp("migrated")
    for each in SERVICES:
        migrate(each, f"sqlite:///{folder}/{each.name}.sqlite")
    return folder


@pytest.fixture
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Service to the address of a database of its own, migrated, for this test alone.

    It is without a row, but for a test that wants a world: there it is as the first world left it once it had settled.
    Its parameter is `sqlite`, or else the name of the fixture whose server is used.
    """
    kind, settled = getattr(request, "param", "sqlite"), "world" in request.fixturenames
    if kind == "sqlite":
        kept = begin(request) if settled else request.getfixturevalue("migrated")
        shutil.copytree(kept or request.getfixturevalue("begun"), tmp_path, dirs_exist_ok=True)
        return {each.name: f"sqlite:///{tmp_path}/{each.name}.sqlite" for each in SERVICES}
    server = request.getfixturevalue(kind)
    if settled and not all(server.remembers(each.name) for each in SERVICES):
        request.getfixturevalue("begin")(_emptied(server))
        for each in SERVICES:
            server.remember(each.name)
    return _emptied(server, recalling=settled)


def _emptied(server: Server, *, recalling: bool = False) -> dict[str, str]:
    return {each.name: server.emptied(each.name, partial(migrate, each), recalling=recalling) for each in SERVICES}


def migrate(service: Service, address: str) -> None:
    """Bring a database to what the service needs, once: tests get copies of it."""
    database = Database(address, service.name)
    Migrations(service.package, service.metadata).upgrade(database)
    database.close()
