"""What the notifier keeps: letters as rows, and its copy of the directory that says where they go."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pprg_notifier import rules
from pprg_shared import directory
from pprg_shared.database import UtcDateTime, context, now, profile_of
from pprg_shared.errors import NotYet, Refused
from pprg_shared.identity import people
from pprg_shared.identity.unsent import unsent_forms
from pprg_shared.limits import limits

CONTACT = {"ring": "contact"}


class Base(DeclarativeBase):
    """Of all tables of the notifier."""


unsent_forms(Base.metadata, "contact")
limits.to_metadata(Base.metadata)


#: One row a letter: for one person or duty, about one matter. `type` is the template, `facts` its public facts and
#: `content` seals the others; after `expires_at` it is of no use to anybody. `unknown` counts the attempts that may
#: have arrived without our knowing, `sent` seals the address it went to.
letters = sa.Table(
    "letters",
    Base.metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("person_id", sa.Uuid),
    sa.Column("agency", sa.String(60)),
    sa.Column("duty", sa.String(60)),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("content", sa.Text, info=CONTACT),
    sa.Column("correlation_id", sa.String(80)),
    sa.Column("message_id", sa.String(120), nullable=False),
    sa.Column("sent", sa.Text, info=CONTACT),
    sa.Column("unknown", sa.Integer, nullable=False, server_default="0"),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done_at", UtcDateTime),
    sa.Column("failed_at", UtcDateTime),
    sa.Column("problem", sa.String(500)),
    sa.Index("letters_waiting", "due_at"),
)


people.copies.to_metadata(Base.metadata)
directory.copies.to_metadata(Base.metadata)


class Tied(Base):
    """The highest revision heard of who is tied to a case; of them the interests alone are kept."""

    __tablename__ = "tied"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]


#: To whom a case is closed, by the subject of its letters: who has an interest in it, from `since` until before
#: `until`.
interests = sa.Table(
    "interests",
    Base.metadata,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("since", UtcDateTime, primary_key=True),
    sa.Column("until", UtcDateTime),
)


#: The further cases that a letter is about, besides its subject.
also_about = sa.Table(
    "also_about",
    Base.metadata,
    sa.Column("letter_id", sa.Uuid, primary_key=True),
    sa.Column("subject", sa.String(80), primary_key=True, index=True),
)


class Told(Base):
    """What was said last of a sitting to somebody: when and where it is, and which of its cases concern them.

    `revision` is the highest SEQUENCE: letters to them about lower ones are overtaken. The id is `told_last`. A row of
    nobody, whose id is that of the sitting, holds the highest revision that was heard of it. `cases` are their subjects
    with their references, none once it is out of their calendar; of what was told long ago they may be unknown.
    """

    __tablename__ = "meetings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    sitting_id: Mapped[UUID | None] = mapped_column(index=True)
    person_id: Mapped[UUID | None]
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[str | None] = mapped_column(sa.Text, info=CONTACT)
    cases: Mapped[dict[str, str] | None] = mapped_column(sa.JSON)


def told_last(sitting: UUID, person: UUID | None) -> UUID:
    """The id under which it is kept what somebody was told last of a sitting: others may be told more, or less."""
    return uuid5(sitting, str(person))


def tell(session: Session, sitting: UUID, person: UUID, sequence: int, entry: rules.Entry) -> None:
    """Keep what somebody is told of a sitting now, unless they were told something later already."""
    name = told_last(sitting, person)
    about = {"id": name, "revision": sequence, "sitting_id": sitting, "person_id": person, "cases": dict(entry.cases)}
    period = {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
    place = context(session).keys["contact"].seal(json.dumps(entry.place).encode(), _place_of_told(name))
    directory.keep_higher(session, Told.metadata.tables["meetings"], "id", about | period | {"place": place})


def told(session: Session, sitting: UUID) -> dict[UUID, tuple[int, rules.Entry]]:
    """What each person was told last of a sitting, and under which sequence."""
    rows = session.scalars(sa.select(Told).where(Told.sitting_id == sitting, Told.person_id.is_not(None)))
    return {each.person_id: (each.revision, _entry(session, each)) for each in rows if each.person_id}


def _entry(session: Session, row: Told) -> rules.Entry:
    keys, place = context(session).keys["contact"], row.place
    where = json.loads(keys.open(place, _place_of_told(row.id))) if place else None
    return rules.Entry(row.starts_at, row.ends_at, where, row.cases or {})


def _place_of_told(name: UUID) -> str:
    return f"column:meetings:{name}:place"


class Announced(Base):
    """The highest revision of the plan of a publication that was said: letters about lower ones are overtaken."""

    __tablename__ = "announced"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]


def closed(session: Session, person: UUID | None, subject: Any) -> "sa.ColumnElement[bool]":
    """The condition on a subject by which it is closed to somebody: they have an interest in it at this moment."""
    at = now(session)
    mine = (interests.c.subject == subject, interests.c.person_id == person)
    return sa.exists().where(
        *mine, interests.c.since <= at, sa.or_(interests.c.until.is_(None), interests.c.until > at)
    )


def letter_closed(session: Session, person: UUID | None) -> "sa.ColumnElement[bool]":
    """The condition by which a letter is closed to somebody: they have an interest in one of the cases it is about."""
    also = sa.exists().where(also_about.c.letter_id == letters.c.id, closed(session, person, also_about.c.subject))
    return sa.or_(closed(session, person, letters.c.subject), also)


def interested(session: Session, subjects: Iterable[str]) -> set[tuple[str, UUID]]:
    """To whom each of these subjects is closed at this moment."""
    at = now(session)
    holds = (interests.c.since <= at, sa.or_(interests.c.until.is_(None), interests.c.until > at))
    chosen = sa.select(interests.c.subject, interests.c.person_id).where(interests.c.subject.in_([*subjects]), *holds)
    return {(subject, person) for subject, person in session.execute(chosen)}


def parts_of(session: Session, letter: Any) -> list[tuple[UUID, str]]:
    """Under which id it is said how a letter fares, for each of the cases that it is about."""
    if "references" not in letter.facts:
        return [(letter.id, letter.subject)]
    also = session.scalars(sa.select(also_about.c.subject).where(also_about.c.letter_id == letter.id))
    return [(letter.id, letter.subject), *((uuid5(letter.id, each), each) for each in sorted(also))]


def is_closed(session: Session, person: UUID | None, subject: str) -> bool:
    """Whether a subject is closed to somebody."""
    return bool(session.scalar(sa.select(closed(session, person, subject))))


def place_of(letter: UUID, column: str) -> str:
    """The place to which a sealed column of a letter is bound."""
    return f"column:letters:{letter}:{column}"


@dataclass(frozen=True)
class Whom:
    """Whom a letter reaches today: the address, the greeting, and the post or contact of an agency that it is."""

    address: str
    greeting: str
    duty: str | None = None


def duties_of(session: Session, agency: str) -> Mapping[str, Mapping[str, str]]:
    """The posts and contacts of an agency with label and address, by slug; none of one that has ended."""
    return _held(directory.contact(session, agency))


def _held(agency: directory.Contact | None) -> Mapping[str, Mapping[str, str]]:
    return agency.duties if agency and agency.active else {}


def recipient(session: Session, letter: Any, given: str | None = None) -> Whom:
    """Where a letter goes today and whom it greets; raises NotYet for nobody we know of, Refused for who has left.

    `given` is the address of a letter to a mailbox that stands in no directory.
    """
    if given:
        return Whom(given, profile_of(session).letters.kinds[letter.type].greets)
    if letter.person_id is not None:
        person = people.known(session, letter.person_id)
        if person is None:
            raise NotYet("the directory does not know this person")
        if not person.active:
            raise Refused("this person has left")
        if not person.address:
            raise Refused("this person has no address")
        return Whom(person.address, profile_of(session).letters.kinds[letter.type].greets)
    agency = directory.contact(session, letter.agency)
    duties = _held(agency)
    slug = rules.reached(letter.duty, duties)
    if agency is None or slug not in duties:
        place = agency.name if agency else letter.agency
        raise NotYet(f"the directory has no {slug.replace('-', ' ')} at {place}")
    duty = duties[slug]
    return Whom(duty["address"], f"To the {duty['label']}, {agency.name}", slug)


class Overtaken(Refused):
    """What a letter says is no longer so, and another letter says what is."""


def heed_changes(session: Session, letter: Any) -> None:
    """Raises Overtaken for a letter about a meeting that has changed since for whom it is, or about a plan that has."""
    if "publication" in letter.facts:
        plan = session.get(Announced, UUID(letter.facts["publication"]))
        if plan is not None and int(letter.facts["revision"]) < plan.revision:
            raise Overtaken("the day of publication has changed since")
    if "uid" not in letter.facts:
        return
    uid = UUID(letter.facts["uid"])
    latest = session.get(Told, told_last(uid, letter.person_id)) or session.get(Told, uid)
    if latest is not None and int(letter.facts["sequence"]) < latest.revision:
        raise Overtaken("the meeting has changed since")
