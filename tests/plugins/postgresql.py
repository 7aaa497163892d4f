"""PostgreSQL for tests: `postgres` to keep databases in, `private_postgres` to kill and freeze as well."""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from docker_engine import container
from pprg_embedded.ports import free_port
from sources import Missing, first_of
from waiting import eventually

IMAGE = "postgres:17"
OWNER = "tests"
#: Where packages put initdb and postgres when they are not on the path.
PROGRAMS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/opt/postgresql*/bin")
START_SECONDS = 60
TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
COPY = "CREATE TABLE kept.{0} AS TABLE {0}"


class Server:
    """A server in which each test has fresh databases, owned by a login that is no superuser."""

    def __init__(self, url: str, origin: str) -> None:
        self.url, self.origin = sa.make_url(url).set(drivername="postgresql+psycopg"), origin
        self.mark, self.password = f"tests_{secrets.token_hex(4)}", secrets.token_hex(8)
        self._made = 0
        self._templates: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._filled: dict[str, list[str]] = {}

    def admin(self, database: str | None = None) -> psycopg.Connection:
        """A superuser's connection, for what no service may do."""
        url = self.url.set(drivername="postgresql", database=database or self.url.database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5)

    def answers(self) -> bool:
        try:
            with self.admin() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def prepare(self) -> None:
        """Note the version and make the login of the services."""
        login = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(self.mark), self.password)
        with self.admin() as connection:
            (version,) = connection.execute("SHOW server_version").fetchone()
            connection.execute(login)
        self.version = version.split()[0]

    def fresh(self, template: str = "", fill: Callable[[str], None] | None = None) -> str:
        """The address of a new database; of that template, which `fill` fills when it is first asked for."""
        if template and template not in self._templates:
            address = self._create("template1")
            fill(address)
            self._templates[template] = sa.make_url(address).database
        return self._create(self._templates.get(template, "template1"))

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"{self.mark}_{self._made}"
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        statement = create.format(*map(sql.Identifier, (name, self.mark, template)))
        with self.admin() as connection:
            # Whoever filled the template may not have left yet.
            eventually(lambda: connection.execute(statement), despite=(psycopg.errors.ObjectInUse,))
        mine = self.url.set(database=name, username=self.mark, password=self.password)
        return mine.render_as_string(hide_password=False)

    def emptied(self, name: str, fill: Callable[[str], None], *, recalling: bool = False) -> str:
        """The address of a database that `fill` fills once and that loses all rows before each use: fast.

        `recalling`: it gets back the rows that it had when it was to remember them.
        """
        if name not in self._kept:
            self._kept[name] = self.fresh()
            fill(self._kept[name])
        with self.admin(sa.make_url(self._kept[name]).database) as connection:
            tables = [table for (table,) in connection.execute(TABLES)]
            connection.execute("SET session_replication_role = replica")  # some tables let nothing be taken away
            connection.execute("; ".join(f"DELETE FROM {table}" for table in tables))
            if recalling:
                connection.execute("; ".join(f"INSERT INTO {each} TABLE kept.{each}" for each in self._filled[name]))
        return self._kept[name]

    def remembers(self, name: str) -> bool:
        """Whether the database of this name has rows that it can get back."""
        return name in self._filled

    def remember(self, name: str) -> None:
        """Keep a copy of the rows that the database of this name has now."""
        with self.admin(sa.make_url(self._kept[name]).database) as connection:
            tables = [table for (table,) in connection.execute(TABLES)]
            filled = [each for each in tables if connection.execute(f"SELECT 1 FROM {each} LIMIT 1").fetchone()]
            connection.execute("; ".join(["CREATE SCHEMA kept", *map(COPY.format, filled)]))
        self._filled[name] = filled

    def drop_all(self) -> None:
        """Leave somebody else's server as it was found."""
        with self.admin() as connection:
            for number in range(1, self._made + 1):
                name = sql.Identifier(f"{self.mark}_{number}")
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(self.mark)))


