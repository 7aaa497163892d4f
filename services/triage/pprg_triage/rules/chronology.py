"""The order of a chronology."""

from collections.abc import Iterable
from dataclasses import dataclass

from pprg_shared.partial_dates import PartialDate


@dataclass(frozen=True)
class Entry:
    """A chronology row with what orders it."""

    when: PartialDate
    number: int
    agency: str
    source: str
    event: str
    action: str


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """One time order: by date, the exact before the vague, then as each agency numbered them."""
    return sorted(entries, key=lambda each: (*each.when.sort_key(), each.number, each.agency))
