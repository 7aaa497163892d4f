"""The four services as `make run` has them, but within the process of the tests: for whoever wants their address."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from pprg_embedded.world import compose
from pprg_shared.app import Origin, create_app
from pprg_shared.config import Settings
from pprg_shared.database import Clock, utcnow
from pprg_shared.service import Runtime


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, *_said: Any) -> None:
        pass


@dataclasses.dataclass(frozen=True)
class Served:
    """Where they are, and what they are."""

    address: str
    services: dict[str, Runtime]


@contextmanager
def served(settings: Settings, clock: Clock = utcnow) -> Iterator[Served]:
    """Serve them from the databases of this folder, with their loops, until the end of the block."""
    server = make_server("127.0.0.1", 0, lambda *_: (), threaded=True, request_handler=Silent)
    address = f"http://127.0.0.1:{server.server_port}"
    alive = compose(dataclasses.replace(settings, base_url=address), clock)
    server.app = Origin({each.service.name: create_app(each) for each in alive}, lambda *_: (), 1)
    for each in alive:  # everybody hears before anybody speaks
        each.listen()
    for each in alive:
        each.start()
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Served(address, {each.service.name: each for each in alive})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for each in alive:
            each.stop()


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[Served]]:
    return served
