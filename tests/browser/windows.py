"""Windows of one Chromium, which one visitor after another has."""

from collections import defaultdict

from playwright.sync_api import Browser, Page

from browser.visitor import Mode

BLANK = "about:blank"


class Windows:
    """What a new window costs is a process of its own and all that it must load; so one that is left is had again."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._left: dict[Mode, list[Page]] = defaultdict(list)

    def new(self, mode: Mode) -> Page:
        """One that nobody has had."""
        size = {"width": mode.width, "height": 800}
        return self._chromium.new_context(viewport=size, java_script_enabled=mode.scripts).new_page()

    def lent(self, mode: Mode) -> Page:
        """One that knows of nobody; how to go back to their pages it may know."""
        return self._left[mode].pop() if self._left[mode] else self.new(mode)

    def back(self, mode: Mode, page: Page) -> None:
        """Forget whoever had it: cookies, and what scripts kept; no page of theirs was kept."""
        if page.url != BLANK:
            page.evaluate("sessionStorage.clear(), localStorage.clear()")
        page.context.clear_cookies()
        self._left[mode].append(page)
