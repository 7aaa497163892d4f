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
        ("overdue", "waived", date(2026, 12, 16), False),
        ("overdue", "queried", date(2026, 12, 16), True),
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


def entry(text, number=0, agency="a", time=""):
    return rules.Entry(parse(text, today=TODAY), number, agency, "s", "e", "", time)


@given(
    st.permutations(
        [
            entry("2016"),
            entry("January 2016"),
            entry("1 January 2016", 7, time="08:15"),
            entry("1 January 2016", 2, time="14:00"),
            entry("1 January 2016", 1),
            entry("1 January 2016", 4, "a"),
            entry("1 January 2016", 4, "b"),
            entry("2 January 2016"),
        ]
    )
)
def test_one_order_date_then_exact_before_vague_then_time_unless_unknown_then_number_then_agency(entries):
    ordered = sorted(entries, key=rules.position)

    assert [(each.when.as_entered, each.time, each.number, each.agency) for each in ordered] == [
        ("1 January 2016", "08:15", 7, "a"),
        ("1 January 2016", "14:00", 2, "a"),
        ("1 January 2016", "", 1, "a"),
        ("1 January 2016", "", 4, "a"),
        ("1 January 2016", "", 4, "b"),
        ("January 2016", "", 0, "a"),
        ("2016", "", 0, "a"),
        ("2 January 2016", "", 0, "a"),
    ]


def test_nobody_waits_for_who_has_answered_or_is_waived():
    stand = [("police", "ready"), ("icb", "nil"), ("gp", "waived"), ("school", "queried"), ("fire", "accepted")]

    assert rules.still_missing(stand) == ["police", "school"]


HAPPENS = ["ready", "return", "nil", "accept", "query", "move", "waive"]


@given(st.lists(st.sampled_from(HAPPENS)))
def test_whatever_happens_a_request_has_a_known_state_and_an_answer_is_never_lost(story):
    state, answered = "asked", False
    for happens in story:
        before, state = state, rules.moved(state, happens) or state
        answered = answered or (happens in {"return", "nil"} and state in {"returned", "nil", "accepted"})

        assert state in rules.STATES
        assert state in rules.TOLD or state in {"returned", "nil"}
        assert state != "accepted" or answered
        assert state != "waived" or before != "returned"


def test_an_answer_counts_in_every_state_in_which_somebody_waits():
    waited_for = [state for state in rules.STATES if state not in rules.SETTLED]

    assert waited_for == ["asked", "ready", "queried"]
    assert all(rules.moved(state, happens) for state in waited_for for happens in ("return", "nil", "move", "waive"))
    assert rules.moved("waived", "return") == "returned"
    assert rules.moved("accepted", "query") == "queried"
    assert [rules.moved(state, "accept") for state in ("asked", "ready", "queried", "waived")] == [None] * 4


def test_agencies_look_at_the_two_years_before_the_last_day_the_incident_may_have_been():
    assert rules.scope(parse("?October 2026", today=TODAY), TODAY) == (date(2024, 10, 31), date(2026, 10, 31))
    assert rules.scope(parse("29 February 2024", today=TODAY), TODAY) == (date(2022, 2, 28), date(2024, 2, 29))
    assert rules.scope(parse("2026", today=TODAY), TODAY) == (date(2024, 11, 24), TODAY)
