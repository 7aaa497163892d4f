"""How often somebody may do something, counted in the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pprg_shared.limits import count, limits

pytestmark = pytest.mark.both_databases
ADDRESS = "192.0.2.7"


@pytest.fixture
def tell(alive):
    """Count once more that somebody knocks, three times a minute at most; the seconds to wait."""
    database = alive["intake"].database

    def once(key=ADDRESS, what="knock", most=3):
        with database.writing("action") as session:
            return count(session, what, key, most, 60)

    once.database = database
    return once


def rows(database):
    with database.reading() as session:
        return session.execute(sa.select(limits)).all()


def test_whoever_does_it_too_often_waits_until_the_window_ends(tell, clock):
    first = [tell() for _ in range(3)]
    clock.forward(seconds=20.5)
    over = [tell(), tell()]
    clock.forward(seconds=39.4)
    last = tell()
    clock.forward(seconds=0.2)

    assert (first, over, last) == ([0, 0, 0], [40, 40], 1)
    assert [tell() for _ in range(4)] == [0, 0, 0, 60]


def test_others_and_other_things_are_counted_by_themselves(tell):
    for _ in range(5):
        tell()

    assert (tell(key="192.0.2.8"), tell(what="call"), tell()) == (0, 0, 60)


def test_no_address_lies_in_clear_and_what_has_passed_is_let_go_of(tell, alive, clock):
    tell()
    (row,) = rows(tell.database)
    clock.forward(hours=2)
    alive["intake"].drain()

    assert ADDRESS not in str(row)
    assert rows(tell.database) == []


def test_what_many_do_at_the_same_moment_is_all_counted(tell):
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: tell(most=30), range(40)))

    assert waits.count(0) == 30
