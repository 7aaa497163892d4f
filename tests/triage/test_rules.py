from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

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
            {
                "soon": datetime(2026, 12, 10, 9, tzinfo=UTC),
                "overdue": datetime(2026, 12, 16, 9, tzinfo=UTC),
                "escalated": datetime(2026, 12, 18, 9, tzinfo=UTC),
            },
        ),
        (
            datetime(2026, 12, 10, 9, tzinfo=UTC),
            {
                "overdue": datetime(2026, 12, 16, 9, tzinfo=UTC),
                "escalated": datetime(2026, 12, 18, 9, tzinfo=UTC),
            },
        ),
        (datetime(2026, 12, 16, 9, tzinfo=UTC), {"escalated": datetime(2026, 12, 18, 9, tzinfo=UTC)}),
        (datetime(2026, 12, 18, 9, tzinfo=UTC), {}),
    ],
)
def test_an_agency_is_reminded_three_working_days_before_and_one_and_three_after(now, expected):
    assert rules.reminder_times(DUE, now) == expected


def test_nine_in_london_is_eight_in_utc_in_summer():
    assert rules.reminder_times(date(2026, 4, 2), datetime(2026, 3, 2, tzinfo=UTC)) == {
        "soon": datetime(2026, 3, 30, 8, tzinfo=UTC),
        "overdue": datetime(2026, 4, 7, 8, tzinfo=UTC),
        "escalated": datetime(2026, 4, 9, 8, tzinfo=UTC),
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
        ("escalated", "ready", date(2026, 12, 18), True),
        ("escalated", "returned", date(2026, 12, 18), False),
    ],
)
def test_who_has_answered_is_not_reminded(rung, state, today, applies):
    assert rules.reminder_applies(rung, state, DUE, today) is applies


def test_somebody_is_reminded_once_a_day_however_many_letters_say_so():
    first, last = date(2026, 12, 16), date(2026, 12, 18)
    letters = [("overdue_escalated", last), ("overdue", last), ("overdue", first), ("information_request", DUE)]

    assert rules.reminded_on(letters) == [first, last]
    assert rules.reminded_on([("return_queried", last)]) == []


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

    assert waited_for == ["asked", "ready", "opened", "queried"]
    assert all(rules.moved(state, happens) for state in waited_for for happens in ("return", "nil", "move", "waive"))
    assert rules.moved("waived", "return") == "returned"
    assert rules.moved("accepted", "query") == "queried"
    assert [rules.moved(state, "accept") for state in (*waited_for, "waived")] == [None] * 5


def test_agencies_look_at_the_two_years_before_the_last_day_the_incident_may_have_been():
    assert rules.scope(parse("?October 2026", today=TODAY), TODAY) == (date(2024, 10, 31), date(2026, 10, 31))
    assert rules.scope(parse("29 February 2024", today=TODAY), TODAY) == (date(2022, 2, 28), date(2024, 2, 29))
    assert rules.scope(parse("2026", today=TODAY), TODAY) == (date(2024, 11, 24), TODAY)


def test_a_clock_that_has_run_out_forbids_no_meeting():
    starts = datetime(2026, 12, 17, 10, tzinfo=UTC)
    late, unknown = datetime(2026, 12, 16, 9, tzinfo=UTC), datetime(2060, 1, 6, 10, tzinfo=UTC)

    assert rules.meeting_problem(starts, starts + timedelta(hours=2), late, DUE) is None
    assert rules.meeting_problem(unknown, unknown + timedelta(hours=2), late, DUE) == (
        "No bank holidays are known for 2060 yet: choose an earlier day",
        "day",
    )


