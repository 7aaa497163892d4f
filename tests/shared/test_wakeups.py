"""What one process commits on PostgreSQL, the loops of another hear of at once."""

import dataclasses
import time
from datetime import timedelta
from queue import Queue
from threading import Event, Semaphore, Thread
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from pprg_embedded.world import SERVICES
from pprg_shared.bell import CHANNEL
from pprg_shared.boxes.tables import inbox, metadata, outbox
from pprg_shared.boxes.wakeups import Listener
from pprg_shared.database import Database, utcnow
from pprg_shared.local import LocalBus
from pprg_shared.service import Runtime
from waiting import eventually

pytestmark = pytest.mark.database


@pytest.fixture
def url(postgres):
    return postgres.fresh()


@pytest.fixture
def speaker(url):
    database = Database(url, "intake")
    yield database
    database.close()


@pytest.fixture
def woken(url):
    """Counts wake-ups; the first comes with the connection, for what was missed before."""
    count = Semaphore(0)
    database = Database(url, "intake")
    listener = Listener(database, count.release)
    listener.start()
    assert count.acquire(timeout=20)
    yield count
    listener.stop()
    database.close()


def test_a_notice_wakes_the_loops_of_another_process(speaker, woken):
    speaker.notify()

    assert woken.acquire(timeout=20)


def test_a_transaction_that_says_something_wakes_and_one_that_does_not_stays_quiet(speaker, woken):
    heard = []
    speaker.wake = lambda: heard.append("woken")

    with speaker.writing("action"):
        pass
    with speaker.writing("action") as session:
        session.info["context"].outgoing.append({})
        session.info["keep"] = lambda _session: None

    assert heard == ["woken"]


def test_whoever_rings_while_another_tells_does_not_wait_and_is_told_of_afterwards(url, speaker):
    telling, go_on = Event(), Event()

    @sa.event.listens_for(speaker._single, "checkout")
    def hold(*_):
        telling.set()
        assert go_on.wait(20)

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        first = Thread(target=speaker.notify)
        first.start()
        assert telling.wait(20)

        for _ in range(5):
            speaker.notify()
        go_on.set()
        first.join(20)

        assert len(list(ear.notifies(timeout=5, stop_after=2))) == 2
        assert list(ear.notifies(timeout=0)) == []


def test_a_listener_whose_connection_is_cut_listens_again_and_looks_at_once(postgres, url, speaker, woken):
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pprg listener'"
    name = speaker.url.database

    with postgres.admin() as connection:
        (count,) = connection.execute(f"{cut} AND datname = %s", (name,)).fetchone()

    assert count == 1
    assert woken.acquire(timeout=20)
    eventually(lambda: speaker.notify() or woken.acquire(timeout=0.1))


def row(due_at, done_at=None):
    about = {"id": uuid4(), "type": "referral.submitted.v1", "subject": "1", "created_at": due_at}
    return about | {"due_at": due_at, "done_at": done_at}


def test_what_is_due_is_found_without_a_notice_and_what_is_not_yet_due_stays(speaker):
    found, at = Queue(), utcnow()
    metadata.create_all(speaker.engine)
    with speaker.engine.begin() as connection:
        connection.execute(sa.insert(outbox), row(at))
        connection.execute(sa.insert(inbox), [row(at + timedelta(hours=1)), row(at, done_at=at)])
    listener = Listener(speaker, lambda: None, [inbox, outbox], found.put)

    listener.start()

    assert [found.get(timeout=20) for _ in range(2)] == ["outbox", "outbox"]
    listener.stop()


@pytest.fixture
def asked(settings, addresses, clock):
    """A service whose loops run on PostgreSQL, and how often those of its boxes ask for a connection."""
    service = next(each for each in SERVICES if each.name == "intake")
    runtime = Runtime(service, dataclasses.replace(settings, database_url=addresses["intake"]), LocalBus(), clock)
    times = []
    sa.event.listen(runtime.database.engine, "checkout", lambda *_: times.append(time.monotonic()))
    runtime.start()
    yield times
    runtime.stop()


@pytest.mark.parametrize("addresses", ["postgres"], indirect=True)
def test_loops_leave_it_to_the_listener_to_look_and_look_themselves_while_nobody_listens(asked, postgres, addresses):
    database = sa.make_url(addresses["intake"]).database
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pprg listener'"

    eventually(lambda: asked and time.monotonic() - asked[-1] > 1.5)
    with postgres.admin() as connection:
        connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        connection.execute(f"{cut} AND datname = %s", (database,))
    rested = len(asked)
    eventually(lambda: len(asked) >= rested + 3)
    with postgres.admin() as connection:
        connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')

    eventually(lambda: time.monotonic() - asked[-1] > 1.5)


def test_a_notice_that_cannot_be_given_does_not_undo_the_commit(speaker, postgres):
    with postgres.admin() as connection:
        connection.execute(f'ALTER DATABASE "{speaker.url.database}" ALLOW_CONNECTIONS false')

    speaker.notify()
