"""Agencies and people as services know them: copies of the directory, of the highest revision heard, and names."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared import profile as profiles
from pprg_shared.boxes.tables import insert_new
from pprg_shared.database import context, profile_of, uuid_of
from pprg_shared.duties import CONTACTS
from pprg_shared.events.intake import AgencyChanged
from pprg_shared.hand import ask
from pprg_shared.profile import OTHER, OTHER_BODY, Profile

if TYPE_CHECKING:
    from pprg_shared.database import Database

OFFICE = "office"
REFERRER = "referrer"
#: What another process has heard meanwhile is seen after this.
SECONDS = 60
#: A copy of the agencies in the directory, for the metadata of every service but intake, which owns them;
#: `content` seals the duties, their labels and addresses.
copies = sa.Table(
    "agencies",
    sa.MetaData(),
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False, server_default=""),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False, info={"ring": "contact"}),
)
_NAMES = sa.select(copies.c.id, copies.c.name, copies.c.kind, copies.c.active).order_by(copies.c.name, copies.c.id)
_ONE = sa.select(copies.c.name, copies.c.active, copies.c.content).where(copies.c.id == sa.bindparam("agency"))
_changes = count(1)
_latest = 0


@dataclass(frozen=True)
class Agency:
    """An agency as this service knows it."""

    code: str
    name: str
    kind: str
    active: bool

    @property
    def asked(self) -> bool:
        """Whether it may be asked: all but the office, while it is there."""
        return self.active and self.kind != OFFICE


class Agencies:
    """All agencies, by code; read again when this process has changed one, and now and then for what others did.

    What the copy has not heard of is as the profile has it.
    """

    def __init__(self, database: "Database", profile: Profile) -> None:
        self._database, self._profile = database, profile
        self._read: tuple[int, float] = (-1, 0.0)
        self._found: Mapping[str, Agency] = {}
        self._asked: tuple[Mapping[str, Agency], Mapping[str, str]] = ({}, {})

    def all(self) -> Mapping[str, Agency]:
        """Every agency that was ever known, by code."""
        at, latest = time.monotonic(), _latest
        if self._read[0] != latest or at - self._read[1] > SECONDS:
            try:
                with self._database.reading() as session:
                    self._found = agencies(session, self._profile)
            except sa.exc.SQLAlchemyError:  # the page that says so has names, too
                return self._found or {each.code: _of(each) for each in self._profile.agencies}
            self._read = (latest, at)
        return self._found

    def name(self, code: str | None) -> str:
        """What people call an agency, or a body that is none of the list; a code that nobody knows stays."""
        return _called(self.all(), code)

    def asked(self) -> Mapping[str, str]:
        """Names by code of the agencies that may be asked."""
        found, (of, asked) = self.all(), self._asked
        if of is not found:
            asked = {code: each.name for code, each in found.items() if each.asked}
            self._asked = (found, asked)
        return asked


class People:
    """Names of people by id, each looked up once and again as those of agencies are.

    Whom the service does not know is called as in the profile, or by no name; so is whoever only referred.
    """

    def __init__(self, database: "Database", profile: Profile, known: "Callable[[Session, UUID], Any]") -> None:
        self._database, self._profile, self._known = database, profile, known
        self._read: tuple[int, float] = (-1, 0.0)
        self._found: dict[UUID, str] = {}

    def name(self, named: UUID | str | None) -> str:
        """What somebody is called."""
        at, latest = time.monotonic(), _latest
        if self._read[0] != latest or at - self._read[1] > SECONDS:
            self._found, self._read = {}, (latest, at)
        number = named if isinstance(named, UUID) else uuid_of(named or "")
        if number is None:
            return ""
        if number not in self._found:
            invented = self._profile.person(number)
            try:
                with self._database.reading() as session:
                    there = self._known(session, number)
            except sa.exc.SQLAlchemyError:  # as above
                return invented.name if invented else ""
            called = there if there and there.roles - {REFERRER} else invented
            self._found[number] = called.name if called else ""
        return self._found[number]


def agencies(session: Session, profile: Profile) -> dict[str, Agency]:
    """Every agency as it is now, by code: those of the profile in its order, then others in that of their names."""
    found = {each.code: _of(each) for each in profile.agencies}
    for row in session.execute(_NAMES):
        kind = row.kind or (found[row.id].kind if row.id in found else "")
        found[row.id] = Agency(row.id, row.name, kind, row.active)
    return found


def _of(each: profiles.Agency) -> Agency:
    return Agency(each.code, each.name, each.kind, active=True)


def asked_now(session: Session) -> dict[str, str]:
    """Names by code of the agencies that may be asked, in this transaction."""
    return {code: each.name for code, each in agencies(session, profile_of(session)).items() if each.asked}


def name_of(session: Session, profile: Profile, code: str) -> str:
    """What people call an agency, or a body that is none of the list, read once in a session."""
    if "agencies" not in session.info:
        session.info["agencies"] = agencies(session, profile)
    found: dict[str, Agency] = session.info["agencies"]
    return _called(found, code)


def _called(found: Mapping[str, Agency], code: str | None) -> str:
    if code == OTHER:
        return OTHER_BODY
    known = found.get(code or "")
    return known.name if known else str(code)


@dataclass(frozen=True)
class Contact:
    """Where letters of an agency go: its duties with label and address, by slug."""

    name: str
    active: bool
    duties: Mapping[str, Mapping[str, str]]


def contact(session: Session, code: str) -> Contact | None:
    """An agency as the copy has it; None where nobody told of it."""
    rows = ask(session.connection(), _ONE, {"agency": code})
    if not rows:
        return None
    ((name, active, content),) = rows
    return Contact(name, active, json.loads(context(session).keys["contact"].open(content, _place(code))))


def keep_agency(session: Session, heard: AgencyChanged) -> None:
    """Keep the present state of an agency, its duties and its contacts."""
    duties = {each.slug: {"label": each.label, "address": each.address} for each in heard.duties}
    for name, (slug, label) in CONTACTS.items():
        if address := getattr(heard, name):
            duties[slug] = {"label": label, "address": address}
    values = {
        "id": heard.agency,
        "name": heard.name,
        "kind": heard.kind,
        "active": heard.active,
        "revision": heard.revision,
        "content": context(session).keys["contact"].seal(json.dumps(duties).encode(), _place(heard.agency)),
    }
    if keep_higher(session, copies, "id", values):
        changed(session)


def changed(session: Session) -> None:
    """Have names read again once this transaction has ended."""
    context(session).afterwards.append(_forget)


def _forget() -> None:
    global _latest  # noqa: PLW0603 -- one number for the process: whoever remembers names compares it
    _latest = next(_changes)


def keep_higher(session: Session, table: sa.Table, key: str, values: dict[str, Any]) -> bool:
    """Keep the whole state of a person, say, if its revision is higher than the copy's; whether it was."""
    if ask(session.connection(), insert_new(session, table), values):
        return True
    newer = {**values, "row": values[key], "higher": values["revision"]}
    changed_rows = session.execute(_newer(table, key, tuple(values)), newer)
    return bool(changed_rows.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


@cache
def _newer(table: sa.Table, key: str, names: tuple[str, ...]) -> sa.Update:
    older = (table.c[key] == sa.bindparam("row"), table.c.revision < sa.bindparam("higher"))
    return sa.update(table).where(*older).values({name: sa.bindparam(name) for name in names})


def _place(code: str) -> str:
    return f"column:agencies:{code}:content"
