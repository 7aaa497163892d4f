"""A page of something long: what stands on it, how much there is in all, and where the other pages lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

#: Rows of a list on a page.
ROWS = 100
T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """A page of at most `size` entries, of `total`; `page` counts from 1."""

    entries: Sequence[T]
    total: int
    page: int
    size: int = ROWS

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first entry of this page, from 1."""
        return before(self.page, self.size) + 1

    def links(self, kept: Mapping[str, str] | None = None) -> dict[str, str]:
        """Where first, previous, next and last lead, with what else was chosen; what leads nowhere is not there."""
        places = {"previous": self.page - 1, "next": self.page + 1}
        if self.page > 2:  # noqa: PLR2004 -- of page 2 the previous is the first
            places["first"] = 1
        if self.page < self.pages - 1:
            places["last"] = self.pages
        return {
            name: f"?{urlencode({**(kept or {}), 'page': n})}" for name, n in places.items() if 1 <= n <= self.pages
        }


def before(page: int, size: int = ROWS) -> int:
    """How many entries stand on the pages before this one."""
    return max(0, page - 1) * size
