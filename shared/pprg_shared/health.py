"""The operations port: whether a process lives, whether it is ready, its metrics; plain WSGI, for loops alone too."""

import json
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from pprg_shared.calendar import ends_soon, horizon, london_date
from pprg_shared.service import Runtime

Check = tuple[str, bool, str]
OLDEST_SECONDS = 300
RENEW = ": install a newer govuk-bank-holidays package, or clocks that end later cannot be counted"
#: What is said and keeps nobody from being served.
ONLY_SAID = frozenset({"waiting", "anchors", "holidays"})
JSON, PROMETHEUS = "application/json", "text/plain; version=0.0.4; charset=utf-8"
Answer = tuple[HTTPStatus, str, bytes]


def health(alive: Runtime) -> list[Check]:
    """What must hold for this service to be ready: a list of (name, holds, words)."""
    checks = [_holidays(alive), *_database(alive)]
    if not alive.settings.loop:
        return [*checks, ("loop", True, "run by another process, as is the link to the broker")]
    beats, up = alive.beats(), alive.bus.connected()
    return [
        *checks,
        ("broker", up, alive.bus.problem() or ("connected" if up else "not connected yet")),
        ("loop", beats, "turning" if beats else "no beat for a minute"),
        ("anchors", alive.keeper.problem is None, alive.keeper.problem or f"{alive.keeper.unanchored} entries since"),
    ]


def _database(alive: Runtime) -> list[Check]:
    """Whether it answers, is what this version needs, and holds nothing that has waited for long."""
    try:
        there = alive.migrations.current(alive.database)
    except Exception as error:  # noqa: BLE001 -- whatever is wrong is the answer
        away = "not known: the database does not answer"
        return [("database", False, type(error).__name__), ("migrations", False, away), ("waiting", False, away)]
    amiss = alive.migrations.amiss(there)
    migrations = ("migrations", not amiss, amiss or "as this version needs")
    return [("database", True, "answers"), migrations, _waiting(alive)]


def _waiting(alive: Runtime) -> Check:
    """Whether a row has waited for long, or what comes has been on its way for long."""
    try:
        oldest, behind = alive.oldest(), alive.arrival.behind()
    except Exception as error:  # noqa: BLE001 -- whatever is wrong is the answer
        return "waiting", False, f"not known: {type(error).__name__}"
    words = f"oldest row waits {oldest:.0f} s"
    if behind >= OLDEST_SECONDS:
        words += f"; what came lately was said {behind:.0f} s before it came"
    return "waiting", max(oldest, behind) < OLDEST_SECONDS, words


def _holidays(alive: Runtime) -> Check:
    """Said for a year before no clock can be counted any more."""
    renew = "" if (holds := not ends_soon(london_date(alive.clock()))) else RENEW
    return "holidays", holds, f"bank holidays are known until {horizon()}{renew}"


class Operations:
    """`/healthz`, `/readyz` and `/metrics` for one service or a whole world."""

    def __init__(self, alive: Sequence[Runtime]) -> None:
        self._alive = alive
        self._pages = {"/healthz": self._lives, "/readyz": self._ready, "/metrics": self._metrics}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        status, kind, body = self._answer(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _answer(self, method: str, path: str) -> Answer:
        page = self._pages.get(path)
        if page is None:
            return _json({"title": "There is nothing here"}, HTTPStatus.NOT_FOUND)
        if method not in {"GET", "HEAD"}:
            return _json({"title": "This can only be read"}, HTTPStatus.METHOD_NOT_ALLOWED)
        return page()

    @staticmethod
    def _lives() -> Answer:
        return _json({"status": "alive"})

    def _ready(self) -> Answer:
        found = {each.service.name: health(each) for each in self._alive}
        ready = all(holds for checks in found.values() for name, holds, _ in checks if name not in ONLY_SAID)
        body = {
            "ready": ready,
            "services": {s: {n: {"ok": ok, "detail": words} for n, ok, words in checks} for s, checks in found.items()},
        }
        return _json(body, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    def _metrics(self) -> Answer:
        from pprg_shared.metrics import exposition  # noqa: PLC0415 -- it brings an HTTP server, 2 MB for who is asked

        return HTTPStatus.OK, PROMETHEUS, exposition(self._alive)


def _json(body: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return status, JSON, json.dumps(body).encode() + b"\n"
