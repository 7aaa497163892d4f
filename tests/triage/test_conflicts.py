"""What does not agree in a chronology: what is found, whatever the order; how it is settled, and that rows stay."""

import random
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.chronology import Further
from pprg_shared.partial_dates import parse
from pprg_triage import rules
from pprg_triage.rules import disagreements

TODAY = date(2026, 11, 24)
NAMES = {"police": "Wiltshire Police", "school": "Invented School", "gp": "GP practice"}
VISIT = "Unannounced visit to the family home with the health visitor"


def row(agency, when, event, number=0, time="", people="", **further):
    told = Further(**further) if further else None
    return rules.Entry(parse(when, today=TODAY), number, agency, "Log", event, "None", time, people, told)


def life(name="Adeline Invented", born="22 May 2016", died=""):
    return rules.Life(name, *(parse(each, today=TODAY) if each else None for each in (born, died)))


def found(*entries, lives=(), answered=NAMES, gap=90):
    some = rules.conflicts(entries, lives, answered, TODAY, gap)
    return [(c.kind, [e.agency for e in c.entries], c.about) for c in some]


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (("1 May 2025", VISIT), ("3 May 2025", f"{VISIT}, nobody in"), ["same_event"]),
        (("1 May 2025", VISIT), ("5 May 2025", VISIT), []),
        (("1 May 2025", VISIT), ("1 May 2025", VISIT), []),
        (("1 May 2025", VISIT, 0, "09:00"), ("1 May 2025", VISIT, 0, "11:00"), ["same_event"]),
        (("1 May 2025", VISIT, 0, "09:00"), ("1 May 2025", VISIT), []),
        (("1 May 2025", VISIT), ("2 May 2025", "Called the surgery about an appointment"), []),
        (("May 2025", VISIT), ("2 May 2025", VISIT), []),
        (("1 May 2025", VISIT, 0, "", "Sibling 1"), ("2 May 2025", VISIT, 0, "", "Mother"), []),
        (
            ("1 May 2025", VISIT, 0, "", "Subject and mother"),
            ("2 May 2025", VISIT, 0, "", "Mother, MGM"),
            ["same_event"],
        ),
        (("1 May 2025", "Seen"), ("1 May 2025", "Visited"), []),
    ],
)
def test_the_same_event_is_found_when_two_agencies_date_it_differently(one, other, kinds):
    entries = row("police", *one), row("gp", *other)

    assert [kind for kind, *_ in found(*entries)] == kinds
    same_agency = row("police", *one), row("police", *other[:2], 1, *other[3:])
    assert "same_event" not in [kind for kind, *_ in found(*same_agency)]


@pytest.mark.parametrize(
    ("one", "other", "found_so"),
    [
        ({"seen": "yes"}, {"seen": "no"}, True),
        ({"seen": "yes"}, {"seen": "not_known"}, False),
        ({"seen": "yes"}, {}, False),
        ({"seen_alone": "no"}, {"seen_alone": "yes"}, True),
        ({"seen": "yes", "time": "09:00"}, {"seen": "no", "time": "09:45"}, True),
        ({"seen": "yes", "time": "09:00"}, {"seen": "no", "time": "15:00"}, False),
        ({"seen": "yes", "people": "Sibling 1"}, {"seen": "no", "people": "Subject"}, False),
    ],
)
def test_who_was_seen_is_contradictory_on_one_day_about_one_person(one, other, found_so):
    entries = row("police", "1 May 2025", "A", **one), row("school", "1 May 2025", "B", **other)

    assert bool(found(*entries)) == found_so


def test_three_agencies_that_tell_of_one_event_are_one_thing_to_look_at():
    entries = [row(agency, f"{day} May 2025", VISIT) for day, agency in enumerate(NAMES, 1)]

    assert found(*entries) == [("same_event", ["police", "school", "gp"], "")]


def test_a_referral_wants_a_row_at_its_other_side():
    sent = row("school", "1 May 2025", "Referred to children's services", contact_type="referral")
    received = row("police", "2 May 2025", "Notification came in", contact_type="referral")
    elsewhere = row("gp", "2 May 2025", "Registered")

    assert found(sent) == []
    assert found(sent, elsewhere) == [("referral", ["school"], "")]
    assert found(sent, received, elsewhere) == []


def test_time_without_contact_is_found_between_exact_days():
    first, last = row("police", "1 May 2025", "A"), row("gp", "1 September 2025", "B")

    assert found(first, last) == [("gap", ["police", "gp"], "123 days")]
    assert found(first, last, gap=123) == []
    assert found(first, row("school", "July 2025", "C"), last) == []
    assert found(first, row("school", "2025", "C", 1), last) == [("gap", ["police", "gp"], "123 days")]
    assert found(first, row("school", "10 July 2025", "C", contact_type="missed"), last)[0][0] == "gap"
    assert found(row("police", "1 May 2025", "A", end_date=parse("31 August 2025", today=TODAY)), last) == []


