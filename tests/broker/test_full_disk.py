"""A broker that can write nothing any more and does not say so: its node runs, beats and answers."""

import resource
import time

import psutil
import pytest

from pprg_shared.bus import DEADLINE, BusDown
from rabbitmq import from_programs
from sources import first_of

pytestmark = [pytest.mark.broker, pytest.mark.long]
#: No file may grow.
NOTHING = (0, resource.RLIM_INFINITY)
#: RabbitMQ 3.10 never finds a leader again for a quorum queue that died within half a second of its birth.
SETTLED_SECONDS = 1.5


def not_killed(folder):
    """A process that may write no more gets an error, as from a full disk, and no deadly signal."""
    (folder / "environment.conf").write_text("trap '' XFSZ\n")


@pytest.fixture
def private_rabbitmq(request):
    """What `rabbit` speaks over here: a node that nobody else is to have."""
    with first_of(request.config, "RabbitMQ", [lambda: from_programs(prepare=not_killed)]) as broker:
        yield broker


@pytest.mark.fault("F40")
def test_what_cannot_be_written_is_not_confirmed_in_time_and_what_was_confirmed_is_there_after_a_restart(rabbit):
    rabbit.listen("first", "case.opened")
    rabbit.buses.pop("first").close()
    before = [b"%d" % number for number in range(125)]
    rabbit.say(*(rabbit.message("case.opened.v1", each) for each in before))
    during = rabbit.message("case.opened.v1", b"during")
    time.sleep(SETTLED_SECONDS)

    psutil.Process(rabbit.broker.pid).rlimit(resource.RLIMIT_FSIZE, NOTHING)
    began = time.monotonic()
    with pytest.raises(BusDown) as said:
        rabbit.bus("speaker").publish([during])
    took = time.monotonic() - began
    alive = rabbit.broker.greets()
    rabbit.broker.kill()
    rabbit.broker.start()

    assert took < DEADLINE
    assert alive
    assert str(said.value)
    heard = rabbit.listen("first", "case.opened")
    rabbit.say(during)
    rabbit.eventually(lambda: set(heard) == {*before, b"during"}, 60)
