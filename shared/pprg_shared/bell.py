"""The bell: after a commit, PostgreSQL tells the loops of other processes; however many ring at once, it tells once."""

from threading import Lock

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pprg_shared.logs import log
from pprg_shared.postgres import lent

#: What one process commits is told to the loops of another on this channel.
CHANNEL = "pprg"
_TELL = f"NOTIFY {CHANNEL}"


class Bell:
    """Rung apart from the commit, which would hold up all others while it tells; a loop that misses it looks anyway."""

    def __init__(self, engine: Engine, service: str) -> None:
        self._engine, self._service = engine, service
        self._rung = False
        self._telling = Lock()

    def ring(self) -> None:
        """Tell of what is committed by now; whoever is just telling does it for whoever comes meanwhile."""
        self._rung = True
        while self._rung and self._telling.acquire(blocking=False):
            try:
                self._rung = False  # before it tells: what is committed from now on needs another
                self._tell()
            finally:
                self._telling.release()

    def _tell(self) -> None:
        try:
            with lent(self._engine) as connection:
                connection.asked.execute(_TELL)
        except (sa.exc.SQLAlchemyError, psycopg.Error) as error:
            log.warning("nobody was woken", service=self._service, fault=type(error).__name__)
