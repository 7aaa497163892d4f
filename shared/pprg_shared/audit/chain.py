"""The chain: how entries are bound to one another, and what shows that somebody has touched them. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

#: What an entry tells of. Those about cases are told to triage, too.
KINDS: Mapping[str, str] = {
    "read": "Case content was shown.",
    "change": "Something was done about a case.",
    "export": "Case content left as a file.",
    "break_glass": "Somebody opened a case that is not theirs, with a reason.",
    "directory": "An agency or a person in the directory changed.",
    "sign_in": "Somebody signed in or out.",
}
_JSON = json.JSONEncoder(separators=(",", ":"))
ABOUT_CASES = ("read", "change", "export", "break_glass")


class Mark(NamedTuple):
    """A place in the chain, by its number and its hash."""

    sequence: int
    hash: str


#: What the first entry follows.
START = Mark(0, "0" * 64)


class Link(NamedTuple):
    """An entry and what binds it: the hash of the one before, and its own over that and all it says."""

    sequence: int
    at: datetime
    person: UUID | None
    agency: str | None
    kind: str
    verb: str
    subject: str
    correlation_id: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole chain found: so many entries and anchors hold, or where it breaks first, and why."""

    entries: int
    anchors: int
    broken_at: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return self.broken_at is None


def said(at: datetime, person: UUID | None, *others: str | None) -> str:
    """What an entry says, as its hash reads it: agency, kind, verb, subject and correlation id are the others."""
    return _JSON.encode([at.isoformat(), str(person) if person else None, *others])


def digest(link: Link) -> str:
    """The hash of an entry: over the hash of the one before, its own number and everything it says."""
    return sha256(f"{link.previous} {link.sequence} {said(*link[1:8])}".encode()).hexdigest()


def bound(link: Link) -> Link:
    """The same entry with its hash."""
    return link._replace(hash=digest(link))


def verify(links: Iterable[Link], head: Mark | None, anchors: Iterable[Mark]) -> Verdict:
    """Look at every entry in order, at the head that the database keeps, and at the anchors that were laid outside.

    Reads all of them once and keeps none.
    """
    last, held, anchored = START, 0, START
    laid: Iterator[Mark] = iter(anchors)
    anchor = next(laid, None)
    for link in links:
        if problem := _problem(last, link):
            return Verdict(last.sequence, held, last.sequence + 1, problem)
        last = Mark(link.sequence, link.hash)
        while anchor is not None and anchor.sequence <= last.sequence:
            if anchor != last:
                return Verdict(last.sequence, held, anchored.sequence + 1, _against(anchor, last))
            held, anchored, anchor = held + 1, anchor, next(laid, None)
    if anchor is not None:
        why = f"entries up to {anchor.sequence}, of which an anchor was laid, are gone"
        return Verdict(last.sequence, held, last.sequence + 1, why)
    if (head or START) != last:
        return Verdict(last.sequence, held, *_against_head(head or START, last))
    return Verdict(last.sequence, held)


def _problem(last: Mark, link: Link) -> str:
    if link.sequence != last.sequence + 1:
        return f"after entry {last.sequence} comes {link.sequence}"
    if link.previous != last.hash:
        return "the entry does not follow from the one before"
    return "" if digest(link) == link.hash else "the entry is not as it was written"


def _against(anchor: Mark, last: Mark) -> str:
    if anchor.sequence < last.sequence:
        return f"the anchors go back to {anchor.sequence}: the database was put back, or they were touched"
    return f"the entries up to {last.sequence} are not those of which an anchor was laid"


def _against_head(head: Mark, last: Mark) -> tuple[int, str]:
    if head.sequence > last.sequence:
        return last.sequence + 1, f"entries up to {head.sequence} are gone"
    if head.sequence < last.sequence:
        return head.sequence + 1, f"the head knows of no entry behind {head.sequence}"
    return last.sequence, "the head has another hash"
