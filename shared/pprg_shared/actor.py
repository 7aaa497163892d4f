"""Who acts, and what an action leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

COORDINATING = frozenset({"coordinator", "deputy"})


def opens(only: str, args: Mapping[str, Any]) -> bool:
    """Whether a page that these arguments of its address name is the one thing that a personal link opens."""
    kind, _, name = only.partition(":")
    return str(args.get(f"{kind}_id", args.get(kind))) == name


@dataclass(frozen=True)
class Actor:
    """A person who does something; `person` is None for somebody who is not signed in."""

    person: UUID | None
    name: str
    roles: frozenset[str]
    agency: str | None
    #: By which they are signed in; None for who is not, and where the product itself does something.
    session: UUID | None = None
    #: The one thing that they may open (`request:ID`, `reference:REFERENCE`), where a personal link brought them;
    #: empty for everything.
    only: str = ""
    #: What a program may do with the key of an agency; None for people, whose roles say it.
    scopes: frozenset[str] | None = None

    def opens(self, args: Mapping[str, Any]) -> bool:
        """Whether a page that these arguments of its address name is the one thing that they may open."""
        return opens(self.only, args)

    def has(self, *roles: str) -> bool:
        """Whether this person has one of these roles."""
        return bool(self.roles.intersection(roles))


@dataclass(frozen=True)
class Done:
    """What an action leaves behind: where to go next, what to quote, which case or referral it was about."""

    location: str
    reference: str
    subject: str
    replayed: bool = False
    #: How many things were judged by it, each for itself; one choice for a whole list is one.
    judged: int = 1


NOBODY = Actor(None, "", frozenset(), None)
