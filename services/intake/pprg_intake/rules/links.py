"""What a personal link names, how long it works, and the codes that open it."""

from datetime import date, datetime, time, timedelta

from pprg_shared.calendar import BeyondHorizon, add_weekdays, add_working_days, london, london_date

#: Long enough for a slow mail server and a person who is on the telephone.
CODE_WORKS = timedelta(minutes=10)
CODE_DIGITS = 6
MOST_TRIES = 5
#: A code that no mail server has taken after so long is late.
LATE_AFTER = timedelta(minutes=1)
#: What was decided can be read by link for so long.
OUTCOME_READ = timedelta(days=90)
#: What somebody typed into the public form and left is kept until this time on their next working day: twelve hours, as
#: for those who sign in, would end in the night for whoever reads the mail of their work in the morning.
BEGUN_UNTIL = time(20)
#: How a request stands when nobody asks anything of the agency any more.
OVER = frozenset({"accepted", "waived"})


def request_is_open(state: str, decided_on: date | None, today: date) -> bool:
    """Whether the link of a request works: something is still asked, or what was decided is there to be read."""
    return state not in OVER or outcome_is_open(decided_on, today)


def outcome_is_open(decided_on: date | None, today: date) -> bool:
    """Whether what was decided last may still be read by link."""
    return decided_on is not None and today <= decided_on + OUTCOME_READ


def begun_until(now: datetime) -> datetime:
    """Until when a referral that is left now is kept: the evening of the next working day in London."""
    today = london_date(now)
    try:
        day = add_working_days(today, 1)
    except BeyondHorizon:
        day = add_weekdays(today, 1)
    return london(day, BEGUN_UNTIL)
