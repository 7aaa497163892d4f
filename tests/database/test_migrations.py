"""Migrations on both databases: complete, one process at a time, and nobody is refused while they run."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
import sqlalchemy as sa

import forked
from pprg_embedded.ports import free_port
from pprg_embedded.world import SERVICES
from pprg_intake.service import service as intake
from pprg_notifier.service import service as notifier
from pprg_shared import migrations
from pprg_shared.boxes.tables import outbox
from pprg_shared.database import Database
from pprg_shared.directory import contact, copies, keep_agency
from pprg_shared.events.intake import AgencyChanged
from pprg_shared.local import LocalBus
from pprg_shared.migrations import Migrations, WrongDatabase
from pprg_shared.service import Runtime
from waiting import eventually

FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True))
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.add_column("things", sa.Column("note", sa.Text))
"""
#: Its process ends between two steps, as in a power cut, when the environment says so.
IN_STEPS = """
import os
import signal

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.add_column("things", sa.Column("note", sa.Text))
    if os.environ.get("CUT_OFF"):
        os.kill(os.getpid(), signal.SIGKILL)
    op.add_column("things", sa.Column("more", sa.Text))
"""
MIGRATE = """
import sys

import sqlalchemy as sa

from pprg_shared.database import Database
from pprg_shared.migrations import Migrations

_, package, url = sys.argv
database = Database(url, "things")
Migrations(package, sa.MetaData()).upgrade(database)
database.close()
"""
PARENTS = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    number, name = sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text, nullable=False)
    op.create_table("parents", number, name)
    parent = sa.ForeignKey("parents.id", ondelete="CASCADE")
    op.create_table("children", sa.Column("parent_id", sa.Integer, parent, primary_key=True))
"""
#: SQLite makes another table for this and drops the one there was.
COPIED = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    with op.batch_alter_table("parents") as batch:
        batch.alter_column("name", existing_type=sa.Text(), nullable=True)
"""
BEREAVED = """
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.execute("DELETE FROM parents")
"""
THIRD = """
revision, down_revision = "0003", "0002"


def upgrade():
    pass
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.database)])
def empty(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite"
    return request.getfixturevalue("postgres").fresh()


@pytest.fixture
def release(tmp_path, monkeypatch):
    """The migrations of one release of a service that exists in this test alone."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(*texts):
        package = f"release_{uuid4().hex}"
        folder = tmp_path / package / "migrations"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for number, text in enumerate(texts, 1):
            (folder / f"{number:04}_step.py").write_text(text)
        return Migrations(package, sa.MetaData())

    return write


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_migrations_make_what_the_models_say(service, empty):
    database = Database(empty, service.name)
    whole = Migrations(service.package, service.metadata)

    assert whole.current(database) == "0000"
    whole.upgrade(database)

    assert whole.history.missing(database) == []
    assert whole.current(database) == whole.head
    database.close()


def test_a_database_that_is_up_to_date_is_left_alone_and_what_depends_on_it_is_done(empty, release):
    database = Database(empty, "things")
    release(FIRST).upgrade(database)
    again, done = release(FIRST), []

    again.upgrade(database, lambda: done.append(again.current(database)))

    assert done == ["0001"]
    assert "history" not in vars(again), "Alembic takes a third of a second and nine megabytes"
    database.close()


def test_a_database_that_is_older_or_more_than_one_step_newer_is_not_served(empty, release):
    database = Database(empty, "things")
    old, new, newest = release(FIRST), release(FIRST, SECOND), release(FIRST, SECOND, THIRD)

    with pytest.raises(WrongDatabase, match="run `migrate` first"):
        old.check(database)
    old.upgrade(database)
    old.check(database)
    new.upgrade(database)
    old.check(database)
    newest.upgrade(database)
    with pytest.raises(WrongDatabase, match="too new"):
        old.check(database)
    new.check(database)

    database.close()


