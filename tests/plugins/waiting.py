"""What every test that waits for another process needs: patience with an end."""

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
