"""Rows of a chronology that do not agree with one another: listed for somebody to look at, never put right. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from pprg_triage.rules.chronology import Entry, position
from pprg_triage.rules.vocabulary import fold

#: Two rows may tell of the same event when no more days than this lie between them.
DAYS = 3
#: A row is compared with so many that follow it within these days: time grows with the rows, not with their square.
LOOK = 50
#: Two texts are alike when so many of the words of the shorter stand in both, and so many at least.
ALIKE, LEAST = 0.6, 3
#: Minutes within which two visits may be one.
TOGETHER = 60
SMALL = frozenset(
    (
        *("the", "and", "was", "were", "has", "had", "for", "with", "that", "this", "from", "but", "are"),
        *("her", "his", "she", "him", "they", "them", "who"),
    )
)


_PARTED = re.compile(r"[,;&\n]|\band\b")
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Conflict:
    """Rows that somebody should look at, in time order; `about` says which agency, name or span, where one is meant."""

    kind: str
    entries: tuple[Entry, ...]
    about: str = ""

    @property
    def mark(self) -> str:
        """What it is known by when agencies send corrected rows: the same for the same content, whatever its id."""
        rows = sorted(
            (e.agency, e.when.as_entered, e.time, e.people, e.event, e.besides.seen, e.besides.seen_alone)
            for e in self.entries
        )
        return sha256(repr((self.kind, self.about, rows)).encode()).hexdigest()


@dataclass(frozen=True)
class Told:
    """A row with what is compared of it."""

    entry: Entry
    day: int
    text: str
    words: frozenset[str]
    people: frozenset[str]


def told(entry: Entry) -> Told:
    """What is compared of a row."""
    text = fold(entry.event)
    words = frozenset(each for each in text.split() if len(each) > 2) - SMALL  # noqa: PLR2004 -- at, of, in
    people = frozenset(filter(None, map(fold, _PARTED.split(entry.people)))) if entry.people else NOBODY
    return Told(entry, entry.when.value.toordinal(), text, words, people)


def neighbours(rows: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Rows of two agencies, of days that are known, that may be about the same; `rows` in time order."""
    exact = [each for each in rows if each.entry.when.precision == "day"]
    for place, one in enumerate(exact):
        for other in islice(exact, place + 1, place + 1 + LOOK):
            if other.day - one.day > DAYS:
                break
            if one.entry.agency != other.entry.agency and same_people(one, other):
                yield one, other


def same_people(one: Told, other: Told) -> bool:
    """Whether two rows can concern the same person; a row that names nobody can."""
    return not one.people or not other.people or bool(one.people & other.people)


def alike(one: Told, other: Told) -> bool:
    """Whether two texts tell of the same thing, as far as their words say."""
    shorter = min(len(one.words), len(other.words))
    return shorter >= LEAST and len(one.words & other.words) >= max(LEAST, ALIKE * shorter)


def told_differently(one: Told, other: Told) -> bool:
    """Whether two rows give the same event another date or time."""
    times = {one.entry.time, other.entry.time}
    return (one.day != other.day or (len(times) > 1 and "" not in times)) and alike(one, other)


def contradictory(one: Told, other: Told) -> bool:
    """Whether two rows say of the same day, and perhaps of the same hour, that somebody was seen and was not."""
    if one.day != other.day or _apart(one.entry.time, other.entry.time):
        return False
    mine, theirs = one.entry.besides, other.entry.besides
    return {"yes", "no"} in ({mine.seen, theirs.seen}, {mine.seen_alone, theirs.seen_alone})


def _apart(time: str, other: str) -> bool:
    return bool(time and other) and abs(_minutes(time) - _minutes(other)) > TOGETHER


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return 60 * int(hours) + int(minutes)


def between_agencies(rows: Sequence[Told]) -> Iterator[Conflict]:
    """The same event with another date or time, and contradictions about a day; rows that hang together are one."""
    different, contrary = Groups(), Groups()
    for one, other in neighbours(rows):
        if told_differently(one, other):
            different.join(one.entry, other.entry)
        if contradictory(one, other):
            contrary.join(one.entry, other.entry)
    yield from (Conflict("same_event", each) for each in different.all())
    yield from (Conflict("contradiction", each) for each in contrary.all())


class Groups:
    """Rows that were joined, each in one group."""

    def __init__(self) -> None:
        self._leader: dict[tuple[str, int], tuple[str, int]] = {}
        self._entry: dict[tuple[str, int], Entry] = {}

    def join(self, one: Entry, other: Entry) -> None:
        """Put two rows, and all that each was joined with, into one group."""
        for each in (one, other):
            self._entry[_name(each)] = each
            self._leader.setdefault(_name(each), _name(each))
        self._leader[self._find(_name(one))] = self._find(_name(other))

    def _find(self, name: tuple[str, int]) -> tuple[str, int]:
        while (leader := self._leader[name]) != name:
            self._leader[name] = self._leader[leader]
            name = self._leader[name]
        return name

    def all(self) -> Iterator[tuple[Entry, ...]]:
        """Every group, its rows in time order."""
        yield from grouped((self._find(name), each) for name, each in self._entry.items())


def _name(entry: Entry) -> tuple[str, int]:
    return entry.agency, entry.number


def grouped(entries: Iterable[tuple[object, Entry]]) -> Iterator[tuple[Entry, ...]]:
    """Entries with the same key together, each group in time order."""
    found: dict[object, list[Entry]] = defaultdict(list)
    for key, each in entries:
        found[key].append(each)
    yield from (tuple(sorted(each, key=position)) for each in found.values())


def duplicates(rows: Sequence[Told]) -> Iterator[Conflict]:
    """Rows that one agency sent twice."""

    def content(row: Told) -> object:
        each = row.entry
        return each.agency, each.when.value, each.when.until, each.time, row.text, row.people

    for each in grouped((content(row), row.entry) for row in rows):
        if len(each) > 1:
            yield Conflict("duplicate", each)


def one_sided_referrals(rows: Sequence[Told]) -> Iterator[Conflict]:
    """Referrals of which no other agency tells within a few days."""
    if len({each.entry.agency for each in rows}) < 2:  # noqa: PLR2004 -- there is no other side yet
        return
    referrals = [each for each in rows if each.entry.besides.contact_type == "referral"]
    answered = {_name(each.entry) for pair in neighbours(referrals) for each in pair}
    for each in referrals:
        if each.entry.when.precision == "day" and _name(each.entry) not in answered:
            yield Conflict("referral", (each.entry,))
