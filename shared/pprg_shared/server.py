"""How gunicorn runs one service, or the whole world in one process: one worker, a few threads, loops beside them.

What is served is chosen by two words: with pages or (`work`) without, with the loops or (LOOP=0) without.
"""

import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from pprg_shared.config import Settings
from pprg_shared.health import Operations
from pprg_shared.logs import log
from pprg_shared.service import Runtime

THREADS = 4
GRACE_SECONDS = 20
#: Whoever shows no life for so long is killed and started anew.
SILENCE_SECONDS = 60
BEAT_SECONDS = 1
Compose = Callable[[], list[Runtime]]


class GentleArbiter(Arbiter):  # type: ignore[misc]  # gunicorn is not typed
    """An arbiter for which Ctrl-C means what SIGTERM means: finish what is in hand."""

    def handle_int(self) -> None:
        """End gracefully."""
        self.handle_term()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is not typed
    """gunicorn, told everything here and nothing by files or its own environment."""

    def __init__(
        self,
        settings: Settings,
        compose: Compose,
        ready: Callable[[], None],
        *,
        threads: int = THREADS,
        pages: bool = True,
    ) -> None:
        self._settings, self._compose, self._ready = settings, compose, ready
        self._threads, self._pages = threads, pages
        self._alive: list[Runtime] = []
        self._is_up = threading.Event()
        super().__init__()

    def load_config(self) -> None:
        """One worker, threads, our own hooks."""
        settings = self._settings
        pages = [f"{settings.host}:{settings.port}"] if self._pages else []
        chosen: dict[str, Any] = {
            "bind": [*pages, f"{settings.ops_host}:{settings.ops_port}"],
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._threads,
            "timeout": SILENCE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 -- gunicorn's heartbeat file; a disk could stall it
            "loglevel": "warning",
            "limit_request_line": 4094,
            "forwarded_allow_ips": "",
            "post_fork": self._starts,
            "post_worker_init": self._started,
            "worker_exit": self._ended,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Iterable[bytes]]:
        """Called in the worker: runtimes are made there, so that no connection crosses a fork."""
        self._alive = self._compose()
        operations = Operations(self._alive)
        if not self._pages:
            return operations
        from pprg_shared.app import Origin, create_app  # noqa: PLC0415 -- Flask takes memory; loops alone have no pages

        apps = {each.service.name: create_app(each) for each in self._alive}
        return Origin(apps, operations, self._settings.ops_port)

    def run(self) -> None:
        """Serve until told to stop."""
        GentleArbiter(self).run()

    def _starts(self, _arbiter: object, worker: Any) -> None:
        """Starting takes as long as it takes: whoever is killed in the middle of a long migration never ends it."""

        def beat() -> None:
            while not self._is_up.wait(BEAT_SECONDS):
                worker.notify()

        threading.Thread(target=beat, name="starting", daemon=True).start()

    def _started(self, _worker: object) -> None:
        self._is_up.set()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the arbiter tells us; the terminal tells everybody
        if self._settings.loop:
            for each in self._alive:  # everybody hears before anybody speaks
                each.listen()
            for each in self._alive:
                each.start()
        self._ready()

    def _ended(self, _arbiter: object, _worker: object) -> None:
        for each in self._alive:
            each.stop()
        if self._alive:
            log.info("stopped", services=[each.service.name for each in self._alive])
