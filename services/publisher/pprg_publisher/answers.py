"""What the publisher's API gives, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Learnt:
    """A published review, as the catalogue lists it."""

    id: UUID
    title: str = field(metadata={"example": "An invented case"})
    publisher: str = field(metadata={"example": "WSVPP"})
    year: int = field(metadata={"example": 2026})
    published: str = field(metadata={"example": "2026-11"})
    type: str = field(metadata={"example": "lcspr"})
    type_name: str = field(metadata={"example": "Local child safeguarding practice review"})
    label: str = field(metadata={"example": "Child H"})
    author: str = field(metadata={"example": ""})
    summary: str = field(metadata={"example": "A child whom many agencies knew."})
    learning: str = field(metadata={"example": "Agencies held parts of the picture and met late."})
    recommendations: str = field(metadata={"example": ""})
    model: str = field(metadata={"example": ""})
    keywords: list[str] = field(metadata={"example": ["Neglect"]})
    documents: list[str] = field(metadata={"example": ["Full report, PDF, 1.4 MB"]})
    url: str = field(metadata={"example": "/learning/2026-an-invented-case"})
    updated: datetime


@dataclass(frozen=True)
class Learning:
    """A page of what was learnt."""

    publications: list[Learnt]
    count: int
    page: int
    pages: int


@dataclass(frozen=True)
class Draft:
    """A publication in the office's list; its slug is empty or nothing until it is published."""

    id: UUID
    state: str = field(metadata={"example": "draft"})
    slug: str | None = field(metadata={"example": None})
    planned_at: datetime | None = field(metadata={"example": "2027-01-15T09:00:00+00:00"})
    copies_on: date | None = field(metadata={"example": None})


@dataclass(frozen=True)
class Drafts:
    """The publications of a case."""

    publications: list[Draft]


@dataclass(frozen=True)
class Found:
    """A review that a list tells of."""

    title: str = field(metadata={"example": "Child H"})
    year: int | None = field(metadata={"example": 2019})
    rows: list[int] = field(metadata={"example": [2]})


@dataclass(frozen=True)
class Noted:
    """What is to be said of a row of a list."""

    row: int = field(metadata={"example": 2})
    column: str = field(metadata={"example": "year"})
    detail: str = field(metadata={"example": "There is no year."})


@dataclass(frozen=True)
class Plan:
    """What a list would make."""

    new: list[Found]
    known: list[Found]
    problems: list[Noted]
    left_out: list[Noted]
    remarks: list[Noted]


@dataclass(frozen=True)
class Steps:
    """How many steps the coordinator took."""

    total: int
    by_phase: dict[str, int] = field(metadata={"example": {"publishing": 1}})
