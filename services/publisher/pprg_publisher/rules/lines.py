"""One line of a list of published reviews, as partnerships write them: area, type, label, date, documents, themes."""

import re
from dataclasses import dataclass, field

from pprg_publisher.rules.texts import fold
from pprg_publisher.rules.vocabulary import Vocabulary

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(
    rf"\b(?:published(?: on| in)?:?\s+)?((?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{_MONTHS})\s+)\d{{4}})\b"
    r"|\bpublished(?: in)?:?\s+(\d{4})\b|(?:^|(?<=-))\s*(\d{4})\s*(?=-|:|$)",
    re.IGNORECASE,
)
_THEMES = re.compile(r"\(?\s*\bthemes?(?: included?s?)?\s*:?\s+(.*)$", re.IGNORECASE | re.DOTALL)
_ASIDE = re.compile(r"\(([^()]*)\)")
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kb|mb|gb)\b", re.IGNORECASE)
_BYTES = {"kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_FORMATS = {"pdf": "PDF", "powerpoint": "PowerPoint", "word": "Word", "video": "Video", "html": "Web page"}
_AREA = re.compile(r"[A-Z][\w\u2019'-]+(?: (?:and |& |of )?[A-Z][\w\u2019'-]+){0,4}")
#: "7MB" is a seven-minute briefing; a size stands in brackets or in a column of its own.
_DOCUMENTS = (
    ("seven_minute_briefing", r"\b(?:7|seven)[ -]?minute briefings?\b|\b7 ?MBs?\b"),
    ("overview_report", r"\b(?:published )?overview report\b"),
    ("executive_summary", r"\bexecutive summary\b"),
    ("practice_briefing", r"\b(?:learning lessons )?practice brief(?:ing)?\b"),
    ("learning_briefing", r"\blearning (?:briefing|leaflet)\b"),
    ("lessons_learnt", r"\blessons learn(?:t|ed)\b"),
    ("slides", r"\bslides\b.*|\bpowerpoint\b"),
    ("video", r"\bvideo\b.*"),
    ("full_report", r"\b(?:published |full )?report\b"),
)
_DOCUMENT = tuple((kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _DOCUMENTS)
_OTHER_THINGS = re.compile(
    r"\b(?:pathway|response|guidance|policy|protocol|procedure|toolkit|template|newsletter|terms of reference)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\b(?:child|children|baby|babies|adult|family|young person) [A-Z][\w\u2019'-]*\b", re.IGNORECASE)
_JOINTS = re.compile(r"^(?:and|into|of|on|for|published)\b|\b(?:and|published|learning)$", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-") | {"\u00a0": " "})


@dataclass
class Line:
    """What a line says; "" and None for what it does not."""

    area: str = ""
    type: str | None = None
    label: str = ""
    published: str = ""
    themes: str = ""
    summary: str = ""
    documents: list[str] = field(default_factory=list)
    format: str = ""
    bytes: int | None = None
    #: Why it is taken for something other than a review.
    other: str = ""


def size_of(text: str) -> int | None:
    """The bytes that `1.35 MB`, `897KB` or `560kb` says, or None."""
    if not (found := _SIZE.search(text)):
        return None
    return round(float(found[1].replace(",", ".")) * _BYTES[found[2].lower()])


def format_of(text: str) -> str:
    """The format that a text names, as link texts call it."""
    return next((words for name, words in _FORMATS.items() if name in text.lower()), "")


def documents_of(text: str) -> tuple[list[str], str]:
    """The kinds of documents that a text names, and what is left of it."""
    found = []
    for kind, pattern in _DOCUMENT:
        text, count = pattern.subn(" ", text)
        if count:
            found.append(kind)
    return found, text


def read_line(text: str, words: Vocabulary) -> Line:
    """Take a line apart; what is not understood stays in the label, for a person to see."""
    line = Line()
    rest = " ".join(text.translate(_DASHES).split())
    if themes := _THEMES.search(rest):
        line.themes, rest = themes[1].rstrip(" )."), rest[: themes.start()]
    rest = _ASIDE.sub(lambda aside: _heed(line, aside[1], words), rest)
    head, _, tail = rest.partition(":")
    line.documents, left = documents_of(tail)
    if line.documents and len(fold(left)) > len(fold(tail)) / 2:
        line.documents = []
    line.summary = "" if line.documents else tail.strip(" .-")
    head = _take_date(line, head)
    if line.documents and not line.published:
        _take_date(line, left)
    if _OTHER_THINGS.search(head):
        line.other = "it reads like guidance or a reply, not a review"
    before, after = _parted(line, head, words)
    for part in (before, after):
        line.documents += [each for each in documents_of(part)[0] if each not in line.documents]
    if not line.documents and (line.format or line.bytes):
        line.documents = ["full_report"]
    before, after = (_trimmed(documents_of(part)[1]) for part in (before, after))
    line.label = after or before
    line.area = line.area or (before if after else "")
    if not line.other and line.type is None and not line.documents and not _LABEL.search(line.label):
        line.other = "it names neither a type of review nor a document nor a child, adult or family"
    return line


def _heed(line: Line, aside: str, words: Vocabulary) -> str:
    """Take what stands in brackets; what is said there in passing is left out."""
    if (size := size_of(aside)) is not None:
        line.bytes = size
    if named := format_of(aside):
        line.format = named
    elif fold(aside) in words.types:
        line.type = words.types[fold(aside)]
    elif size is None and _AREA.fullmatch(aside.strip()):
        line.area = aside.strip()
    return " "


def _take_date(line: Line, head: str) -> str:
    if found := _DATE.search(head):
        line.published = next(each for each in found.groups() if each)
        return f"{head[: found.start()]} - {head[found.end() :]}"
    return head


def _parted(line: Line, head: str, words: Vocabulary) -> tuple[str, str]:
    """What stands before the first type that is named, and after it."""
    found = words.type_pattern.search(head)
    if found is None:
        return head, ""
    line.type = words.types[fold(found[0])]
    return head[: found.start()], words.type_pattern.sub(" ", head[found.end() :])


def _trimmed(text: str) -> str:
    """A label without dashes, signs and joining words around it."""
    before = None
    while before != text:
        before = text
        text = _JOINTS.sub("", " ".join(text.split()).strip(" -,.;:&/")).strip()
    return re.sub(r"\s+-\s+", ", ", text)
