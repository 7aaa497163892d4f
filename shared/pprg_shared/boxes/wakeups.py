"""Wake-ups between processes: PostgreSQL tells the loops of one process what another has committed."""

from collections.abc import Callable
from threading import Event, Thread

import psycopg
import sqlalchemy as sa

from pprg_shared.database import CHANNEL, Database
from pprg_shared.logs import log

LOOK_UP_SECONDS = 1.0
LONGEST_PAUSE = 30.0


class Listener:
    """A thread that listens on a connection of its own; whatever it misses, the loops find by looking once a second."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self._database, self._wake = database, wake
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"{database.service}-listener", daemon=True)

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
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    pause = LOOK_UP_SECONDS
                    self._wake()
                    self._attend(connection)
            except psycopg.Error as error:
                log.info("not listening to the database", service=self._database.service, fault=type(error).__name__)
                self._stopping.wait(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        url = self._database.url.set(drivername="postgresql")
        address = sa.URL.render_as_string(url, hide_password=False)
        return psycopg.connect(address, autocommit=True, connect_timeout=5, application_name="pprg listener")

    def _attend(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        while not self._stopping.is_set():
            for _ in connection.notifies(timeout=LOOK_UP_SECONDS, stop_after=1):
                self._wake()
