"""How often what failed is tried again, and when it is left to a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.boxes.work import LONGEST, TRIES, back_off, patience
from pprg_shared.errors import NotYet, Refused

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FAULT, NO, NOT_YET = OSError("the disk"), Refused("This cannot be done."), NotYet("The case is not here yet.")


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 2), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (8, 256), (10, 1024), (11, 2048), (12, 3600), (500, 3600)],
)
def test_each_pause_is_twice_the_one_before_and_none_longer_than_an_hour(attempts, seconds):
    assert back_off(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("error", "attempts", "waited", "is_given_up"),
    [
        (FAULT, 1, timedelta(), False),
        (FAULT, 11, timedelta(minutes=59, seconds=59), False),
        (FAULT, 12, timedelta(), True),
        (FAULT, 1, timedelta(hours=1), True),
        (NO, 1, timedelta(), True),
        (NOT_YET, 12, timedelta(hours=1), False),
        (NOT_YET, 40, timedelta(days=30), False),
    ],
)
def test_a_fault_is_tried_for_so_long_a_refusal_never_and_what_is_not_there_yet_always(
    error, attempts, waited, is_given_up
):
    outcome = patience(error, attempts, NOW - waited, NOW)

    assert outcome.given_up is is_given_up
    assert outcome.due_at == (None if is_given_up else NOW + back_off(attempts))
    assert outcome.problem


@given(attempts=st.integers(0, 10_000), waited=st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_fault_is_never_forgotten_nor_tried_at_once(attempts, waited):
    outcome = patience(FAULT, attempts, NOW - waited, NOW)

    assert outcome.given_up or NOW < outcome.due_at <= NOW + LONGEST
    assert not (outcome.given_up and attempts < TRIES and waited < timedelta(hours=1))
