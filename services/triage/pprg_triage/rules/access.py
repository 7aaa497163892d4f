"""Who saw or received what: the period that is asked about, and how each entry is said."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from pprg_shared.calendar import london

#: Kinds of entry besides those of the audit chain: what the notifier says of letters.
LETTER, LETTER_BACK = "letter", "letter_back"
#: How a kind begins the line, and how well-known pages and actions end it; others are said by their own name.
KINDS: Mapping[str, str] = {
    "read": "Saw",
    "export": "Took away",
    "change": "Did",
    "break_glass": "Opened against the rule",
    LETTER: "Was sent",
    LETTER_BACK: "Did not receive",
}
TOLD: Mapping[str, str] = {
    "case": "the case",
    "one_case": "the case",
    "on_paper": "the case, to print it",
    "history": "what happened",
    "chronology": "the chronology",
    "chronology_on_paper": "the chronology, to print it",
    "chronology_file": "the chronology as a file",
    "conflicts": "what does not agree in the chronology",
    "conflict": "what does not agree in the chronology",
    "access": "who saw the case",
    "access_file": "who saw the case, as a file",
    "who_saw": "who saw the case",
    "one_return": "an answer of an agency",
    "one_request": "a request",
    "answer": "a request",
    "upload": "an uploaded chronology",
    "one_draft": "an uploaded chronology",
    "one_letter": "a letter",
    "show_letter": "a letter",
    "publication": "a draft to publish",
    "members": "who reads the case",
    "staff": "the names of staff",
    "name_staff": "names of staff, for the office",
    **dict.fromkeys(("choose_columns", "confirm_import", "plan_import"), "that it is like a row of a list to import"),
}


def access_words(kind: str, verb: str) -> str:
    """`Saw: the chronology`."""
    return f"{KINDS.get(kind, kind)}: {TOLD.get(verb) or verb.replace('_', ' ')}"


def duty_words(slug: str) -> str:
    """A post or contact of an agency as pages call it: `deputy point of contact`."""
    return slug.replace("-", " ")


def between(
    first: date | None, first_time: time | None, last: date | None, last_time: time | None
) -> tuple[datetime | None, datetime | None]:
    """From when, and until before when: a day without a time is meant whole, a minute too; London time."""
    start = london(first, first_time or time()) if first else None
    if last is None:
        return start, None
    if last_time is None:
        return start, london(last + timedelta(days=1), time())
    return start, london(last, last_time) + timedelta(minutes=1)
