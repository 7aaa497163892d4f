"""How agencies and who referred come in: by the link of a letter, and a code that is mailed for it."""

import re
from collections.abc import Collection, Mapping

from pprg_embedded.demo.browser import Browser, Failed
from pprg_embedded.demo.playing import Play

_LINK = re.compile(r"https?://[^\s\"'<>]*?(/(?:requests|referrals)/[\w/-]+)")
_CODE = re.compile(r"\bCode: (\d{6})\b")


def let_in(show: Play, case_id: str, kind: str, whom: Collection[str]) -> None:
    """Each of these follows the link of the letter of a kind that they got, asks for a code and types it.

    All ask before the first types, as agencies do that are written to at the same time; so their codes come together.
    """
    texts = _letters(show, case_id, kind, whom)
    used = show.mailbox.read(case_id, show.result["case"], "code")
    links = {each: _found(_LINK, texts[each]) for each in whom}
    asked = {}
    for each, link in links.items():
        show.guests[each] = Browser(show.base)
        asked[each] = show.guests[each].send(link, {}, holding="_ask")
    codes = _letters(show, case_id, "code", whom, used)
    opened = {
        each: show.guests[each].send(page, {"code": _found(_CODE, codes[each])}, holding="code")
        for each, page in asked.items()
    }
    show.check(f"a code from a letter opens what its link names: {kind}", len(opened), ok=opened == links)


def _letters(
    show: Play, case_id: str, kind: str, whom: Collection[str], but: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What the letters of a kind say to each of these, once all are there that are others than `but`."""

    def there() -> dict[str, str]:
        found = show.mailbox.read(case_id, show.result["case"], kind)
        new = {each for each, text in found.items() if text != (but or {}).get(each)}
        return found if new >= set(whom) else {}

    found: dict[str, str] | None = show.wait(f"a letter to each: {kind}", there)
    if not found:
        raise Failed(f"not everybody got a letter of the kind {kind} within a minute")
    return found


def _found(what: re.Pattern[str], text: str) -> str:
    if found := what.search(text):
        return found[1]
    raise Failed("the product does not keep what its letters say: name with --mailbox where they can be read")
