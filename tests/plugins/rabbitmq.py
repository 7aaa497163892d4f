"""RabbitMQ for tests: `rabbitmq` to speak over, `private_rabbitmq` to kill, freeze and starve as well."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pika
import psutil
import pytest

from docker_engine import container
from pprg_embedded.ports import free_ports
from sources import Missing, first_of
from waiting import eventually

IMAGE = "rabbitmq:4"
USER = "tests"
#: Where packages put the scripts that do not insist on a system user.
SCRIPTS = ("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "/opt/rabbitmq/sbin", "/usr/local/opt/rabbitmq/sbin")
START_SECONDS = 90
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users = none
default_user = {user}
default_pass = {password}
log.console = false
"""


class Address:
    """A broker that somebody else runs: to speak over, not to hurt."""

    def __init__(self, url: str, origin: str) -> None:
        self.url, self.origin = url, origin
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            self.version = connection._impl.server_properties["version"]


class Broker:
    """A broker of our own: start, kill (as a power cut would), freeze, thaw, ctl (rabbitmqctl) and load."""

    def __init__(self, port: int, password: str, origin: str) -> None:
        self.port, self.password, self.origin = port, password, origin
        self.url = self.address(USER, password)

    def address(self, user: str, password: str, vhost: str = "/") -> str:
        """Where a login of that name speaks."""
        return f"amqp://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    def greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.settimeout(2)
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(1))
        except OSError:
            return False


class ProgramBroker(Broker):
    """One node in one folder, from the programs on this machine."""

    def __init__(self, folder: Path, scripts: Path, more: str = "") -> None:
        port, self.epmd_port, distribution = free_ports(3)
        super().__init__(port, secrets.token_hex(8), "programs on this machine")
        self.folder, self.scripts = folder, scripts
        self.environment = os.environ | {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{port}@localhost",
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
        configuration = CONFIGURATION.format(port=port, user=USER, password=self.password)
        (folder / "rabbitmq.conf").write_text(configuration + more)
        (folder / "plugins").write_text("[].\n")
        (folder / "environment.conf").touch()
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)

    def start(self) -> None:
        """Start with all that it had and wait for the greeting."""
        with (self.folder / "console").open("ab") as out:
            command, quiet = [self.scripts / "rabbitmq-server"], subprocess.DEVNULL
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=quiet, stdout=out, stderr=out, start_new_session=True
            )
        eventually(self._up, START_SECONDS)

    def _up(self) -> bool:
        assert self.process.poll() is None, (self.folder / "console").read_text()
        return self.greets()

    @property
    def pid(self) -> int:
        """The broker itself, not the script that started it."""
        return int((self.folder / "pid").read_text())

    def _send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        self.process.wait(20)

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)
        eventually(self._stands_still)

    def _stands_still(self) -> bool:
        """Whether every thread has stopped; one that has not may still answer what it was sent."""
        threads = [each.id for each in psutil.Process(self.pid).threads()]
        return all(psutil.Process(each).status() == psutil.STATUS_STOPPED for each in threads)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def ctl(self, *arguments: str) -> str:
        command = [self.scripts / "rabbitmqctl", "--silent", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def load(self, definitions: dict[str, object]) -> None:
        path = self.folder / "definitions.json"
        path.write_text(json.dumps(definitions))
        self.ctl("import_definitions", str(path))

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.thaw()
            self.kill()
        epmd = next(iter(self.scripts.glob("epmd")), None) or shutil.which("epmd")
        if epmd:
            subprocess.run([epmd, "-port", str(self.epmd_port), "-kill"], check=False, capture_output=True)


class ContainerBroker(Broker):
    """One node in a container of its own."""

    def __init__(self, port: int, password: str, image: str, made) -> None:
        super().__init__(port, password, f"a container of {image}")
        self._container = made

    def start(self) -> None:
        """Start with all that it had and wait for the greeting."""
        self._container.start()
        eventually(self.greets, START_SECONDS)

    def kill(self) -> None:
        self._container.kill()
        self._container.wait()

    def freeze(self) -> None:
        self._container.pause()

    def thaw(self) -> None:
        self._container.unpause()

    def ctl(self, *arguments: str) -> str:
        code, words = self._container.exec_run(["rabbitmqctl", "--silent", *arguments])
        assert code == 0, words.decode()
        return words.decode()

    def load(self, definitions: dict[str, object]) -> None:
        script = f"rabbitmqctl import_definitions <<'END'\n{json.dumps(definitions)}\nEND\n"
        code, words = self._container.exec_run(["sh", "-c", script])
        assert code == 0, words.decode()


@contextmanager
def from_address() -> Iterator[Address]:
    url = os.environ.get("TEST_AMQP_URL")
    if not url:
        raise Missing("TEST_AMQP_URL is not set")
    yield Address(url, "TEST_AMQP_URL")


@contextmanager
def from_container() -> Iterator[ContainerBroker]:
    image = os.environ.get("RABBITMQ_IMAGE", IMAGE)
    password = secrets.token_hex(8)
    environment = {"RABBITMQ_DEFAULT_USER": USER, "RABBITMQ_DEFAULT_PASS": password}
    with container(image, 5672, environment) as (made, port):
        broker = ContainerBroker(port, password, image, made)
        eventually(broker.greets, START_SECONDS)
        broker.version = broker.ctl("version").strip()
        yield broker


@contextmanager
def from_programs(more: str = "", prepare: Callable[[Path], None] = lambda _folder: None) -> Iterator[ProgramBroker]:
    """A broker with these lines in its configuration besides, in a folder prepared before it starts."""
    scripts = scripts_folder()
    with TemporaryDirectory(prefix="rabbitmq-") as folder:
        broker = ProgramBroker(Path(folder), scripts, more)
        prepare(Path(folder))
        try:
            broker.start()
            broker.version = broker.ctl("version").strip()
            yield broker
        finally:
            broker.stop()


def scripts_folder() -> Path:
    """Where RabbitMQ's programs are: RABBITMQ_SBIN, else where packages put them."""
    given = os.environ.get("RABBITMQ_SBIN")
    found = [Path(given)] if given else [each for name in SCRIPTS for each in sorted(Path("/").glob(name.lstrip("/")))]
    scripts = next((each for each in found if (each / "rabbitmq-server").exists()), None)
    if scripts is None:
        raise Missing("rabbitmq-server is not installed")
    return scripts


@pytest.fixture(scope="session")
def private_rabbitmq(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker that a test may kill, freeze and starve, if it heals it again; never one that already runs."""
    with first_of(request.config, "RabbitMQ", [from_container, from_programs]) as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq(request: pytest.FixtureRequest) -> Iterator[Address | Broker]:
    """A broker to speak over, from any source; it has `url`, and names on it must be the test's own."""
    own = partial(_lent, request)
    with first_of(request.config, "RabbitMQ", [from_address, own]) as broker:
        yield broker


@contextmanager
def _lent(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The private one, so that no second is started."""
    yield request.getfixturevalue("private_rabbitmq")
