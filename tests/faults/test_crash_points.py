"""Killed at every named point, at its first, second and fifth passage: nothing lost, no effect twice.

A point is passed by its service (`triage.arrival.after_commit`). `CRASHPOINT=*:1` kills a process at the first passage
of each of its points, one after another; gunicorn puts another worker in the place of the dead one each time.
"""

from fnmatch import fnmatch

import pytest

from faults.embedded import Embedded
from faults.grown import Grown
from faults.scenario import Client, Office
from faults.setups import NAMES
from faults.trouble import play, side_by_side
from pprg_shared.crashpoints import POINTS

EVERYWHERE = {
    "*.move.*": "nobody moves to PostgreSQL; tests/database/test_moving.py kills there",
    "notifier.action.*": "nobody fills in a form of the notifier's",
    "notifier.audit-tell*": "nobody opens a letter",
    "intake.letters*": "letters are the notifier's",
    "triage.letters*": "letters are the notifier's",
    "publisher.letters*": "letters are the notifier's",
    "intake.reminders*": "reminders are triage's",
    "notifier.reminders*": "reminders are triage's",
    "publisher.reminders*": "reminders are triage's",
    "intake.embargoes*": "embargoes are the publisher's",
    "triage.embargoes*": "embargoes are the publisher's",
    "notifier.embargoes*": "embargoes are the publisher's",
}
#: Which points are never passed in a setup, and why; all others are killed at.
NEVER_PASSED = {
    "embedded": EVERYWHERE | {"*.bus.*_acknowledge": "the listener's return is the confirm; nothing is acknowledged"},
    "grown": EVERYWHERE
    | {
        "*.recovery.*": "another replica may hold the lease; it runs out by itself",
        "*.migrate.*": "databases are copies of migrated ones; tests/database/test_migrations.py kills there",
    },
}
#: What is only passed when something goes wrong.
TROUBLE = (
    "*.parking.*",
    "*.inbox-*",
    "*.outbox-postpone.*",
    "*.reminders-*",
    "*.embargoes-handle.*",
    "*.embargoes-postpone.*",
)
#: For every day on a broker: each side of a commit, a publication, a confirm, an acknowledgement and a send, and every
#: point that no world in one process passes, so that each point there is kills somewhere in `make test`.
TELLING = (
    "intake.action.before_commit",
    "intake.action.after_commit",
    "intake.bus.before_publish",
    "intake.bus.after_publish",
    "intake.bus.after_confirm",
    "triage.arrival.before_commit",
    "triage.arrival.after_commit",
    "notifier.letters.before_send",
    "notifier.letters.after_send",
    "publisher.outbox-mark.before_commit",
    *(f"{name}.bus.{when}_acknowledge" for name in NAMES for when in ("before", "after")),
)
#: Two may die at once, one of them just before its next point; then what leads there is played once more.
MOST_PLAYS = 3
GROWN = pytest.param("grown", marks=[pytest.mark.broker, pytest.mark.database, pytest.mark.long])


def named(*patterns):
    """Every point by its service that one of these patterns means."""
    every = [f"{name}.{point}" for name in NAMES for point in POINTS]
    return {each for each in every if any(fnmatch(each, pattern) for pattern in patterns)}


def cases(kind):
    """Every point that is passed in a setup, by its service."""
    return named("*") - named(*NEVER_PASSED[kind])


@pytest.fixture
def make(request, tmp_path):
    """Makes a setup of this kind with these deadly points."""

    def setup(kind, deadly):
        if kind == "embedded":
            return Embedded(tmp_path, deadly)
        return Grown(tmp_path, *map(request.getfixturevalue, ("private_rabbitmq", "postgres")), deadly)

    return setup


@pytest.mark.parametrize("kind", NEVER_PASSED)
def test_every_reason_belongs_to_a_point_and_every_point_to_a_setup(kind):
    assert [pattern for pattern in NEVER_PASSED[kind] if not named(pattern)] == []
    assert named("*") - cases("embedded") - cases("grown") == named(*EVERYWHERE)


def test_every_point_that_only_a_broker_makes_kills_in_the_short_form_too():
    assert cases("grown") - cases("embedded") - set(TELLING) == set()


@pytest.mark.fault("F02", "F04", "F27", "F28", "F46", "F47", "F65")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("passage", [1, *(pytest.param(each, marks=pytest.mark.long) for each in (2, 5))])
@pytest.mark.parametrize("kind", ["embedded", GROWN])
def test_nothing_is_lost_and_no_effect_is_twice_whichever_point_kills(make, kind, passage):
    with make(kind, f"*:{passage}").running() as setup:
        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        for _ in range(MOST_PLAYS):
            play(setup, office, passage)
            found = setup.check(office.told)
            killed = {name for name, times in setup.passed().items() if times >= passage}
            if killed == cases(kind):
                break
        deaths = setup.deaths()

    assert found == []
    assert killed == cases(kind)
    assert deaths >= len(killed)


@pytest.mark.fault("F02", "F04", "F27", "F28", "F46", "F47", "F65")
@pytest.mark.broker
@pytest.mark.database
@pytest.mark.timeout(300)
def test_nothing_is_lost_and_no_effect_is_twice_at_the_most_telling_points_on_a_broker(make):
    with make("grown", " ".join(f"{point}:1" for point in TELLING)).running() as setup:
        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        side_by_side(3, office.whole_case)
        found = setup.check(office.told)
        deaths = setup.deaths()

    assert found == []
    assert deaths == len(TELLING)


@pytest.mark.long
@pytest.mark.parametrize("point", sorted(cases("embedded") - named(*TROUBLE)))
def test_a_point_that_kills_alone(make, point):
    with make("embedded", f"{point}:1").running() as setup:
        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        side_by_side(3, office.whole_case)
        found = setup.check(office.told)
        deaths = setup.deaths()

    assert found == []
    assert deaths == 1