@pytest.fixture
def until(tmp_path, monkeypatch):
    """The migrations of a service up to this number, as its code had them then."""
    monkeypatch.syspath_prepend(tmp_path)

    def those(service, last):
        package = f"{service.package}_until_{last}_{uuid4().hex}"  # Python imports a name once
        folder = tmp_path / package / "migrations"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for each in Migrations(service.package, service.metadata).folder.glob("[0-9]*.py"):
            if each.name[:4] <= last:
                shutil.copy(each, folder)
        return Migrations(package, service.metadata)

    return those


@pytest.fixture
def migrated_apart(tmp_path):
    """Migrate a database in a process of its own; the status with which that ends."""

    def run(those, url, **told):
        script = tmp_path / "migrate.py"  # where the package of that release is found too
        script.write_text(MIGRATE)
        return forked.run([str(script), those.package, url], os.environ | told).returncode

    return run


def found(those, url):
    """At which revision a database is, and the columns of its things."""
    database = Database(url, "things")
    tables = sa.inspect(database.engine)
    columns = tables.get_columns("things") if tables.has_table("things") else []
    revision = those.current(database)
    database.close()
    return revision, [each["name"] for each in columns]


def test_a_migration_that_is_cut_off_between_two_steps_is_undone_and_done_at_the_next_start(
    empty, release, migrated_apart
):
    those = release(FIRST, IN_STEPS)

    assert migrated_apart(those, empty, CUT_OFF="1") == -signal.SIGKILL
    assert found(those, empty) == ("0001", ["id"])

    assert migrated_apart(those, empty) == 0
    assert found(those, empty) == ("0002", ["id", "note", "more"])


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("before_commit:1", ("0000", [])),
        ("after_commit:1", ("0001", ["id"])),
        ("before_commit:2", ("0001", ["id"])),
        ("after_commit:2", ("0002", ["id", "note", "more"])),
    ],
)
def test_a_migration_and_its_number_are_there_together_or_not_at_all(empty, release, migrated_apart, point, left):
    those = release(FIRST, IN_STEPS)

    assert migrated_apart(those, empty, CRASHPOINT=f"things.migrate.{point}") == -signal.SIGKILL
    assert found(those, empty) == left

    assert migrated_apart(those, empty) == 0
    assert found(those, empty) == ("0002", ["id", "note", "more"])


@pytest.fixture
def families(empty, release):
    """A database of things that belong to others."""
    database = Database(empty, "families")
    release(PARENTS).upgrade(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO parents (id, name) VALUES (1, 'somebody')")
        connection.exec_driver_sql("INSERT INTO children (parent_id) VALUES (1)")
    yield database
    database.close()


def count(database, table):
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))


def test_a_table_that_is_copied_takes_nothing_with_it_that_belongs_to_its_rows(families, release):
    release(PARENTS, COPIED).upgrade(families)

    assert (count(families, "parents"), count(families, "children")) == (1, 1)
    with families.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO parents (id, name) VALUES (2, NULL)")
        connection.exec_driver_sql("DELETE FROM parents WHERE id = 1")
    assert (count(families, "parents"), count(families, "children")) == (1, 0)


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_rows_that_belong_to_nothing_is_undone(families, release):
    those = release(PARENTS, BEREAVED)

    with pytest.raises(WrongDatabase, match=r"rows of children that belong to nothing, and was undone"):
        those.upgrade(families)

    assert (count(families, "parents"), count(families, "children")) == (1, 1)
    assert those.current(families) == "0001"


