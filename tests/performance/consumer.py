"""Consumers whose effect is exactly once: messages of a quorum queue, each in the inbox with its row by one commit."""

import time
from contextlib import contextmanager
from dataclasses import dataclass

from accounting import TICK, Meter, shared_once, working
from byhand import ConfirmEach
from place import WARM, count

HAND, HAND_BATCH = "by hand, a transaction a message", "by hand, batches of 50"
OPENED = ", seals opened"
HAND_OPENED = HAND_BATCH + OPENED
CORE, ORM = "the product, a row by Core", "the product, a row by the ORM"
TRIAGE = "the product, triage opening cases"
CELERY = "celery, prefork of one, a task a message"
DRAMATIQ, DRAMATIQ_8 = "dramatiq, one thread", "dramatiq, eight threads"
ONE = ", batches of one"
ALONE = ", messages one at a time"
RATE = 100


@dataclass(frozen=True)
class Consumer:
    """A process that consumes, the table its effects are counted in, and whether each says something in its turn.

    `peer` is the program that publishes as that one wants it, for one that is none of ours.
    """

    command: tuple
    effect: str = "effect"
    says: bool = False
    peer: str = ""


BY_HAND, BY_HAND_BATCH = Consumer(("byhand.py", "one")), Consumer(("byhand.py", "batch"))
BY_HAND_OPENED = Consumer(("byhand.py", "batch", "open"))
BY_HAND_ONE_OPENED = Consumer(("byhand.py", "one", "open"))
BY_ONE = Consumer(("measured.py", "consume", "row", "one"))
BY_CORE, BY_ORM = Consumer(("measured.py", "consume", "row")), Consumer(("measured.py", "consume", "object"))
BY_CELERY = Consumer(
    ("-m", "celery", "-q", "--workdir", "peers", "-A", "celery_app", "worker", "-c", "1", "--without-gossip"),
    peer="celery_app.py",
)
BY_DRAMATIQ, BY_DRAMATIQ_8 = (
    Consumer(("-m", "dramatiq", "dramatiq_app", "-P", "peers", "-p", "1", "-t", threads), peer="dramatiq_app.py")
    for threads in ("1", "8")
)
#: Where the peers' messages lie.
QUEUES = ("celery", "dramatiq", "dramatiq.DQ", "dramatiq.XQ")
CASES = Consumer(("-m", "pprg_triage", "work"), effect="cases", says=True)


def backlog(place, consumer, messages):
    """A sample: a queue full of messages, taken as fast as it goes."""

    def sample():
        number = place.scaled(messages)
        with ready(place, consumer) as (process, rows):
            with place.paused(process, rows):
                fill(place, consumer, number)
                empty(rows)
            with Meter(consumer=process.pid, **place.pids) as meter:
                finished(place, consumer, rows, number, process)
            seconds = rows.execute("SELECT extract(epoch FROM max(created_at) - min(created_at)) FROM inbox").fetchone()
            own = {} if consumer.peer else {"memory MB": working(process.pid)}
            return figures(place, rows, number, meter, process) | own | {"messages/s": number / float(seconds[0] or 1)}

    return sample


def trickle(place, consumer, messages):
    """A sample: messages so far apart that each finds the consumer idle."""

    def sample():
        number = place.scaled(messages)
        bodies = [each.to_json() for each in place.referrals(number)]
        with ready(place, consumer) as (process, rows):
            with place.paused(process, rows):
                empty(rows)
            publisher = ConfirmEach(place.broker_url)
            with Meter(consumer=process.pid, **place.pids) as meter:
                began = time.monotonic()
                for turn, body in enumerate(bodies):
                    time.sleep(max(0.0, began + turn / RATE - time.monotonic()))
                    publisher.publish([body])
                finished(place, consumer, rows, number, process)
            publisher.close()
            return figures(place, rows, number, meter, process)

    return sample


@contextmanager
def ready(place, consumer):
    """A consumer that has taken its first messages."""
    environment = place.environment("triage")
    place.forget(*QUEUES)
    place.queue("triage", "referral.submitted")
    place.queue("notifier", "case.opened")
    with place.rows("triage") as rows:
        empty(rows)
        python = place.peers if consumer.peer else ""
        with place.running(consumer.command, environment, python=python) as process:
            fill(place, consumer, WARM)
            finished(place, consumer, rows, WARM, process)
            yield process, rows


def fill(place, consumer, number):
    if consumer.peer:
        place.fill_by(consumer.peer, number)
    else:
        place.fill(number)


def empty(rows):
    rows.execute("TRUNCATE inbox, outbox, effect, cases, news")


def finished(place, consumer, rows, number, process):
    """Every message has its effect, and what it says in its turn is confirmed."""
    place.wait(lambda: count(rows, consumer.effect) >= number, process, every=0.1)
    if consumer.says:
        place.wait(lambda: count(rows, "outbox", "done_at IS NOT NULL") >= number, process, every=0.1)


def figures(place, rows, number, meter, process):
    """What was measured, once it is known that every message had its effect once."""
    kept = [count(rows, "inbox"), count(rows, "effect") + count(rows, "cases")]
    assert kept == [number, number], f"{kept} of {number}"
    place.wait(lambda: place.depth("triage") == 0, process)
    return {
        **meter.per_thousand(number),
        "all CPU s/1,000": sum(meter.cpu.values()) * 1000 / number,
        "messages per CPU s": number / max(meter.cpu["consumer"], TICK),
        "with its arbiter MB": shared_once(process.pid),
    }


def variants(place):
    """All that is compared."""
    return {
        HAND: backlog(place, BY_HAND, 4000),
        HAND + OPENED: backlog(place, BY_HAND_ONE_OPENED, 4000),
        HAND_BATCH: backlog(place, BY_HAND_BATCH, 15000),
        HAND_OPENED: backlog(place, BY_HAND_OPENED, 15000),
        CORE: backlog(place, BY_CORE, 10000),
        ORM: backlog(place, BY_ORM, 10000),
        CORE + ONE: backlog(place, BY_ONE, 4000),
        TRIAGE: backlog(place, CASES, 4000),
        HAND + ALONE: trickle(place, BY_HAND, 1000),
        CELERY: backlog(place, BY_CELERY, 2000),
        DRAMATIQ: backlog(place, BY_DRAMATIQ, 2000),
        DRAMATIQ_8: backlog(place, BY_DRAMATIQ_8, 2000),
        CORE + ALONE: trickle(place, BY_CORE, 1000),
    }
