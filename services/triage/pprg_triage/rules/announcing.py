"""Who knows that something is to be published: what they were told last, and what they must be told now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pprg_shared.calendar import moment

TOLD, MOVED, CALLED_OFF, BY_HAND = "told", "moved", "called-off", "by-hand"
#: Whom nobody writes to about it: a person who knows them tells them.
FAMILY, REVIEWER, SOMEBODY = "family", "reviewer", "somebody"
HANDS = {FAMILY: "The family", REVIEWER: "The reviewer", SOMEBODY: "Somebody else"}


@dataclass(frozen=True)
class Whom:
    """Agencies by code and people by id."""

    agencies: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def __or__(self, more: "Whom") -> "Whom":
        return Whom(self.agencies | more.agencies, self.people | more.people)

    def __sub__(self, less: "Whom") -> "Whom":
        return Whom(self.agencies - less.agencies, self.people - less.people)

    def __and__(self, other: "Whom") -> "Whom":
        return Whom(self.agencies & other.agencies, self.people & other.people)

    def __bool__(self) -> bool:
        return bool(self.agencies or self.people)

    def words(self) -> str:
        """`3 agencies and 1 person`."""
        counts = ((len(self.agencies), "agency", "agencies"), (len(self.people), "person", "people"))
        return " and ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


@dataclass(frozen=True)
class Written:
    """Letters that were written about a publication at one time: what they said, of which moment, and to whom."""

    what: str
    planned_at: datetime
    whom: Whom


@dataclass(frozen=True)
class Known:
    """Who has been told last that something is to be published at this moment; nobody where there is none."""

    planned_at: datetime | None = None
    whom: Whom = Whom()


def known_by(written: Iterable[Written]) -> Known:
    """What was told last, by all letters in the order in which they were written."""
    found = Known()
    for each in written:
        if each.what == CALLED_OFF:
            found = Known()
        elif each.what == MOVED:
            found = Known(each.planned_at, each.whom)
        else:
            found = Known(each.planned_at, found.whom | each.whom)
    return found


def to_say(known: Known, planned_at: datetime | None) -> str | None:
    """What those who were told must be told now that it is planned for this moment, or none; nothing if they know."""
    if not known.whom or known.planned_at == planned_at:
        return None
    return MOVED if planned_at else CALLED_OFF


def telling_problem(planned_at: datetime | None, now: datetime, *, public: bool) -> str | None:
    """Why nobody can be told before something is published, or None when they can."""
    if public:
        return "This has been published already: there is nobody to tell before."
    if planned_at is None:
        return "No day is planned. Plan the day of publication first."
    if planned_at <= now:
        return f"It was planned for {moment(planned_at)}, which has passed. Plan another day first."
    return None


def told_words(what: str, planned: str, whom: str) -> str:
    """`Told of publication, planned for 09:00 on …, by letter: 3 agencies and 4 people`."""
    return {
        TOLD: f"Told of publication, planned for {planned}, by letter: {whom}",
        MOVED: f"Told that publication is moved to {planned}, by letter: {whom}",
        CALLED_OFF: f"Told that publication, planned for {planned}, is off, by letter: {whom}",
        BY_HAND: f"Told of publication, planned for {planned}, by a person",
    }[what]
