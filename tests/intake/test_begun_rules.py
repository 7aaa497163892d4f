"""Until when a referral that somebody left is kept, and what counts as one mailbox."""

from datetime import UTC, datetime

import pytest

from pprg_intake import rules


@pytest.mark.parametrize(
    ("left", "until"),
    [
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), datetime(2026, 11, 25, 20, tzinfo=UTC)),
        (datetime(2026, 11, 27, 16, 0, tzinfo=UTC), datetime(2026, 11, 30, 20, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), datetime(2026, 11, 30, 20, tzinfo=UTC)),
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), datetime(2026, 12, 29, 20, tzinfo=UTC)),
        (datetime(2026, 6, 8, 23, 30, tzinfo=UTC), datetime(2026, 6, 10, 19, tzinfo=UTC)),
    ],
    ids=["tuesday", "friday", "sunday night", "christmas eve", "half past midnight in summer"],
)
def test_a_referral_that_was_left_is_kept_until_the_evening_of_the_next_working_day(left, until):
    assert rules.begun_until(left) == until


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ward.Sister@Hospital.example", "ward.sister@hospital.example", True),
        ("sister+referrals@hospital.example", "sister@hospital.example", True),
        ("sister@hospital.example", "brother@hospital.example", False),
        ("sister@hospital.example", "sister@other.example", False),
    ],
)
def test_a_mailbox_is_one_however_its_address_is_written(one, other, same):
    assert (rules.mailbox(one) == rules.mailbox(other)) == same


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("sister@hospital.example", True),
        ("", False),
        ("sister", False),
        ("sister@hospital.example\n", False),
        ("a@b.example,c@d.example", False),
        (f"{'x' * 64}@{'y' * 128}.example", False),
    ],
)
def test_one_plain_address_is_an_address(text, fine):
    assert rules.is_address(text) == fine
