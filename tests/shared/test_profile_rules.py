"""Which review types the answers leave open, and the clocks and meetings of a case."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared import calendar
from pprg_shared.profile import (
    Answer,
    Reply,
    Subject,
    answers_from_subjects,
    deadline,
    deadlines,
    load_profile,
    next_standing,
    possible_routes,
    routes_of_people,
    standing_dates,
)

FOLDER = Path(__file__).parent.parent.parent / "deploy/profiles"
PROFILE = load_profile()
YES, NO, NOT_SURE = (Answer(each, "seen in the record") for each in Reply)
ASKED = [name for name, each in PROFILE.criteria.items() if each.ages is None]
REPLIES = st.fixed_dictionaries({name: st.sampled_from([YES, NO, NOT_SURE]) for name in PROFILE.criteria})
CHILD, BABY, ADULT, SIXTEEN = Subject("child", 10), Subject("unborn"), Subject("adult", 40), Subject("child", 16)
ABUSE = {"abuse_or_neglect", "in_area_or_resident"}
NEEDS = {"in_area", "care_and_support"}
SERIOUS = [("sin", "serious_incident"), ("rapid_review", "serious_incident"), ("lcspr", "serious_case")]
CDR = ("child_death_review", "child_death")


def answers(subject, yes=(), not_sure=()):
    """Yes to these, not sure of those, no to everything else that is asked."""
    return (
        dict.fromkeys(ASKED, NO)
        | answers_from_subjects(PROFILE, [subject])
        | dict.fromkeys(yes, YES)
        | dict.fromkeys(not_sure, NOT_SURE)
    )


def open_to(given_answers, profile=PROFILE):
    return [(each.route.code, each.mandate.code) for each in possible_routes(profile, given_answers)]


@pytest.mark.parametrize(
    ("subject", "yes", "routes"),
    [
        (CHILD, {"died", *ABUSE}, [*SERIOUS, CDR]),
        (CHILD, {"seriously_harmed", *ABUSE}, SERIOUS),
        (BABY, {"seriously_harmed", *ABUSE}, SERIOUS),
        (BABY, {"died"}, []),
        (CHILD, {"seriously_harmed", "abuse_or_neglect"}, [("lcspr", "serious_case")]),
        (
            CHILD,
            {"died", "law_or_guidance", *ABUSE},
            [*SERIOUS, ("national_cspr", "national_importance"), CDR],
        ),
        (CHILD, {"died"}, [CDR]),
        (CHILD, {"died", "looked_after"}, [("sin", "looked_after"), CDR]),
        (Subject("adult", 24), {"died", "care_leaver"}, [("sin", "care_leaver")]),
        (Subject("adult", 25), {"died", "care_leaver"}, []),
        (ADULT, {"died", "died_of_abuse", "joint_working", *NEEDS}, [("safeguarding_adult_review", "must")]),
        (ADULT, {"serious_abuse_alive", "joint_working", *NEEDS}, [("safeguarding_adult_review", "must")]),
        (ADULT, {"serious_abuse_alive", *NEEDS}, [("safeguarding_adult_review", "may")]),
        (ADULT, {"died_of_abuse", "joint_working", "in_area"}, []),
        (ADULT, {"died", "violence_or_abuse", "relative_or_household"}, [("dhr", "section_9")]),
        (
            SIXTEEN,
            {"died", "violence_or_abuse", "relative_or_household", *ABUSE},
            [*SERIOUS, ("dhr", "section_9"), CDR],
        ),
        (Subject("child", 15), {"died", "violence_or_abuse", "relative_or_household"}, [CDR]),
        (Subject("child", 4), {"died", "learning_disability"}, [("leder", "learning_disability"), CDR]),
        (Subject("child", 3), {"died", "learning_disability"}, [CDR]),
        (Subject("child", 17), {"died", "autism_diagnosed"}, [CDR]),
        (Subject("adult", 18), {"died", "autism_diagnosed"}, [("leder", "autism")]),
        (ADULT, {"died", "homicide", "perpetrator_mental_health"}, [("mh_homicide", "services_before")]),
        (ADULT, {"died", "homicide", "offensive_weapon"}, []),
        (CHILD, {"good_outcome"}, [("good_practice_review", "good_outcome")]),
        (CHILD, {"learning"}, [("local_learning_review", "learning")]),
        (CHILD, {"learning", "seriously_harmed", *ABUSE}, SERIOUS),
        (ADULT, {"learning", *NEEDS}, [("safeguarding_adult_review", "may")]),
        (ADULT, set(), []),
    ],
)
def test_answers_open_routes_as_the_decision_table_says(subject, yes, routes):
    found = possible_routes(PROFILE, answers(subject, yes))

    assert [(each.route.code, each.mandate.code) for each in found] == routes
    assert all(each.certain for each in found)


def test_a_route_says_what_speaks_for_it_and_what_is_not_known():
    known = answers(ADULT, {"in_area", "care_and_support"}, {"joint_working", "died_of_abuse"})
    del known["serious_abuse_alive"]

    must, may = possible_routes(PROFILE, known)

    assert not must.certain
    assert must.words() == (
        "Care Act 2014 section 44(1) to (3): the person was 18 or older; the adult was in the area; "
        "the adult had needs for care and support; "
        "not sure whether there is reasonable cause for concern about how agencies worked together; "
        "not sure whether the adult died, and abuse or neglect is known or suspected to have led to it; "
        "not answered whether the adult is alive, and serious abuse or neglect is known or suspected"
    )
    assert may.certain
    assert "seen in the record" not in must.words() + may.words()


def test_one_yes_of_several_is_enough_and_the_others_are_not_asked_for():
    (must,) = possible_routes(
        PROFILE, answers(ADULT, {"died_of_abuse", "joint_working", *NEEDS}, {"serious_abuse_alive"})
    )

    assert must.certain


@pytest.mark.parametrize(
    ("subjects", "child", "adult"),
    [
        ([Subject("child")], Reply.YES, Reply.NO),
        ([Subject("unborn")], Reply.YES, Reply.NO),
        ([Subject("adult")], Reply.NO, Reply.YES),
        ([Subject("child", 19)], Reply.NO, Reply.YES),
        ([Subject("child"), Subject("adult")], Reply.YES, Reply.YES),
        ([], Reply.NO, Reply.NO),
    ],
)
def test_ages_answer_what_nobody_is_asked(subjects, child, adult):
    found = answers_from_subjects(PROFILE, subjects)

    assert (found["child"].reply, found["adult"].reply) == (child, adult)
    assert set(found) == {name for name, each in PROFILE.criteria.items() if each.ages}


def test_an_age_that_is_not_known_leaves_open_what_depends_on_it():
    found = answers_from_subjects(PROFILE, [Subject("child")])

    assert {name for name, each in found.items() if each.reply is Reply.NOT_SURE} == {"aged_4", "aged_16"}


def test_a_mandate_is_switched_on_in_the_profile():
    dhr = PROFILE.routes["dhr"]
    switched = [replace(each, enabled=each.code == "section_8a") for each in dhr.mandates]
    profile = replace(PROFILE, routes=PROFILE.routes | {"dhr": replace(dhr, mandates=tuple(switched))})
    known = answers(ADULT, {"died", "domestic_abuse_2021"})

    assert (open_to(known), open_to(known, profile)) == ([], [("dhr", "section_8a")])


@given(REPLIES, st.sampled_from(sorted(PROFILE.criteria)))
def test_being_less_sure_never_closes_a_route(known, name):
    assert set(open_to(known)) <= set(open_to(known | {name: NOT_SURE}))


@given(REPLIES, st.sampled_from(sorted(PROFILE.criteria)))
def test_a_missing_answer_weighs_as_not_sure(known, name):
    without = {each: answer for each, answer in known.items() if each != name}

    assert open_to(without) == open_to(known | {name: NOT_SURE})


@given(REPLIES)
def test_every_reason_is_an_answer_that_was_given(known):
    for each in possible_routes(PROFILE, known):
        assert {known[part.code].reply for part in each.because} <= {Reply.YES}
        assert {known[part.code].reply for part in each.unsure} <= {Reply.NOT_SURE}
        assert not each.unanswered
        assert each.certain or each.unsure


def test_a_no_to_everything_opens_nothing():
    assert open_to(dict.fromkeys(PROFILE.criteria, NO)) == []


MOTHER, LIVING = Subject("adult", 30, died=True), Subject("child", 4)
DEAD = Subject("child", 4, died=True)
KILLED = {"died", "violence_or_abuse", "relative_or_household"}
DHR = ("dhr", "section_9")


@pytest.mark.parametrize(
    ("people", "yes", "certain", "open_besides"),
    [
        # The mother was killed and the child lives: no death of a child, and nobody answered whether it died.
        ([MOTHER, LIVING], KILLED, {DHR: (0,)}, {CDR: (1,)}),
        ([LIVING, MOTHER], KILLED, {DHR: (1,)}, {CDR: (0,)}),
        ([MOTHER, LIVING], {*KILLED, *ABUSE}, {DHR: (0,)}, {**dict.fromkeys(SERIOUS, (1,)), CDR: (1,)}),
        (
            [MOTHER, LIVING],
            {*KILLED, *ABUSE, "seriously_harmed"},
            {**dict.fromkeys(SERIOUS, (1,)), DHR: (0,)},
            {CDR: (1,)},
        ),
        # Both died.
        ([MOTHER, DEAD], {*KILLED, *ABUSE}, {**dict.fromkeys(SERIOUS, (1,)), DHR: (0,), CDR: (1,)}, {}),
        # The child died, the mother lives.
        ([ADULT, DEAD], {"died"}, {CDR: (1,)}, {}),
        ([ADULT, DEAD], KILLED, {CDR: (1,)}, {DHR: (0,)}),
        # Somebody died, and no date says who.
        ([ADULT, CHILD], {"died"}, {}, {CDR: (1,)}),
        ([CHILD, LIVING], {"died"}, {CDR: (0, 1)}, {}),
        # A date of death counts whatever was answered.
        ([MOTHER, LIVING], {"violence_or_abuse", "relative_or_household"}, {DHR: (0,)}, {}),
        # What is no matter of age or death is open for both.
        ([MOTHER, LIVING], {"good_outcome"}, {("good_practice_review", "good_outcome"): (0, 1)}, {}),
        # A young adult who left care died; the baby lives.
        (
            [Subject("adult", 20, died=True), BABY],
            {"died", "care_leaver"},
            {("sin", "care_leaver"): (0,)},
            {("sin", "care_leaver"): (1,)},
        ),
    ],
)
def test_each_of_several_people_is_weighed_alone(people, yes, certain, open_besides):
    given_answers = dict.fromkeys(ASKED, NO) | dict.fromkeys(yes, YES)

    found = {
        strength: {
            (each.route.code, each.mandate.code): places
            for each, places in routes_of_people(PROFILE, given_answers, people)
            if each.certain == strength
        }
        for strength in (True, False)
    }

    assert (found[True], found[False]) == (certain, open_besides)


PEOPLE = st.builds(
    Subject,
    st.sampled_from(["child", "unborn", "adult"]),
    st.none() | st.integers(0, 90),
    st.none() | st.just(95),
    died=st.booleans(),
)
GIVEN = st.dictionaries(st.sampled_from(ASKED), st.sampled_from([YES, NO, NOT_SURE]))


@given(GIVEN, st.lists(PEOPLE, min_size=1, max_size=3), PEOPLE, st.integers(0, 3))
def test_another_person_never_takes_a_route_away(known, people, another, at):
    def routes(some):
        return {(each.route.code, each.mandate.code) for each, _ in routes_of_people(PROFILE, known, some)}

    with_another = routes([*people[:at], another, *people[at:]])
    assert {code for code, _ in routes(people)} <= {code for code, _ in with_another}


@given(GIVEN, PEOPLE)
def test_one_person_alone_is_weighed_as_before(known, one):
    death = {"died": YES} if one.died else {}
    alone = possible_routes(PROFILE, known | answers_from_subjects(PROFILE, [one]) | death)

    assert routes_of_people(PROFILE, known, [one]) == [(each, (0,)) for each in alone]


@given(GIVEN, st.lists(PEOPLE, min_size=2, max_size=4))
def test_whom_a_reason_is_about_was_of_the_age_that_it_says(known, people):
    for each, places in routes_of_people(PROFILE, known, people):
        for criterion in each.because:
            if criterion.ages:
                for place in places:
                    alone = answers_from_subjects(PROFILE, [people[place]])
                    assert alone[criterion.code].reply is Reply.YES


@pytest.mark.parametrize(
    ("subject", "ages"),
    [
        (Subject("child", 17, 18), (17, 17)),
        (Subject("adult", 17, 18), (18, 18)),
        (Subject("child", -1, 1), (0, 1)),
        (Subject("unborn", -1, 0), (-1, -1)),
        (Subject("child", 19), (19, 19)),  # the dates outweigh the kind that they contradict
        (Subject("child", 1, 2), (1, 2)),
        (Subject("adult"), (18, 150)),
    ],
)
def test_dates_and_kind_together_say_how_old_somebody_may_have_been(subject, ages):
    assert subject.ages() == ages


def test_a_reason_says_for_whom_it_holds():
    known = dict.fromkeys(ASKED, NO) | {"died": YES}
    ((found, _),) = routes_of_people(PROFILE, known, [DEAD])

    assert found.words("the child") == (
        "For the child: Children Act 2004 section 16M: death of a child, whatever the cause: "
        "the person was born and under 18; the person died"
    )


DAYS = {
    "la_aware": "2026-04-02",
    "notified": "2026-03-27",
    "publication_planned": "2027-01-06",
    "lcspr_started": "2026-08-31",
    "dhr_started": "2025-11-24",
}
DATES = {name: date.fromisoformat(day) for name, day in DAYS.items()}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sin.notify", "day 0 Thu 2 Apr 2026; Good Friday and Easter Monday skipped; due Mon 13 Apr 2026"),
        ("rr.submit", "day 0 Fri 27 Mar 2026; Good Friday and Easter Monday skipped; due Tue 21 Apr 2026"),
        ("rr.request_out", "day 0 Fri 27 Mar 2026; due Mon 30 Mar 2026"),
        (
            "lcspr.pre_publication",
            "day 0 Wed 6 Jan 2027; Christmas Day, Boxing Day and New Year\u2019s Day skipped; due Wed 23 Dec 2026",
        ),
        (
            "lcspr.publish",
            "day 0 Mon 31 Aug 2026; 6 months; due Sun 28 Feb 2027, no working day: finish by Fri 26 Feb 2027",
        ),
        (
            "dhr.complete",
            "day 0 Mon 24 Nov 2025; 6 months; due Sun 24 May 2026, no working day: finish by Fri 22 May 2026",
        ),
        ("rr.agency_return", "waits for: date the request was sent"),
        ("leder.complete", "waits for: date of the LeDeR notification"),
    ],
)
def test_a_clock_shows_its_working_or_what_it_waits_for(code, words):
    assert deadline(PROFILE, code, DATES).words == words


def test_without_a_notification_the_rapid_review_waits_for_it():
    found = deadline(PROFILE, "rr.submit", {})

    assert (found.words, found.due) == ("waits for: notification date", None)


def test_a_profile_may_count_the_rapid_review_from_when_the_local_authority_knew():
    aware = replace(PROFILE.clocks["rr.submit"], trigger="la_aware")
    profile = replace(PROFILE, clocks=PROFILE.clocks | {"rr.submit": aware})

    assert deadline(profile, "rr.submit", DATES).due == calendar.add_working_days(DATES["la_aware"], 15)


def test_a_day_beyond_the_known_bank_holidays_is_said_and_breaks_nothing():
    found = deadline(PROFILE, "rr.submit", {"notified": date(calendar.horizon(), 12, 30)})

    assert found.due is None
    assert found.words.startswith(f"cannot be counted: bank holidays of {calendar.horizon() + 1} are not known yet")


def test_a_case_has_the_clocks_of_its_routes_and_of_every_case_the_dated_first():
    found = deadlines(
        PROFILE, ["rapid_review"], {"notified": date(2026, 3, 27), "referral_received": date(2026, 3, 26)}
    )

    assert [each.clock.code for each in found] == [
        "referral.ack",
        "rr.request_out",
        "referral.triage",
        "rr.meeting",
        "rr.signoff",
        "rr.submit",
        "outcome.tell_referrer",
        "access_request",
        "publish.min_life",
        "rr.agency_return",
    ]
    assert [each.due is None for each in found] == [False] * 6 + [True] * 4


@given(st.dates(date(2013, 1, 1), date(2025, 12, 31)), st.sampled_from(sorted(PROFILE.clocks)))
def test_a_clock_is_due_on_the_right_side_of_day_nought_and_to_be_finished_on_a_working_day(day0, code):
    clock = PROFILE.clocks[code]
    found = deadline(PROFILE, code, {clock.trigger: day0})

    assert (found.due > day0) == (clock.number > 0)
    assert calendar.is_working_day(found.working.target)
    assert found.working.target <= found.due
    assert calendar.short(found.due) in found.words


@pytest.mark.parametrize(
    ("rule", "begins", "expected"),
    [
        ("second Tuesday monthly", "2026-01-01", ["2026-03-10", "2026-04-14", "2026-05-12"]),
        ("first Friday monthly", "2026-01-01", ["2026-03-06", "2026-04-07", "2026-05-01"]),  # Good Friday: moved
        ("last Thursday every 2 months", "2026-01-01", ["2026-03-26", "2026-05-28"]),
        ("fourth Monday every 3 months", "2026-02-15", ["2026-05-26"]),  # the spring bank holiday: moved
        ("third Wednesday monthly", "2026-05-20", ["2026-05-20"]),
    ],
)
def test_a_rule_gives_the_standing_dates(rule, begins, expected):
    meetings = replace(PROFILE.meetings, rule=rule, begins=date.fromisoformat(begins))

    found = standing_dates(meetings, date(2026, 3, 1), date(2026, 5, 31))

    assert [each.isoformat() for each in found] == expected


def test_listed_dates_are_the_standing_dates():
    meetings = load_profile(str(FOLDER / "swindon.toml")).meetings

    assert next_standing(meetings, date(2026, 12, 9)) == date(2027, 1, 13)
    assert next_standing(meetings, date(2027, 12, 8)) is None


def test_a_rule_ends_with_the_bank_holidays_that_are_known():
    last = standing_dates(PROFILE.meetings, date(2026, 1, 1), date(2100, 1, 1))[-1]

    assert (last.year, last.month) == (calendar.horizon(), 12)
    assert next_standing(PROFILE.meetings, last) is None


@given(st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_the_next_standing_meeting_is_later_within_five_weeks_and_on_a_working_day(today):
    found = next_standing(PROFILE.meetings, today)

    assert today < found <= today + timedelta(weeks=5)
    assert calendar.is_working_day(found)
