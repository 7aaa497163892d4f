"""A service as a description, and the runtime that brings one to life around a database and a bus."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.access import EVERY_SERVICE, Table, roles_of
from pprg_shared.actor import Actor
from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.keeping import Keeper
from pprg_shared.boxes.arrival import Arrival, Handler
from pprg_shared.boxes.housekeeping import Housekeeping
from pprg_shared.boxes.outgoing import Outbox
from pprg_shared.boxes.tables import boxes_of, inbox, waiting
from pprg_shared.boxes.wakeups import Listener
from pprg_shared.boxes.work import Box, GoesOn, always, recover
from pprg_shared.bus import Bus
from pprg_shared.config import Settings
from pprg_shared.contract import Event
from pprg_shared.database import Clock, Database, utcnow
from pprg_shared.directory import Agencies, People
from pprg_shared.identity import people, unsent
from pprg_shared.identity.people import Known
from pprg_shared.logs import bound, log
from pprg_shared.migrations import Migrations
from pprg_shared.profile import Profile, load_profile
from pprg_shared.sealing import Keyring, Keys

POLL_SECONDS = 1.0
#: How long a loop rests for whom the listener looks.
REST_SECONDS = 5.0
STALE_SECONDS = 60.0
STOP_SECONDS = 25.0


class Drains(Protocol):
    """A box as the loop sees it."""

    name: str

    def drain(self, goes_on: GoesOn = always) -> int:
        """Do all that is due, for as long as it goes on; how much that was."""


@dataclass(frozen=True)
class Service:
    """What a service is, in one place: its pages, what it hears, what it says."""

    name: str
    title: str
    package: str
    metadata: sa.MetaData
    #: Where its pages and its API are (`package.module:name`); loaded by whoever serves them.
    blueprints: Sequence[str]
    hears: Mapping[type[Event], Handler]
    says: Sequence[type[Event]]
    #: First path segments that are this service's on the one origin; "" is the front page.
    segments: Sequence[str]
    #: Rings whose keys the service holds.
    rings: Sequence[str] = ("case", "contact")
    #: Who may do what: verb to role to relations; what is not here nobody may.
    rules: Table = field(default_factory=dict)
    #: Whether an interest of a person closes what a subject names to them, where the service knows who has any.
    closed: Callable[[Session, UUID | None, str], bool] = lambda _session, _person, _subject: False
    #: Routes without a verb, by endpoint, and why they need none.
    open: Mapping[str, str] = field(default_factory=dict)
    #: What the menu of all services offers of it: words to address and verb, which is empty where everybody may.
    menu: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Boxes besides outbox and inbox (letters, reminders).
    boxes: Callable[["Runtime"], Sequence[Drains]] = lambda _runtime: ()
    #: Commands of its own (`package.module:name`), each made from how to bring the service to life.
    commands: Sequence[str] = ()
    #: Called once after the migrations, for what must be there from the first start.
    prepare: Callable[["Runtime"], None] = lambda _runtime: None
    #: A person as the service knows them: of the directory's owner its own row, of the others their copy.
    known: Callable[[Session, UUID], Known | None] = people.known
    #: Who acts with a key of the API, where the service takes any; None for one that does not work.
    by_key: Callable[[Session, str], Actor | None] | None = None
    #: How what was typed and not sent is kept, under a number: for whose it is, and of nobody's nothing.
    keeps: Callable[[Session, sa.Table, unsent.Typed], UUID | None] = unsent.keep
    #: Long-lived things that the service needs besides database and bus, by name.
    parts: Callable[["Runtime"], Mapping[str, Any]] = lambda _runtime: {}

    def roles(self, verb: str) -> frozenset[str]:
        """Whoever may do this to something; nobody, where no rule names the verb."""
        return roles_of(self.rules if verb in self.rules else EVERY_SERVICE, verb)


class Runtime:
    """A running service: its settings, database, bus and loops."""

    def __init__(self, service: Service, settings: Settings, bus: Bus, clock: Clock = utcnow) -> None:
        self.service, self.settings, self.bus, self.clock = service, settings, bus, clock
        self.profile: Profile = load_profile(settings.profile or None)
        self.keys = Keys({ring: _ring(settings, ring) for ring in service.rings})
        self.database = Database(settings.database(service.name), service.name, self.keys, clock, self.profile)
        self.agencies = Agencies(self.database, self.profile)
        self.people = People(self.database, self.profile, service.known)
        self.migrations = Migrations(service.package, service.metadata)
        self.arrival = Arrival(self.database, service.hears, lambda: self.wake("inbox"))
        self.parts = service.parts(self)
        self._outbox = Outbox(self.database, bus)
        kept = timedelta(days=settings.keep_bodies_days)
        housekeeping = Housekeeping(self.database, kept, service.metadata)
        self.keeper = Keeper(self.database, Anchors(settings.anchors(), service.name))
        boxes: list[Drains] = [self._outbox, self.arrival.waiting, *service.boxes(self), housekeeping, self.keeper]
        watched = [box for box in boxes if isinstance(box, Box | Outbox)]
        self._listener = Listener(self.database, self._said, [box.table for box in watched], self.wake)
        self.loops = [Loop(self, box, self._listener if box in watched else None) for box in boxes]

    def migrate(self) -> None:
        """Bring the database up to date and see that what must be there is there."""
        self.database.hold()
        self.migrations.upgrade(self.database, lambda: self.service.prepare(self))

    def listen(self) -> None:
        """Hear from now on what others say."""
        names = sorted({each.event_name for each in self.service.hears})
        self.bus.listen(self.service.name, names, self.arrival.receive)

    def start(self) -> None:
        """Run the loops, each in a thread; what is said goes out from now on."""
        self.migrations.check(self.database)
        if self.database.sqlite:  # held by this process alone, so that what is in hand is a dead one's
            recover(self.database, boxes_of(self.service.metadata).values())
        self.database.wake = self._said
        for loop in self.loops:
            loop.start()
        self._listener.start()

    def stop(self) -> None:
        """Finish what is in hand, then let go of everything."""
        self._listener.stop()
        for loop in self.loops:
            loop.ask_to_stop()
        for loop in self.loops:
            loop.join()
            loop.close()
        self.bus.close()
        self.database.close()

    def hurry(self) -> None:
        """The broker has come back: what waits for it goes out now and not when its time comes."""
        self._outbox.hurry()
        self.wake("outbox")

    def has_heard(self) -> bool:
        """Whether this service has ever heard anything."""
        with self.database.reading() as session:
            return session.scalar(sa.select(inbox.c.id).limit(1)) is not None

    def wake(self, box: str) -> None:
        """Tell one loop that there is work."""
        for loop in self.loops:
            if loop.box.name == box:
                loop.wake.set()

    def _said(self) -> None:
        """A transaction, here or in another process, has said something or filled a box that is to be woken for it."""
        for loop in self.loops:
            if loop.box is self._outbox or getattr(loop.box, "woken", False):
                loop.wake.set()

    def drain(self) -> int:
        """Do all that is due now, in this thread; for tests and the command line."""
        return sum(loop.box.drain() for loop in self.loops)

    def beats(self) -> bool:
        """Whether every loop turns and has done so within the last minute, or as long as one act of it may take."""
        return all(loop.started and time.monotonic() - loop.beat < loop.stale_seconds for loop in self.loops)

    def oldest(self) -> float:
        """Seconds that the oldest waiting row of any box has been there; 0 when nothing waits."""
        at = self.clock()
        with self.database.reading() as session:
            firsts = [
                session.scalar(sa.select(sa.func.min(table.c.created_at)).where(*waiting(table)))
                for table in boxes_of(self.service.metadata).values()
            ]
        return max((float((at - first).total_seconds()) for first in firsts if first), default=0.0)


def _ring(settings: Settings, ring: str) -> Keyring:
    name = f"{ring}_keys"
    try:
        return Keyring.parse(getattr(settings, name))
    except ValueError as error:
        raise ValueError(f"{name.upper()} is {error}") from None


class Loop:
    """A thread that empties one box whenever it is woken, and looks once a second all the same.

    Unless `listener` looks into the box, which wakes it, and wakes it too when it can look no more.
    """

    def __init__(self, runtime: Runtime, box: Drains, listener: Listener | None = None) -> None:
        self.runtime, self.box, self._listener = runtime, box, listener
        #: A box in which nothing is urgent says by `pause` after how many seconds to look again.
        self._pause: float | None = getattr(box, "pause", None)
        #: A box whose acts may take long (a mail server may think for ten minutes) says so by `slowest`.
        self.stale_seconds = max(STALE_SECONDS, getattr(box, "slowest", STALE_SECONDS))
        self.wake = threading.Event()
        self.beat = time.monotonic()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def started(self) -> bool:
        """Whether this process runs the loop."""
        return self._thread is not None

    def start(self) -> None:
        """Begin turning."""
        name = f"{self.runtime.service.name}-{self.box.name}"
        self._thread = threading.Thread(target=self._turn, name=name, daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """End after the piece of work in hand."""
        self._stopping.set()
        self.wake.set()

    def join(self) -> None:
        """Wait for the end."""
        if self._thread:
            self._thread.join(STOP_SECONDS)

    def close(self) -> None:
        """Let the box let go of what it holds open, unless it is still at work."""
        if not (self._thread and self._thread.is_alive()):
            getattr(self.box, "close", lambda: None)()

    def _turn(self) -> None:
        with bound(service=self.runtime.service.name):
            while not self._stopping.is_set():
                self.wake.clear()
                try:
                    self.box.drain(self._goes_on)
                except Exception as error:  # noqa: BLE001 -- the loop outlives whatever one turn meets
                    log.error("turn failed", box=self.box.name, fault=type(error).__name__)
                self._rest()

    def _goes_on(self) -> bool:
        """Show that it lives, between two pieces of work however many they are; and end after the one in hand."""
        self.beat = time.monotonic()
        return not self._stopping.is_set()

    def _rest(self) -> None:
        """Until there is work, or nobody knows whether there is."""
        self.beat = time.monotonic()
        while not self.wake.wait(self._pause or (REST_SECONDS if self._is_looked_for() else POLL_SECONDS)):
            if not self._is_looked_for():
                return
            self.beat = time.monotonic()

    def _is_looked_for(self) -> bool:
        return self._listener is not None and self._listener.looks()
