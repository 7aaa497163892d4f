"""The columns of a coordinator's list of open cases: what they hold, how people head them, and which is which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pprg_shared.spreadsheet import Table, meant


@dataclass(frozen=True)
class Column:
    """What a column holds, the most characters of a cell, and how people head it, in small letters without spaces."""

    label: str
    longest: int
    heads: str


#: A column of the file that is left out.
UNUSED = ""
#: Several columns of a file may be notes; every other column is there once.
NOTES = "notes"
#: Other people whom the same case is about, however many a cell names.
SIBLINGS = "siblings"
COLUMNS: Mapping[str, Column] = {
    "reference": Column("Own reference", 60, "reference ref ourref ourreference caseref casereference casenumber id"),
    "received": Column("Date received", 60, "datereceived received receivedon referraldate dateofreferral datein date"),
    "notified": Column("Panel notified", 60, "notified notifiedon datenotified notificationdate panelnotified"),
    "agency": Column("Referring agency", 200, "agency referringagency referredby referrer agencyreferring source"),
    "kind": Column("Kind of review", 200, "kind type kindofcase typeofcase casetype typeofreview reviewtype route"),
    "subject": Column("Person it is about", 200, "subject name initials nameofchild childsname person child adult"),
    SIBLINGS: Column("Brothers and sisters", 400, "siblings sibling brotherssisters brothersandsisters otherchildren"),
    "about": Column("Child or adult", 60, "childoradult childadult adultorchild adultchild"),
    "born": Column("Date of birth", 60, "dateofbirth dob born birthdate"),
    "incident": Column("Date it happened", 60, "incident incidentdate dateofincident dateithappened"),
    "stage": Column("Stage", 200, "stage status position currentposition progress currentstage"),
    "due": Column("Rapid review due", 60, "due duedate rapidreviewdue rrdue rapidreviewduedate deadline duebyday"),
    "meeting": Column("Meeting or panel date", 60, "meeting meetingdate dateofmeeting panel paneldate pprgdate pprg"),
    "decision": Column("Decision", 1000, "decision outcome decisionmade recommendation"),
    "lead": Column("Lead", 200, "lead leadofficer caselead owner allocatedto leadprofessional"),
    NOTES: Column("Notes", 4000, "notes note comments comment update nextsteps actions"),
}
SPELLINGS: Mapping[str, str] = {head: name for name, column in COLUMNS.items() for head in column.heads.split()}


def filled(table: Table) -> list[int]:
    """The places of the columns that have a head or a cell; the others are not there for a reader."""
    widest = max([len(table.heads), *(len(cells) for _, cells in table.lines)])
    return [place for place in range(widest) if _head(table, place) or any(samples(table, place, 1))]


def heading(table: Table, place: int) -> str:
    """What stands above a column, or which one it is: `Column 4`."""
    return _head(table, place) or f"Column {place + 1}"


def _head(table: Table, place: int) -> str:
    return " ".join(table.heads[place].split()) if place < len(table.heads) else ""


def samples(table: Table, place: int, most: int) -> list[str]:
    """The first different cells of a column."""
    cells = (" ".join(line[place].split()) for _, line in table.lines if place < len(line))
    found = dict.fromkeys(each for each in cells if each)
    return list(found)[:most]


def guessed(table: Table, remembered: Mapping[str, str]) -> list[str]:
    """What each column seems to hold: as the same head was understood before, else by how it is spelt; each once."""
    found: list[str] = []
    for place in range(max([0, *filled(table)]) + 1):
        head = _head(table, place)
        name = remembered[head] if head in remembered else meant(head, SPELLINGS) or UNUSED
        found.append(UNUSED if name != NOTES and name in found else name)
    return found


def columns_problems(table: Table, columns: Sequence[str]) -> dict[int, str]:
    """What to change about the choice of columns: place to advice; -1 for what is missing."""
    wrong: dict[int, str] = {}
    for place, name in enumerate(columns):
        if name not in (UNUSED, NOTES) and name in columns[:place]:
            first = heading(table, columns.index(name))
            wrong[place] = f"“{first}” is {COLUMNS[name].label} already. Choose something else for one of them"
    if "received" not in columns:
        wrong[-1] = "Say which column holds the date received: clocks count from it"
    return wrong
