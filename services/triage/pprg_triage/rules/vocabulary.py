"""What a list of open cases may name, and how texts are compared."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pprg_shared.profile import Profile
from pprg_triage.rules.clocks import starts_clock

#: Cells that say that there is nothing to say.
NOTHING = frozenset({"", "na", "n a", "nk", "none", "nil", "not known", "unknown", "tba", "tbc"})
#: The trigger of clocks that a list may hold the day of.
NOTIFIED = "notified"


def fold(text: str) -> str:
    """A text as it is compared: small letters and digits, single spaces."""
    if text.isascii():  # the same, and quicker
        return " ".join(re.findall(r"[^\W_]+", text.lower()))
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each))))


def known_name(text: str) -> str:
    """A person's name or initials as they are compared; empty where nobody knows it."""
    plain = fold(text)
    return "" if plain in NOTHING else plain


@dataclass(frozen=True)
class Vocabulary:
    """What a list may name: reviews and agencies, folded, by code; whom a review is for; how the clock counts."""

    routes: Mapping[str, str]
    agencies: Mapping[str, str]
    names: Mapping[str, str]
    only: Mapping[str, str]
    days: Mapping[str, int]
    from_notification: bool

    @classmethod
    def of(cls, profile: Profile, asked: Mapping[str, str] | None = None) -> "Vocabulary":
        """What this partnership calls them; `asked` are the names of agencies by code, else those of the profile."""
        routes: dict[str, str] = {}
        decided = [profile.routes[code] for code in profile.decided_routes()]
        for each in decided:
            routes |= {fold(name): each.code for name in (each.name, each.short, each.code)}
        for each in decided:
            if found := profile.publication.types.get(each.publishes or ""):
                for name in (found.label, found.short, *found.aliases):
                    routes.setdefault(fold(name), each.code)
        known = profile.asked_agencies() if asked is None else asked
        agencies = {fold(name): code for code, called in known.items() for name in (called, code)}
        young = {each.code: _only(each.subjects) for each in decided}
        counts = starts_clock(profile) == NOTIFIED
        return cls(routes, agencies, profile.decided_routes(), young, profile.working_days(), counts)


def _only(subjects: Iterable[str]) -> str:
    kinds = {"child" if each == "unborn" else each for each in subjects}
    return kinds.pop() if len(kinds) == 1 else ""
