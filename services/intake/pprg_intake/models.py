"""What intake keeps: the directory, referrals, requests and what agencies answered."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pprg_shared.boxes.tables import PASSES
from pprg_shared.database import UtcDateTime
from pprg_shared.identity.unsent import unsent_forms
from pprg_shared.limits import limits

CASE = {"ring": "case"}
CONTACT = {"ring": "contact"}


class Base(DeclarativeBase):
    """Of all tables of intake."""


unsent_forms(Base.metadata, "case")


limits.to_metadata(Base.metadata)


class Agency(Base):
    """An agency in the directory; `content` seals its duties and their addresses, `contacts` those of its contacts.

    `domains` are those within which its people's addresses are, with spaces between.
    """

    __tablename__ = "agencies"
    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(60))
    active: Mapped[bool]
    revision: Mapped[int]
    area: Mapped[str] = mapped_column(sa.String(200), server_default="", default="")
    domains: Mapped[str] = mapped_column(sa.String(2000), server_default="", default="")
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)
    contacts: Mapped[str | None] = mapped_column(sa.Text, info=CONTACT)


class Person(Base):
    """A person in the directory; `content` seals name and address.

    Of those who work with the product, name and work address (in lower case) are clear as well, so that they can be
    looked for; of a referrer they are not. No two who are active have the same address; `found_by` is the name as it
    is looked for.
    """

    __tablename__ = "people"
    __table_args__ = (
        sa.Index(
            "people_active_address",
            "address",
            unique=True,
            sqlite_where=sa.text("active AND address IS NOT NULL"),
            postgresql_where=sa.text("active AND address IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency: Mapped[str | None] = mapped_column(sa.String(60))
    roles: Mapped[str] = mapped_column(sa.String(200))
    active: Mapped[bool]
    revision: Mapped[int]
    name: Mapped[str | None] = mapped_column(sa.String(200))
    address: Mapped[str | None] = mapped_column(sa.String(320), index=True)
    found_by: Mapped[str | None] = mapped_column(sa.String(220), index=True)
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)


class Search(Base):
    """What somebody looked for among people, kept for a while so that no address of a page says it; their own."""

    __tablename__ = "searches"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person: Mapped[UUID]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PASSES)
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)


class Counter(Base):
    """The last number given out in a year."""

    __tablename__ = "counters"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Referral(Base):
    """A referral as it was sent."""

    __tablename__ = "referrals"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True)
    submitted_on: Mapped[date]
    referrer_id: Mapped[UUID]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Request(Base):
    """What one agency is asked, and whether it has answered; `revision` counts what triage said about it since."""

    __tablename__ = "requests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    reference: Mapped[str] = mapped_column(sa.String(40))
    agency: Mapped[str] = mapped_column(sa.String(60), index=True)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(20))
    wanted: Mapped[str] = mapped_column(sa.String(20), server_default="both")
    revision: Mapped[int] = mapped_column(server_default="0", default=0)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Draft(Base):
    """A chronology that was uploaded and not sent yet, at most one for a request; `content` seals its rows."""

    __tablename__ = "drafts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    request_id: Mapped[UUID] = mapped_column(unique=True)
    uploaded_on: Mapped[date]
    count: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Outcome(Base):
    """What was decided on one route of a case; `content` seals the words for the referrer and those for the agencies.

    Of what was ratified on a route the highest `revision` is kept, and no other.
    """

    __tablename__ = "outcomes"
    __table_args__ = (sa.UniqueConstraint("case_id", "route"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    reference: Mapped[str] = mapped_column(sa.String(40), index=True)
    route: Mapped[str] = mapped_column(sa.String(60))
    outcome: Mapped[str] = mapped_column(sa.String(40))
    decided_on: Mapped[date]
    referrer_id: Mapped[UUID]
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Submission(Base):
    """An agency's answer as it was sent; a correction has the next revision."""

    __tablename__ = "submissions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    request_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    kind: Mapped[str] = mapped_column(sa.String(20))
    submitted_on: Mapped[date]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class StaffList(Base):
    """Who the members of staff are whom an agency names by role, at most one list for a request; `content` seals it."""

    __tablename__ = "staff_lists"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    named_on: Mapped[date]
    count: Mapped[int]
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Begun(Base):
    """A referral that somebody began and left who was not signed in: `content` seals where its link was mailed.

    What they typed is among the forms that were not sent, as typed by a person of this number.
    """

    __tablename__ = "begun"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PASSES)
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)


class Code(Base):
    """A code that was mailed to whom a link is for: to a person, or to a duty of an agency.

    It opens `thing` alone, once, in the browser that asked for it. When a mail server has taken it, or nobody could be
    reached with it, the notifier says so.
    """

    __tablename__ = "codes"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    thing: Mapped[str] = mapped_column(sa.String(80), index=True)
    person: Mapped[UUID | None]
    agency: Mapped[str | None] = mapped_column(sa.String(60))
    duty: Mapped[str | None] = mapped_column(sa.String(60))
    browser: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PASSES)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """With which a program acts for an agency, within its scopes; of the key itself only a digest is kept."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency: Mapped[str] = mapped_column(sa.String(60), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    scopes: Mapped[str] = mapped_column(sa.String(60))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Account(Base):
    """With what a person of the directory signs in; its id is theirs. Of a password only its argon2id hash is kept.

    `state` is new until the first code of an authenticator was right. `secret` seals what the authenticator shares with
    us, `next_secret` one that is not confirmed yet; `last_step` is the newest half minute whose code was taken;
    `guessed_at` when it was last said that somebody guesses at it.
    """

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    trial: Mapped[bool]
    password: Mapped[str] = mapped_column(sa.String(200))
    secret: Mapped[str | None] = mapped_column(sa.Text, info=CONTACT)
    next_secret: Mapped[str | None] = mapped_column(sa.Text, info=CONTACT)
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    guessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One of ten with which somebody signs in who has lost their authenticator, once; only its digest is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("person", "digest"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person: Mapped[UUID]
    digest: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """A session: since when, by what (`authenticator` or `recovery code`), until when at most, and when it ended."""

    __tablename__ = "sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person: Mapped[UUID] = mapped_column(index=True)
    way: Mapped[str] = mapped_column(sa.String(20))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PASSES)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
