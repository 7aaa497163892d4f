"""Limits at the door: who does something too often waits, and is told for how long and whom to call."""

from flask import Flask, g, request

from pprg_shared.acting import actor, runtime
from pprg_shared.actor import NOBODY
from pprg_shared.errors import TooMany
from pprg_shared.limits import READS, Counted, too_often

#: What sends nothing: whatever is sent is counted by what it is.
LOOKS = frozenset({"GET", "HEAD"})


def address() -> str:
    """Where the request comes from, as far as the proxies that are trusted say."""
    return request.remote_addr or ""


def slow(*counted: Counted) -> None:
    """Count this in a transaction of its own, whatever comes of it; raises TooMany."""
    with runtime().database.writing("action", g.get("request_id")) as session:
        wait = too_often(session, counted)
    if wait and runtime().settings.limits:
        raise TooMany(wait)


def install(app: Flask) -> None:
    """Have what is read by the API in nobody's name counted, by address; pages and documents are not."""

    @app.before_request
    def count_reads() -> None:
        if request.blueprint == "api" and request.method in LOOKS and actor() is NOBODY:
            slow((READS, address()))
