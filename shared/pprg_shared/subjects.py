"""What is said of those whom a case is about, as asked and as told, and what fits: dates, ages, NHS numbers. Pure."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import Any

from pprg_shared.events.told import Subject
from pprg_shared.partial_dates import NotADate, PartialDate, parse

ADULT = 18
FUTURE = "This day lies in the future"
#: What is told of a person field by field; the rest is only shown.
OF_SUBJECT = frozenset(each.name for each in fields(Subject)) - {"more"}


def subject_problems(subjects: Sequence[Mapping[str, str]], incident_on: str, today: date) -> dict[int, dict[str, str]]:
    """What to change about each subject: its number to field to advice. Dates that cannot be read are passed over."""
    found = {}
    for number, each in enumerate(subjects):
        born, died = day_of(each.get("born", ""), today), day_of(each.get("died_on", ""), today)
        wrong = _life_problems(each.get("kind", ""), born, died, today)
        if problem := _age_problem(each.get("kind", ""), born, day_of(incident_on, today)):
            wrong["kind"] = problem
        if each.get("nhs_number") and not is_nhs_number(each["nhs_number"]):
            wrong["nhs_number"] = "This is not an NHS number: it has 10 digits, and one of these is wrong"
        if wrong:
            found[number] = wrong
    return found


def as_told(answers: Mapping[str, Any]) -> Subject:
    """What was answered about a person, as events and cases hold it."""
    apart = {name: each for name, each in answers.items() if name in OF_SUBJECT}
    return Subject(**apart, more={name: each for name, each in answers.items() if each and name not in OF_SUBJECT})


def as_answered(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the names of what is asked, without what was left open."""
    said = {name: each for name, each in told.items() if name != "more"} | (told.get("more") or {})
    return {name: each for name, each in said.items() if each}


def day_of(text: str, today: date) -> PartialDate | None:
    """A date as people know it; None for what cannot be read."""
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
