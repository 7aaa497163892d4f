"""Many hands at once, on SQLite and on PostgreSQL: one effect each, and nobody waits for somebody who is stuck."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_notifier.delivery import Letters, Mailbox
from pprg_shared.boxes.outgoing import Outbox
from pprg_shared.boxes.tables import answers, inbox
from pprg_shared.boxes.work import Box
from speaking import Ear, say

pytestmark = pytest.mark.both_databases
CROWD = 16


def at_once(count, act):
    """Call it with 0, 1, 2 … from as many threads, all let go together; the results."""
    gate = Barrier(count)

    def when_all_are_here(number):
        gate.wait(30)
        return act(number)

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(when_all_are_here, range(count)))


@pytest.mark.fault("F06")
def test_one_referral_sent_by_sixteen_at_once_is_one_referral(refer, stored):
    """One row; the others get the first's answer, or 409 with Retry-After."""
    sent = at_once(CROWD, lambda _: refer("the same key"))

    taken = [each for each in sent if each.status_code == 201]
    others = [(each.status_code, "Retry-After" in each.headers) for each in sent if each not in taken]
    assert {each.json["reference"] for each in taken} == set(stored()) == {"PPRG-2026-0001"}
    assert [each.headers.get("Idempotent-Replayed") for each in taken].count(None) == 1
    assert set(others) <= {(409, True)}
    assert refer("the same key").json["reference"] == "PPRG-2026-0001"


@pytest.mark.asvs("2.3.4")
def test_sixteen_referrals_at_once_get_sixteen_numbers_without_a_gap(refer, stored):
    sent = at_once(CROWD, lambda _: refer())

    assert [each.status_code for each in sent] == [201] * CROWD
    assert sorted(each.json["reference"] for each in sent) == stored()
    assert stored() == [f"PPRG-2026-{number:04}" for number in range(1, CROWD + 1)]


@pytest.mark.fault("F75")
def test_two_loops_that_empty_one_outbox_publish_each_event_once(world):
    database = world.services["triage"].database
    gate = Barrier(1 if database.sqlite else 2)  # on SQLite one relay waits for the other
    ears = [Ear(gate), Ear(gate)]
    say(database, 1500)

    counts = at_once(2, lambda number: Outbox(database, ears[number].bus).drain())

    heard = Counter(body for ear in ears for body in ear.bodies)
    assert (len(heard), set(heard.values())) == (1500, {1})
    assert sum(counts) == 1500


@pytest.mark.fault("F75")
def test_two_loops_that_empty_one_inbox_handle_each_message_once(world):
    database, at = world.services["triage"].database, world.clock()
    row = {"type": "x.y.v1", "subject": "s", "body": b"", "created_at": at, "due_at": at}
    with database.writing("action") as session:
        session.execute(sa.insert(inbox), [row | {"id": uuid4()} for _ in range(60)])
    kept = {"scope": "", "fingerprint": "", "location": "", "reference": "", "kept_at": at}
    handled = ([], [])
    gate = Barrier(1 if database.sqlite else 2)  # on SQLite a handler has the database to itself

    def handling(number):
        def handle(session, row):
            if not handled[number]:
                gate.wait(30)
            session.execute(sa.insert(answers).values(key=str(row.id), **kept))
            handled[number].append(row.id)

        return handle

    at_once(2, lambda number: Box(database, inbox, handling(number)).drain())

    assert len(handled[0] + handled[1]) == len({*handled[0], *handled[1]}) == 60


class Post(Mailbox):
    """A mailbox that remembers every call; the first waits until somebody else sends as well."""

    def __init__(self, folder, gate):
        super().__init__(folder)
        self.gate, self.sent = gate, []

    def attempt(self, letter, raw):
        if not self.sent:
            self.gate.wait(30)
        self.sent.append(letter)
        return super().attempt(letter, raw)


def test_two_loops_that_empty_one_box_of_letters_send_each_once(world, refer):
    for _ in range(10):
        refer()
    for name in ("intake", "triage"):
        world.services[name].drain()
    notifier = world.services["notifier"]
    gate = Barrier(2)
    posts = [Post(world.folder / "mailbox", gate) for _ in range(2)]

    def loop(number):
        letters = Letters(notifier)
        letters.mailbox = posts[number]
        letters.drain()

    at_once(2, loop)

    sent = Counter(letter for post in posts for letter in post.sent)
    assert (len(sent), set(sent.values())) == (30, {1})


@pytest.mark.fault("F17")
def test_a_unit_of_work_that_reads_before_it_writes_does_not_fail_because_another_wrote_meanwhile(world):
    """SQLite takes its lock with the first statement, not with the first write."""
    database, at = world.services["intake"].database, world.clock()
    kept = {"scope": "x", "fingerprint": "", "location": "", "reference": "", "kept_at": at}

    def read_then_write(number):
        for turn in range(5):
            with database.writing("action") as session:
                session.scalar(sa.select(sa.func.count()).select_from(answers))
                session.execute(sa.insert(answers).values(key=f"{number}.{turn}", **kept))

    at_once(4, read_then_write)

    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(answers)) == 20
