"""The product as a test has it, whichever way it runs: started, killed, hurt and healed, and open to the checker."""

import os
import signal
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import psutil
import requests
import sqlalchemy as sa

import forked
from faults.checker import Evidence, busy, findings
from faults.mail import catcher
from faults.scenario import Told
from pprg_embedded.ports import free_port
from pprg_embedded.world import SECRETS, SERVICES
from pprg_notifier.models import letters
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.database import Database
from pprg_shared.identity.tokens import public_key
from pprg_shared.sealing import Keyring, Keys
from waiting import eventually

NAMES = [each.name for each in SERVICES]
#: How long a crowded machine may take to start, to finish what is in hand, and to come to rest.
STARTED_SECONDS, STOPPED_SECONDS, REST_SECONDS = 60, 60, 60
#: A look reads every box: whoever looks all the time takes the processor from those who are looked at.
SECONDS_BETWEEN_LOOKS = 0.5
#: The table into which a service's handlers write; when it takes no row, they fail.
HANDLED = {"intake": "requests", "triage": "returns", "notifier": "letters", "publisher": "publications"}
#: What gunicorn's arbiter says of a worker that was killed.
KILLED = "was sent SIGKILL"
#: Who is killed between the two ends of this cannot know whether the mail server has taken the letter.
UNKNOWN = {"notifier.letters.before_send", "notifier.letters.after_send", "notifier.letters-mark.before_commit"}
FAULTS = {
    "sqlite": ("CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'a fault'); END",),
    "postgresql": (
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE check_violation USING MESSAGE = 'a fault'; END $$",
        "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ),
}
HEALED = {"sqlite": ("DROP TRIGGER {name}",), "postgresql": ("DROP FUNCTION {name} CASCADE",)}


class Process:
    """A server: gunicorn's arbiter and its one worker, in a session of their own; `command` as Python takes it."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.command = name, list(command)
        self.port, self.ops_port = free_port(), free_port()
        self.passages, self.output = folder / f"{name}.passages", folder / f"{name}.output"
        own = {"PORT": str(self.port), "OPS_PORT": str(self.ops_port), "CRASHPOINT_LOG": str(self.passages)}
        self.environment = os.environ | environment | own

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = forked.start(self.command, self.environment, self.output)

    def await_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.output.read_text()[-3000:]
            return requests.get(f"http://127.0.0.1:{self.ops_port}/readyz", timeout=10).ok

        eventually(ready, STARTED_SECONDS, despite=(requests.RequestException,), every=0.1)

    def kill(self) -> None:
        """Arbiter and worker at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        assert self.process.wait(20) == -signal.SIGKILL

    def kill_worker(self) -> None:
        """The one that works; the arbiter puts another in its place."""
        *_, worker = eventually(psutil.Process(self.process.pid).children)
        with suppress(psutil.NoSuchProcess):  # it was just being killed at a crash point
            worker.kill()
        eventually(lambda: not worker.is_running())

    def ask_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stopped(self) -> int:
        """The status with which it ended, once what was in hand is finished."""
        return self.process.wait(STOPPED_SECONDS)

    def deaths(self) -> int:
        """How often the arbiter saw its worker killed."""
        return self.output.read_text().count(KILLED)

    def passed(self) -> list[str]:
        """The crash points passed, in order, through all deaths."""
        return self.passages.read_text(encoding="ascii").split() if self.passages.exists() else []


class Setup(ABC):
    """All processes of the product with their databases and a mail server that keeps what it takes."""

    def __init__(self, folder: Path, deadly: str, secrets: Mapping[str, str]) -> None:
        self.folder, self.deadly, self.secrets = folder, deadly, secrets
        self.mail_port = free_port()
        self.environment = dict(secrets) | {
            "VAR": str(folder),
            "TRIAL": "1",
            "LIMITS": "0",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(self.mail_port),
            "MAIL_TLS": "none",
            "MAIL_END_TIMEOUT": "2",
            "CRASHPOINT": deadly,
        }
        self.processes: dict[str, Process] = {}
        self.databases: dict[str, Database] = {}
        #: How often the test itself has killed a notifier, perhaps with a letter on its way.
        self.kills = 0

    def open(self, service: str, url: str) -> None:
        """Open a service's database beside the service."""
        rings = {ring: Keyring.parse(self.secrets[f"{ring.upper()}_KEYS"]) for ring in ("case", "contact")}
        self.databases[service] = Database(url, service, Keys(rings))

    @contextmanager
    def running(self) -> Iterator["Setup"]:
        """Started and ready, until the end of the block."""
        with catcher(self.mail_port) as self.mails:
            for each in self.processes.values():
                each.start()
            try:
                self.await_ready()
                yield self
            finally:
                alive = [each for each in self.processes.values() if each.process.poll() is None]
                self.stop(*alive)
                for each in self.databases.values():
                    each.close()

    def stop(self, *processes: Process) -> None:
        """Let these end as an administrator would; they must."""
        for each in processes:
            each.ask_to_stop()
        assert [each.stopped() for each in processes] == [0] * len(processes)

    def await_ready(self) -> None:
        for each in self.processes.values():
            each.await_ready()

    @property
    @abstractmethod
    def addresses(self) -> dict[str, list[str]]:
        """Where each service answers; several addresses when there are replicas."""

    @abstractmethod
    def cut_off(self) -> AbstractContextManager[None]:
        """While the block runs, nothing that is said arrives."""

    def on_broker(self) -> dict[str, int]:
        """How many messages lie in which queue."""
        return {}

    @contextmanager
    def failing(self, service: str, table: str = "", event: str = "INSERT") -> Iterator[None]:
        """The handlers of a service fail while the block runs: their table takes nothing."""
        database = self.databases[service]
        about = {"name": fault_name(), "table": table or HANDLED[service], "event": event}

        def execute(statements: Mapping[str, Sequence[str]]) -> None:
            with database.engine.begin() as connection:
                for each in statements[connection.dialect.name]:
                    connection.exec_driver_sql(each.format(**about))

        execute(FAULTS)
        try:
            yield
        finally:
            execute(HEALED)

    def count(self, service: str, table: sa.Table, *conditions: Any) -> int:
        with self.databases[service].reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0

    def unhandled(self, service: str, event_type: str) -> int:
        """How many events of a type a service has received and tried in vain to handle."""
        tried = (inbox.c.problem.is_not(None), inbox.c.done_at.is_(None))
        return self.count(service, inbox, inbox.c.type == event_type, *tried)

    def unsent(self) -> int:
        """How many letters the mail server has not taken yet, though it was asked to."""
        return self.count("notifier", letters, letters.c.problem.is_not(None), letters.c.done_at.is_(None))

    def unsaid(self, service: str) -> int:
        """How many events of a service could not be sent yet."""
        return self.count(service, outbox, outbox.c.problem.is_not(None), outbox.c.done_at.is_(None))

    def evidence(self) -> Evidence:
        engines = {name: each.engine for name, each in self.databases.items()}
        return Evidence(engines, lambda: list(self.mails), self.on_broker)

    def check(self, told: Told | None, seconds: float = REST_SECONDS) -> list[str]:
        """Let everything come to rest, but no longer than this; what the checker finds then.

        What is found is looked at again: a clock may have said something between the rest and the look.
        """
        evidence = self.evidence()

        def look() -> list[str]:
            return findings(evidence, told, self.unknown_outcomes())

        try:
            eventually(lambda: not busy(evidence) and not look(), seconds, every=SECONDS_BETWEEN_LOOKS)
        except AssertionError:  # it never comes to rest, or is truly wrong
            return look()
        return []

    def passed(self) -> Counter[str]:
        """How often each crash point was passed."""
        return Counter(name for each in self.processes.values() for name in each.passed())

    def deaths(self) -> int:
        """How often a process was killed at a crash point and another took its place."""
        return sum(each.deaths() for each in self.processes.values())

    def kill(self, name: str) -> None:
        """Kill a process with all that belongs to it."""
        self.kills += "notifier.letters.before_send" in self.processes[name].passed()
        self.processes[name].kill()

    def kill_workers(self) -> None:
        """Kill every worker at once, whatever it is at; the arbiters start others."""
        self.kills += 1
        for each in self.processes.values():
            each.kill_worker()
        self.await_ready()

    def unknown_outcomes(self) -> int:
        """How many deaths may have come between the mail server's yes and the mark in the database."""
        return self.kills + sum(unknown_outcomes(each.passed(), self.deadly) for each in self.processes.values())


def unknown_outcomes(passed: Sequence[str], deadly: str) -> int:
    """How many of the deaths in this log fell upon a letter that may have been taken."""
    points, counted = set(deadly.split()), Counter[str]()
    last, found = "", 0
    for name in passed:
        counted[name] += 1
        last = name if name.startswith("notifier.letters") else last
        if points & {f"{name}:{counted[name]}", f"*:{counted[name]}"}:
            found += last in UNKNOWN
            last = ""
    return found


def fault_name() -> str:
    """For a trigger; never the same, for a connection of SQLite may remember one that has gone."""
    return f"fault_{token_hex(4)}"


def fresh_secrets() -> dict[str, str]:
    """A secret for every setting that needs one."""
    made = {name: fresh() for name, fresh in SECRETS.items()}
    return made | {"SIGN_IN_PUBLIC_KEYS": public_key(made["SIGN_IN_KEY"])}
