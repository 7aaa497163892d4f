"""Lists of agencies and of people as spreadsheets hold them: their columns, and rows as a form would have them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pprg_intake.rules.directory import KINDS, PERSON_STATES, ROLES, changes, fold
from pprg_shared.spreadsheet import Table, meant

#: Rows of a list that is brought in at once.
MOST_ROWS = 5000
#: Cells say yes and no, or the words of the form.
YES_OR_NO: Mapping[str, str] = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Column:
    """What a column is called, how else people head it (small letters without spaces), and what may stand in it."""

    label: str
    heads: str
    choices: Mapping[str, str] | None = None
    several: bool = False


AGENCY_COLUMNS: Mapping[str, Column] = {
    "code": Column("Code", "code agencycode id"),
    "name": Column("Name", "name agency agencyname organisation"),
    "kind": Column("Kind", "kind type sector kindofagency", KINDS),
    "area": Column("Area", "area district locality"),
    "active": Column("Can be asked", "canbeasked active current", YES_OR_NO),
    "safeguarding_lead": Column("Safeguarding lead", "safeguardinglead lead leadaddress safeguardingleadaddress"),
    "coordinator": Column("Coordinator", "coordinator practicereviewcoordinator"),
    "deputy_coordinator": Column("Deputy coordinator", "deputycoordinator"),
    "single_point": Column("Single point of contact", "singlepointofcontact spoc contact"),
    "deputy": Column("Deputy", "deputy deputycontact"),
    "escalation": Column("Escalation contact", "escalationcontact escalation"),
    "domains": Column("Secure domains", "securedomains domains securedomain domain"),
}
PERSON_COLUMNS: Mapping[str, Column] = {
    "id": Column("Id", "id personid"),
    "name": Column("Name", "name fullname person"),
    "address": Column("Work address", "workaddress address email emailaddress workemail mail"),
    "agency": Column("Agency", "agency organisation agencycode", {}),
    "roles": Column("Roles", "roles role", ROLES, several=True),
    "state": Column("State", "state status", PERSON_STATES),
}


@dataclass(frozen=True)
class Note:
    """Something to know about a row of a list, and of which column."""

    row: int
    column: str
    words: str


@dataclass(frozen=True)
class Entry:
    """What a row of a list would make of an agency or a person; `before` is None for a new one, `key` is the form's."""

    row: int
    key: Any
    before: Any
    after: Any

    @property
    def same(self) -> bool:
        """Whether nothing would change."""
        return bool(self.before == self.after)

    def words(self, columns: Mapping[str, Column]) -> str:
        """What would happen."""
        if self.before is None:
            return "New"
        labels = {name: each.label for name, each in columns.items()} | _ALSO
        return "Changes: " + ", ".join(changes(self.before, self.after, labels))


#: What states hold that no single column does.
_ALSO = {"duties": "Addresses of posts"}


def columns_of(table: Table, columns: Mapping[str, Column]) -> tuple[dict[int, str], list[Note]]:
    """Which column of ours stands at which place, and what is wrong with the heads."""
    spellings = {head: name for name, column in columns.items() for head in column.heads.split()}
    found: dict[int, str] = {}
    wrong = []
    for place, head in enumerate(table.heads):
        name = meant(head, spellings)
        if name is None and head:
            offered = ", ".join(each.label for each in columns.values())
            wrong.append(Note(table.first, head, f"There is no such column. Take it out, or call it one of: {offered}"))
        elif name in found.values():
            wrong.append(Note(table.first, head, f"There is a column for “{columns[name or ''].label}” already"))
        elif name:
            found[place] = name
    if "name" not in found.values():
        wrong.append(Note(table.first, "Name", "Add a column that is called “Name”"))
    return found, wrong


def cells(
    line: Sequence[str], places: Mapping[int, str], columns: Mapping[str, Column], agencies: Mapping[str, str]
) -> dict[str, Any]:
    """A row as a form would have it: of the columns that are there, codes for words; what is no choice stays."""
    found: dict[str, Any] = {}
    for place, name in places.items():
        text = " ".join(line[place].split()) if place < len(line) else ""
        column = columns[name]
        choices = agencies if name == "agency" else column.choices
        if column.several:
            parts = [each.strip() for each in re.split(r"[;,/|]", text) if each.strip()]
            found[name] = [_chosen(each, choices or {}) for each in parts]
        elif choices is None or text:  # an empty cell says nothing about what has to be chosen
            found[name] = text if choices is None else _chosen(text, choices)
    return found


def _chosen(text: str, choices: Mapping[str, str]) -> str:
    """The code of what a cell says by code or by words."""
    if text in choices:
        return text
    return next((code for code, words in choices.items() if fold(text) in {fold(words), fold(code)}), text)


def row_of(answers: Mapping[str, Any], key: str, columns: Mapping[str, Column]) -> list[str]:
    """A line of a list, so that read again it says the same."""
    line = []
    for name, column in columns.items():
        value = key if name in {"code", "id"} else answers[name]
        parts = value if isinstance(value, list) else [value]
        line.append("; ".join((column.choices or {}).get(each, each) for each in parts))
    return line


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many would be new, changed and the same."""
    found = {"new": 0, "changed": 0, "same": 0}
    for each in entries:
        found["new" if each.before is None else "same" if each.same else "changed"] += 1
    return found