@pytest.mark.parametrize(
    ("held_on", "problem"),
    [
        (TODAY, None),
        (date(2026, 11, 20), None),
        (date(2026, 11, 25), "Wed 25 Nov 2026 has not come yet: enter the day on which the group met"),
        (
            date(2026, 11, 19),
            "The referral was received on Fri 20 Nov 2026: the group cannot have met about it before",
        ),
        (None, "No meeting is called: enter the day on which the group met"),
    ],
)
def test_a_meeting_was_held_between_the_referral_and_today(held_on, problem):
    assert rules.held_problem(held_on, date(2026, 11, 20), TODAY) == problem


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        (["police", "health", "local authority", "education"], []),
        (["police"], ["local authority", "health"]),
        ([], ["local authority", "health", "police"]),
    ],
)
def test_the_group_decides_nothing_without_its_quorum(present, missing):
    assert rules.quorum_missing(present, ["local authority", "health", "police"]) == missing


@given(st.lists(st.dates(date(2026, 11, 1), date(2026, 12, 31)), unique=True))
def test_a_standing_meeting_that_has_begun_is_not_to_come(days):
    coming = rules.still_to_come(days, time(9), NOW)

    assert set(coming) == {each for each in days if each > TODAY}


@dataclass(frozen=True)
class Mandate:
    code: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"Section {self.code}"


MUST, MAY = Mandate("must", ("a", "b"), ("c", "d")), Mandate("may", ("a",))
REPLIES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(list(rules.REPLIES)))


@pytest.mark.parametrize(
    ("answers", "weighed"),
    [
        ("yes yes yes no", "yes"),
        ("yes yes not_sure no", "not_sure"),
        ("yes yes no no", "no"),
        ("no not_sure yes yes", "no"),
        ("yes not_sure yes yes", "not_sure"),
    ],
)
def test_a_mandate_needs_all_of_some_criteria_and_one_of_others(answers, weighed):
    assert rules.weighed(MUST, dict(zip("abcd", answers.split(), strict=True))) == weighed


@pytest.mark.parametrize(
    ("answers", "outcome", "mandate", "problem"),
    [
        ("yes yes yes no", "criteria_met", "", None),
        ("yes yes yes no", "criteria_met", "must", None),
        ("yes yes yes no", "criteria_met", "may", ("The answers meet Section must: rely on that", "mandate")),
        ("yes no yes no", "criteria_met", "may", None),
        ("yes yes yes no", "criteria_not_met", "", ("Every criterion of Section must is answered", "outcome")),
        ("no yes yes no", "criteria_met", "", ("A criterion that is needed is answered with no", "outcome")),
        ("no yes yes no", "criteria_not_met", "", None),
        ("no yes yes no", "criteria_not_met", "may", ("The answers meet no mandate: rely on none", "mandate")),
        ("not_sure yes yes no", "criteria_not_met", "", ("Nothing is answered with no, and not", "outcome")),
        ("not_sure yes yes no", "insufficient_information", "", None),
    ],
)
def test_a_decision_that_contradicts_its_answers_is_refused(answers, outcome, mandate, problem):
    replies = dict(zip("abcd", answers.split(), strict=True))

    found = rules.decision_problem((MUST, MAY), replies, outcome, mandate)

    assert (found and (found[0][: len(problem[0])], found[1])) == problem


@given(REPLIES)
def test_exactly_one_outcome_follows_from_any_answers(replies):
    open_to = [each for each in rules.OUTCOMES if not rules.decision_problem((MUST, MAY), replies, each, "")]

    assert open_to == [rules.outcome_of((MUST, MAY), replies)]


@given(REPLIES, st.sampled_from("abcd"))
def test_another_yes_never_makes_met_criteria_unmet(replies, criterion):
    if rules.outcome_of((MUST, MAY), replies) == "criteria_met":
        assert rules.outcome_of((MUST, MAY), replies | {criterion: "yes"}) == "criteria_met"


@given(REPLIES)
def test_the_mandate_relied_on_is_the_strongest_that_is_met(replies):
    met = [each for each in (MUST, MAY) if rules.weighed(each, replies) == "yes"]

    assert rules.relied_on((MUST, MAY), replies) == (met[0] if met else None)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({}, None),
        ({"already": True}, "This decision has been ratified already"),
        ({"returned": True}, "This decision was sent back: it must be proposed again first"),
        ({"belongs": False}, "Another body ratifies decisions on this kind of review"),
        ({"declared": True}, "You declared an interest in this case: somebody else must ratify"),
    ],
)
def test_only_its_own_body_ratifies_what_waits_for_it(facts, problem):
    assert rules.ratifying_problem(1, 2, **({"already": False} | facts)) == problem


