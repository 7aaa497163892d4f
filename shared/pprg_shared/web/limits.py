"""Limits at the door: who does something too often waits, and is told for how long and whom to call."""

from flask import g, request

from pprg_shared.acting import runtime
from pprg_shared.errors import TooMany
from pprg_shared.limits import Counted, too_often


def address() -> str:
    """Where the request comes from, as far as the proxies that are trusted say."""
    return request.remote_addr or ""


def slow(*counted: Counted) -> None:
    """Count this in a transaction of its own, whatever comes of it; raises TooMany."""
    with runtime().database.writing("action", g.get("request_id")) as session:
        wait = too_often(session, counted)
    if wait and runtime().settings.limits:
        raise TooMany(wait)