def test_duplicates_are_rows_of_one_agency_with_the_same_content():
    same = [row("police", "1 May 2025", text, n) for n, text in enumerate(("Seen at home.", "seen  at home", "Seen"))]

    assert found(*same) == [("duplicate", ["police", "police"], "")]
    assert found(row("police", "1 May 2025", "Seen"), row("gp", "1 May 2025", "Seen")) == []


def test_what_lies_outside_the_life_of_all_is_found_by_agency():
    before, after = row("gp", "1 May 2016", "Booked"), row("gp", "2 November 2016", "Closed", 1)
    born, died = life(died="1 November 2016"), life("Sibling", died="")

    assert [(kind, about) for kind, _, about in found(before, after, lives=[born]) if kind == "life"] == [
        ("life", "Before birth"),
        ("life", "After death"),
    ]
    assert "After death" not in [about for *_, about in found(before, after, lives=[born, died])]
    assert "Before birth" not in [about for *_, about in found(before, lives=[life(born="")])]


@pytest.mark.parametrize(
    ("event", "about"),
    [
        ("Seen, DOB 23/05/2016", ["Born 23 May 2016"]),
        ("Born on 22nd May 2016 at term", []),
        ("The mother was born May 2016", []),
        ("Adelline was seen", ["Adelline"]),
        ("Adeline Invented was seen", []),
        ("Another child was seen", []),
    ],
)
def test_a_date_of_birth_or_a_name_that_the_referral_does_not_know_is_found(event, about):
    assert [each for *_, each in found(row("gp", "2 May 2025", event), lives=[life()])] == about


def test_an_agency_that_does_not_tell_of_what_it_was_at_is_found_once_its_answer_is_here():
    met = row("school", "1 May 2025", "Strategy meeting with Wiltshire Police and the GP", contact_type="meeting")

    assert found(met) == [("silent", ["school"], "gp"), ("silent", ["school"], "police")]
    assert found(met, answered={"police": "Wiltshire Police"}) == [("silent", ["school"], "police")]
    assert found(met, row("police", "3 May 2025", "Spoke"), row("gp", "May 2025", "Note")) == []
    assert found(row("school", "1 May 2025", "Letter from the police")) == []


VOCABULARY = ("home", "visit", "mother", "school", "seen", "police", "referral", "Adelline", "met")
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=6)
ENTRIES = st.lists(
    st.builds(
        lambda agency, day, words, at, people, seen, contact: row(
            agency, day, " ".join(words), 0, at, people, seen=seen, contact_type=contact
        ),
        st.sampled_from(list(NAMES)),
        st.sampled_from(["1 May 2025", "2 May 2025", "?4 May 2025", "May 2025", "2025", "1 October 2025"]),
        WORDS,
        st.sampled_from(["", "09:00", "15:00"]),
        st.sampled_from(["", "Mother", "Subject, mother"]),
        st.sampled_from(["", "yes", "no"]),
        st.sampled_from(["", "referral", "visit", "missed"]),
    ),
    max_size=12,
).map(lambda some: [rules.Entry(**vars(each) | {"number": n}) for n, each in enumerate(some)])


@given(ENTRIES, st.randoms(use_true_random=False))
def test_what_is_found_does_not_depend_on_the_order_of_the_rows_and_changes_none(entries, shuffle):
    before = list(entries)
    first = rules.conflicts(entries, [life()], NAMES, TODAY, 90)
    shuffle.shuffle(entries)
    second = rules.conflicts(entries, [life()], NAMES, TODAY, 90)

    assert first == second
    assert all(set(each.entries) <= set(before) and each.kind in rules.KINDS for each in first)
    assert [list(each.entries) for each in first] == [sorted(each.entries, key=rules.position) for each in first]


@given(ENTRIES)
def test_two_rows_disagree_whichever_is_asked_first(entries):
    for one, other in permutations([disagreements.told(each) for each in entries], 2):
        assert disagreements.told_differently(one, other) == disagreements.told_differently(other, one)
        assert disagreements.contradictory(one, other) == disagreements.contradictory(other, one)
        assert disagreements.same_people(one, other) == disagreements.same_people(other, one)


@given(ENTRIES)
def test_the_mark_follows_the_content_and_not_the_place_in_the_list(entries):
    moved = [rules.Entry(**vars(each) | {"number": each.number + 7}) for each in entries]

    marks = [[each.mark for each in rules.conflicts(some, [life()], NAMES, TODAY, 90)] for some in (entries, moved)]

    assert sorted(marks[0]) == sorted(marks[1])


@pytest.mark.parametrize("days", [1, 28])
def test_what_is_compared_grows_with_the_rows_and_not_with_their_square(days):
    texts = [" ".join(random.Random(n).choices(VOCABULARY, k=8)) for n in range(100)]
    some = [row(f"agency-{n % 10}", f"{n % days + 1} May 2025", texts[n % 100], n) for n in range(5000)]

    assert sum(1 for _ in disagreements.neighbours([disagreements.told(each) for each in some])) < 50 * 5000
    assert len(rules.conflicts(some, [life()], NAMES, TODAY, 90)) < 5000
