"""References, addresses, and the days of a referral."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pprg_shared.calendar import too_early
from pprg_shared.subjects import FUTURE, day_of
from pprg_shared.typed import ADDRESS, LONGEST_ADDRESS

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


def day_problems(answers: Mapping[str, Any], today: date) -> dict[str, str]:
    """Days of a referral that lie in the future: field to advice."""
    incident = day_of(answers.get("incident_on", ""), today)
    days = {"incident_on": incident and incident.value} | {name: answers.get(name) for name in PAST_DAYS}
    late = {name: FUTURE for name, day in days.items() if day and day > today}
    known = {name: answers[name] for name in KNOWN_DAYS if answers.get(name)}
    return {name: "Check the year: no clock can count from it" for name, day in known.items() if too_early(day)} | late


def received_problem(answers: Mapping[str, Any], today: date) -> str | None:
    """Why a referral cannot have been received on the day that somebody of the office says, or None when it can.

    What came on our own form was received when it came.
    """
    day, incident = answers.get("received_on"), day_of(answers.get("incident_on", ""), today)
    if day is None:
        return None
    if day > today:
        return FUTURE
    if too_early(day):
        return "Check the year: no clock can count from it"
    if day != today and answers.get("source", ONLINE) == ONLINE:
        return "Say how the referral came, or leave this empty: what is sent on this form is received today"
    return "This day lies before the day on which it happened" if incident and day < incident.value else None


def as_json(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with their days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items()}
