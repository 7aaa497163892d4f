"""A RabbitMQ of our own for tests that kill, freeze and starve it; it never meets one that already runs."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from pprg_shared.bus import Bus, BusDown, Message
from pprg_shared.local import LocalBus
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import dead_queue_name

#: Where packages put the scripts that do not insist on a system user.
SCRIPTS = ("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "/opt/rabbitmq/sbin", "/usr/local/opt/rabbitmq/sbin")
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users = none
log.console = false
"""


def eventually(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Broker:
    """One node in one folder."""

    def __init__(self, folder: Path, scripts: Path) -> None:
        self.folder, self.scripts = folder, scripts
        self.port, self.epmd_port, distribution = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"
        self.environment = os.environ | {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
            " -kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none",
        }
        (folder / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port))
        (folder / "plugins").write_text("[].\n")
        (folder / "environment.conf").touch()
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)

    def start(self) -> None:
        """Start and wait for the greeting."""
        with (self.folder / "console").open("ab") as out:
            self.process = subprocess.Popen(
                [self.scripts / "rabbitmq-server"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        eventually(self.answers, 90)

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "console").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.settimeout(2)
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(1))
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        """Signal the broker itself, not the script that started it."""
        os.kill(int((self.folder / "pid").read_text()), number)

    def kill(self) -> None:
        """As a power cut would."""
        self.send(signal.SIGKILL)
        self.process.wait(20)

    def ctl(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.scripts / "rabbitmqctl", "--silent", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.send(signal.SIGCONT)
            self.send(signal.SIGKILL)
        self.process.wait(20)
        epmd = next(iter(self.scripts.glob("epmd")), None) or shutil.which("epmd")
        if epmd:
            subprocess.run([epmd, "-port", str(self.epmd_port), "-kill"], check=False, capture_output=True)


def scripts_folder() -> Path | None:
    given = os.environ.get("RABBITMQ_SBIN")
    found = [Path(given)] if given else [each for name in SCRIPTS for each in sorted(Path("/").glob(name.lstrip("/")))]
    return next((each for each in found if (each / "rabbitmq-server").exists()), None)


@pytest.fixture(scope="session")
def private_rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that a test may hurt, if it heals it again."""
    scripts = scripts_folder()
    if scripts is None:
        assert not os.environ.get("REQUIRE_SERVICES"), "rabbitmq-server is not installed"
        pytest.skip("rabbitmq-server is not installed")
    broker = Broker(tmp_path_factory.mktemp("rabbitmq"), scripts)
    broker.start()
    yield broker
    broker.stop()


class Place:
    """Some services on one bus, whichever it is; names are unlike those of any other test."""

    eventually = staticmethod(eventually)

    def __init__(self, broker: Broker | None) -> None:
        self.broker, self.mark = broker, f"t{secrets.token_hex(4)}"
        self.heard: dict[str, list[bytes]] = {}
        self.sizes: list[int] = []
        self.buses: dict[str, Bus] = {}
        self._local = LocalBus()

    def bus(self, service: str, query: str = "") -> Bus:
        """The bus as a service has it."""
        if service not in self.buses:
            remote = self.broker and RabbitBus(self.broker.url + query, f"{self.mark}{service}")
            self.buses[service] = remote or self._local
        return self.buses[service]

    def name(self, service: str) -> str:
        """What a service of this test is really called."""
        return f"{self.mark}{service}"

    def listen(self, service: str, *names: str, receive=None, query: str = "") -> list[bytes]:
        """Let a service hear; what it has heard."""
        heard = self.heard.setdefault(service, [])

        def keep(bodies):
            self.sizes.append(len(bodies))
            heard.extend(bodies)
            return [True] * len(bodies)

        bus = self.bus(service, query)
        bus.listen(self.name(service), [f"{self.mark}.{name}" for name in names], receive or keep)
        eventually(bus.connected)
        return heard

    def message(self, event_type: str, body: bytes = b"{}", to: str | None = None, number=None) -> Message:
        return Message(number or uuid4(), f"{self.mark}.{event_type}", body, self.name(to) if to else None)

    def say(self, *messages: Message, by: str = "speaker") -> None:
        """Publish as an outbox does: what is not confirmed is said again."""
        left = list(messages)

        def all_gone() -> bool:
            with suppress(BusDown):
                confirmed = self.bus(by).publish(left[:100])
                left[:] = [each for each in left if each.id not in confirmed]
            return not left

        eventually(all_gone, 30)

    def unreadable(self, service: str) -> list[bytes]:
        """The dead letters of a service."""
        if self.broker is None:
            return [body for name, body in self._local.unreadable if name == self.name(service)]
        return bodies_in(self.broker.url, dead_queue_name(self.name(service)))

    def close(self) -> None:
        for bus in self.buses.values():
            bus.close()


def bodies_in(url: str, queue: str) -> list[bytes]:
    """What lies in a queue, left where it is."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        found = []
        while (got := channel.basic_get(queue))[0]:
            found.append(got[2])
        return found
    finally:
        connection.close()


@pytest.fixture
def rabbit(private_rabbitmq: Broker) -> Iterator[Place]:
    """Services on RabbitMQ."""
    place = Place(private_rabbitmq)
    yield place
    place.close()


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.broker)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Whatever the bus, these tests must hold."""
    if request.param == "rabbit":
        yield request.getfixturevalue("rabbit")
    else:
        yield Place(None)
