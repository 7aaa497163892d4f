"""A service's database: sessions that write or read, sealed columns, instants in UTC, on SQLite and PostgreSQL."""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import IO, Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from pprg_shared import postgres
from pprg_shared.bell import Bell
from pprg_shared.calendar import london_date
from pprg_shared.crashpoints import crashpoint
from pprg_shared.hand import Change, Hand, PlainHand, QuickHand, Values, carry_out, say
from pprg_shared.kept import Kept
from pprg_shared.profile import Profile
from pprg_shared.sealing import Keys

BUSY_SECONDS = 5
#: Connections of a process to its database: as many as it has threads that may need one at the same time (four for
#: pages, four loops, one that receives, one that hears of the broker). On PostgreSQL these are all there are, half of
#: them for transactions and half for single statements, and the listener has one besides.
POOL = 10
Clock = Callable[[], datetime]


def utcnow() -> datetime:
    """The present instant; the one clock of the product, passed in wherever time matters."""
    return datetime.now(UTC)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: kept in UTC, and UTC again when read (SQLite forgets zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Refuse an instant without a zone, which could mean any of two hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Put the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass
class Context:
    """What a unit of work knows besides its session: who, when, and what it wants to say."""

    service: str
    act: str
    keys: Keys
    clock: Clock
    correlation_id: str
    profile: Profile | None = None
    outgoing: list[Any] = field(default_factory=list)
    #: Whether it handles what was sent again: what it says in consequence has been said before.
    replayed: bool = False
    #: What is to be recorded of who saw or did something.
    recorded: list[Any] = field(default_factory=list)
    #: Whether it leaves work in a box besides the outbox that is not to wait for the loop's next look.
    wakes: bool = False
    #: What is carried out last, in this order.
    last: list[Change] = field(default_factory=list)
    #: What is done once it has committed.
    afterwards: list[Callable[[], None]] = field(default_factory=list)


def context(session: Session) -> Context:
    """The context of this unit of work."""
    found: Context = session.info["context"]
    return found


def write_last(session: Session, statement: sa.Executable, values: Values) -> None:
    """Carry out a statement, built once, just before the commit with all that waits for it; nothing here reads it."""
    context(session).last.append((statement, values))


def profile_of(session: Session) -> Profile:
    """The partnership's profile, for what a handler must know of it."""
    found = context(session).profile
    if found is None:
        raise LookupError("this database was opened without a profile")
    return found


def now(session: Session) -> datetime:
    """The present instant by the clock of this unit of work."""
    return context(session).clock()


def today(session: Session) -> date:
    """Today's date in London."""
    return london_date(now(session))


def seal(session: Session, row: Any, column: str, value: Any) -> str:
    """Seal a JSON value for one column of one row (its id must be set); it opens nowhere else."""
    ring = row.__table__.c[column].info["ring"]
    return context(session).keys[ring].seal(json.dumps(value, separators=(",", ":")).encode(), _place(row, column))


def unseal(session: Session, row: Any, column: str) -> Any:
    """The value sealed in this column of this row; raises SealError when it was put there from elsewhere."""
    ring = row.__table__.c[column].info["ring"]
    return json.loads(context(session).keys[ring].open(getattr(row, column), _place(row, column)))


def _place(row: Any, column: str) -> str:
    return f"column:{row.__tablename__}:{row.id}:{column}"


class Locked(Exception):
    """Another process holds this SQLite database."""


class Damaged(Exception):
    """An SQLite file is not whole; the text names it and says what to do."""


class Database:
    """The engine of one service and the two kinds of session it gives."""

    def __init__(
        self, url: str, service: str, keys: Keys | None = None, clock: Clock = utcnow, profile: Profile | None = None
    ) -> None:
        self.service, self.keys, self.clock, self.profile = service, keys or Keys(), clock, profile
        #: Called after a commit that left work for loops; by default it tells the loops of other processes.
        self.wake: Callable[[], None] = self.notify
        self.url = sa.make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        #: Only the one in use is loaded: the other takes memory.
        self._kind: Any = import_module("pprg_shared.sqlite") if self.sqlite else postgres
        size = POOL if self.sqlite else POOL // 2
        self.engine: Engine = self._kind.engine(self.url, size, BUSY_SECONDS)
        #: Each statement a transaction of its own; what only reads loses nothing, for PostgreSQL reads that way in any.
        self._single = self.engine if self.sqlite else postgres.engine(self.url, size, BUSY_SECONDS, at_once=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self._single, expire_on_commit=False)
        self._bell = Bell(self._single, service)
        self._kept = Kept(self.engine, self._sessions)
        self._one_hand = Lock()
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """Take the lock that makes this process the only one on an SQLite file; raises Locked, or Damaged."""
        if not self.sqlite or self._lock or not self.url.database or self.url.database == ":memory:":
            return
        path = Path(f"{self.url.database}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise Locked(f"another process already uses {self.url.database}; stop it first") from None
        self._lock = handle
        if found := self._kind.damage(self.url.database, BUSY_SECONDS):
            advice = "keep it aside and restore the last backup in its place"
            raise Damaged(f"{self.url.database} is damaged ({found}): {advice}")

    @contextmanager
    def writing(self, act: str, correlation_id: str | None = None, *, again: bool = False) -> Iterator[Session]:
        """One transaction that may change things; commits at the end, wakes the loops when it left them work.

        `again`: whoever asks does so time after time, and session and connection wait for the next, as they always do
        on SQLite.
        """
        about = Context(self.service, act, self.keys, self.clock, correlation_id or str(uuid4()), self.profile)
        with self._kept.lent() if again or self.sqlite else self._sessions() as session:
            session.info.update(context=about, writes=True)
            yield session
            session.commit()
        for each in about.afterwards:
            each()
        if about.outgoing or about.wakes:
            self.wake()

    def at_once(self, act: str, statement: sa.Executable, values: Mapping[str, Any]) -> list[Any]:
        """Carry out one statement that is a transaction of its own, in one round trip; the rows that it gives."""
        crashpoint(f"{self.service}.{act}.before_commit")
        with self._single.connect() as connection:
            result = connection.execute(statement, values)
            rows = list(result) if result.returns_rows else []
        crashpoint(f"{self.service}.{act}.after_commit")
        return rows

    @contextmanager
    def in_hand(self) -> Iterator[Hand]:
        """For what is taken, acted upon and marked: nobody else takes it, and it is free again at the end.

        On PostgreSQL one transaction with locks on the rows; on SQLite one after another, each statement by itself.
        """
        if self.sqlite:
            with self._one_hand, self.engine.connect() as connection:
                yield PlainHand(connection)
        else:
            with postgres.lent(self.engine) as raw:
                yield QuickHand(raw, self.engine.dialect)

    @contextmanager
    def reading(self, *, in_pieces: bool = False) -> Iterator[Session]:
        """A session that only reads; an answer that is read in pieces needs a transaction."""
        about = Context(self.service, "reading", self.keys, self.clock, str(uuid4()), self.profile)
        sessions = self._sessions if in_pieces else self._readers
        with sessions(info={"context": about}) as session:
            yield session

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A connection for what may take long and one process does at a time; another one waits for its turn.

        Its transactions change tables as well as rows, or nothing. On SQLite the file lock keeps others out.
        """
        with self.engine.connect() as connection:
            self._kind.take_turn(connection)
            yield connection

    def loose(self, connection: sa.Connection) -> list[str]:
        """The tables with rows that belong to what is not there, which no commit may leave behind."""
        found: list[str] = self._kind.loose(connection)
        return found

    def notify(self) -> None:
        """Tell the loops of other processes, after the commit and apart from it; on SQLite there are none."""
        if not self.sqlite:
            self._bell.ring()

    def close(self) -> None:
        """Give back connections and the file lock."""
        self._kept.close()
        self.engine.dispose()
        self._single.dispose()
        if self._lock:
            self._lock.close()
            self._lock = None


@event.listens_for(Session, "after_begin")
def _begin(session: Session, _transaction: object, connection: sa.Connection) -> None:
    """A unit of work that writes takes SQLite's lock at once: read-then-write would fail without waiting."""
    if connection.dialect.name == "sqlite":
        say(connection, "BEGIN IMMEDIATE" if session.info.get("writes") else "BEGIN")


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    about: Context | None = session.info.get("context")
    if about is None or not session.info.get("writes"):
        return
    session.flush()
    if about.outgoing:
        session.info["keep"](session)
    if about.recorded:
        session.info["chain"](session)  # the last thing: others wait for it until the commit
    crashpoint(f"{about.service}.{about.act}.before_commit")
    if about.last:
        carry_out(session.connection(), about.last, last=True)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    about: Context | None = session.info.get("context")
    if about is not None and session.info.get("writes"):
        crashpoint(f"{about.service}.{about.act}.after_commit")


def uuid_of(value: str) -> UUID | None:
    """A UUID from text, or None when it is none."""
    try:
        return UUID(value)
    except ValueError:
        return None
