"""When the group may meet."""

from datetime import date, datetime

from pprg_shared.calendar import (
    is_working_day,
    london_date,
    short,
)


def meeting_problem(starts: datetime, ends: datetime, now: datetime, due: date) -> tuple[str, str] | None:
    """Why the group cannot meet then and which of `day`, `starts` and `ends` is to blame, or None when it can."""
    day = london_date(starts)
    if starts <= now:
        return "The meeting must lie in the future", "starts" if day == london_date(now) else "day"
    if ends <= starts:
        return "The meeting must end after it starts", "ends"
    if day > due:
        return f"The meeting must be inside the clock: on {short(due)} at the latest", "day"
    if not is_working_day(day):
        return f"{short(day)} is not a working day", "day"
    return None
