"""Whether a database is away, so that everything waits for it, or has refused one statement, so that others go on."""

from typing import Any

import sqlalchemy as sa

#: How SQLSTATE begins of connections that fail, of a server that ends or begins, and of one with no room for another.
_POSTGRESQL = ("08", "57P", "53300")
#: SQLite: busy, locked, read-only, an error of the disk, a full one, and a file that cannot be opened.
_SQLITE = {5, 6, 8, 10, 13, 14}
_PRIMARY = 0xFF


def away(error: Exception) -> bool:
    """Whether to wait for the database rather than to write down that something failed.

    False where it answers and says no: a statement that took too long, is too large, or met another's lock. Whoever is
    told False writes that down next; if the database is away all the same, that fails as well and does no harm.
    """
    if isinstance(error, sa.exc.TimeoutError | sa.exc.DisconnectionError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    cause: Any = error.orig
    if error.connection_invalidated or not hasattr(cause, "sqlstate"):
        return error.connection_invalidated or getattr(cause, "sqlite_errorcode", 0) & _PRIMARY in _SQLITE
    if cause.sqlstate is None:  # the server has said nothing
        return isinstance(error, sa.exc.OperationalError)
    return str(cause.sqlstate).startswith(_POSTGRESQL)


def fault(error: Exception) -> str:
    """What went wrong in one word, as whoever looks after the database finds it in its manual; never a value."""
    return type(getattr(error, "orig", None) or error).__name__
