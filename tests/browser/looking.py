"""Everything that each page which a visitor sees must keep."""

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from browser.visitor import Mode

AXE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
#: What axe does not look for, or looks for less strictly than we do; and how the page is built, which is all that axe
#: judges it by: elements and their attributes, but not which words or addresses they hold, what number their names
#: have, or how many alike come one after another.
FACTS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map((each) => each.id);
  const fields = all("input:not([type=hidden]), select, textarea");
  const words = new Set(["action", "datetime", "formaction", "href", "nonce", "src", "value"]);
  const names = new Set(["id", "for", "name", "headers", "aria-controls", "aria-describedby", "aria-labelledby"]);
  const number = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\d+/g;
  const about = ({name, value}) => {
    const kept = words.has(name) ? value.trim() && "x" : names.has(name) ? value.replace(number, "0") : value;
    return ` ${name}="${kept}"`;
  };
  const built = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() && "x";
    if (node.nodeType !== Node.ELEMENT_NODE || node.localName === "script") return "";
    const within = [...node.childNodes].map(built).filter((each) => each);
    const once = within.filter((each, at) => each !== within[at - 1]);
    return `<${node.localName}${[...node.attributes].map(about).join("")}>${once.join("")}</>`;
  };
  return [{
    headings: all("h1").length,
    unlabelled: fields.filter((each) => !each.labels.length).map((each) => each.name),
    nameless: all("a[href], button:not([hidden])").map((each) => each.textContent.trim()).filter((name) => !name),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    nowhere: all("a[href^='#']").map((each) => each.hash.slice(1)).filter((id) => id && !ids.includes(id)),
    overflow: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }, built(document.documentElement)];
}"""
GOOD = {"headings": 1, "unlabelled": [], "nameless": [], "twice": [], "nowhere": [], "overflow": False}
#: Nothing is fetched for it once more: these pages have neither sound nor rules about how a screen is held.
JUDGE = "axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations)"
#: How pages are built in which axe has found nothing in this run, with the width of the window, by their digests.
CLEAN: set[bytes] = set()


class Looking:
    """Takes the picture of a page, asks for its facts, and has axe judge it."""

    def __init__(self, mode: Mode, copy: Page, test: str) -> None:
        self.copy, self.width = copy, mode.width
        folder = os.environ.get("SCREENSHOTS")
        self.folder = Path(folder) / mode.name / test if folder else None
        self.number = 0

    def __call__(self, page: Page, title: str) -> None:
        """Find the page as every page must be."""
        self.number += 1
        if self.folder:
            name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
            page.screenshot(path=self.folder / f"{self.number:02}-{name}.png", full_page=True)
        facts, built = page.evaluate(FACTS)
        assert facts == GOOD
        mark = sha256(f"{self.width}\0{built}".encode()).digest()
        if mark not in CLEAN:
            assert self._violations(page) == []
            CLEAN.add(mark)

    def _violations(self, page: Page) -> list[dict[str, Any]]:
        """Axe waits by timers, which stand still where scripts are off: so it lives beside, and judges a copy.

        It is the dearest of all that is done to a page, so it judges what is built alike once at this width.
        """
        self.copy.set_content(SCRIPT.sub("", page.content()))
        if not self.copy.evaluate("'axe' in window"):
            self.copy.evaluate(AXE)
        found = self.copy.evaluate(JUDGE)
        return [{each["id"]: [node["html"] for node in each["nodes"]]} for each in found]
