"""What spares the tests time takes nothing from them: turns on databases, beginnings, and programs that are forked."""

import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from beginnings import beginning
from databases import KINDS, of_every_day
from invented import REFERRAL


@pytest.mark.parametrize(
    ("is_first", "on_both", "expected"),
    [(True, True, {"sqlite", "postgres"}), (False, True, {"sqlite"}), (False, False, {"sqlite"})],
)
def test_on_which_databases_a_test_runs_every_day(is_first, on_both, expected):
    assert set(of_every_day("tests/flows/test_any.py::test_one", is_first=is_first, on_both=on_both)) == expected


def test_what_takes_turns_runs_on_one_database_always_the_same_and_half_of_it_on_each():
    names = [f"tests/flows/test_any.py::test_number_{number}" for number in range(1000)]
    turns = [of_every_day(each, is_first=True, on_both=False) for each in names]

    assert {len(each) for each in turns} == {1}
    assert turns == [of_every_day(each, is_first=True, on_both=False) for each in names]
    assert min(Counter(kind for (kind,) in turns)[each] for each in KINDS) > 450


PLAYED = []
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
@beginning
def referred(world, post):
    PLAYED.append(world)
    world.clock.forward(days=1)
    return post("intake", "/referrals", REFERRAL, "")["reference"]


@pytest.mark.parametrize("turn", range(3))
def test_a_beginning_is_played_once_and_nobody_sees_what_another_made_of_it(world, clock, post, get, referred, turn):
    before, at = get("triage", "/cases")["cases"], clock.at
    post("intake", "/referrals", REFERRAL, "")
    clock.forward(days=1)

    assert (len(PLAYED), [each["reference"] for each in before]) == (1, [referred])
    assert at == TUESDAY + timedelta(days=1)
    assert len(get("triage", "/cases")["cases"]) == 2
    assert len(list(world.folder.glob("mailbox/*.eml"))) > 0


@pytest.mark.parametrize(("words", "code"), [("--help", 0), ("no-such-command", 2)])
def test_a_program_that_is_forked_says_and_ends_as_one_that_is_started(programs, words, code):
    done = subprocess.run([programs / "pprg", words], capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert "Usage: pprg" in done.stdout + done.stderr
    assert bool(done.stdout) == (code == 0)
