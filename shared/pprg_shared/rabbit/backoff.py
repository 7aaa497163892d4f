"""How long to leave a broker alone that does not answer, and longer still one that refuses."""

import random
from time import monotonic

FIRST_SECONDS = 0.2
#: A broker that restarts is found within this time; one refused connection in five seconds is no storm.
AWAY_SECONDS = 5.0
#: A wrong password or other arguments do not mend themselves.
REFUSED_SECONDS = 60.0


class BackOff:
    """Doubles from one failure to the next, with jitter."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    def failed(self, *, lasting: bool = False) -> None:
        """Wait longer before the next try."""
        longest = REFUSED_SECONDS if lasting else AWAY_SECONDS
        shortest = 1.0 if lasting else FIRST_SECONDS
        self._failures = min(self._failures + 1, 16)
        wait = min(longest, shortest * 2 ** (self._failures - 1))
        self._until = monotonic() + wait * random.uniform(0.5, 1.0)  # noqa: S311 -- jitter, no secret

    def worked(self) -> None:
        """Start from the shortest wait the next time."""
        self._failures, self._until = 0, 0.0

    @property
    def left(self) -> float:
        """Seconds to wait still."""
        return max(0.0, self._until - monotonic())
