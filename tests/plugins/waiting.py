"""What every test that waits for another process needs: a free port, and patience with an end."""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(
    holds: Callable[[], Found], seconds: float = 20.0, *, despite: tuple[type[Exception], ...] = (), every: float = 0.02
) -> Found:
    """Wait until something holds and give what was found; fail when it does not in time."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := holds():
                return found
        except despite:
            pass
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(every)


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody uses at this moment, all different."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def free_port() -> int:
    return free_ports(1)[0]
