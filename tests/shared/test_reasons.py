import psycopg
import pytest
import sqlalchemy as sa

from pprg_shared.boxes.reasons import FORGED, GONE, PROBLEM_CHARACTERS, STRANGE, malformed, reason, unsent
from pprg_shared.errors import NotYet, Refused
from pprg_shared.sealing import KeyMissing, SealError

LONG = "word " * 200
ALL = {
    "gone": GONE,
    "forged": FORGED,
    "strange": STRANGE,
    "malformed": malformed(LONG),
    "not-yet": reason(NotYet(LONG)),
    "key-missing": reason(KeyMissing("key 0123abcd is not in the ring")),
    "column": reason(SealError("a value sealed with 0123abcd does not open here")),
    "refused": reason(sa.exc.OperationalError(LONG, None, psycopg.errors.QueryCanceled(LONG))),
    "unforeseen": reason(type("AFaultWithAVeryLongName" * 3, (Exception,), {})(LONG)),
}


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in ALL.items()])
def test_every_reason_fits_into_its_row_and_says_which_command_comes_next(words):
    assert len(words) <= PROBLEM_CHARACTERS
    assert words.endswith(".")
    assert any(f"boxes {each}" in words for each in ("retry", "drop", "replay"))


def test_what_the_bus_has_not_taken_needs_no_command():
    assert len(unsent(LONG)) <= PROBLEM_CHARACTERS
    assert "It is sent again by itself" in unsent(LONG)


def test_what_a_rule_says_is_told_as_it_stands_and_what_a_fault_says_is_not():
    assert reason(Refused("Meetings are not held on Sundays.")) == "Meetings are not held on Sundays."
    assert "Canary" not in reason(ValueError("Canary Name"))
    assert "(ValueError)" in reason(ValueError("Canary Name"))
    assert "(QueryCanceled)" in ALL["refused"]
