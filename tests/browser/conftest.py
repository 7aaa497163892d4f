"""Visitors: people with a browser of their own, and everything that each page they see must keep."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from invented import REFERRAL
from pprg_embedded.__main__ import started
from pprg_intake.rules import first_page
from pprg_shared.profile import load_profile
from signed import bearing, cookies_of
from waiting import eventually

PATIENCE_MS = 10_000
PROFILE = load_profile()
AXE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
#: What differs each time that a page is shown, and that nobody sees: tokens, keys, ids of things, where it is served.
VARIES = re.compile(
    r'nonce="[^"]*"|(?<=value=")[\w.-]{32,}(?=")|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|127\.0\.0\.1:\d+'
)
#: Windows and pages without what varies, by their digests, in which axe has found nothing in this run.
CLEAN: set[bytes] = set()
#: What axe does not look for, or looks for less strictly than we do.
FACTS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map((each) => each.id);
  const fields = all("input:not([type=hidden]), select, textarea");
  return {
    headings: all("h1").length,
    unlabelled: fields.filter((each) => !each.labels.length).map((each) => each.name),
    nameless: all("a[href], button:not([hidden])").map((each) => each.textContent.trim()).filter((name) => !name),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    nowhere: all("a[href^='#']").map((each) => each.hash.slice(1)).filter((id) => id && !ids.includes(id)),
    overflow: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  };
}"""
CELLS = """rows => rows.map((row) => [...row.cells].map((cell) => [...cell.childNodes]
  .filter((node) => node.className !== "pprg-table__head").map((node) => node.textContent).join("").trim()))"""
GOOD = {"headings": 1, "unlabelled": [], "nameless": [], "twice": [], "nowhere": [], "overflow": False}


@dataclass(frozen=True)
class Mode:
    """How wide the window is, and whether scripts run."""

    name: str
    width: int
    scripts: bool


#: The first two are the hardest and what most have: walks are long in them, and short in the others.
MODES = (
    Mode("320-without-script", 320, scripts=False),
    Mode("1280-with-script", 1280, scripts=True),
    Mode("320-with-script", 320, scripts=True),
    Mode("1280-without-script", 1280, scripts=False),
)


@dataclass
class Visitor:
    """One person's browser: what it shows, what it answered last, what went wrong in it."""

    base: str
    page: Page
    look: Callable[[Page, str], None]
    #: By which somebody is signed in.
    secrets: Mapping[str, str]
    status: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:  # what leads on elsewhere is as it should be
            self.faults.append(f"{response.url}: {response.status}")

    def _failed(self, request: Request) -> None:
        """Whoever goes on before an icon has come aborts it; that is no fault of the page."""
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.url}: {request.failure}")

    def _heard(self, message: ConsoleMessage) -> None:
        """Chromium notes the status of a page that is an error; that one is looked at by itself."""
        its_own = message.location["url"] == self.page.url and f"status of {self.status}" in message.text
        if message.type in {"error", "warning"} and not its_own:
            self.faults.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def again(self) -> bool:
        """Load the page once more."""
        return self.page.reload() is not None

    def press(self, words: str) -> None:
        """Press the button and be where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).click()

    def follow(self, words: str) -> None:
        """Follow the link and be where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words, exact=True).first.click()

    def fill(self, answers: Mapping[str, str]) -> None:
        for name, text in answers.items():
            field = self.page.locator(f"#{name}")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)

    def typed(self, *names: str) -> list[str]:
        """What stands in these fields."""
        return [self.page.locator(f"#{name}").input_value() for name in names]

    @property
    def ticked(self) -> list[str]:
        """The values of what is ticked or chosen."""
        return self.page.locator("main input:checked").evaluate_all("all => all.map((each) => each.value)")

    @property
    def problems(self) -> list[str]:
        """What the error summary says."""
        return self.page.locator(".govuk-error-summary li").all_inner_texts()

    def focus(self, attribute: str) -> str:
        """An attribute of the element that has the focus."""
        return self.page.evaluate(f"document.activeElement.{attribute}")

    def choose(self, *labels: str) -> None:
        for each in labels:
            self.page.get_by_label(each, exact=True).check()

    def sees(self, title: str, status: int = 200) -> None:
        """Be on the page of this title, and find it as every page must be."""
        assert (self.status, self.title) == (status, title)
        self.look(self.page, title)
        assert self.faults == []

    @property
    def title(self) -> str:
        """What the window is called, without the name of the service, which must stand there too."""
        title, _, service = self.page.title().rpartition(" – ")
        assert service == "Practice reviews"
        return title

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the page's tables, without the names of their columns that narrow screens repeat."""
        return self.page.locator("main tbody tr").evaluate_all(CELLS)

    def sign_in(self, who: str) -> None:
        """Be one of the invented people, who have signed in; and at the page on which they begin."""
        person, at = PROFILE.person(who), datetime.now(UTC)
        found = cookies_of(person, self.secrets, at).items()
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in found])
        self.open(first_page(frozenset(person.roles)))

    def acting(self, who: str) -> dict[str, str]:
        """What a program of theirs sends at the API with everything."""
        return bearing(PROFILE.person(who), self.secrets["SIGN_IN_KEY"], datetime.now(UTC))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the services keep everything."""
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The four services as people start them, in a folder of their own."""
    with started(folder) as base:
        yield base


