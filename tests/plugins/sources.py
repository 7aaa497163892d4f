"""Where tests get their services from, and the last lines of a run: what each suite used and how long it took."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest


class Missing(Exception):
    """This source does not have the service; the text says why."""


class Server(Protocol):
    """A running service, wherever it came from."""

    version: str
    origin: str


Source = Callable[[], AbstractContextManager[Server]]
#: The service that each mark stands for.
MARKS = {"broker": "RabbitMQ", "database": "PostgreSQL", "browser": "Chromium"}
FOUND = pytest.StashKey[dict[str, list[str]]]()
SUITES = pytest.StashKey[dict[str, set[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FOUND] = {service: [] for service in MARKS.values()}
    config.stash[SUITES] = {service: set() for service in MARKS.values()}


@contextmanager
def first_of(config: pytest.Config, service: str, sources: Sequence[Source]) -> Iterator[Server]:
    """The service from the first source that has it; without any, a skip, or a failure if REQUIRE_SERVICES=1."""
    reasons = []
    with ExitStack() as stack:
        for source in sources:
            try:
                server = stack.enter_context(source())
            except Missing as why:
                reasons.append(str(why))
                continue
            config.stash[FOUND][service].append(f"{service} {server.version} from {server.origin}")
            yield server
            return
    words = f"no {service}: {'; '.join(reasons)}"
    config.stash[FOUND][service].append(words)
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{words} (and REQUIRE_SERVICES=1)", pytrace=False)
    pytest.skip(words)


def pytest_runtest_call(item: pytest.Item) -> None:
    for mark, service in MARKS.items():
        if item.get_closest_marker(mark):
            suite = Path(item.location[0]).parent
            item.config.stash[SUITES][service].add(suite.as_posix())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for service, words in config.stash[FOUND].items():
        suites = sorted(config.stash[SUITES][service])
        users = f", for {', '.join(suites)}" if suites else ""
        if words:
            terminalreporter.write_line(f"services: {'; '.join(dict.fromkeys(words))}{users}")
    seconds = Counter[str]()
    for reports in terminalreporter.stats.values():
        for each in reports:
            if isinstance(each, pytest.TestReport):
                seconds[Path(each.location[0]).parent.as_posix()] += each.duration
    took = ", ".join(f"{suite} {seconds[suite]:.0f} s" for suite in sorted(seconds))
    terminalreporter.write_line(f"suites: {took}")
