"""A session on a connection of its own that stays with whoever does one small unit of work after another.

To lend a connection from the pool and give it back takes a fifth of the smallest unit, to make a session a twentieth.
The pool asks whether the connection still lives, so after a rest it is lent anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from pprg_shared.postgres import RESTED_SECONDS


class Kept:
    """The session, lent to one unit at a time; a second one at the same time gets another, on one from the pool."""

    def __init__(self, engine: sa.Engine, sessions: "sessionmaker[Session]") -> None:
        self._engine, self._sessions = engine, sessions
        self._connection: sa.Connection | None = None
        self._session: Session | None = None
        self._used = 0.0
        self._busy = Lock()

    @contextmanager
    def lent(self) -> Iterator[Session]:
        """The session for one unit, of which it keeps nothing; the connection goes back at once when the unit fails."""
        if not self._busy.acquire(blocking=False):
            with self._sessions() as another:
                yield another
            return
        try:
            with self._fresh() as session:
                session.info.clear()
                yield session
            self._used = monotonic()
        except BaseException:
            self._give_back()
            raise
        finally:
            self._busy.release()

    def _fresh(self) -> Session:
        if monotonic() - self._used > RESTED_SECONDS:
            self._give_back()
        if self._session is None:
            self._connection = self._engine.connect()
            self._session = self._sessions(bind=self._connection)
        return self._session

    def _give_back(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._session = None

    def close(self) -> None:
        """Give it back, unless a unit is still at it."""
        if self._busy.acquire(blocking=False):
            self._give_back()
            self._busy.release()
