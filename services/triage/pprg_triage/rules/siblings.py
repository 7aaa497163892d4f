"""Brothers and sisters whom a cell of a list names: people whom the same case is about."""

import re
from dataclasses import dataclass
from datetime import date

from pprg_shared.partial_dates import NotADate, parse
from pprg_triage.rules.vocabulary import NOTHING, fold

#: What stands between people outside brackets, the first that occurs: the comma comes last, for names may hold it.
_BETWEEN = tuple(re.compile(rf"(?:{each})(?![^()]*\))") for each in (r"[;\n]", r"[/&]|\band\b", ","))
_BORN = re.compile(r"(?P<name>[^()]+?)\s*\(\s*(?:born|dob)?:?\s*(?P<born>[^()]+?)\s*\)", re.IGNORECASE)


@dataclass(frozen=True)
class Sibling:
    """A person as the cell names them, and when they were born as far as it says that."""

    name: str
    born: str = ""


def siblings(text: str, today: date) -> tuple[Sibling, ...]:
    """The people in a cell: `T.S. (3/4/2018); B.S.`; what stands in brackets and is no date stays with the name."""
    if fold(text) in NOTHING:
        return ()
    between = next((each for each in _BETWEEN if each.search(text)), None)
    parts = between.split(text) if between else [text]
    return tuple(_sibling(" ".join(each.split()), today) for each in parts if fold(each) not in NOTHING)


def _sibling(text: str, today: date) -> Sibling:
    if found := _BORN.fullmatch(text):
        try:
            parse(found["born"], today=today)
        except NotADate:
            return Sibling(text)
        return Sibling(found["name"], found["born"])
    return Sibling(text)