class ProgramServer(Server):
    """A server in one folder, from the programs on this machine: start, kill, kill_backend, freeze, thaw."""

    def __init__(self, folder: Path, programs: Path) -> None:
        super().__init__(f"postgresql://{OWNER}@127.0.0.1:{free_port()}/postgres", "programs on this machine")
        self.folder, self.programs = folder, programs
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {each.pw_name: each for each in pwd.getpwall()}
            account = names.get("postgres") or names["nobody"]
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._run("initdb", "--username", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8").wait(60)

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [self.programs / program, "-D", self.folder / "data", *arguments]
        with (self.folder / "console").open("ab") as out:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **self._as,
            )

    def start(self) -> None:
        """Start with all that it had and wait until it answers."""
        settings = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
        self.process = self._run("postgres", "-p", str(self.url.port), *settings)
        eventually(self._up, START_SECONDS)

    def _up(self) -> bool:
        assert self.process.poll() is None, (self.folder / "console").read_text()
        return self.answers()

    def _family(self) -> list[psutil.Process]:
        postmaster = psutil.Process(self.process.pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def _send(self, number: signal.Signals) -> list[psutil.Process]:
        """Signal the server and its backends, of which any may end by itself meanwhile."""
        family = self._family()
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)
        return family

    def kill(self) -> None:
        """As a power cut would: the postmaster first stopped, so that it starts nobody meanwhile."""
        os.kill(self.process.pid, signal.SIGSTOP)
        family = self._send(signal.SIGKILL)
        self.process.wait(20)
        psutil.wait_procs(family, 20)

    def kill_backend(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)


class ContainerServer(Server):
    """A server in a container of its own: start, kill, kill_backend, freeze, thaw."""

    def __init__(self, port: int, password: str, image: str, made) -> None:
        super().__init__(f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/postgres", f"a container of {image}")
        self._container = made

    def start(self) -> None:
        """Start with all that it had and wait until it answers."""
        self._container.start()
        eventually(self.answers, START_SECONDS)

    def kill(self) -> None:
        """As a power cut would."""
        self._container.kill()
        self._container.wait()

    def kill_backend(self, pid: int) -> None:
        code, words = self._container.exec_run(["sh", "-c", f"kill -9 {pid}"])
        assert code == 0, words.decode()

    def freeze(self) -> None:
        self._container.pause()

    def thaw(self) -> None:
        self._container.unpause()


@contextmanager
def from_address() -> Iterator[Server]:
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        raise Missing("TEST_POSTGRES_URL is not set")
    server = Server(url, "TEST_POSTGRES_URL")
    server.prepare()
    yield server
    server.drop_all()


@contextmanager
def from_container() -> Iterator[ContainerServer]:
    image = os.environ.get("POSTGRES_IMAGE", IMAGE)
    password = secrets.token_hex(8)
    environment = {"POSTGRES_USER": OWNER, "POSTGRES_PASSWORD": password, "POSTGRES_DB": "postgres"}
    with container(image, 5432, environment) as (made, port):
        server = ContainerServer(port, password, image, made)
        eventually(server.answers, START_SECONDS)
        server.prepare()
        yield server


@contextmanager
def from_programs() -> Iterator[ProgramServer]:
    programs = programs_folder()
    if programs is None:
        raise Missing("PostgreSQL is not installed")
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = ProgramServer(Path(folder), programs)
        server.start()
        try:
            server.prepare()
            yield server
        finally:
            server.thaw()
            server.kill()


def programs_folder() -> Path | None:
    """Where initdb and postgres are: POSTGRES_BIN, else the newest that packages put anywhere, else the path."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given) if (Path(given) / "initdb").exists() else None
    found = [each for name in PROGRAMS for each in Path("/").glob(name.lstrip("/")) if (each / "initdb").exists()]
    if found:
        return max(found, key=lambda each: int(re.search(r"\d+", str(each))[0]))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@pytest.fixture(scope="session")
def private_postgres(request: pytest.FixtureRequest) -> Iterator[ProgramServer | ContainerServer]:
    """A server that a test may kill and freeze, if it heals it again; never one that already runs."""
    with first_of(request.config, "PostgreSQL", [from_container, from_programs]) as server:
        yield server


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server, from any source; `fresh()` gives the address of a database that is the caller's own."""
    own = partial(_lent, request)
    with first_of(request.config, "PostgreSQL", [from_address, own]) as server:
        yield server


@contextmanager
def _lent(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The private one, so that no second is started."""
    yield request.getfixturevalue("private_postgres")
