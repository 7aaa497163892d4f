"""Where the measuring happens: a broker, a server with a database for each service, and processes started there."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from urllib.parse import urlsplit

import pika
import psycopg
from accounting import listener, tree
from byhand import Window
from messages import envelopes
from psutil import NoSuchProcess

from pprg_embedded.ports import free_ports
from pprg_shared.identity.tokens import new_signing_key, public_key
from pprg_shared.rabbit.link import Link, parameters_of
from pprg_shared.rabbit.topology import declare, queue_name
from pprg_shared.sealing import Keyring, Keys, new_key
from waiting import eventually

HERE = Path(__file__).parent
PEERS = HERE / "peers"
EFFECT = "CREATE TABLE effect (id uuid PRIMARY KEY, reference text, agency text, characters int)"
BUSY = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
)
#: Messages that a consumer takes, and rows that a relay sends, before anything is measured.
WARM = 200
SERVICES = {"intake", "triage", "notifier", "publisher"}
SECRETS = ("CASE_KEYS", "CONTACT_KEYS", "SESSION_KEYS", "SECRET_KEY")
PATIENCE = 120


def _secrets():
    signing = new_signing_key()
    made = {name: new_key() for name in SECRETS}
    return made | {"SIGN_IN_KEY": signing, "SIGN_IN_PUBLIC_KEYS": public_key(signing)}


@dataclass
class Place:
    """Everything a sample needs, however often."""

    broker_url: str
    server: object
    folder: Path
    scale: float = 1.0
    #: An environment with nothing in it but what runs in production; tools for developers take memory too.
    python: str = sys.executable
    #: The environment of what the product is measured beside and does not itself use.
    peers: str = ""
    secrets: dict = field(default_factory=_secrets)
    databases: dict = field(default_factory=dict)

    def scaled(self, count):
        """That many, by BENCH_SCALE; never so few that nothing comes out."""
        return max(50, round(count * self.scale))

    @property
    def keys(self):
        return Keys({ring: Keyring.parse(self.secrets[f"{ring.upper()}_KEYS"]) for ring in ("case", "contact")})

    @property
    def pids(self):
        """The processes of broker and server, for the meter; a container's are out of reach."""
        try:
            return {"broker": listener(urlsplit(self.broker_url).port), "PostgreSQL": self.server.process.pid}
        except (StopIteration, AttributeError):
            return {}

    def environment(self, service, name=""):
        """The settings of a service; `name` gives it another database than the one it has."""
        own = {"DATABASE_URL": self.database(service, name or service), "BROKER_URL": self.broker_url}
        return os.environ | self.secrets | own | self.ports() | {"LOG_FORMAT": "json", "LIMITS": "0"}

    @staticmethod
    def ports():
        """Settings that give a process two ports that nobody uses."""
        return dict(zip(("PORT", "OPS_PORT"), map(str, free_ports(2)), strict=True))

    def database(self, service, name):
        """The address of a migrated database with a table for effects."""
        if name not in self.databases:
            self.databases[name] = self.server.fresh()
            command = [self.python, "-m", f"pprg_{service}", "migrate"]
            subprocess.run(command, env=self.environment(service, name), check=True, stdout=subprocess.DEVNULL)
            with psycopg.connect(self.databases[name].replace("+psycopg", ""), autocommit=True) as own:
                own.execute(EFFECT)
                own.execute("TRUNCATE outbox")
        return self.databases[name]

    def rows(self, service, name=""):
        """A superuser's connection to a service's database, every statement a transaction of its own."""
        self.database(service, name or service)
        return self.server.admin(self.name_of(name or service))

    def name_of(self, database):
        """What the server calls it."""
        return urlsplit(self.databases[database]).path[1:]

    def queue(self, service, *names):
        """The queue of a service, empty, bound to events of these names."""
        url = pika.URLParameters(self.broker_url)
        connection = pika.BlockingConnection(url)
        connection.channel().queue_delete(queue_name(service))
        connection.close()
        link = Link.open(parameters_of(self.broker_url, "bench"), time.monotonic() + 10)
        declare(link, service, names, time.monotonic() + 10)
        for other in SERVICES - {service}:  # whoever says something waits for all who hear it
            declare(link, other, (), time.monotonic() + 10)
        link.close()

    def depth(self, service):
        """Messages that lie in the queue of a service."""
        return self._queue(queue_name(service)).message_count

    def heard(self, queue):
        """Whether somebody takes messages from a queue, which may not be there yet."""
        try:
            return self._queue(queue).consumer_count > 0
        except pika.exceptions.ChannelClosedByBroker:
            return False

    def _queue(self, name):
        with pika.BlockingConnection(pika.URLParameters(self.broker_url)) as connection:
            return connection.channel().queue_declare(name, passive=True).method

    def forget(self, *queues):
        """No such queues any more."""
        with pika.BlockingConnection(pika.URLParameters(self.broker_url)) as connection:
            for name in queues:
                connection.channel().queue_delete(name)

    def fill(self, count):
        """Publish that many sealed referrals."""
        publisher = Window(self.broker_url)
        publisher.publish([each.to_json() for each in self.referrals(count)])
        publisher.close()

    def referrals(self, count):
        """That many sealed referrals, the same every time."""
        if len(_sealed) < count:
            _sealed.extend(envelopes(count - len(_sealed), self.keys))
        return _sealed[:count]

    def fill_by(self, program, count):
        """The same, published as a peer publishes."""
        lines = self.folder / "lines"
        lines.write_text("\n".join(each.to_json().decode() for each in self.referrals(count)))
        command = [self.peers, program, "fill", str(lines)]
        with (self.folder / "console").open("ab") as out:
            subprocess.run(command, cwd=PEERS, env=self.environment("triage"), check=True, stdout=out, stderr=out)

    @contextmanager
    def running(self, command, environment, *, python="", **options):
        """A process that is ended afterwards, whatever it was doing."""
        with (self.folder / "console").open("ab") as out:
            process = subprocess.Popen(
                [python or self.python, *command], cwd=HERE, env=environment, **{"stdout": out, "stderr": out} | options
            )
        try:
            yield process
        finally:
            signal_all(process, SIGCONT)
            process.terminate()
            process.wait(30)

    def said_by(self, command, environment=os.environ):
        """What a program writes to standard output until it ends."""
        with (self.folder / "console").open("ab") as out:
            run = subprocess.run(
                [self.python, *command], cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=out, check=False
            )
        assert run.returncode == 0, self.console()
        return run.stdout

    def wait(self, holds, process=None, every=0.02):
        """Until something holds; at once an error when the process that should do it has ended."""

        def alive():
            assert process is None or process.poll() is None, self.console()
            return holds()

        return eventually(alive, PATIENCE, every=every)

    def console(self):
        """What processes have complained of last."""
        return (self.folder / "console").read_text()[-2000:]

    @contextmanager
    def paused(self, process, rows):
        """The process stopped between two transactions, and going on afterwards."""
        self.wait(lambda: _stopped(process, rows), process, every=0.05)
        yield
        rows.execute("CHECKPOINT")
        signal_all(process, SIGCONT)


_sealed = []


def _stopped(process, rows):
    """Stop all of it; when that was amid a transaction, let it go on and say so."""
    signal_all(process, SIGSTOP)
    if rows.execute(BUSY).fetchone() == (0,):
        return True
    signal_all(process, SIGCONT)
    return False


def signal_all(process, number):
    """To a process and all that descend from it."""
    for each in tree(process.pid):
        with suppress(NoSuchProcess):
            each.send_signal(number)


def count(rows, table, where="true"):
    return rows.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
