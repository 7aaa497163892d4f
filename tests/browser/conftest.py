"""Visitors: people with a browser of their own at one product, which all tests in this folder share."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import forked
from browser.looking import Looking
from browser.program import Program
from browser.visitor import MODES, Mode, Visitor
from browser.windows import Windows
from chromium import from_program
from invented import REFERRAL
from pprg_embedded.__main__ import started
from sources import first_of


@pytest.fixture(scope="package")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser; not for the whole session, for its event loop would be in the way of other tests."""
    with first_of(request.config, "Chromium", [from_program]) as program:
        yield program.browser


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the services keep everything."""
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="package")
def address(folder: Path) -> Iterator[str]:
    """The four services as people start them, in a folder of their own."""
    with started(folder) as base:
        yield base


@pytest.fixture(scope="package")
def secrets(folder: Path, address: str) -> dict[str, str]:
    """Those of the services that were started, by which somebody is signed in."""
    return {name: (folder / "secrets" / name).read_text("ascii").strip() for name in ("SIGN_IN_KEY", "SESSION_KEYS")}


@pytest.fixture(scope="package")
def people(folder: Path, address: str) -> dict[str, dict[str, str]]:
    """What the invented people sign in with, as the command writes it."""
    command = ["-m", "pprg_embedded", "intake", "admin", "trial-people", "--out", str(folder / "people")]
    forked.run(command, os.environ | {"VAR": str(folder)}, check=True)
    return json.loads((folder / "people").read_text("utf-8"))


@pytest.fixture(params=MODES[:2], ids=lambda each: each.name)
def mode(request: pytest.FixtureRequest) -> Mode:
    """A place in MODES where a test asks for one of them."""
    return MODES[request.param] if isinstance(request.param, int) else request.param


@pytest.fixture
def narrow_mode() -> Mode:
    """The hardest, for modules where one is enough."""
    return MODES[0]


@pytest.fixture(scope="package")
def beside(chromium: Browser, address: str) -> Iterator[Callable[[Mode], Page]]:
    """The page at each width, with scripts, on which axe judges copies of what visitors see."""
    pages: dict[int, Page] = {}

    def page(mode: Mode) -> Page:
        if mode.width not in pages:
            pages[mode.width] = chromium.new_page(viewport={"width": mode.width, "height": 800})
            pages[mode.width].goto(f"{address}/problems/malformed")
        return pages[mode.width]

    yield page
    for each in pages.values():
        each.close()


@pytest.fixture(scope="package")
def windows(chromium: Browser) -> Windows:
    """The windows of the browser."""
    return Windows(chromium)


@pytest.fixture
def visit(
    windows: Windows,
    address: str,
    mode: Mode,
    secrets: dict[str, str],
    beside: Callable[[Mode], Page],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Visitor]]:
    """Somebody new at the door, whose browser knows of nobody; `anew` where it must not even know the way back."""
    kept: list[Visitor] = []
    closed: list[Visitor] = []
    looking = Looking(mode, beside(mode), request.node.originalname)

    def new(*, anew: bool = False) -> Visitor:
        page = windows.new(mode) if anew else windows.lent(mode)
        visitor = Visitor(address, page, looking, secrets)
        (closed if anew else kept).append(visitor)
        return visitor

    yield new
    for each in closed:
        each.page.context.close()
    for each in kept:
        windows.back(mode, each.leave())


@pytest.fixture(scope="package")
def api(address: str, secrets: dict[str, str]) -> Program:
    """What programs do at the API, in anybody's name."""
    return Program(address, secrets)


@pytest.fixture
def case(api: Program) -> tuple[str, str]:
    """A case that was just referred: its reference and path."""
    return api.refer(REFERRAL)
