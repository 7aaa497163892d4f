"""Somebody's browser: what it shows, what it answered, what went wrong in it, and what a person does with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from pprg_intake.rules import first_page
from pprg_shared.profile import load_profile
from signed import cookies_of
from waiting import eventually

PATIENCE_MS = 10_000
#: Between two looks at a page that is to change by itself: whoever loads it all the time takes the processor from
#: those who change it.
SECONDS_BETWEEN_LOOKS = 0.2
PROFILE = load_profile()
CELLS = """rows => rows.map((row) => [...row.cells].map((cell) => [...cell.childNodes]
  .filter((node) => node.className !== "pprg-table__head").map((node) => node.textContent).join("").trim()))"""
KINDS = "names => names.map((name) => document.getElementById(name)?.tagName)"


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
        self._looks_at = {
            "console": self._heard,
            "pageerror": lambda error: self.faults.append(str(error)),
            "requestfailed": self._failed,
            "response": self._answered,
        }
        for what, hear in self._looks_at.items():
            self.page.on(what, hear)

    def leave(self) -> Page:
        """Look no more at what happens in the window; which that is."""
        for what, hear in self._looks_at.items():
            self.page.remove_listener(what, hear)
        return self.page

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

    def until(self, holds: Callable[[], object]) -> None:
        """Load the page again and again until this holds of it."""
        eventually(lambda: self.again() and holds(), every=SECONDS_BETWEEN_LOOKS)

    def press(self, words: str) -> None:
        """Press the button and be where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).click()

    def follow(self, words: str) -> None:
        """Follow the link and be where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words, exact=True).first.click()

    def fill(self, answers: Mapping[str, str]) -> None:
        kinds = self.page.evaluate(KINDS, list(answers))
        for (name, text), kind in zip(answers.items(), kinds, strict=True):
            field = self.page.locator(f"#{name}")
            if kind == "SELECT":
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
