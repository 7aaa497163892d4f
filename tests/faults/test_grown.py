"""Four processes on RabbitMQ and PostgreSQL, of which any may be away, killed, doubled or of another release."""

import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event

import pytest

import forked
from faults.checker import busy
from faults.grown import SERVE, Grown
from faults.origin import one_origin
from faults.scenario import AGENCIES, ROUTES, Client, Office
from faults.setups import NAMES
from faults.trouble import side_by_side
from maildev import maildev
from waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.database]
NEXT_RELEASE = Path(__file__).parent / "two_versions.py"
SEED = 20261124
REPLICAS = {"triage": 2, "notifier": 2}
SECONDS_BETWEEN_KILLS = (0.1, 1.2)
SECONDS_BETWEEN_FORMS = 0.3


@pytest.fixture(scope="module")
def grown(tmp_path_factory, private_rabbitmq, postgres):
    """Triage and notifier are two each; who tests on it leaves it whole."""
    folder = tmp_path_factory.mktemp("grown")
    with Grown(folder, private_rabbitmq, postgres, replicas=REPLICAS).running() as setup:
        yield setup


@pytest.fixture(scope="module")
def office(grown):
    """Remembers all that was done in this module, so that the checker always looks at everything."""
    return Office(Client(grown.addresses, grown.secrets["SIGN_IN_KEY"]))


def stop(setup, service):
    setup.stop(*setup.of(service))


def start(setup, service):
    for each in setup.of(service):
        each.start()


def test_two_replicas_share_the_work_and_do_nothing_twice(grown, office):
    side_by_side(6, office.whole_case)

    assert grown.check(office.told) == []
    assert all("triage.arrival.after_commit" in each.passed() for each in grown.of("triage"))
    assert all("notifier.letters.after_send" in each.passed() for each in grown.of("notifier"))


def test_what_several_people_do_at_once_is_done_once(grown, office):
    reference = office.refer()
    office.case(reference)
    for act in (
        lambda: office.ask(reference, AGENCIES[0], AGENCIES[1]),
        lambda: office.answer(reference, AGENCIES[0]),
        lambda: office.answer(reference, AGENCIES[1], rows=0),
        lambda: office.meet(reference),
        lambda: office.decide(reference, ROUTES[0]),
        lambda: office.publish(reference, ROUTES[0]),
    ):
        with ThreadPoolExecutor(4) as people:
            tried = [people.submit(act) for _ in range(4)]
        refused = [str(each.exception()) for each in tried if each.exception()]
        assert ["answered 409" in each for each in refused] == [True] * 3

    assert grown.check(office.told) == []


def test_triage_stopped_at_the_start_and_started_at_the_end_catches_up(grown, office):
    stop(grown, "triage")
    side_by_side(5, office.refer)
    start(grown, "triage")

    assert grown.check(office.told) == []


def test_the_notifier_stopped_at_the_start_and_started_at_the_end_catches_up(grown, office):
    stop(grown, "notifier")
    side_by_side(2, office.whole_case)
    start(grown, "notifier")

    assert grown.check(office.told) == []


def test_publisher_and_intake_each_catch_up_with_the_other_half_of_a_case(grown, office):
    reference = office.refer()
    office.case(reference)
    stop(grown, "intake")
    office.ask(reference, *AGENCIES[:3])
    stop(grown, "publisher")
    office.meet(reference)
    office.decide(reference)
    start(grown, "intake")
    office.answer(reference, AGENCIES[0])
    start(grown, "publisher")
    office.publish(reference)

    assert grown.check(office.told) == []


@contextmanager
def meanwhile(*acts):
    """People who do these things over and over while the block runs; how often each was done."""
    over, counts = Event(), [0] * len(acts)

    def again_and_again(number, act):
        while not over.wait(SECONDS_BETWEEN_FORMS):
            act()
            counts[number] += 1

    with ThreadPoolExecutor(len(acts)) as people:
        working = [people.submit(again_and_again, *each) for each in enumerate(acts)]
        try:
            yield counts
        finally:
            over.set()
        for each in working:
            each.result()


