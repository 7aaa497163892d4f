"""What those who were told of a publication know, and what they must be told now."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_triage.rules import announcing
from pprg_triage.rules.announcing import CALLED_OFF, MOVED, TOLD, Known, Whom, Written

JANUARY, JULY = datetime(2027, 1, 15, 9, tzinfo=UTC), datetime(2027, 7, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
POLICE, HEALTH, BOTH = Whom(frozenset({"police"})), Whom(frozenset({"icb"})), Whom(frozenset({"police", "icb"}))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ([], Known()),
        ([Written(TOLD, JANUARY, POLICE)], Known(JANUARY, POLICE)),
        ([Written(TOLD, JANUARY, POLICE), Written(TOLD, JANUARY, HEALTH)], Known(JANUARY, BOTH)),
        ([Written(TOLD, JANUARY, BOTH), Written(MOVED, JULY, POLICE)], Known(JULY, POLICE)),
        ([Written(TOLD, JANUARY, BOTH), Written(CALLED_OFF, JANUARY, BOTH)], Known()),
        (
            [Written(TOLD, JANUARY, BOTH), Written(CALLED_OFF, JANUARY, BOTH), Written(TOLD, JULY, HEALTH)],
            Known(JULY, HEALTH),
        ),
    ],
)
def test_who_knows_what_follows_from_the_letters_in_their_order(written, known):
    assert announcing.known_by(written) == known


@pytest.mark.parametrize(
    ("known", "planned_at", "change"),
    [
        (Known(), JANUARY, None),
        (Known(JANUARY, POLICE), JANUARY, None),
        (Known(JANUARY, POLICE), JULY, MOVED),
        (Known(JANUARY, POLICE), None, CALLED_OFF),
        (Known(), None, None),
    ],
)
def test_who_was_told_is_told_of_what_differs_and_nobody_else_is(known, planned_at, change):
    assert announcing.to_say(known, planned_at) == change


@pytest.mark.parametrize(
    ("planned_at", "public", "problem"),
    [
        (JANUARY, False, None),
        (None, False, "No day is planned."),
        (NOW, False, "It was planned for Tuesday 24 November 2026, 09:30, which has passed."),
        (JANUARY, True, "This has been published already"),
        (None, True, "This has been published already"),
    ],
)
def test_nobody_is_told_of_what_has_no_day_or_has_happened(planned_at, public, problem):
    found = announcing.telling_problem(planned_at, NOW, public=public)

    assert (found is None) == (problem is None)
    assert problem is None or found.startswith(problem)


someone = st.frozensets(st.sampled_from(["police", "icb", "gp"]))
letters = st.builds(
    Written, st.sampled_from([TOLD, MOVED, CALLED_OFF]), st.sampled_from([JANUARY, JULY]), st.builds(Whom, someone)
)


@given(st.lists(letters), st.sampled_from([JANUARY, JULY, None]))
def test_once_they_are_told_there_is_nothing_more_to_say(written, planned_at):
    known = announcing.known_by(written)
    if change := announcing.to_say(known, planned_at):
        written = [*written, Written(change, planned_at or JANUARY, known.whom)]

    assert announcing.to_say(announcing.known_by(written), planned_at) is None


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        (Whom(), ""),
        (Whom(frozenset("a")), "1 agency"),
        (Whom(frozenset("ab"), frozenset("c")), "2 agencies and 1 person"),
        (Whom(people=frozenset("cd")), "2 people"),
    ],
)
def test_whom_is_counted_in_words(whom, words):
    assert whom.words() == words
