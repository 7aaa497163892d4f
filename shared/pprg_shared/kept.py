"""A connection that stays with whoever does one small unit of work after another.

To lend one from the pool and give it back takes a fifth of the smallest unit; the pool asks whether it still lives, so
after a rest it is lent anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pprg_shared.postgres import RESTED_SECONDS


class Kept:
    """The connection, lent to one unit at a time; a second one at the same time gets another from the pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._used = 0.0
        self._busy = Lock()

    @contextmanager
    def lent(self) -> Iterator[sa.Connection]:
        """The connection for one unit; given back to the pool at once when the unit fails."""
        if not self._busy.acquire(blocking=False):
            with self._engine.connect() as another:
                yield another
            return
        try:
            yield self._fresh()
            self._used = monotonic()
        except BaseException:
            self._give_back()
            raise
        finally:
            self._busy.release()

    def _fresh(self) -> sa.Connection:
        if monotonic() - self._used > RESTED_SECONDS:
            self._give_back()
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _give_back(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Give it back, unless a unit is still at it."""
        if self._busy.acquire(blocking=False):
            self._give_back()
            self._busy.release()
