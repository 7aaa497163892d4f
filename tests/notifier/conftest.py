"""A notifier alone that hears what a test says and sends by a mail server that fails."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from mail_server import FaultyServer
from pprg_notifier.models import letters
from pprg_notifier.service import service
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import AgencyChanged, Duty, PersonChanged
from pprg_shared.events.triage import CaseMember, CaseMembersChanged, MeetingScheduled, ReminderDue
from pprg_shared.local import LocalBus
from pprg_shared.sealing import Keyring, Keys
from pprg_shared.service import Runtime

LEAD = "lead@police.example"
CASE = UUID(int=7)
PERSON = UUID(int=8)


@dataclass
class Notifier:
    """A notifier alone: it hears what a test says, and keeps in its outbox what it would say."""

    runtime: Runtime
    clock: object
    revisions: int = 0
    keys: Keys = field(init=False)

    def __post_init__(self) -> None:
        rings = {name: Keyring.parse(getattr(self.runtime.settings, f"{name}_keys")) for name in ("case", "contact")}
        self.keys = Keys(rings)

    def hear(self, event) -> None:
        envelope = event.wrap(self.keys, source="test", time=self.clock(), correlation_id="test")
        assert self.runtime.arrival.receive([envelope.to_json()]) == [True]

    def know_lead(self, address: str = "lead@police.example") -> None:
        self.know_duties(Duty(slug="safeguarding-lead", label="safeguarding lead", address=address))

    def know_duties(self, *duties: Duty, **contacts: str) -> None:
        self.revisions += 1
        about = {"agency": "police", "name": "Wiltshire Police", "kind": "police", "active": True}
        self.hear(AgencyChanged(**about, revision=self.revisions, duties=list(duties), **contacts))

    def know_contacts(self, **contacts: str) -> None:
        """The agency has its lead and these contacts, by field of the directory."""
        self.know_duties(Duty(slug="safeguarding-lead", label="safeguarding lead", address=LEAD), **contacts)

    def know_person(self, address: str = "member@police.example", *, active: bool = True) -> None:
        self.revisions += 1
        about = {"person_id": PERSON, "agency": "police", "roles": [], "active": active, "revision": self.revisions}
        self.hear(PersonChanged(**about, name="Canary Name", address=address))

    def know_interest(self, person: UUID | None, revision: int = 1, **period: datetime) -> None:
        """The case is closed to this person from the beginning, and to nobody else; it has a chair."""
        held = {"since": self.clock()} | period
        members = [CaseMember(person=person, role="interest", **held)] if person else []
        members.append(CaseMember(person=PERSON, role="chair", since=self.clock()))
        self.hear(CaseMembersChanged(case_id=CASE, revision=revision, members=members))

    def ask(self, count: int = 1, rung: str = "soon") -> None:
        """So many reminders to the agency."""
        about = {"case_id": CASE, "reference": "PPRG-2026-0001", "agency": "police", "rung": rung}
        for _ in range(count):
            self.hear(ReminderDue(**about, request_id=uuid4(), due_on=datetime(2026, 12, 3, tzinfo=UTC).date()))

    def invite(self) -> None:
        starts = datetime(2026, 12, 10, 10, tzinfo=UTC)
        about = {"meeting_id": UUID(int=9), "case_id": CASE, "reference": "PPRG-2026-0001", "sequence": 0}
        period = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
        self.hear(MeetingScheduled(**about, **period, place="Room 1", invited=[PERSON]))

    def send(self) -> int:
        return self.runtime.drain()

    def rows(self) -> list:
        with self.runtime.database.reading() as session:
            return session.execute(sa.select(letters).order_by(letters.c.created_at, letters.c.id)).all()

    def fates(self) -> list[tuple[str, str | None]]:
        """The state of each letter, and why."""
        return [
            ("failed" if row.failed_at else "accepted" if row.done_at else "waiting", row.problem)
            for row in self.rows()
        ]

    def said(self) -> list[tuple[str, str]]:
        """What was said of letters: the event and, when one was given up, why."""
        with self.runtime.database.reading() as session:
            bodies = session.scalars(sa.select(outbox.c.body).order_by(outbox.c.created_at)).all()
        envelopes = [Envelope.from_json(bytes(body)) for body in bodies]
        return [(each.type, each.public.get("reason", "")) for each in envelopes]

    def wait_for_next_try(self) -> None:
        """Let the time pass until the first letter that waits is due again."""
        self.clock.at = max(self.clock.at, min(row.due_at for row in self.rows()))

    @property
    def loop(self):
        return next(loop for loop in self.runtime.loops if loop.box.name == "letters")

    @property
    def box(self):
        return self.loop.box


@pytest.fixture
def mail_server():
    server = FaultyServer()
    yield server
    server.stop()


@pytest.fixture
def make_notifier(settings, clock, addresses):
    """Notifiers with settings of their own, stopped at the end."""
    made = []

    def make(**changes) -> Notifier:
        here = dataclasses.replace(settings, **{"database_url": addresses["notifier"]} | changes)
        runtime = Runtime(service, here, LocalBus(), clock)
        made.append(runtime)
        runtime.migrate()
        found = Notifier(runtime, clock)
        found.know_lead()
        found.know_person()
        return found

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def by_mail(mail_server):
    """Settings that name the faulty server."""
    return {"mail_server": "127.0.0.1", "mail_port": mail_server.port, "mail_tls": "none", "mail_timeout": 10}


@pytest.fixture
def notifier(make_notifier, by_mail) -> Notifier:
    return make_notifier(**by_mail)
