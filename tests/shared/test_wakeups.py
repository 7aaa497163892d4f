"""What one process commits on PostgreSQL, the loops of another hear of at once."""

from threading import Semaphore

import pytest

from pprg_shared.boxes.wakeups import Listener
from pprg_shared.database import Database
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


def test_a_listener_whose_connection_is_cut_listens_again_and_looks_at_once(postgres, url, speaker, woken):
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pprg listener'"
    name = speaker.url.database

    with postgres.admin() as connection:
        (count,) = connection.execute(f"{cut} AND datname = %s", (name,)).fetchone()

    assert count == 1
    assert woken.acquire(timeout=20)
    eventually(lambda: speaker.notify() or woken.acquire(timeout=0.1))


def test_a_notice_that_cannot_be_given_does_not_undo_the_commit(speaker, postgres):
    with postgres.admin() as connection:
        connection.execute(f'ALTER DATABASE "{speaker.url.database}" ALLOW_CONNECTIONS false')

    speaker.notify()
