"""The part of the demo in which the others of office and group sign in, and each sees what is for them."""

from collections.abc import Mapping

from pprg_embedded.demo.people import others
from pprg_embedded.demo.playing import Play

#: By role: what is checked, the page that is theirs, and what stands on it.
THEIRS: Mapping[str, tuple[str, str, str]] = {
    "deputy": ("the deputy coordinator reads the case", "/cases/{case}", "Case {reference}"),
    "member": ("a member of the group reads the case", "/cases/{case}", "Case {reference}"),
    "board-chair": ("the chair of the adults board reads no case of others", "/cases", "Cases"),
    "community-chair": ("the chair of the community safety partnership reads no case of others", "/cases", "Cases"),
    "governance": ("information governance reads who saw the case, and no case", "/cases/{case}/access", "{reference}"),
    "administrator": ("an administrator reads the directory, and no case", "/people", "People"),
    "ops": ("operators read how letters fare, and no case", "/letters?subject={case}", "{reference}"),
}
READERS = frozenset({"deputy", "member"})
SHOWN, HIDDEN = frozenset({200}), frozenset({403, 404})


def look(show: Play, case_id: str, reference: str) -> None:
    """Whoever plays no other part signs in and opens the page that is theirs, and the case."""
    show.progress("everybody else")
    for role, who in others(show.profile).items():
        name, path, words = THEIRS[role]
        browser = show.signers.reader(who)
        page = browser.says(path.format(case=case_id))
        case = browser.status(f"/cases/{case_id}")
        fits = case in (SHOWN if role in READERS else HIDDEN)
        show.check(name, f"the case answers {case}", ok=fits and words.format(reference=reference) in page)
