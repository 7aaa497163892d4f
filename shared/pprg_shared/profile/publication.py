"""What is published and how long it stays, themes, and how long records are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pprg_shared.profile.reading import Fault, code, key


@dataclass(frozen=True)
class PublicationType:
    """A type of publication, as catalogues list it."""

    code: str = code("The type's name in addresses of pages.", "lcspr")
    label: str = key("The full name.", '"Local child safeguarding practice review"')
    short: str = key("The short name.", '"LCSPR"')
    aliases: tuple[str, ...] = key("What older lists call it, for imports.", '["CSPR", "LSCR"]', factory=tuple)


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document of a publication, and how long it stays on public pages."""

    code: str = code("The kind's name.", "full_report")
    label: str = key("What link texts call it.", '"Full report"')
    at_least_months: int = key("Months before which it must not be taken down.", "12", default=0)
    take_down_months: int | None = key("Months after which it is taken down; without, it stays.", "12", default=None)

    def problems(self) -> Iterator[Fault]:
        """What must stay must not be taken down before."""
        if self.take_down_months is not None and self.take_down_months < max(self.at_least_months, 1):
            words = f"is {self.take_down_months}, but the document must stay for {max(self.at_least_months, 1)} months"
            yield Fault(("take_down_months",), words)


@dataclass(frozen=True)
class Publication:
    """Types of publications and kinds of documents."""

    types: Mapping[str, PublicationType] = key("What is published.")
    documents: Mapping[str, DocumentKind] = key("What a publication consists of.")
    on_request: str = key(
        "What a page says in place of a document taken down.", '"This report is available on request."'
    )


@dataclass(frozen=True)
class Theme:
    """A theme of learning; codes never change, so that old pages keep theirs."""

    code: str = code("The theme's name in addresses of pages.", "professional-curiosity")
    label: str = key("What people read.", '"Professional curiosity"')
    group: str = key("The group it is listed under.", '"practice"', refers="theme_groups")
    aliases: tuple[str, ...] = key("Phrases of older pages that mean it.", '["inquisitive practice"]', factory=tuple)


@dataclass(frozen=True)
class Retention:
    """How long records of a kind are kept."""

    code: str = code("The rule's name.", "child_review")
    covers: str = key("What is kept.", '"Records of a review about a child"')
    years: int = key("How many years.", "25")
    counted_from: Literal["birth", "closed", "published"] = key(
        "From when: the birth of the youngest subject, the end of the case, or publication.", '"birth"'
    )
    basis: str = key("Why so long.", '"Local schedule; check before go-live"')

    def problems(self) -> Iterator[Fault]:
        """Nothing is disposed of on the day it is made."""
        if self.years < 1:
            yield Fault(("years",), "must be 1 or more")