@pytest.fixture(scope="module")
def secrets(folder: Path, address: str) -> dict[str, str]:
    """Those of the services that were started, by which somebody is signed in."""
    return {name: (folder / "secrets" / name).read_text("ascii").strip() for name in ("SIGN_IN_KEY", "SESSION_KEYS")}


@pytest.fixture(scope="module")
def people(folder: Path, address: str) -> dict[str, dict[str, str]]:
    """What the invented people sign in with, as the command writes it."""
    command = [
        sys.executable,
        "-m",
        "pprg_embedded",
        "intake",
        "admin",
        "trial-people",
        "--out",
        str(folder / "people"),
    ]
    subprocess.run(command, env=os.environ | {"VAR": str(folder)}, check=True, capture_output=True)
    return json.loads((folder / "people").read_text("utf-8"))


@pytest.fixture(params=MODES[:2], ids=lambda each: each.name)
def mode(request: pytest.FixtureRequest) -> Mode:
    """A place in MODES where a test asks for one of them."""
    return MODES[request.param] if isinstance(request.param, int) else request.param


@pytest.fixture
def narrow_mode() -> Mode:
    """The hardest, for modules where one is enough."""
    return MODES[0]


class Looking:
    """Takes the picture of a page, asks for its facts, and has axe judge it."""

    def __init__(self, mode: Mode, copy: Page, test: str) -> None:
        self.copy, self.width = copy, mode.width
        folder = os.environ.get("SCREENSHOTS")
        self.folder = Path(folder) / mode.name / test if folder else None
        self.number = 0

    def __call__(self, page: Page, title: str) -> None:
        self.number += 1
        if self.folder:
            name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
            page.screenshot(path=self.folder / f"{self.number:02}-{name}.png", full_page=True)
        assert page.evaluate(FACTS) == GOOD
        assert self._violations(page) == []

    def _violations(self, page: Page) -> list[dict[str, Any]]:
        """Axe waits by timers, which stand still where scripts are off: so it lives beside, and judges a copy.

        It is the dearest of all that is done to a page, so it judges each once in a window of this width.
        """
        copy = SCRIPT.sub("", page.content())
        mark = sha256(f"{self.width}\0{VARIES.sub('', copy)}".encode()).digest()
        if mark in CLEAN:
            return []
        self.copy.set_content(copy)
        if not self.copy.evaluate("'axe' in window"):
            self.copy.evaluate(AXE)
        found = self.copy.evaluate("axe.run({resultTypes: ['violations']})")
        if not found["violations"]:
            CLEAN.add(mark)
        return [{each["id"]: [node["html"] for node in each["nodes"]]} for each in found["violations"]]


@pytest.fixture(scope="module")
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


@pytest.fixture
def visit(
    chromium: Browser,
    address: str,
    mode: Mode,
    secrets: dict[str, str],
    beside: Callable[[Mode], Page],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[], Visitor]]:
    """Somebody new at the door, with a browser that knows nothing yet."""
    size = {"width": mode.width, "height": 800}
    contexts: list[BrowserContext] = []
    looking = Looking(mode, beside(mode), request.node.originalname)

    def new() -> Visitor:
        contexts.append(chromium.new_context(viewport=size, java_script_enabled=mode.scripts))
        return Visitor(address, contexts[-1].new_page(), looking, secrets)

    yield new
    for each in contexts:
        each.close()


@pytest.fixture
def case(visit: Callable[[], Visitor]) -> tuple[str, str]:
    """A case that was just referred: its reference and path."""

    def api(path: str, body: Mapping[str, Any] | None = None) -> Any:
        about: dict[str, Any] = {"headers": {**visitor.acting("coordinator"), "Idempotency-Key": str(uuid4())}}
        request, url = visitor.page.request, f"{visitor.base}/api/v1{path}"
        return (request.post(url, data=body, **about) if body else request.get(url, **about)).json()

    visitor = visit()
    reference = api("/referrals", REFERRAL)["reference"]
    found = eventually(lambda: [each for each in api("/cases")["cases"] if each["reference"] == reference])
    return reference, f"/cases/{found[0]['id']}"
