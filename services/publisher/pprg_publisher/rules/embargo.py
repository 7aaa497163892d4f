"""When something may be published: not before its planned moment, nor before those who must be told had their time."""

from collections.abc import Sequence
from datetime import date, datetime

from pprg_publisher.rules.release import State
from pprg_shared.calendar import countable, london_date, short
from pprg_shared.profile import Deadline


def planning_problem(state: str, *, imported: bool) -> str | None:
    """Why nothing can be planned about a publication, or None when it can."""
    if imported:
        return "This was published before it came here from a list: there is nothing to plan."
    return {
        State.LIVE.value: "This has been published already.",
        State.WITHDRAWN.value: "This has been withdrawn. Take it back into a draft first.",
    }.get(state)


def moment_problem(planned: datetime, before: datetime | None, now: datetime, why: str) -> tuple[str, str] | None:
    """Why something cannot be planned for a moment and the field to change, or None; one that stays may have passed."""
    if planned == before:
        return None
    if not countable(london_date(planned)):
        return "Check the year: no clock can count from it", "day"
    if planned <= now:
        return "This lies in the past: plan a later day or hour", "day"
    return ("Say why it is moved", "why") if before and not why else None


def copies_problem(copies_on: date | None, today: date) -> tuple[str, str] | None:
    """Why copies cannot have been sent then, or None."""
    if copies_on and copies_on > today:
        return "This day lies in the future: note it once copies are sent", "copies_on"
    return None


def notice_problem(notices: Sequence[Deadline], copies_on: date | None) -> tuple[str, str] | None:
    """Why those who must be told first have not had their time and the field to change, or None when they have."""
    for each in notices:
        if each.working is None:
            return f"{each.clock.label} comes first: plan the day of publication. The clock {each.words}", "day"
        if copies_on is None:
            return f"{each.clock.label} comes first, by {short(each.working.due)}. Note when it was sent", "copies_on"
        if copies_on > each.working.due:
            late = f"had to be sent by {short(each.working.due)} and was sent on {short(copies_on)}"
            return f"{each.clock.label} {late}. Plan a later day", "day"
    return None


def waits(planned: datetime | None, now: datetime) -> bool:
    """Whether what is released now must wait."""
    return planned is not None and planned > now
