"""A letter in hand stays leased while a mail server thinks about it, and is free soon after its process died."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from pprg_notifier.models import letters
from pprg_shared.boxes import work
from pprg_shared.boxes.tables import waiting
from pprg_shared.database import Database
from pprg_shared.logs import log

#: A lease is renewed so many times while it lasts: a database that is away for a moment costs no letter twice.
RENEWALS = 3
_RENEW = (
    sa.update(letters)
    .where(letters.c.id == sa.bindparam("row"), letters.c.attempts == sa.bindparam("taken"), *waiting(letters))
    .values(due_at=sa.bindparam("until"))
)


@contextmanager
def held(database: Database, row: Any) -> Iterator[None]:
    """Renew the lease of a letter until the end of the block."""
    ended = threading.Event()
    thread = threading.Thread(target=_renew, args=(database, row, ended), name="letters-hold", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew(database: Database, row: Any, ended: threading.Event) -> None:
    lease: timedelta = work.LEASE
    while not ended.wait(lease.total_seconds() / RENEWALS):
        until = {"row": row.id, "taken": row.attempts, "until": database.clock() + lease}
        try:
            database.at_once("letters-take", _RENEW, until)
        except sa.exc.SQLAlchemyError as error:
            log.warning("lease not renewed", id=str(row.id), fault=type(error).__name__)
