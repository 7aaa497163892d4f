"""Events said by the dozen, and an ear that hears what an outbox publishes."""

import time
from collections.abc import Sequence
from datetime import date
from threading import Barrier
from uuid import UUID, uuid4

from pprg_shared.boxes import publish
from pprg_shared.database import Database
from pprg_shared.events.intake import NilReturnSubmitted
from pprg_shared.local import LocalBus


def say(database: Database, count: int) -> list[UUID]:
    """Say so many events in one transaction; their ids."""
    about = {"reference": "PPRG-2026-0001", "agency": "police", "submitted_on": date(2026, 11, 24), "author": "A"}
    with database.writing("action") as session:
        said = [NilReturnSubmitted(request_id=uuid4(), case_id=uuid4(), **about) for _ in range(count)]
        return [publish(session, each) for each in said]


class Ear:
    """Hears what is published on a bus of its own; its first hearing waits until all of a crowd hear at once."""

    def __init__(self, gate: Barrier | None = None, pause: float = 0.0) -> None:
        self.gate, self.pause = gate, pause
        self.bodies: list[bytes] = []
        self.bus = LocalBus()
        self.bus.listen("ear", ["nil-return.submitted"], self._receive)

    def _receive(self, bodies: Sequence[bytes]) -> list[bool]:
        if self.gate and not self.bodies:
            self.gate.wait(30)
        time.sleep(self.pause)
        self.bodies += bodies
        return [True] * len(bodies)
