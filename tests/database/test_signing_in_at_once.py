"""Two who sign in at the same moment: a code lets one of them in, and guesses are counted together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pprg_intake.actions import accounts
from signing import address

pytestmark = pytest.mark.both_databases
CROWD = 4


def at_once(browsers, act):
    gate = Barrier(len(browsers))

    def when_all_are_here(browser):
        gate.wait(30)
        return act(browser).status_code

    with ThreadPoolExecutor(len(browsers)) as crowd:
        return Counter(crowd.map(when_all_are_here, browsers))


@pytest.fixture
def browsers(world, accounts_for, visiting):
    """Several browsers in which the coordinator has typed the password."""
    accounts_for("coordinator")
    there = [visiting() for _ in range(CROWD)]
    for each in there:
        each.password(address(world, "coordinator"))
    return there


def test_one_code_of_the_authenticator_lets_one_in(browsers):
    assert at_once(browsers, lambda each: each.send("/sign-in/code", code=each.code())) == {303: 1, 422: CROWD - 1}


def test_one_recovery_code_lets_one_in(world, browsers):
    intake = world.services["intake"]
    with intake.database.writing("action") as session:
        code = accounts.new_recovery_codes(session, intake.profile.person("coordinator").id)[0]

    assert at_once(browsers, lambda each: each.send("/sign-in/code", code=code)) == {303: 1, 422: CROWD - 1}


def test_guesses_at_the_same_moment_are_all_counted(world, browsers):
    for n in range(8):
        browsers[0].password(address(world, "coordinator"), f"guess {n}")

    guessed = at_once(browsers, lambda each: each.password(address(world, "coordinator"), "guess"))

    assert guessed == {422: 2, 429: CROWD - 2}
