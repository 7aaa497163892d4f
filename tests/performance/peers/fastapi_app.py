"""FastAPI, pydantic and SQLAlchemy's ORM as their manuals show them: the product's rows by one transaction.

Run by uvicorn: `uvicorn --app-dir peers fastapi_app:app`.
"""

import os
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

import rows
import sqlalchemy as sa
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


def upto(most):
    return Annotated[str, Field(max_length=most)]


def some(most):
    return Annotated[str, Field(min_length=1, max_length=most)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Subject(Strict):
    kind: Literal["child", "unborn", "adult"]
    name: some(200)
    born: some(60)
    also_known_as: upto(200) = ""
    died_on: upto(60) = ""
    sex: some(40)
    ethnicity: some(40)
    nhs_number: upto(20) = ""
    address: some(300)


class Prompt(Strict):
    criterion: some(60)
    reply: Literal["yes", "no", "not_sure"]
    evidence: upto(1000) = ""


class Referral(Strict):
    immediate_risk: Literal["no", "yes_reported"]
    reason_kind: Literal["concern", "good_outcome"] = "concern"
    referrer_name: some(120)
    referrer_role: some(120)
    referrer_agency: some(60)
    referrer_email: Annotated[str, Field(max_length=200, pattern=ADDRESS)]
    referrer_phone: upto(40) = ""
    authorised_by: upto(200) = ""
    subjects: Annotated[list[Subject], Field(min_length=1, max_length=4)]
    family: upto(2000) = ""
    family_knows: some(500)
    incident_on: some(60)
    location: upto(200) = ""
    incident: some(60)
    harm: Annotated[list[some(60)], Field(max_length=60)] = []
    what_happened: some(4000)
    safety: some(2000)
    criteria: Annotated[list[Prompt], Field(max_length=60)] = []
    agencies: Annotated[list[some(60)], Field(min_length=1, max_length=60)]
    other_agencies: upto(500) = ""
    parallel_processes: Annotated[list[some(60)], Field(max_length=60)] = []
    la_aware_on: date | None = None
    notified_on: date | None = None
    notification_reference: upto(60) = ""
    routes: Annotated[list[some(60)], Field(max_length=60)] = []
    declaration: Literal[True]


class Base(DeclarativeBase):
    pass


class Answer(Base):
    __tablename__ = "answers"
    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    location: Mapped[str]
    reference: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Counter(Base):
    __tablename__ = "counters"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Person(Base):
    __tablename__ = "people"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency: Mapped[str]
    roles: Mapped[str]
    active: Mapped[bool]
    revision: Mapped[int]
    content: Mapped[str]


class Kept(Base):
    __tablename__ = "referrals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    submitted_on: Mapped[date]
    referrer_id: Mapped[UUID]
    content: Mapped[str]


class Event(Base):
    __tablename__ = "outbox"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    subject: Mapped[str]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Limit(Base):
    __tablename__ = "limits"
    id: Mapped[str] = mapped_column(primary_key=True)
    what: Mapped[str]
    count: Mapped[int]
    most: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Entry(Base):
    __tablename__ = "audit"
    sequence: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    person: Mapped[UUID | None]
    agency: Mapped[str | None]
    kind: Mapped[str]
    verb: Mapped[str]
    subject: Mapped[str]
    correlation_id: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class Mark(Base):
    __tablename__ = "audit_marks"
    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str]


engine = sa.create_engine(os.environ["DATABASE_URL"], pool_size=8, max_overflow=32)
Session = sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


def count(session, first):
    """One more from this address, or the first of a new window."""
    limit = session.get_one(Limit, first["id"], with_for_update=True)
    over = limit.ends_at <= datetime.now(UTC)
    limit.count, limit.ends_at = (1, first["ends_at"]) if over else (limit.count + 1, limit.ends_at)


def record(session, entries):
    """Read the head of the audit chain, bind the entries to it, keep them and move the head."""
    head = session.get_one(Mark, "head", with_for_update=True)
    links = rows.chained(entries, head.sequence, head.hash)
    session.add_all([Entry(**each) for each in links])
    head.sequence, head.hash = links[-1]["sequence"], links[-1]["hash"]


@app.post("/api/v1/referrals", status_code=201)
def referral(said: Referral, request: Request, idempotency_key: Annotated[str, Header()]):
    with Session.begin() as session:
        known = session.get(Answer, ("nobody:referrals", idempotency_key))
        if known:
            return {"reference": known.reference, "location": known.location}
        count(session, rows.limit(request.client.host))
        counter = session.get_one(Counter, datetime.now(UTC).year, with_for_update=True)
        counter.last += 1
        raw = said.model_dump_json().encode()
        made = rows.of_referral(said.model_dump(mode="json"), idempotency_key, raw, counter.last)
        session.add(Person(**made["people"]))
        session.add(Kept(**made["referrals"]))
        session.add_all([Event(**each) for each in made["outbox"]])
        session.add(Answer(**made["answers"]))
        session.flush()
        record(session, made["audit"])
    return {name: made["answers"][name] for name in ("reference", "location")}
