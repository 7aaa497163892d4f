"""From SQLite to PostgreSQL: every row as it was, or none; afterwards the services go on where they stood."""

import dataclasses
import os
import signal
from functools import partial

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

import forked
from databases import migrate
from invented import REFERRAL
from pprg_embedded.world import SERVICES
from pprg_shared.audit.verifying import verified
from pprg_shared.boxes.tables import metadata as common
from pprg_shared.boxes.tables import outbox
from pprg_shared.cli import service_command
from pprg_shared.database import Database
from pprg_shared.local import LocalBus
from pprg_shared.sealing import Keyring, new_key
from pprg_shared.service import Runtime

pytestmark = pytest.mark.database
KEYS = ("case_keys", "contact_keys", "session_keys", "secret_key", "sign_in_public_keys")


def tables(service):
    return [*common.sorted_tables, *service.metadata.sorted_tables]


def refer(world, key):
    headers = {"Idempotency-Key": key}
    assert world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=headers).status_code == 201


def cases(world):
    return world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]


@pytest.fixture
def stopped(world):
    """A case in which agencies are asked, and a second referral that nobody has heard of yet; nothing runs."""
    refer(world, "first")
    world.settle()
    (case,) = cases(world)
    asked = {"agencies": ["police", "icb"], "questions": "What was your part?"}
    headers = {**world.acting("coordinator"), "Idempotency-Key": "asked"}
    path = f"/api/v1/cases/{case['id']}/requests"
    assert world.client("triage").post(path, json=asked, headers=headers).status_code == 201
    world.settle()
    refer(world, "second")
    for each in world.services.values():
        each.database.close()
    return world


@pytest.fixture
def grown(postgres):
    """Service to the address of a new database without a table."""
    return {each.name: postgres.fresh() for each in SERVICES}


@pytest.fixture
def move(settings, grown, world):
    """`pprg-SERVICE move FILE`; code and text."""

    def run(service, **changes):
        environ = {name.upper(): getattr(settings, name) for name in KEYS}
        environ |= {"DATABASE_URL": grown[service.name], "BROKER_URL": "amqp://127.0.0.1:1", "LOG_FORMAT": "text"}
        file = world.folder / f"{service.name}.sqlite"
        done = CliRunner().invoke(service_command(service), ["move", str(file)], env=environ | changes)
        return done.exit_code, done.output

    return run


def chain(address, service):
    """What the record of who saw what is worth."""
    database = Database(address, service.name)
    found = verified(database, [])
    database.close()
    return found


def content(address, service):
    """Every row of every table, in an order of its own."""
    database = Database(address, service.name)
    with database.reading() as session:
        found = {each.name: sorted(map(repr, session.execute(sa.select(each)))) for each in tables(service)}
    database.close()
    return found


def nothing(address, service):
    """Whether no table holds a row; there may be no tables at all."""
    database = Database(address, service.name)
    with database.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        filled = [each.name for each in tables(service) if each.name in there and connection.scalar(sa.select(each))]
    database.close()
    return filled == []


def triage():
    return next(each for each in SERVICES if each.name == "triage")


def test_every_row_is_there_as_it_was_and_the_services_go_on(stopped, move, grown, settings, clock):
    here = {each.name: stopped.services[each.name].settings.database_url for each in SERVICES}
    said = {each.name: move(each) for each in SERVICES}

    assert {name: code for name, (code, _) in said.items()} == dict.fromkeys(here, 0), said
    for each in SERVICES:
        assert content(grown[each.name], each) == content(here[each.name], each)
        assert chain(grown[each.name], each).whole
    assert "requests 2\n" in said["triage"][1]

    bus = LocalBus(here)
    moved = {name: dataclasses.replace(settings, database_url=address) for name, address in grown.items()}
    alive = {each.name: Runtime(each, moved[each.name], bus, clock) for each in SERVICES}
    after = dataclasses.replace(stopped, services=alive)
    for each in after.services.values():
        each.migrate()
        each.listen()
    after.settle()
    found = cases(after)
    pages = [after.visitor("triage", "coordinator").get(f"/cases/{each['id']}").text for each in found]
    for each in after.services.values():
        each.stop()
    assert [each["reference"] for each in found] == ["PPRG-2026-0001", "PPRG-2026-0002"]
    assert all("Invented Child" in each for each in pages)


def test_a_file_that_is_in_use_is_left_alone(world, move, grown):
    code, said = move(triage())

    assert (code, "another process already uses" in said) == (3, True)
    assert nothing(grown["triage"], triage())


