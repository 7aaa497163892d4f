"""Wake-ups between processes: PostgreSQL tells the loops of one process what another has committed."""

import select
from collections.abc import Callable, Sequence
from math import inf
from threading import Event, Thread
from time import monotonic
from typing import Any

import psycopg
import sqlalchemy as sa

from pprg_shared import postgres
from pprg_shared.bell import CHANNEL
from pprg_shared.boxes.tables import waiting
from pprg_shared.database import Database
from pprg_shared.hand import compiled
from pprg_shared.logs import log

#: A little less than the loops wait, so that a look falls into every wait.
LOOK_UP_SECONDS = 0.9
LONGEST_PAUSE = 30.0


class Listener:
    """A thread that listens on a connection of its own and, lest a notice was missed, looks there once a second.

    One question about all boxes takes a tenth of what it takes when the loop of each box looks for itself. As soon as
    nobody answers here the loops are woken, and look for themselves until somebody does.
    """

    def __init__(
        self,
        database: Database,
        wake: Callable[[], None],
        boxes: Sequence[sa.Table] = (),
        due: Callable[[str], None] = lambda _box: None,
    ) -> None:
        self._database, self._wake, self._due = database, wake, due
        self._boxes = [each.name for each in boxes]
        self._question = _question(boxes) if boxes else None
        #: When the last look began, by the monotonic clock; who had work then has been told so.
        self.looked = -inf
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"{database.service}-listener", daemon=True)

    def looks(self) -> bool:
        """Whether the last look was a moment ago, and so will be the next."""
        return monotonic() - self.looked < 2 * LOOK_UP_SECONDS

    def start(self) -> None:
        """Begin; on SQLite there is nobody else to listen to."""
        if not self._database.sqlite:
            self._thread.start()

    def stop(self) -> None:
        """End within the second."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_UP_SECONDS)

    def _run(self) -> None:
        pause = LOOK_UP_SECONDS
        while not self._stopping.is_set():
            try:
                with postgres.connect(self._database.url, "pprg listener") as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    pause = LOOK_UP_SECONDS
                    self._wake()
                    self._attend(connection)
            except psycopg.Error as error:
                log.info("not listening to the database", service=self._database.service, fault=type(error).__name__)
                self._leave_it()
                self._stopping.wait(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)

    def _attend(self, connection: postgres.Connection) -> None:
        """Wait by the system's own means: psycopg's wait wakes up ten times a second."""
        ear = select.poll()
        ear.register(connection.fileno(), select.POLLIN)
        self._look(connection)
        while not self._stopping.is_set():
            left = self.looked + LOOK_UP_SECONDS - monotonic()
            if left <= 0:
                self._look(connection)
            elif not ear.poll(1000 * left):
                continue
            if list(connection.notifies(timeout=0)):
                self._wake()

    def _look(self, connection: postgres.Connection) -> None:
        began = monotonic()
        if self._question is not None:
            text, own = compiled(self._question, self._database.engine.dialect)
            for (name,) in connection.asked.execute(text, {**own, "now": self._database.clock()}).fetchall():
                self._due(name)
        self.looked = began

    def _leave_it(self) -> None:
        """To the loops, which may rest for long because this one looks."""
        self.looked = -inf
        for name in self._boxes:
            self._due(name)


def _question(boxes: Sequence[sa.Table]) -> "sa.CompoundSelect[Any]":
    """The names of the boxes in which something is due."""
    due = {each.name: (*waiting(each), each.c.due_at <= sa.bindparam("now")) for each in boxes}
    return sa.union_all(*(sa.select(sa.literal(name)).where(sa.exists().where(*which)) for name, which in due.items()))
