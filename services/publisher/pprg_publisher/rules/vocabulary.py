"""The words by which published lists call types, themes and documents, and what they mean here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pprg_publisher.rules.texts import fold
from pprg_shared.profile import Profile


@dataclass(frozen=True)
class Vocabulary:
    """Words to codes, all folded; `shorts` names the types for titles."""

    types: Mapping[str, str]
    themes: Mapping[str, str]
    shorts: Mapping[str, str]

    @classmethod
    def of(cls, profile: Profile) -> "Vocabulary":
        """The words of a partnership: labels, short names and aliases."""
        kinds, themes = profile.publication.types.values(), profile.themes.values()
        types = {fold(each): kind.code for kind in kinds for each in (kind.label, kind.short, *kind.aliases)}
        types |= {fold(kind.code): kind.code for kind in kinds}
        words = {fold(each): one.code for one in themes for each in (*one.aliases, one.code, one.label)}
        return cls(types, words, {each.code: each.short for each in kinds})

    @cached_property
    def type_pattern(self) -> re.Pattern[str]:
        """Finds a type in a line as it was published."""
        return _any_of(self.types, r"[\s-]+")

    @cached_property
    def _theme_pattern(self) -> re.Pattern[str]:
        return _any_of(self.themes, " ")

    def themes_in(self, text: str) -> tuple[list[str], list[str]]:
        """The themes that a list of phrases names, and the phrases that name none."""
        found: dict[str, None] = {}
        unknown = []
        for phrase in phrases(text):
            codes = [self.themes[each] for each in self._theme_pattern.findall(fold(phrase))]
            found |= dict.fromkeys(codes)
            if not codes:
                unknown.append(phrase)
        return list(found), unknown


def phrases(text: str) -> list[str]:
    """The phrases of a list: semicolons part them where there is one, else commas."""
    parts = text.split(";" if ";" in text else ",")
    return [each for part in parts if (each := re.sub(r"^and\s+", "", part.strip(" .\n"), flags=re.IGNORECASE))]


def _any_of(folded: Iterable[str], between: str) -> re.Pattern[str]:
    """Finds any of these as whole words, the longest first."""
    ordered = sorted(filter(None, folded), key=len, reverse=True)
    words = "|".join(between.join(map(re.escape, each.split())) for each in ordered) or "(?!)"
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
