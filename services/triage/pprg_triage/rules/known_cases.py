"""Which open cases of a list are here already, which look like one that is, and when an import can be taken back."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pprg_triage.rules.columns import COLUMNS
from pprg_triage.rules.open_cases import Note, OpenCase
from pprg_triage.rules.vocabulary import fold

#: What lies in these tables about a case keeps it from being taken back, and why.
TOUCHED: Mapping[str, str] = {
    "requests": "agencies were asked",
    "meetings": "a meeting was called or written down",
    "decisions": "a decision was proposed",
    "trigger_days": "a date was noted",
    "ties": "somebody was named to it",
}
#: What a note calls a case, and what it calls one that is closed to whoever reads the note.
_CALLED = re.compile(r"\bcase (\S+-\d{4}-L?\d{4,})\b")
UNNAMED = "a case that is here"


@dataclass(frozen=True)
class Here:
    """A case that is here: what it is called, the reference that it had in a list, whom it is about, since when."""

    called: str
    earlier: str
    name: str
    received_on: date


@dataclass(frozen=True)
class Compared:
    """The cases of a list that are new, what is said of those that are here already, and of those that look like it."""

    new: Sequence[OpenCase]
    known: Sequence[Note]
    alike: Sequence[Note]


def compared(cases: Iterable[OpenCase], here: Iterable[Here]) -> Compared:
    """Compare a list with what is here, and each row with those above it.

    The same reference and the same person is the same case. A reference alone may be that of a brother or sister, and
    a name and day alone a coincidence: these are only worth a look.
    """
    references: dict[str, list[Here]] = {}
    names: dict[tuple[str, date], Here] = {}
    new: list[OpenCase] = []
    known: list[Note] = []
    alike: list[Note] = []

    def remember(each: Here) -> None:
        if each.earlier:
            references.setdefault(fold(each.earlier), []).append(each)
        if each.name:
            names.setdefault((each.name, each.received_on), each)

    for one in here:
        remember(one)
    for each in cases:
        earlier = each.texts.get("reference", "")
        same = references.get(fold(earlier), []) if fold(earlier) else []
        if again := next((one for one in same if one.name == each.name), None):
            known.append(Note(each.row, COLUMNS["reference"].label, f"“{earlier}” is here already: {again.called}."))
            continue
        if same:
            words = f"“{earlier}” is also the reference of {same[0].called}, about another person."
            alike.append(Note(each.row, COLUMNS["reference"].label, words))
        elif each.name and (twin := names.get((each.name, each.received_on))):
            words = f"The same person and day received as {twin.called}."
            alike.append(Note(each.row, COLUMNS["subject"].label, words))
        new.append(each)
        for name in each.names or [""]:
            remember(Here(f"row {each.row}", earlier, name, each.received_on))
    return Compared(new, known, alike)


def cases_named(notes: Iterable[Note]) -> set[str]:
    """What may be references of cases in these notes; a cell that was typed like one is among them."""
    return {found for each in notes for found in _CALLED.findall(each.words)}


def unnamed(notes: Iterable[Note], closed: Collection[str]) -> list[Note]:
    """The same notes, in which cases of these references are not named."""

    def called(found: re.Match[str]) -> str:
        return UNNAMED if found[1] in closed else found[0]

    return [replace(each, words=_CALLED.sub(called, each.words)) for each in notes]


def list_reference(prefix: str, year: int, number: int) -> str:
    """`PPRG-2026-L0001`: the L keeps the numbers of lists apart from those of referrals."""
    return f"{prefix}-{year}-L{number:04}"


def touched_words(tables: Sequence[str]) -> str:
    """Why a case cannot be taken back: `agencies were asked, a date was noted`; empty when it can."""
    return ", ".join(words for table, words in TOUCHED.items() if table in tables)
