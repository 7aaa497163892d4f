"""The order of a chronology, and which part of it a page shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pprg_shared.chronology import Further
from pprg_shared.partial_dates import PRECISIONS, PartialDate

#: Where a row stands whose time is not known: after every time of its day.
NO_TIME = "24:00"


@dataclass(frozen=True)
class Entry:
    """A chronology row as people read it; `time` is `HH:MM` or empty, `number` its place in its agency's list, from 0.

    `row` is its id where it is kept.
    """

    when: PartialDate
    number: int
    agency: str
    source: str
    event: str
    action: str
    time: str = ""
    people: str = ""
    further: Further | None = None
    row: UUID | None = None

    @property
    def besides(self) -> Further:
        """What the row says besides, which may be nothing."""
        return self.further or NOTHING


NOTHING = Further()


def position(entry: Entry) -> tuple[date, int, str, int, str]:
    """What one time order compares: date, the exact before the vague, time, then as each agency numbered its rows."""
    when = entry.when
    return when.value, PRECISIONS.index(when.precision), entry.time or NO_TIME, entry.number, entry.agency
