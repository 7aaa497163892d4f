"""Who saw or received what: the period that is asked about, and how each entry is said."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from pprg_shared.calendar import london

#: Kinds of entry besides those of the audit chain: what the notifier says of letters.
LETTER, LETTER_BACK = "letter", "letter_back"
#: How a kind begins the line.
KINDS: Mapping[str, str] = {
    "read": "Saw",
    "export": "Took away",
    "change": "Did",
    "break_glass": "Opened against the rule",
    LETTER: "Was sent",
    LETTER_BACK: "Did not receive",
}
#: Kinds of entry that tell of a look, each at what TOLD says of its page.
LOOKS = frozenset({"read", "export"})
TOLD: Mapping[str, str] = {
    **dict.fromkeys(("case", "one_case", "ratify"), "the case"),
    "on_paper": "the case, to print it",
    "history": "what happened",
    "note": "the form that notes a day",
    "take_back": "the form that takes a day back",
    "close": "the form that closes the case",
    "reopen": "the form that opens the case again",
    "chronology": "the chronology",
    "chronology_on_paper": "the chronology, to print it",
    "chronology_file": "the chronology as a file",
    **dict.fromkeys(("conflicts", "conflict"), "what does not agree in the chronology"),
    **dict.fromkeys(("access", "who_saw"), "who saw the case"),
    "access_file": "who saw the case, as a file",
    "ask": "the form that asks agencies",
    **dict.fromkeys(("one_request", "change_request", "answer"), "a request"),
    "more_time": "the form that asks for more time",
    "one_return": "an answer of an agency",
    **dict.fromkeys(("upload", "one_draft"), "an uploaded chronology"),
    "uploaded_rows": "an uploaded chronology, as a file",
    "meet": "the form that calls a meeting",
    "move": "the form that moves a meeting",
    "cancel": "the form that cancels a meeting",
    "held": "the form that takes down a meeting",
    **dict.fromkeys(("agenda", "one_agenda"), "the agenda of a meeting"),
    "agenda_on_paper": "the agenda of a meeting, to print it",
    **dict.fromkeys(("choose_route", "decide"), "the form that proposes a decision"),
    "correct": "the form that corrects the words of a decision",
    "send_back": "the form that sends a decision back",
    **dict.fromkeys(("outcome_of_referral", "outcome_of_request"), "what was decided"),
    **dict.fromkeys(("members", "end_member"), "who reads the case"),
    "declare": "the form that declares an interest",
    **dict.fromkeys(("staff", "one_staff_list"), "the names of staff"),
    **dict.fromkeys(("one_letter", "show_letter"), "a letter"),
    **dict.fromkeys(("publication", "write", "do"), "a draft to publish"),
    "plan": "the form that plans the day of publication",
    "lift": "the form that lifts the day of publication",
    "amend": "what was referred, to correct it",
    "call_off": "the form that calls the day of publication off",
    **dict.fromkeys(("who_is_told", "tell_before", "plans"), "who is told before publication"),
    "note_told": "the form that notes who was told before publication",
    **dict.fromkeys(("choose_columns", "confirm_import", "plan_import"), "that it is like a row of a list to import"),
    "one_import": "the import of a list that has or names it",
}
#: How actions end the line whose own name does not say enough.
DONE: Mapping[str, str] = {"name_staff": "names of staff, for the office"}


def access_words(kind: str, verb: str) -> str:
    """`Saw: the chronology`."""
    words = TOLD if kind in LOOKS else DONE
    return f"{KINDS.get(kind, kind)}: {words.get(verb) or verb.replace('_', ' ')}"


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
