"""The columns of a chronology: what heads them, how long they may be, and the words that some of them take. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pprg_shared.profile import CONTACTS, IMPACTS, RATINGS, SAID, SIGNIFICANCES, Theme
from pprg_shared.spreadsheet import meant

#: The columns of a chronology, what heads them in a file, and the most characters of each.
COLUMNS: Mapping[str, tuple[str, int]] = {
    "date": ("Date", 60),
    "time": ("Time", 10),
    "source": ("Source", 200),
    "people": ("People", 200),
    "event": ("Event", 4000),
    "action": ("Action", 2000),
    "end_date": ("End date", 60),
    "end_time": ("End time", 10),
    "contact_type": ("Contact type", 40),
    "seen": ("Seen", 20),
    "seen_alone": ("Seen alone", 20),
    "voice": ("Voice", 2000),
    "outcome": ("Outcome", 2000),
    "impact": ("Impact", 20),
    "impact_note": ("Impact note", 1000),
    "comment_analysis": ("Comment", 2000),
    "rag": ("RAG", 20),
    "significance": ("Significance", 20),
    "policy_or_practice_point": ("Themes", 500),
    "recorded_at": ("Written on", 60),
}
NEEDED = ("date", "source", "event")
#: The columns that are told apart from the first six: whoever has them fills them, nobody must.
FURTHER = frozenset(COLUMNS) - {"date", "time", "source", "people", "event", "action"}
#: The words that a column takes, by code.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "contact_type": CONTACTS,
    "seen": SAID,
    "seen_alone": SAID,
    "impact": IMPACTS,
    "rag": RATINGS,
    "significance": SIGNIFICANCES,
}
_SAID = {"y": "yes", "n": "no", "nk": "not_known", "unknown": "not_known"}
#: What else people write for one of these words.
SHORT: Mapping[str, Mapping[str, str]] = {
    "seen": _SAID,
    "seen_alone": _SAID,
    "rag": {"r": "red", "a": "amber", "g": "green"},
    "significance": {"key": "key_event", "significant": "key_event"},
    "contact_type": {"phone": "call", "telephone": "call", "phonecall": "call", "homevisit": "visit", "dna": "missed"}
    | dict.fromkeys(("notbrought", "wasnotbrought", "didnotattend"), "missed"),
}
#: What else people write at the head of these columns, in small letters without spaces.
SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("date", "startdate", "dateofevent", "eventdate", "when", "dateoccurred", "day"), "date"),
    **dict.fromkeys(("time", "starttime", "timeofevent", "eventtime"), "time"),
    **dict.fromkeys(("source", "sourceofinformation", "record", "recordedin", "whererecorded"), "source"),
    **dict.fromkeys(("people", "person", "personconcerned", "whoitconcerns", "whomitconcerns", "who"), "people"),
    **dict.fromkeys(("event", "whathappened", "significantevent", "details", "description", "events"), "event"),
    **dict.fromkeys(("action", "actiontaken", "actionstaken", "whatwasdone", "response", "actions"), "action"),
    **dict.fromkeys(("responseaction", "responseoraction"), "action"),
    **dict.fromkeys(("enddate", "dateend", "dateto", "until"), "end_date"),
    **dict.fromkeys(("endtime", "timeend", "timeto"), "end_time"),
    **dict.fromkeys(("contacttype", "typeofcontact", "contact", "kindofcontact"), "contact_type"),
    **dict.fromkeys(("seen", "wasseen", "childseen", "adultseen", "personseen"), "seen"),
    **dict.fromkeys(("seenalone", "childseenalone", "adultseenalone"), "seen_alone"),
    **dict.fromkeys(("voice", "voiceofchild", "voiceofthechild", "voiceofadult", "whattheysaid"), "voice"),
    **dict.fromkeys(("outcome", "outcomes", "result"), "outcome"),
    **dict.fromkeys(("impact", "impacttype"), "impact"),
    **dict.fromkeys(("impactnote", "impactwhy", "whyimpact"), "impact_note"),
    **dict.fromkeys(("comment", "comments", "analysis", "commentanalysis", "authorscomment"), "comment_analysis"),
    **dict.fromkeys(("rag", "ragrating", "rating"), "rag"),
    **dict.fromkeys(("significance", "keyevent"), "significance"),
    **dict.fromkeys(("themes", "theme", "policyorpracticepoint", "practicepoint"), "policy_or_practice_point"),
    **dict.fromkeys(("writtenon", "datewritten", "recordedat", "recordedon", "daterecorded"), "recorded_at"),
    **dict.fromkeys(("agency", "organisation", "organization"), "agency"),
    **dict.fromkeys(("marking", "protectivemarking", "ref", "eventref", "sequence", "tolookat"), "ours"),
}


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a file and what to do: the row as the spreadsheet numbers it, and the column."""

    row: int
    column: str
    words: str


@lru_cache(2000)
def choice(column: str, text: str) -> str | None:
    """The code of a word that this column takes, however it is written; None when it takes no such word."""
    plain = _plain(text)
    known = {_plain(each): code for code, words in CHOICES[column].items() for each in (code, words)}
    return known.get(plain) or SHORT.get(column, {}).get(plain)


def themes_of(text: str, themes: Mapping[str, Theme]) -> tuple[list[str], str]:
    """The codes of themes that are named, parted by semicolons or commas, and the first that nobody knows."""
    if not text:
        return [], ""
    known = {_plain(words): code for code, each in themes.items() for words in (code, each.label, *each.aliases)}
    named = [each.strip() for each in re.split("[;,\n]", text) if each.strip()]
    unknown = next((each for each in named if _plain(each) not in known), "")
    return list(dict.fromkeys(known[_plain(each)] for each in named if _plain(each) in known)), unknown


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def table(
    heads: Sequence[str], cells: Sequence[tuple[int, Sequence[str]]], agency: Sequence[str]
) -> tuple[list[tuple[int, dict[str, str]]], list[Wrong]]:
    """The rows of a file by column with their numbers, and what is wrong with its heads; `agency` is whose."""
    columns = [meant(head, SPELLINGS) for head in heads]
    wrong = []
    for place, (head, column) in enumerate(zip(heads, columns, strict=True)):
        filled = head or any(place < len(line) and line[place].strip() for _, line in cells)
        if column is None and filled:
            known = ", ".join(name for name, _ in COLUMNS.values())
            wrong.append(
                Wrong(1, head or f"column {place + 1}", f"We do not know this column. Name it {known}, or remove it")
            )
        elif column in COLUMNS and column in columns[:place]:
            wrong.append(Wrong(1, head, "Two columns mean the same. Keep one of them"))
    missing = [COLUMNS[name][0] for name in NEEDED if name not in columns]
    wrong += [Wrong(1, head, f"Add a column with the head {head}") for head in missing]
    rows = []
    for number, line in cells:
        row = {column: cell for column, cell in zip(columns, line, strict=False) if column and cell}
        if len(line) > len(heads) and any(each.strip() for each in line[len(heads) :]):
            wrong.append(Wrong(number, "", "There are more cells than heads. Put text with commas in quotation marks"))
        row.pop("ours", "")  # every file that we give has some of these
        if row.pop("agency", agency[0]) not in agency:
            wrong.append(
                Wrong(number, "Agency", "This row is of another agency. Send the rows of your own agency only")
            )
        rows.append((number, row))
    return rows, wrong
