from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.partial_dates import parse
from pprg_triage import rules

DAYS = {"rr.submit": 15, "rr.request_out": 1, "rr.agency_return": 7, "rr.meeting": 12, "rr.signoff": 14}
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DUE = date(2026, 12, 15)
TODAY = date(2026, 11, 24)


def test_the_clock_of_a_rapid_review_shows_its_working():
    clock = rules.clock(date(2026, 12, 21), DAYS)

    assert clock.submit.due == date(2027, 1, 14)
    assert {name: each.due for name, each in clock.targets.items()} == {
        "request_out": date(2026, 12, 22),
        "agency_return": date(2027, 1, 4),
        "meeting": date(2027, 1, 11),
        "sign_off": date(2027, 1, 13),
    }
    assert "Christmas Day" in clock.submit.words()


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 24), "Day 0 of 15, due Tue 15 Dec 2026, 15 working days left"),
        (date(2026, 12, 14), "Day 14 of 15, due Tue 15 Dec 2026, 1 working day left"),
        (date(2026, 12, 15), "Day 15 of 15, due Tue 15 Dec 2026, 0 working days left"),
        (date(2026, 12, 16), "Day 16 of 15, due Tue 15 Dec 2026, 1 working day late"),
        (date(2026, 12, 17), "Day 17 of 15, due Tue 15 Dec 2026, 2 working days late"),
    ],
)
def test_a_case_says_which_day_it_is(today, words):
    assert rules.day_words(TODAY, DUE, today) == words


@pytest.mark.parametrize(
    ("starts", "problem"),
    [
        (datetime(2026, 12, 10, 10, tzinfo=UTC), None),
        (datetime(2026, 11, 24, 8, tzinfo=UTC), ("The meeting must lie in the future", "starts")),
        (datetime(2026, 11, 23, 15, tzinfo=UTC), ("The meeting must lie in the future", "day")),
        (datetime(2026, 12, 12, 10, tzinfo=UTC), ("Sat 12 Dec 2026 is not a working day", "day")),
        (
            datetime(2026, 12, 16, 10, tzinfo=UTC),
            ("The meeting must be inside the clock: on Tue 15 Dec 2026 at the latest", "day"),
        ),
    ],
)
def test_a_meeting_lies_inside_the_clock_on_a_working_day(starts, problem):
    assert rules.meeting_problem(starts, starts + timedelta(hours=2), NOW, DUE) == problem


def test_a_meeting_far_beyond_the_known_bank_holidays_is_outside_the_clock():
    starts = datetime(2060, 1, 6, 10, tzinfo=UTC)

    problem, field = rules.meeting_problem(starts, starts + timedelta(hours=2), NOW, DUE)

    assert ("inside the clock" in problem, field) == (True, "day")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            datetime(2026, 11, 24, 9, tzinfo=UTC),
            {"soon": datetime(2026, 12, 10, 9, tzinfo=UTC), "overdue": datetime(2026, 12, 16, 9, tzinfo=UTC)},
        ),
        (datetime(2026, 12, 10, 9, tzinfo=UTC), {"overdue": datetime(2026, 12, 16, 9, tzinfo=UTC)}),
        (datetime(2026, 12, 16, 9, tzinfo=UTC), {}),
    ],
)
def test_an_agency_is_reminded_three_working_days_before_and_one_after(now, expected):
    assert rules.reminder_times(DUE, now) == expected


def test_nine_in_london_is_eight_in_utc_in_summer():
    assert rules.reminder_times(date(2026, 4, 2), datetime(2026, 3, 2, tzinfo=UTC)) == {
        "soon": datetime(2026, 3, 30, 8, tzinfo=UTC),
        "overdue": datetime(2026, 4, 7, 8, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("rung", "state", "today", "applies"),
    [
        ("soon", "asked", date(2026, 12, 10), True),
        ("soon", "ready", DUE, True),
        ("soon", "ready", date(2026, 12, 16), False),
        ("overdue", "ready", date(2026, 12, 16), True),
        ("soon", "returned", date(2026, 12, 10), False),
        ("overdue", "nil", date(2026, 12, 16), False),
    ],
)
def test_who_has_answered_is_not_reminded(rung, state, today, applies):
    assert rules.reminder_applies(rung, state, DUE, today) is applies


def test_a_meeting_ends_after_it_starts():
    starts = datetime(2026, 12, 10, 10, tzinfo=UTC)

    assert rules.meeting_problem(starts, starts, NOW, DUE) == ("The meeting must end after it starts", "ends")


def test_a_second_person_ratifies_once():
    assert rules.ratifying_problem(1, 2, already=False) is None
    assert rules.ratifying_problem(1, 1, already=False)
    assert rules.ratifying_problem(1, 2, already=True)


@given(st.lists(st.tuples(st.sampled_from(["2016", "May 2016", "1 May 2016", "?2 May 2016"]), st.integers(0, 9))))
def test_one_order_whatever_order_the_rows_came_in(rows):
    entries = [rules.Entry(parse(text, today=TODAY), number, "a", "s", "e", "") for text, number in rows]

    ordered = rules.in_order(entries)

    assert ordered == rules.in_order(reversed(entries)) or len(set(rows)) < len(rows)
    keys = [each.when.sort_key() for each in ordered]
    assert keys == sorted(keys)


def test_of_one_day_the_exact_stands_before_the_vague():
    entries = [
        rules.Entry(parse(t, today=TODAY), 0, "a", "s", "e", "") for t in ("2016", "January 2016", "1 January 2016")
    ]

    assert [each.when.precision for each in rules.in_order(entries)] == ["day", "month", "year"]


def test_who_has_not_answered_is_named_in_the_order_they_were_asked():
    assert rules.still_missing(["police", "icb", "school"], ["icb"]) == ["police", "school"]
