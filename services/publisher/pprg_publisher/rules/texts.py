"""What may stand on a public page, the address it stands at, and texts made alike for searching and comparing."""

import re
import unicodedata

MOST = 80
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_EXACT = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ ./-](?:\d{{1,2}}[ ./-]\d{{2,4}}|(?:{_MONTHS})[a-z]*)\b", re.IGNORECASE
)


def fold(text: str) -> str:
    """Small letters and digits with single spaces between: what differs by case, accent or sign becomes the same.

    So a folded text holds no wildcard of SQL's LIKE, and databases that fold letters in other ways agree on it.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    return " ".join("".join(kept).split())


def identity(partnership: str, kind: str, label: str, year: int) -> str:
    """What makes a review the same review; labels recur, so a label alone does not."""
    return "|".join((fold(partnership), kind, fold(label), str(year)))


def slug(title: str, year: int) -> str:
    """`learning-about-neglect-2026`: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:MOST].strip('-') or 'outcome'}-{year}"


def public_problem(text: str, reference: str | None = None) -> str | None:
    """Why a text cannot be public, or None: exact dates and references lead back to people."""
    if _EXACT.search(text):
        return "Give months and years only: an exact date can lead back to a person"
    if reference and reference.lower() in text.lower():
        return "Leave the case reference out of what everybody can read"
    return None
