"""What all tests may use: a world in a folder, its services on one in-process bus."""

import dataclasses
import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from flask import Flask

from beginnings import begun_with
from pprg_embedded.world import SERVICES, with_secrets
from pprg_shared.boxes.housekeeping import EVERY, Housekeeping
from pprg_shared.bus import Message, Receive
from pprg_shared.config import Settings
from pprg_shared.local import LocalBus
from pprg_shared.service import Runtime
from signed import Browser, acting, browser_of
from spared import APPS, share_statements

pytest_plugins = [
    "sources",
    "rabbitmq",
    "postgresql",
    "databases",
    "chromium",
    "certificates",
    "counting",
    "stored",
    "logged",
    "calling",
    "forked",
    "linked",
    "signing",
]
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class SetClock:
    """A clock that tests set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Bus(LocalBus):
    """Notes who hears something."""

    def __init__(self, expected: Iterable[str] = ()) -> None:
        super().__init__(expected)
        self.heard: set[str] = set()

    def _deliver(self, service: str, receive: Receive, batch: list[Message]) -> set[UUID]:
        self.heard.add(service)
        return super()._deliver(service, receive, batch)


@dataclass
class World:
    """Four services without threads: `settle` does what the loops would do."""

    services: dict[str, Runtime]
    clock: SetClock
    folder: Path
    #: Those that were asked for; they are given back at the end.
    apps: dict[Runtime, Flask] = field(default_factory=dict)

    def settle(self) -> None:
        """Until nobody has anything to do; whoever did nothing is asked again only once they have heard something."""
        heard, due = self.heard, set(self.services)
        while due:
            busy = set()
            for name, each in self.services.items():
                if name in due | heard:
                    heard.discard(name)
                    busy |= {name} if each.drain() else set()
            due = busy | (self.heard & self.services.keys() if busy else set())

    @property
    def heard(self) -> set[str]:
        """Who has heard something since they were last asked to do what is due; maybe everybody, on any other bus."""
        bus: Any = next(iter(self.services.values())).bus
        return bus.heard if isinstance(bus, Bus) else set(self.services)

    def app(self, service: str) -> Flask:
        alive = self.services[service]
        if alive not in self.apps:
            self.apps[alive] = APPS.lent(alive)
        return self.apps[alive]

    def client(self, service: str):
        return self.app(service).test_client()

    def visitor(self, service: str, who: str) -> Browser:
        """The browser of one of the invented people, who has signed in."""
        return browser_of(self.app(service), who)

    def acting(self, who: str) -> dict[str, str]:
        """What a program of one of the invented people, who has signed in, sends at the API with everything."""
        return acting(self.client("intake"), who)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long forms too")
    parser.addoption("--deployed", action="store_true", help="run what needs Docker too")


def pytest_collection_finish() -> None:
    """What is there by now stays until the end: nobody need look again and again whether it is still of use."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """What a test finds is not a matter of how fast a machine is; in CI Hypothesis has no deadline of itself."""
    share_statements()  # before anybody opens a database
    hypothesis.settings.register_profile("untimed", hypothesis.settings.get_profile("default"), deadline=None)
    if not os.environ.get("CI"):
        hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    closed = [name for name in ("long", "deployed") if not config.getoption(f"--{name}")]
    left_out = [each for each in items if any(each.get_closest_marker(name) for name in closed)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(TUESDAY)


@pytest.fixture(scope="session")
def sealed_with(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the secrets of every test, so that a world can begin as a copy of another."""
    folder = tmp_path_factory.mktemp("begun")
    return dataclasses.replace(with_secrets(Settings(var=str(folder))), trial=True)


@pytest.fixture
def settings(sealed_with: Settings, tmp_path: Path) -> Settings:
    return dataclasses.replace(sealed_with, var=str(tmp_path))


@pytest.fixture(scope="session")
def begin(sealed_with: Settings) -> Callable[[dict[str, str]], None]:
    """Lets a world settle for the first time on databases without a row, and leaves them."""

    def settle(addresses: dict[str, str]) -> None:
        clock = SetClock(TUESDAY)
        made = brought_to_life(sealed_with, clock, addresses)
        _settled(made, clock, Path(sealed_with.var))
        for each in made.values():
            each.database.close()

    return settle


@pytest.fixture(scope="session")
def begun(migrated: Path, sealed_with: Settings, begin: Callable[[dict[str, str]], None]) -> Path:
    """A folder with secrets and databases as a world leaves them once it has settled."""
    folder = Path(sealed_with.var)
    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    begin({each.name: sealed_with.database(each.name) for each in SERVICES})
    return folder


@pytest.fixture
def alive(
    request: pytest.FixtureRequest, settings: Settings, clock: SetClock, addresses: dict[str, str]
) -> Iterator[dict[str, Runtime]]:
    """Four services on one bus, their databases up to date, before anybody listens."""
    if kept := begun_with(request.node):
        clock.at = kept.at
    made = brought_to_life(settings, clock, addresses)
    yield made
    for each in made.values():
        each.stop()


@pytest.fixture
def world(alive: dict[str, Runtime], clock: SetClock, tmp_path: Path) -> Iterator[World]:
    for each in alive.values():
        each.listen()
        rest(each)
    whole = World(alive, clock, tmp_path)
    yield whole
    APPS.back(whole.apps)


def rest(alive: Runtime) -> None:
    """Be as whoever has just settled: there is nothing to do, and the hour of keeping house is not over."""
    for each in alive.loops:
        if isinstance(each.box, Housekeeping):
            each.box._due = alive.clock() + EVERY
    alive.keeper.drain()


def brought_to_life(settings: Settings, clock: SetClock, addresses: dict[str, str]) -> dict[str, Runtime]:
    """Four services on one bus, their databases up to date."""
    bus = Bus(addresses)
    here = {name: dataclasses.replace(settings, database_url=address) for name, address in addresses.items()}
    made = {each.name: Runtime(each, here[each.name], bus, clock) for each in SERVICES}
    for each in made.values():
        each.migrate()
    return made


def _settled(alive: dict[str, Runtime], clock: SetClock, folder: Path) -> World:
    for each in alive.values():
        each.listen()
    whole = World(alive, clock, folder)
    whole.settle()
    return whole