STANDARD = {"met": "It is met.\nWe say how.", "unmet": "It is not met.", "unsure": "We cannot say yet."}


@pytest.mark.parametrize(
    ("typed", "outcome", "shown"),
    [
        ("We cannot say yet.", "met", "It is met.\nWe say how."),
        ("It is met. We say how. ", "unmet", "It is not met."),
        ("It is met.\nWe say how.", "met", "It is met.\nWe say how."),
        ("We cannot say yet!", "met", "We cannot say yet!"),
        ("It is not met.", "", "It is not met."),
        ("", "met", ""),
    ],
)
def test_standard_words_follow_the_outcome_until_somebody_changes_them(typed, outcome, shown):
    assert rules.follows_outcome(typed, STANDARD, outcome) == shown


@given(st.text(max_size=40), st.lists(st.sampled_from(list(STANDARD)), min_size=1))
def test_whatever_is_chosen_on_the_way_the_last_choice_counts_and_own_words_stay(typed, choices):
    shown, standard = typed, STANDARD["unsure"]
    for each in choices:
        shown, standard = (rules.follows_outcome(text, STANDARD, each) for text in (shown, standard))

    assert standard == STANDARD[choices[-1]]
    assert shown == typed


@pytest.mark.parametrize(
    ("said", "outcome", "about_harm", "problem"),
    [
        ({"harm": ["neglect"], "delay": "The inquest."}, "criteria_met", True, None),
        ({"harm": [], "delay": "The inquest."}, "criteria_met", True, "harm"),
        ({"harm": [], "delay": "The inquest."}, "criteria_not_met", True, None),
        ({"delay": "The inquest."}, "criteria_met", False, None),
        ({"harm": ["neglect"]}, "criteria_met", True, "delay"),
        ({"harm": ["neglect"], "delay": ""}, "criteria_not_met", True, "delay"),
    ],
)
def test_a_record_of_a_late_decision_names_kinds_of_harm_and_says_why_it_is_late(said, outcome, about_harm, problem):
    late, on_time = (
        rules.record_problem(said, outcome, about_harm=about_harm, decided_by=date(2026, 12, 14), today=today)
        for today in (date(2026, 12, 15), date(2026, 12, 14))
    )

    assert (late and late[1]) == problem
    assert (on_time and on_time[1]) == (None if problem == "delay" else problem)
    assert rules.record_problem(said, outcome, about_harm=False, decided_by=None, today=date.max) is None


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("About INVENTED child.", ["Invented Child"], True),
        ("About it.", ["Invented Child"], False),
        ("It is not known.", ["Not known"], False),
        ("A.", [""], False),
    ],
)
def test_words_for_others_name_nobody(text, names, found):
    assert rules.names_somebody(text, names) is found


ITS_WORDS = "The group considered the case of a child."


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("The Smith child is safe.", ["Anna Smith"], True),
        ("the smiths were told", ["Anna Smith"], True),
        ("Smith's school was told.", ["Anna Smith"], True),
        ("Mrs O\u2019Brien was told.", ["Zo\u00eb O'Brien"], True),
        ("Zoe was told.", ["Zo\u00eb O'Brien"], True),
        ("A blacksmith was told.", ["Anna Smith"], False),
        ("He is an ox.", ["Bo Ox"], False),  # shorter than three letters
        ("Agencies were told about a baby.", ["Baby Smith"], False),
        ("It is not known.", ["Not known"], False),
        (ITS_WORDS, ["Child Case"], False),  # the standard words are nobody's
        (f"{ITS_WORDS} Summer was told.", ["Summer Case"], True),
    ],
)
def test_part_of_a_name_is_found_in_words_for_others(text, names, found):
    assert rules.names_in_part(text, names, ITS_WORDS) is found
