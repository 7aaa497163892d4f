"""A clock that a try-out may set ahead: the demo lets days go by with it, in the product that it has started."""

from datetime import datetime, timedelta
from pathlib import Path

from pprg_shared.database import utcnow


class Ahead:
    """Now, and as many seconds later as a file says; who started the product writes it, and the product reads it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        """The moment that it is there."""
        try:
            seconds = float(self._file.read_text("ascii"))
        except FileNotFoundError:
            seconds = 0.0
        return utcnow() + timedelta(seconds=seconds)

    def set_to(self, moment: datetime) -> None:
        """From now on it is this moment there, and goes on from it."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str((moment - utcnow()).total_seconds()), "ascii")
        draft.rename(self._file)
