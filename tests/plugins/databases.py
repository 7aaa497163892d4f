"""Where the services of a test keep their data: SQLite, and PostgreSQL too for tests marked `both_databases`."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from pprg_embedded.world import SERVICES
from pprg_shared.database import Database
from pprg_shared.migrations import Migrations
from pprg_shared.service import Service


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "addresses" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        kinds = ["sqlite", pytest.param("postgres", marks=pytest.mark.database)]
        metafunc.parametrize("addresses", kinds, indirect=True)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of each service, with its tables and without a row."""
    folder = tmp_path_factory.mktemp("migrated")
    for each in SERVICES:
        migrate(each, f"sqlite:///{folder}/{each.name}.sqlite")
    return folder


@pytest.fixture
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Service to the address of a database of its own, migrated and without a row, for this test alone.

    Its parameter is `sqlite`, or else the name of the fixture whose server is used.
    """
    kind = getattr(request, "param", "sqlite")
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("migrated"), tmp_path, dirs_exist_ok=True)
        return {each.name: f"sqlite:///{tmp_path}/{each.name}.sqlite" for each in SERVICES}
    server = request.getfixturevalue(kind)
    return {each.name: server.emptied(each.name, partial(migrate, each)) for each in SERVICES}


def migrate(service: Service, address: str) -> None:
    """Bring a database to what the service needs, once: tests get copies of it."""
    database = Database(address, service.name)
    Migrations(service.package, service.metadata).upgrade(database)
    database.close()
