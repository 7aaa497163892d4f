"""References, and what a referral says of its subjects."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from pprg_shared.calendar import countable
from pprg_shared.partial_dates import NotADate, PartialDate, parse

ADULT = 18
#: One plain address and nothing else: parsers of mail would find two in what looks like one.
ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
LONGEST_ADDRESS = 200
#: How a referral came that its referrer sent themselves; the other ways are written down by the office.
ONLINE = "online"
#: Days that clocks may count from and that a referrer may know.
KNOWN_DAYS = ("la_aware_on", "notified_on")
#: Days that are past for whoever tells of them.
PAST_DAYS = (*KNOWN_DAYS, "authorised_on", "agency_aware_on")


def reference(prefix: str, year: int, number: int) -> str:
    """`PPRG-2026-0001`."""
    return f"{prefix}-{year}-{number:04}"


def is_reference(prefix: str, text: str) -> bool:
    """Whether a text has the shape of our references."""
    return re.fullmatch(rf"{re.escape(prefix)}-\d{{4}}-\d{{4,6}}", text) is not None


def is_address(text: str) -> bool:
    """Whether a referral would take this as the address of who makes it."""
    return len(text) <= LONGEST_ADDRESS and re.fullmatch(ADDRESS, text) is not None


def subject_problems(subjects: Sequence[Mapping[str, str]], incident_on: str, today: date) -> dict[int, dict[str, str]]:
    """What to change about each subject: its number to field to advice. Dates that cannot be read are passed over."""
    found = {}
    for number, each in enumerate(subjects):
        born, died = _date(each.get("born", ""), today), _date(each.get("died_on", ""), today)
        wrong = _life_problems(each.get("kind", ""), born, died, today)
        if problem := _age_problem(each.get("kind", ""), born, _date(incident_on, today)):
            wrong["kind"] = problem
        if each.get("nhs_number") and not is_nhs_number(each["nhs_number"]):
            wrong["nhs_number"] = "This is not an NHS number: it has 10 digits, and one of these is wrong"
        if wrong:
            found[number] = wrong
    return found


def _date(text: str, today: date) -> PartialDate | None:
    with suppress(NotADate):
        return parse(text, today=today)
    return None


def _life_problems(kind: str, born: PartialDate | None, died: PartialDate | None, today: date) -> dict[str, str]:
    wrong = {}
    if born and born.value > today and kind != "unborn":
        wrong["born"] = "This lies in the future. For a due date choose “An unborn child”"
    if died and died.value > today:
        wrong["died_on"] = "The date of death lies in the future"
    elif died and born and died.until < born.value and kind != "unborn":
        wrong["died_on"] = "The date of death lies before the date of birth"
    return wrong


def _age_problem(kind: str, born: PartialDate | None, incident: PartialDate | None) -> str | None:
    """Why a subject cannot have been of this kind when it happened; None while the dates leave it open."""
    if not born or not incident:
        return None
    if kind == "child" and years(born.until, incident.value) >= ADULT:
        return "With this date of birth they were 18 or older when it happened: choose “An adult”"
    if kind == "adult" and years(born.value, incident.until) < ADULT:
        return "With this date of birth they were under 18 when it happened: choose “A child”"
    return None


def years(born: date, on: date) -> int:
    """Completed years of age on a day; below 0 before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_nhs_number(text: str) -> bool:
    """Ten digits, spaces between them allowed, of which the last is the check digit (modulus 11)."""
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    check = 11 - sum(int(each) * (10 - at) for at, each in enumerate(digits[:9])) % 11
    return check != 10 and check % 11 == int(digits[9])  # noqa: PLR2004 -- 10 is given out to nobody


def day_problems(answers: Mapping[str, Any], today: date) -> dict[str, str]:
    """Days of a referral that lie in the future: field to advice."""
    incident = _date(answers.get("incident_on", ""), today)
    days = {"incident_on": incident and incident.value} | {name: answers.get(name) for name in PAST_DAYS}
    late = {name: "This day lies in the future" for name, day in days.items() if day and day > today}
    known = {name: answers[name] for name in KNOWN_DAYS if answers.get(name)}
    return {
        name: "Check the year: no clock can count from it" for name, day in known.items() if not countable(day)
    } | late


def received_problem(answers: Mapping[str, Any], today: date) -> str | None:
    """Why a referral cannot have been received on the day that somebody of the office says, or None when it can.

    What came on our own form was received when it came.
    """
    day, incident = answers.get("received_on"), _date(answers.get("incident_on", ""), today)
    if day is None:
        return None
    if day > today:
        return "This day lies in the future"
    if not countable(day):
        return "Check the year: no clock can count from it"
    if day != today and answers.get("source", ONLINE) == ONLINE:
        return "Say how the referral came, or leave this empty: what is sent on this form is received today"
    return "This day lies before the day on which it happened" if incident and day < incident.value else None


def as_json(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with their days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items()}
