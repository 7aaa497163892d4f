"""Starting: from the command to the first `ready`, and what a process holds in memory then."""

import os
import time
from contextlib import contextmanager

import requests
from accounting import cpu_seconds, largest, shared_once

SERVICES = ("intake", "triage", "notifier", "publisher")
WORLD = "the world (`make run`)"
HAND = "by hand: gunicorn, Flask, a connection to each"


@contextmanager
def ready(place, name, database="", *, pages=True):
    """A service, or the world, that says that it is ready."""
    if name == WORLD:
        command = ("-m", "pprg_embedded", "run")
        environment = os.environ | place.secrets | place.ports() | {"VAR": str(place.folder / "world")}
    else:
        command = ("byhand.py", "serve") if name == HAND else ("-m", f"pprg_{name}", "serve" if pages else "work")
        environment = place.environment("intake" if name == HAND else name, database)
    with place.running(command, environment) as process:
        place.wait(lambda: _answers(environment["OPS_PORT"]), process, every=0.02)
        yield process


def _answers(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).ok
    except requests.ConnectionError:
        return False


def start(place, name):
    """A sample: one start on a database that is up to date."""

    def sample():
        began = time.monotonic()
        with ready(place, name) as process:
            seconds = time.monotonic() - began
            return {
                "seconds": seconds,
                "CPU s": cpu_seconds(process.pid),
                "memory MB": shared_once(process.pid),
                "largest process MB": largest(process.pid),
            }

    return sample


def variants(place):
    """All that is started."""
    return {name: start(place, name) for name in (HAND, *SERVICES, WORLD)}