def test_a_database_that_holds_something_is_left_alone(stopped, move, grown):
    assert move(triage())[0] == 0
    before = content(grown["triage"], triage())

    code, said = move(triage())

    assert code == 1
    assert "nothing was moved: the database already holds" in said
    assert "name an empty database" in said
    assert content(grown["triage"], triage()) == before


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_on_either_side_of_the_commit_nothing_is_moved_or_all(stopped, settings, grown, when):
    here = stopped.services["triage"].settings.database_url
    environ = {name.upper(): getattr(settings, name) for name in KEYS}
    environ |= {"DATABASE_URL": grown["triage"], "BROKER_URL": "amqp://127.0.0.1:1"}
    command = ["-m", "pprg_triage", "move", str(stopped.folder / "triage.sqlite")]
    deadly = {"CRASHPOINT": f"triage.move.{when}_commit"}
    before = content(here, triage())

    ended = forked.run(command, os.environ | environ | deadly)
    left = {"before": nothing(grown["triage"], triage()), "after": content(grown["triage"], triage()) == before}
    again = forked.run(command, os.environ | environ)

    assert ended.returncode == -signal.SIGKILL
    assert left[when]
    assert (again.returncode, "already holds" in again.stderr) == ((0, False) if when == "before" else (1, True))
    assert content(grown["triage"], triage()) == before == content(here, triage())


@pytest.mark.parametrize("name", ["intake", "triage"])
def test_without_its_key_nothing_is_moved(stopped, move, grown, settings, name):
    service = next(each for each in SERVICES if each.name == name)
    needed = Keyring.parse(settings.case_keys).ids[0]

    code, said = move(service, CASE_KEYS=new_key())

    assert code == 1
    assert f"needs key {needed}: put it into CASE_KEYS" in said
    assert nothing(grown[name], service)


def test_a_key_that_seals_only_what_waits_is_missed_too(stopped, move, grown, settings):
    """In the notifier names are sealed in columns, and in the bodies of its boxes."""
    (notifier,) = (each for each in SERVICES if each.name == "notifier")
    with stopped.services["notifier"].database.writing("action") as session:
        for each in notifier.metadata.sorted_tables:
            session.execute(sa.delete(each))
    stopped.services["notifier"].database.close()

    code, said = move(notifier, CONTACT_KEYS=new_key())

    assert code == 1
    assert "inbox needs key" in said
    assert nothing(grown["notifier"], notifier)


def spoil(stopped, statement):
    database = stopped.services["triage"].database
    with database.engine.connect() as connection:
        connection.exec_driver_sql(statement)
    database.close()


def test_an_older_file_is_not_moved(stopped, move, grown):
    spoil(stopped, "UPDATE alembic_version SET version_num = '0001'")

    code, said = move(triage())

    assert code == 1
    assert "nothing was moved: the file is at 0001, this version needs" in said
    assert nothing(grown["triage"], triage())


def test_one_row_that_postgresql_does_not_take_keeps_all_back_and_is_not_quoted(stopped, move, grown):
    spoil(stopped, "UPDATE cases SET reference = 'Canary' || hex(zeroblob(30))")

    code, said = move(triage())

    assert code == 1
    assert "nothing was moved: cases: PostgreSQL takes a row for wrong" in said
    assert "Canary" not in said
    assert nothing(grown["triage"], triage())


def test_who_names_no_postgresql_is_told(stopped, move, tmp_path):
    code, said = move(triage(), DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite")

    assert code == 1
    assert "nothing was moved: DATABASE_URL must name PostgreSQL" in said


def test_a_database_that_somebody_is_writing_to_is_left_alone(stopped, move, grown):
    migrate(triage(), grown["triage"])
    database = Database(grown["triage"], "triage")

    with database.engine.begin() as other:
        other.execute(sa.update(outbox).values(attempts=1))
        code, said = move(triage())
    database.close()

    assert code == 1
    assert "nothing was moved: others use the database" in said
    assert nothing(grown["triage"], triage())


def test_no_table_counts_its_rows_by_itself(postgres):
    """A column that PostgreSQL counts would have to be told where SQLite stopped."""
    address = postgres.fresh("moved", partial(migrate, triage()))
    database = Database(address, "triage")
    with database.engine.connect() as connection:
        sequences = connection.exec_driver_sql("SELECT count(*) FROM pg_sequences").scalar()
    database.close()

    assert sequences == 0
