"""What in the chronology of all agencies somebody should look at, and how it stands: found, never put right. Pure."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_triage.rules.chronology import Entry, position
from pprg_triage.rules.disagreements import (
    DAYS,
    Conflict,
    Told,
    between_agencies,
    duplicates,
    one_sided_referrals,
    told,
)
from pprg_triage.rules.vocabulary import fold

KINDS: Mapping[str, str] = {
    "same_event": "The same event with another date or time",
    "contradiction": "One says that somebody was seen, another that they were not",
    "referral": "A referral of which no other agency tells",
    "case_key": "Not what the referral says",
    "gap": "No contact with any agency",
    "duplicate": "The same row twice",
    "life": "Outside the life of the person",
    "silent": "Said to have been there, and does not tell of it",
}
STATES: Mapping[str, str] = {"open": "To look at", "explained": "Explained", "accepted": "Left as it is"}
#: The work of comparing all rows of a case, in the box of what is to be done later.
COMPARE = "compare"
#: A month: what is vaguer than this does not say that there was contact in a given time.
VAGUE_DAYS = 31
#: Kinds of contact at which others are present.
ATTENDED = frozenset({"visit", "meeting", "attendance", "conference"})
_PRESENT = re.compile(r"\b(attended|present|joint)\b")
_BORN = re.compile(
    r"\b(?:d\.?o\.?b\.?|date of birth|born)(?: on)?[:\s]+"
    r"(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:\d{1,2}(?:st|nd|rd|th)? )?[a-z]{3,9} \d{4})\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[^\W\d_a-z][^\W\d_]{3,}\b")
#: How alike a word must be to a name to be that name, spelt otherwise.
SPELT = 0.84


@dataclass(frozen=True)
class Life:
    """A person whom the referral is about, as far as it says."""

    name: str
    born: PartialDate | None = None
    died: PartialDate | None = None


def conflicts(
    entries: Iterable[Entry], lives: Sequence[Life], answered: Mapping[str, str], today: date, gap_days: int
) -> list[Conflict]:
    """Everything to look at, in time order, whatever the order of the entries.

    `answered` are the agencies whose answers are here, and their names; more than `gap_days` without contact are worth
    a question. Takes time in proportion to the entries.
    """
    rows = [told(each) for each in sorted(entries, key=position)]
    found = [
        *between_agencies(rows),
        *one_sided_referrals(rows),
        *duplicates(rows),
        *_not_of_the_referral(rows, lives, today),
        *_gaps(rows, gap_days),
        *_outside_life(rows, lives),
        *_silent(rows, answered),
    ]
    kinds = list(KINDS)
    return sorted(found, key=lambda each: (position(each.entries[0]), kinds.index(each.kind), each.about))


def settling_problem(state: str, note: str) -> str:
    """What is missing to settle it so, if anything is."""
    return "Say how it is explained" if state == "explained" and not note else ""


def _gaps(rows: Sequence[Told], gap_days: int) -> Iterator[Conflict]:
    """Between one contact and the next, of any agency, longer than is usual; vague rows and missed ones are none."""
    last: Entry | None = None
    reach = date.min
    for each in (row.entry for row in rows):
        ends = each.besides.end_date
        until = max(each.when.until, ends.until if ends else each.when.until)
        vague = each.when.precision != "range" and (each.when.until - each.when.value).days > VAGUE_DAYS
        if vague or each.besides.contact_type == "missed":
            continue
        if last and (each.when.value - reach).days > gap_days:
            yield Conflict("gap", (last, each), f"{(each.when.value - reach).days} days")
        if until > reach:
            last, reach = each, until


def _outside_life(rows: Sequence[Told], lives: Sequence[Life]) -> Iterator[Conflict]:
    """What lies before the birth of all whom the referral is about, or after the death of all; by agency."""
    births = [each.born.value for each in lives if each.born]
    deaths = [each.died.until for each in lives if each.died]
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in (row.entry for row in rows):
        if len(births) == len(lives) and births and each.when.until < min(births):
            found["Before birth", each.agency].append(each)
        if len(deaths) == len(lives) and deaths and each.when.value > max(deaths):
            found["After death", each.agency].append(each)
    yield from (Conflict("life", tuple(some), about) for (about, _), some in found.items())


def _not_of_the_referral(rows: Sequence[Told], lives: Sequence[Life], today: date) -> Iterator[Conflict]:
    """Dates of birth that none of those in the referral has, and names spelt nearly as theirs are."""
    names = {word for each in lives for word in fold(each.name).split() if len(word) > 3}  # noqa: PLR2004 -- initials
    born = [each.born for each in lives if each.born]
    verdicts: dict[str, bool] = {}
    found: dict[str, dict[Entry, None]] = defaultdict(dict)
    for row in rows:
        text = f"{row.entry.people} {row.entry.event}"
        for word in _NAME.findall(text):
            if word not in verdicts:
                verdicts[word] = _misspelt(fold(word), names)
            if verdicts[word]:
                found[word][row.entry] = None
        if len(born) == len(lives):
            for day in _births(text, today):
                if not any(day.value <= each.until and each.value <= day.until for each in born):
                    found[f"Born {day.words()}"][row.entry] = None
    yield from (Conflict("case_key", tuple(some), about) for about, some in found.items())


def _births(text: str, today: date) -> Iterator[PartialDate]:
    for each in _BORN.findall(text):
        try:
            yield parse(each, today=today)
        except NotADate:
            continue


def _misspelt(word: str, names: set[str]) -> bool:
    near = (each for each in names if each[0] == word[:1] and abs(len(each) - len(word)) < 3)  # noqa: PLR2004 -- near
    return word not in names and any(SequenceMatcher(None, word, each).ratio() >= SPELT for each in near)


def _silent(rows: Sequence[Told], answered: Mapping[str, str]) -> Iterator[Conflict]:
    """Agencies whose answers are here, and that do not tell of what another says they were at."""
    spelt = {fold(words): slug for slug, name in answered.items() for words in (name, slug)}
    if not spelt:
        return
    longest_first = sorted(spelt, key=len, reverse=True)
    named = re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b")
    known = _days_of(rows)
    for row in rows:
        each, text = row.entry, row.text
        if each.when.precision != "day" or not (each.besides.contact_type in ATTENDED or _PRESENT.search(text)):
            continue
        for slug in sorted({spelt[words] for words in named.findall(text)} - {each.agency}):
            if not _near(known.get(slug, []), row.day):
                yield Conflict("silent", (each,), slug)


def _days_of(rows: Sequence[Told]) -> dict[str, list[tuple[int, int]]]:
    """For each agency the spans of which it tells something, in order and apart from one another."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        first, last = row.day, row.entry.when.until.toordinal()
        spans = found[row.entry.agency]
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], last)
        else:
            spans.append((first, last))
    return found


def _near(spans: Sequence[tuple[int, int]], day: int) -> bool:
    place = bisect_right(spans, day + DAYS, key=lambda each: each[0])
    return place > 0 and spans[place - 1][1] >= day - DAYS
