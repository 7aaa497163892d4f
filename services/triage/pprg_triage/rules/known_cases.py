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
    "amendments": "what was referred was corrected",
}
#: What a note calls a case that is closed to whoever reads the note.
UNNAMED = "a case that is here"
#: What a note calls a case, in notes that were kept before they said which case they name.
_CALLED = re.compile(r"\bcase (\S+-\d{4}-L?\d{4,})\b")


@dataclass(frozen=True)
class Here:
    """A case that is here: what it is called, the reference that it had in a list, whom it is about, since when.

    `case` is its reference, None of a row further up in the same list.
    """

    called: str
    earlier: str
    name: str
    received_on: date
    case: str | None = None


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
            words = f"“{earlier}” is here already: {again.called}."
            known.append(Note(each.row, COLUMNS["reference"].label, words, again.case))
            continue
        if same:
            words = f"“{earlier}” is also the reference of {same[0].called}, about another person."
            alike.append(Note(each.row, COLUMNS["reference"].label, words, same[0].case))
        elif each.name and (twin := names.get((each.name, each.received_on))):
            words = f"The same person and day received as {twin.called}."
            alike.append(Note(each.row, COLUMNS["subject"].label, words, twin.case))
        new.append(each)
        for name in each.names or [""]:
            remember(Here(f"row {each.row}", earlier, name, each.received_on))
    return Compared(new, known, alike)


def called(reference: str) -> str:
    """What a note calls a case."""
    return f"case {reference}"


def unnamed(notes: Iterable[Note], closed: Collection[str]) -> list[Note]:
    """The same notes, in which cases of these references are not named."""
    return [_unnamed(each, each.case) if each.case and each.case in closed else each for each in notes]


def _unnamed(note: Note, case: str) -> Note:
    """A note without the case that it names; a cell that was typed like one stands before it and is left alone."""
    return replace(note, words=UNNAMED.join(note.words.rsplit(called(case), 1)), case=None)


def kept_note(row: int, column: str, words: str, *case: str | None) -> Note:
    """A note as it was kept with an import; one that was kept without the case that it names names it last."""
    if case:
        return Note(row, column, words, *case)
    named = _CALLED.findall(words)
    return Note(row, column, words, named[-1] if named else None)


def list_reference(prefix: str, year: int, number: int) -> str:
    """`PPRG-2026-L0001`: the L keeps the numbers of lists apart from those of referrals."""
    return f"{prefix}-{year}-L{number:04}"


def touched_words(tables: Sequence[str]) -> str:
    """Why a case cannot be taken back: `agencies were asked, a date was noted`; empty when it can."""
    return ", ".join(words for table, words in TOUCHED.items() if table in tables)