@pytest.mark.asvs("16.5.2")
def test_referrals_are_accepted_while_the_broker_is_killed_and_started_again(grown, office, private_rabbitmq):
    office.client.slowest = 0.0

    with meanwhile(office.refer) as counts:
        private_rabbitmq.kill()
        eventually(lambda: grown.unsaid("intake"))
        before = counts[0]
        eventually(lambda: counts[0] > before + 5)
        private_rabbitmq.start()

    assert grown.check(office.told) == []
    assert office.client.slowest < 5


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [len(REPLICAS) + len(NAMES), pytest.param(50, marks=pytest.mark.long)])
def test_services_killed_at_random_moments_lose_nothing(grown, office, kills):
    chance = random.Random(SEED)
    victims = [label for label, _ in zip(cycle(grown.processes), range(kills), strict=False)]
    chance.shuffle(victims)
    plan = [(chance.uniform(*SECONDS_BETWEEN_KILLS), victim) for victim in victims]
    print(f"seed {SEED}:", ", ".join(f"{pause:.2f} s {victim}" for pause, victim in plan))  # noqa: T201 -- pytest shows it when it fails

    def refer_and_answer():
        reference = office.refer()
        office.ask(reference, *AGENCIES[:2])
        office.answer(reference, AGENCIES[0])
        office.answer(reference, AGENCIES[1], rows=0)

    with meanwhile(refer_and_answer, refer_and_answer, office.refer) as counts:
        for pause, victim in plan:
            time.sleep(pause)
            grown.kill(victim)
            grown.processes[victim].start()

    assert grown.check(office.told, 100) == []
    assert sum(counts) > 0


def command(setup, service, *words):
    """A service's own command, in the release that runs."""
    (process, *_) = setup.of(service)
    line = [*process.command[:-1], *words]
    return forked.run(line, process.environment, check=True).stdout


def test_old_and_new_versions_of_an_event_side_by_side(tmp_path, private_rabbitmq, postgres):
    old, later = ("triage", "notifier"), {"intake": NEXT_RELEASE}
    with Grown(tmp_path, private_rabbitmq, postgres, programs=later).running() as setup:
        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        first, second = [office.refer() for _ in range(4)][::2], list(office.told.referrals)[1::2]
        eventually(lambda: not busy(setup.evidence()))
        parked = [json.loads(command(setup, name, "boxes", "list", "--state", "parked", "--json")) for name in old]
        opened = [each["reference"] for each in office.client.get("triage", "/api/v1/cases")["cases"]]

        for name in old:
            stop(setup, name)
            setup.processes[name].command[0] = str(NEXT_RELEASE)
            start(setup, name)
            command(setup, name, "boxes", "retry", "inbox")
        with_new_consumers = setup.check(office.told)

        stop(setup, "intake")
        setup.processes["intake"].command[0] = str(SERVE)
        start(setup, "intake")
        office.whole_case()
        office.refer()
        with_an_old_producer = setup.check(office.told)

    assert sorted(opened) == sorted(first)
    assert [[(row["type"], row["attempts"]) for row in rows] for rows in parked] == [
        [("referral.submitted.v2", 0)] * len(second)
    ] * len(old)
    assert with_new_consumers == []
    assert with_an_old_producer == []


def test_the_demo_plays_its_case_on_one_origin(grown, office, tmp_path):
    people, before = tmp_path / "people", len(grown.mails)
    command(grown, "intake", "admin", "trial-people", "--out", str(people))
    mails = maildev(lambda: [each.as_maildev() for each in grown.mails[before:]])
    with one_origin(grown.addresses) as address, mails as mailbox:
        line = ["-m", "pprg_embedded", "demo", "--url", address, "--people", str(people), "--mailbox", mailbox]
        played = forked.run([*line, "--agencies", "3", "--json"], os.environ, seconds=110)

    assert played.returncode == 0, played.stdout + played.stderr[-3000:]
    assert [each for each in json.loads(played.stdout)["checks"] if not each["ok"]] == []
    assert grown.check(None) == []