@pytest.mark.parametrize(("revision", "taken"), [(3, True), (2, False)])
def test_contacts_that_were_named_before_any_were_copied_are_taken_when_the_directory_is_said_again(
    empty, until, settings, clock, revision, taken
):
    database = Database(empty, notifier.name)
    until(notifier, "0009").upgrade(database)
    row = {"id": "police", "name": "Before", "kind": "police", "active": True, "revision": 3, "content": "sealed"}
    with database.engine.begin() as connection:
        connection.execute(sa.insert(copies).values(**row))
    database.close()
    alive = Runtime(notifier, dataclasses.replace(settings, database_url=empty), LocalBus(), clock)

    alive.migrate()
    about = {"agency": "police", "name": "Now", "kind": "police", "active": True, "revision": revision}
    with alive.database.writing("action") as session:
        keep_agency(session, AgencyChanged(**about, single_point="contact@police.example"))

    with alive.database.reading() as session:
        kept = session.execute(sa.select(copies.c.name, copies.c.revision)).one()
        duties = contact(session, "police").duties if taken else {}
    alive.stop()
    assert tuple(kept) == (("Now", 3) if taken else ("Before", 2))
    assert [each["address"] for each in duties.values()] == ["contact@police.example"] * taken


@pytest.mark.database
def test_replicas_that_migrate_at_once_wait_for_one_another_and_fill_the_directory_once(postgres, settings, clock):
    counts = []
    for replicas in (1, 4):
        own = dataclasses.replace(settings, database_url=postgres.fresh())
        alive = [Runtime(intake, own, LocalBus(), clock) for _ in range(replicas)]
        with ThreadPoolExecutor(replicas) as crowd:
            list(crowd.map(Runtime.migrate, alive))
        with alive[0].database.reading() as session:
            counts.append(session.scalar(sa.select(sa.func.count()).select_from(outbox)))
        for each in alive:
            each.stop()

    assert counts[0] == counts[1] > 0


@pytest.mark.database
def test_nobody_is_refused_while_a_table_that_is_in_use_is_changed(postgres, release):
    """F26: the change waits a second at a time for its table; who writes meanwhile waits no longer than that."""
    database = Database(postgres.fresh(), "things")
    release(FIRST).upgrade(database)
    changed, waits = Event(), []

    def write():
        while not changed.is_set():
            began = time.monotonic()
            with database.writing("action") as session:
                session.execute(sa.text("INSERT INTO things (id) VALUES (:id)"), {"id": len(waits)})
            waits.append(time.monotonic() - began)

    def read_for_a_while():
        with database.reading() as session:
            session.execute(sa.text("SELECT count(*), pg_sleep(2.5) FROM things"))

    with ThreadPoolExecutor(2) as others:
        working = [others.submit(read_for_a_while), others.submit(write)]
        eventually(lambda: waits)
        release(FIRST, SECOND).upgrade(database)
        before = len(waits)
        eventually(lambda: len(waits) > before + 5)
        changed.set()
        for each in working:
            each.result()

    assert max(waits) < 5
    assert [each["name"] for each in sa.inspect(database.engine).get_columns("things")] == ["id", "note"]
    database.close()


@pytest.mark.database
def test_a_table_that_is_never_free_ends_the_migration_with_advice(postgres, release, monkeypatch):
    database = Database(postgres.fresh(), "things")
    release(FIRST).upgrade(database)
    monkeypatch.setattr(migrations, "PAUSES", (0.1,))

    with database.writing("action") as session:
        session.execute(sa.text("SELECT count(*) FROM things"))
        with pytest.raises(WrongDatabase, match="at a quieter time"):
            release(FIRST, SECOND).upgrade(database)

    release(FIRST, SECOND).upgrade(database)
    database.close()


def test_a_command_says_in_one_sentence_that_the_database_is_away(tmp_path, settings):
    secrets = {name: getattr(settings, name.lower()) for name in ("CASE_KEYS", "CONTACT_KEYS", "SECRET_KEY")}
    away = {"DATABASE_URL": f"postgresql://intake:hunter2@127.0.0.1:{free_port()}/intake", "BROKER_URL": "amqp://x"}
    command = [sys.executable, "-m", "pprg_intake", "migrate"]

    ended = subprocess.run(command, env=os.environ | secrets | away, capture_output=True, text=True, check=False)

    assert ended.returncode == 3
    assert ended.stderr.startswith("Error: the database is away: ")
    assert "hunter2" not in ended.stderr
    assert "Traceback" not in ended.stderr
