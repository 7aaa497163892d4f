"""Limits at the door: who does something too often waits, and is told for how long and whom to call."""

from flask import g, request
from sqlalchemy.orm import Session

from pprg_shared.acting import runtime
from pprg_shared.errors import TooMany
from pprg_shared.limits import count

#: What is counted, how often it may be within so many seconds, and whose doing it is.
Counted = tuple[tuple[str, int, int], str]


def address() -> str:
    """Where the request comes from, as far as the proxies that are trusted say."""
    return request.remote_addr or ""


def too_often(session: Session, *counted: Counted) -> int:
    """Count this once for each; the seconds to wait, 0 for none. Keep the transaction whatever the answer."""
    return max(count(session, what, key, most, seconds) for (what, most, seconds), key in counted)


def slow(*counted: Counted) -> None:
    """Count this in a transaction of its own, whatever comes of it; raises TooMany."""
    with runtime().database.writing("action", g.get("request_id")) as session:
        wait = too_often(session, *counted)
    if wait:
        raise TooMany(wait)
