"""Parts of the product as processes to be measured, where the commands of the services do not already give them.

`measured.py consume row|object [one]`: triage with a handler that writes one row and nothing else, by Core or by the
ORM; `one`: never more than one message in a batch.
`measured.py commit [apart] [lost] RATE COUNT`: intake saying things; `apart`: another process runs its loops; `lost`:
nobody is woken.
`measured.py write [silent] THREADS COUNT`: intake saying things as fast as it can, once a line on standard input says
so; `silent`: nobody is woken.
"""

import dataclasses
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import sqlalchemy as sa
from messages import referral
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pprg_intake.service import service as intake
from pprg_shared.boxes import publish
from pprg_shared.bus import BATCH
from pprg_shared.cli import alive, service_command
from pprg_shared.database import write_last
from pprg_shared.events.intake import ReferralSubmitted
from pprg_shared.rabbit import consumer
from pprg_shared.startup import settings_of
from pprg_triage.service import service as triage

effect = sa.table("effect", *(sa.column(name) for name in ("id", "reference", "agency", "characters")))
ADD = sa.insert(effect)


def write_row(session, heard):
    """The least that a handler can do: one row, as the product writes what nothing in the transaction reads again."""
    row = {"id": heard.envelope.id, "reference": heard.reference, "agency": heard.referrer_agency}
    write_last(session, ADD, row | {"characters": len(heard.what_happened)})


class Effect(DeclarativeBase):
    """The same row as an object."""


class Row(Effect):
    __tablename__ = "effect"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    agency: Mapped[str]
    characters: Mapped[int]


def add_row(session, heard):
    """The same as services do it: all rows of a batch go in one statement."""
    session.add(
        Row(
            id=heard.envelope.id,
            reference=heard.reference,
            agency=heard.referrer_agency,
            characters=len(heard.what_happened),
        )
    )


def consume(handler, *, most):
    """The command of triage, but for what it does about a referral, and how many it takes at once."""
    consumer.BATCH = most
    service_command(dataclasses.replace(triage, hears={ReferralSubmitted: handler}))(["work"])


def commit(rate, count, *, apart, lost):
    """Commit at random moments, `rate` a second on the average; says when each commit had returned."""
    runtime = alive(intake, settings_of())
    if not apart:
        runtime.start()
    said, wake = [], runtime.database.wake

    def committed():
        said.append(time.time())
        if not lost:
            wake()

    runtime.database.wake = committed
    chance = random.Random(7)
    for _ in range(count):
        time.sleep(chance.expovariate(rate))
        number = say(runtime, referral())
        os.write(1, f"{number} {said.pop()}\n".encode())
    time.sleep(600)


def say(runtime, event):
    """One transaction: a row and an event; the number of both."""
    number = uuid4()
    row = {"id": number, "reference": event.reference, "agency": event.referrer_agency, "characters": 0}
    with runtime.database.writing("action") as session:
        session.execute(ADD, row)
        publish(session, event, event_id=number)
    return number


def write(threads, count, *, silent):
    """So many transactions by so many threads; says when they began and when the last was done."""
    runtime = alive(intake, settings_of())
    if silent:
        runtime.database.wake = lambda: None
    events = [referral() for _ in range(count)]
    with ThreadPoolExecutor(threads) as writers:
        os.write(1, b"ready\n")
        sys.stdin.readline()
        began = time.time()
        list(writers.map(lambda event: say(runtime, event), events))
        os.write(1, f"{began} {time.time()}\n".encode())
    runtime.database.close()


if __name__ == "__main__":
    what, *more = sys.argv[1:]
    if what == "consume":
        consume({"row": write_row, "object": add_row}[more[0]], most=1 if "one" in more else BATCH)
    elif what == "write":
        write(int(more[-2]), int(more[-1]), silent="silent" in more)
    else:
        commit(float(more[-2]), int(more[-1]), apart="apart" in more, lost="lost" in more)
