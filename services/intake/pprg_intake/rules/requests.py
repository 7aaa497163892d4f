"""How a request stands at the agency, and when it may ask for more time."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from pprg_shared.calendar import short


def worth_a_letter(due: tuple[date, date], state: tuple[str, str], *, people: bool) -> str:
    """Why the agency is written to when its request changes; empty when it need not be.

    Each of day and state as it was and as it is, and whether it is about other people, or more is known of them.
    """
    before, now = state
    if due[0] != due[1]:
        return "moved"
    if now in {QUERIED, "waived"} and now != before:
        return now
    return "amended" if people and now in ANSWERABLE else ""


def state_after(state: str, told: str) -> str:
    """How a request stands here when triage has told this; an answer that crossed a waiver stays an answer."""
    if told == "open" or (told == "waived" and state == "answered"):
        return state
    return told


def time_problem(until: date, due: date, today: date) -> str:
    """Why an agency cannot ask for time until this day; empty when it can."""
    if until <= max(due, today):
        return f"Choose a day after {short(max(due, today))}."
    return (
        f"Choose a day within {LONGEST_DAYS} days, or call the coordinator."
        if (until - due).days > LONGEST_DAYS
        else ""
    )


def waits(asked: Mapping[str, Any]) -> bool:
    """Whether more time was asked for and nobody has decided yet, by what is kept of a request."""
    return bool(asked.get("extension", {}).get("state") == WAITS)


def sought(asked: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """All whom a request is about, by what is kept of it: one from before there were several names the first alone."""
    first = {"kind": "", "name": asked["subject_name"], "born": asked["subject_born"]}
    return asked.get("subjects") or [dict.fromkeys(MATCHED_BY, "") | first]


def mark_of(person: Mapping[str, str]) -> str:
    """What tells one state of what an agency is told of somebody from any other."""
    return sha256(repr(sorted((name, text) for name, text in person.items() if text)).encode()).hexdigest()[:12]


def marks_of(people: Sequence[Mapping[str, str]]) -> str:
    """The marks of all of them, as a form or a program holds whom it has seen."""
    return " ".join(map(mark_of, people))


def unseen(people: Sequence[Mapping[str, str]], marks: str) -> list[Mapping[str, str]]:
    """Who has come since, or of whom something else is known; nobody where it is not said who was seen."""
    return [each for each in people if marks and mark_of(each) not in marks.split()]


def sign_off_problems(answers: Mapping[str, Any], today: date) -> dict[str, str]:
    """What to change about who checked a return and when: field to advice."""
    wrong = {}
    checked_by, author = (
        " ".join(answers.get(each, "").casefold().split()) for each in ("quality_assured_by", "author")
    )
    if checked_by and checked_by == author:
        wrong["quality_assured_by"] = "Somebody else than the author checks a return: leave this empty if nobody has"
    if (day := answers.get("quality_assured_on")) and day > today:
        wrong["quality_assured_on"] = "This day lies in the future"
    return wrong


#: Why a nil return is not taken, without a name: the page shows who is new.
OTHERS_SINCE = (
    "We ask about other people since you opened this page, or know more of them. Search your records for those marked "
    "as new, then say it again."
)
#: What an agency finds a person by, besides what is said of everybody.
MATCHED_BY = ("also_known_as", "nhs_number", "address", "local_id", "relation")
#: The longest that an agency may ask for at once.
LONGEST_DAYS = 90
#: What becomes of a wish for more time.
WAITS, AGREED, DECLINED = "waits", "agreed", "declined"
#: A request that the agency has looked at.
OPENED = "opened"
#: One whose answer the office has returned for correction.
QUERIED = "queried"
#: An agency may answer in these states, and why not in the others.
ANSWERABLE = frozenset({"asked", OPENED, QUERIED})
CLOSED: Mapping[str, str] = {
    "answered": "Your agency has already answered this request. Ask the coordinator to return it for correction.",
    "accepted": "Your agency's answer has been accepted. Ask the coordinator to return it for correction.",
    "waived": "The group no longer waits for your agency's answer. Call the coordinator if you have something to add.",
}
