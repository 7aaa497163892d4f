"""Everything that each page which a visitor sees must keep."""

import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from browser.visitor import Mode

AXE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
#: What axe does not look for, or looks for less strictly than we do; and what the page is built of, as numbers: each
#: element with its attributes, in the place where it stands among others, with whether it holds words and, of lists and
#: tables, what follows what; and which heading comes after which. Not what words, names and addresses there are.
FACTS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map((each) => each.id);
  const fields = all("input:not([type=hidden]), select, textarea");
  const said = new Set(["autocomplete", "class", "content", "hidden", "lang", "role", "scope", "tabindex", "type"]);
  const inOrder = new Set(["ul", "ol", "dl", "table", "thead", "tbody", "tr", "details"]);
  const unseen = new Set(["checked", "selected", "value"]);
  const parts = new Set();
  const add = (text) => {
    let high = 0xdeadbeef, low = 0x41c6ce57;
    for (let at = 0; at < text.length; at++) {
      high = Math.imul(high ^ text.charCodeAt(at), 2654435761);
      low = Math.imul(low ^ text.charCodeAt(at), 1597334677);
    }
    parts.add((high >>> 0) * 2097152 + (low >>> 11));
  };
  const kind = (node) => `${node.localName}.${node.getAttribute("class") ?? ""}`;
  const states = /^aria-(current|expanded|hidden|invalid|level|live|modal|selected|sort)$/;
  const about = ({name, value}) =>
    said.has(name) || states.test(name) ? `${name}=${value}` : `${name}${value.trim() && "=x"}`;
  const take = (node, place) => {
    const within = [...node.children].filter((each) => each.localName !== "script");
    const kinds = inOrder.has(node.localName) ? within.map(kind) : [];
    const follows = kinds.filter((each, at) => each !== kinds[at - 1]);
    const its = [...node.attributes].filter((each) => !unseen.has(each.name)).map(about);
    add([place, node.localName, ...its, node.textContent.trim() ? "words" : "", ...follows].join(" "));
    for (const each of within) take(each, `${place}>${kind(node)}`);
  };
  take(document.documentElement, "");
  all("h1, h2, h3, h4, h5, h6").forEach((each, at, them) => add(`${at && them[at - 1].localName} ${each.localName}`));
  const pointed = (name) => all(`[${name}]`).flatMap((each) => each.getAttribute(name).split(" "));
  const pointers = all("a[href^='#']").map((each) => each.hash.slice(1));
  pointers.push(...["for", "aria-describedby", "aria-labelledby"].flatMap(pointed));
  return [{
    headings: all("h1").length,
    unlabelled: fields.filter((each) => !each.labels.length).map((each) => each.name),
    nameless: all("a[href], button:not([hidden])").map((each) => each.textContent.trim()).filter((name) => !name),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    nowhere: pointers.filter((id) => id && !ids.includes(id)),
    overflow: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }, [...parts]];
}"""
GOOD = {"headings": 1, "unlabelled": [], "nameless": [], "twice": [], "nowhere": [], "overflow": False}
#: Nothing is fetched for it once more: these pages have neither sound nor rules about how a screen is held.
JUDGE = "axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations)"
#: By the width of the window, what pages are built of in which axe has found nothing in this run.
CLEAN: dict[int, set[int]] = defaultdict(set)


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
        facts, parts = page.evaluate(FACTS)
        assert facts == GOOD
        if not CLEAN[self.width].issuperset(parts):
            assert self._violations(page) == []
            CLEAN[self.width].update(parts)

    def _violations(self, page: Page) -> list[dict[str, Any]]:
        """Axe waits by timers, which stand still where scripts are off: so it lives beside, and judges a copy.

        It is the dearest of all that is done to a page, so it judges a page of which something stands there that did
        not stand in such a place before, at this width.
        """
        self.copy.set_content(SCRIPT.sub("", page.content()))
        if not self.copy.evaluate("'axe' in window"):
            self.copy.evaluate(AXE)
        found = self.copy.evaluate(JUDGE)
        return [{each["id"]: [node["html"] for node in each["nodes"]]} for each in found]
