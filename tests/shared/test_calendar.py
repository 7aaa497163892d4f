from datetime import date, time, timedelta

import holidays
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pprg_shared import calendar

DAYS = st.dates(date(2013, 1, 1), date(2027, 6, 1))


@pytest.mark.parametrize(
    ("day0", "days", "due"),
    [
        ("2026-04-02", 5, "2026-04-13"),
        ("2026-03-27", 15, "2026-04-21"),
        ("2026-05-01", 15, "2026-05-26"),
        ("2026-08-29", 5, "2026-09-07"),
        ("2026-12-21", 5, "2026-12-30"),
        ("2026-12-21", 15, "2027-01-14"),
        ("2026-06-01", 15, "2026-06-22"),
        ("2026-01-16", -7, "2026-01-07"),
        ("2027-01-06", -7, "2026-12-23"),
    ],
)
def test_working_days_count_from_day_nought(day0, days, due):
    assert calendar.add_working_days(date.fromisoformat(day0), days) == date.fromisoformat(due)


def test_the_working_of_a_deadline_can_be_read():
    words = calendar.working(date(2026, 3, 27), 15).words()

    assert words == "day 0 Fri 27 Mar 2026; Good Friday and Easter Monday skipped; due Tue 21 Apr 2026"


@pytest.mark.parametrize(
    ("day0", "number", "unit", "words"),
    [
        ("2026-03-27", 15, "working_days", "Good Friday and Easter Monday skipped; due Tue 21 Apr 2026"),
        (
            "2026-12-21",
            15,
            "working_days",
            "Christmas Day, Boxing Day and New Year\u2019s Day skipped; due Thu 14 Jan 2027",
        ),
        ("2026-04-01", 1, "months", "1 month; due Fri 1 May 2026"),
        ("2026-01-31", 1, "months", "1 month; due Sat 28 Feb 2026, no working day: finish by Fri 27 Feb 2026"),
        ("2026-06-06", 6, "months", "6 months; due Sun 6 Dec 2026, no working day: finish by Fri 4 Dec 2026"),
        ("2026-03-30", 7, "days", "7 days; due Mon 6 Apr 2026, no working day: finish by Thu 2 Apr 2026"),
        ("2026-03-30", -1, "months", "1 month before; due Sat 28 Feb 2026, no working day: finish by Fri 27 Feb 2026"),
    ],
)
def test_a_deadline_in_any_unit_shows_its_working(day0, number, unit, words):
    found = calendar.count(date.fromisoformat(day0), number, calendar.Unit(unit))

    assert found.words() == f"day 0 {calendar.short(found.day0)}; {words}"


@pytest.mark.parametrize(
    ("unit", "number", "words"),
    [("working_days", 15, "15 working days"), ("months", 1, "1 month"), ("working_days", -7, "7 working days before")],
)
def test_a_limit_is_said_in_words(unit, number, words):
    assert calendar.Unit(unit).words(number) == words


def test_bank_holidays_agree_with_an_independent_list():
    other = holidays.country_holidays("GB", subdiv="ENG", years=range(2012, calendar.horizon() + 1))

    assert set(calendar.bank_holidays()) == {day for day in other if day.weekday() < calendar.SATURDAY}


def test_beyond_the_known_years_it_says_what_to_do():
    with pytest.raises(calendar.BeyondHorizon, match="govuk-bank-holidays"):
        calendar.is_working_day(date(calendar.horizon() + 1, 1, 5))


@given(DAYS, st.integers(1, 60))
def test_adding_then_counting_gives_the_days_back(day, days):
    due = calendar.add_working_days(day, days)

    assert calendar.is_working_day(due)
    assert calendar.working_days_between(day, due) == days
    assert calendar.add_working_days(day, days + 1) > due


@given(DAYS, st.integers(-800, 800))
def test_working_days_between_are_those_that_a_calendar_shows(day, days):
    end = day + timedelta(days=days)
    shown = (min(day, end) + timedelta(days=n) for n in range(1, abs(days) + 1))
    assume(calendar.countable(end))

    assert calendar.working_days_between(day, end) == sum(map(calendar.is_working_day, shown)) * (1 if days > 0 else -1)


def test_no_working_days_are_counted_in_years_that_are_not_known():
    end = date(calendar.horizon(), 12, 31)

    assert calendar.working_days_between(end, end) == 0
    with pytest.raises(calendar.BeyondHorizon):
        calendar.working_days_between(end, end + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-08-31", 6, "2027-02-28"), ("2024-01-31", 1, "2024-02-29")],
)
def test_months_end_with_the_month(day, months, then):
    assert calendar.add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


@pytest.mark.fault("F72")
def test_london_time_keeps_the_hour_on_the_wall_when_the_clocks_change():
    before, after = calendar.london(date(2026, 10, 24), time(17)), calendar.london(date(2026, 10, 25), time(17))

    assert after - before == timedelta(hours=25)
    assert calendar.london_date(calendar.london(date(2026, 6, 1), time(0, 30))) == date(2026, 6, 1)
