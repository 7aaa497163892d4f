"""What may stand on a public page, and the address it stands at."""

import re
import unicodedata

MOST = 80
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_EXACT = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ ./-](?:\d{{1,2}}[ ./-]\d{{2,4}}|(?:{_MONTHS})[a-z]*)\b", re.IGNORECASE
)


def slug(title: str, year: int) -> str:
    """`learning-about-neglect-2026`: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:MOST].strip('-') or 'outcome'}-{year}"


def public_problem(text: str, reference: str) -> str | None:
    """Why a text cannot be public, or None: exact dates and references lead back to people."""
    if _EXACT.search(text):
        return "Give months and years only: an exact date can lead back to a person"
    if reference.lower() in text.lower():
        return "Leave the case reference out of what everybody can read"
    return None
