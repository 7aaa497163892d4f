"""The catalogue of what was learnt: the fields of a record."""

from collections.abc import Mapping

#: Field to what it holds; those of a national repository's record, and what tells one record from another.
FIELDS: Mapping[str, str] = {
    "id": "The record's own number; it never changes.",
    "title": "The title of the page.",
    "publisher": "The partnership that published the review.",
    "author": "The lead reviewer, where named.",
    "year": "The year of the review.",
    "published": "When it was published, as exactly as it is known: 2020, 2021-11 or 2020-02-28.",
    "type": "The type of review, as a code.",
    "type_name": "The type of review, in full.",
    "label": "The name that the review gives to the person or family; never a real name.",
    "summary": "What the review was about.",
    "learning": "What was learnt.",
    "recommendations": "What was recommended.",
    "model": "The method of the review, where named.",
    "keywords": "The themes of the review. In CSV, with semicolons between.",
    "documents": "Kind, format and size of each document. In CSV, with semicolons between.",
    "url": "The address of the page.",
    "updated": "When the record last changed.",
}
MEGA, KILO = 1_000_000, 1_000


def size_words(count: int) -> str:
    """`1.4 MB`, `897 KB`: a size in bytes, for people."""
    if count >= MEGA:
        return f"{count / MEGA:.1f} MB"
    return f"{max(round(count / KILO), 1)} KB"
