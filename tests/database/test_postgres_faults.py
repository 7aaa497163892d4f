"""What may happen to PostgreSQL, or to the way there: nothing acknowledged is lost, and every answer comes in time."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import date
from threading import Event
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from click import ClickException

from pprg_shared import postgres
from pprg_shared.boxes.operations import drop, listed, retry
from pprg_shared.boxes.outgoing import Outbox
from pprg_shared.boxes.tables import answers, outbox
from pprg_shared.boxes.wakeups import Listener
from pprg_shared.database import POOL, Database
from pprg_shared.events.intake import ReferralSubmitted
from pprg_triage.models import Case
from speaking import Ear, say
from waiting import eventually
from wire import Wire

pytestmark = [
    pytest.mark.database,
    pytest.mark.parametrize("addresses", ["private_postgres"], indirect=True),
]


@pytest.fixture
def server(private_postgres, world):
    """The server under the world; when it is killed, it has only what this test wrote to go through again."""
    with private_postgres.admin() as connection:
        connection.execute("CHECKPOINT")
    return private_postgres


@pytest.fixture
def intake(world):
    return world.services["intake"].database


def timed(act):
    began = time.monotonic()
    return act(), time.monotonic() - began


def kept(key, at):
    return {"scope": "x", "key": key, "fingerprint": "", "location": "", "reference": "", "kept_at": at}


@pytest.mark.fault("F18")
@pytest.mark.asvs("16.5.2")
def test_a_killed_server_is_503_and_back_by_itself(server, refer, stored):
    first = refer().json["reference"]

    server.kill()
    (sent, waited), (page, _) = timed(lambda: refer("key")), timed(lambda: refer("other"))
    server.start()

    assert [each.status_code for each in (sent, page)] == [503, 503]
    assert sent.headers["Retry-After"] == "5"
    assert waited < 6
    assert refer("key").status_code == 201
    assert stored() == [first, "PPRG-2026-0002"]


@pytest.mark.fault("F18")
def test_what_was_acknowledged_while_the_server_was_killed_again_and_again_is_there(server, refer, stored):
    """Three people send on; each repeats what was not acknowledged, with the same key."""
    ended = Event()

    def person(name):
        acknowledged = []
        while not ended.is_set():
            key = f"{name}.{len(acknowledged)}"
            eventually(lambda key=key: note(refer(key), acknowledged), 60)
        return acknowledged

    def note(sent, acknowledged):
        assert sent.status_code in {201, 409, 503}
        if sent.status_code == 201:
            acknowledged.append(sent.json["reference"])
        return sent.status_code == 201

    with ThreadPoolExecutor(3) as people:
        sending = [people.submit(person, name) for name in "abc"]
        for number in range(1, 4):
            eventually(lambda number=number: len(stored()) >= 5 * number, despite=(sa.exc.OperationalError,))
            server.kill()
            server.start()
        ended.set()
        acknowledged = [reference for each in sending for reference in each.result()]

    assert sorted(acknowledged) == stored()
    assert len(acknowledged) > 15


@pytest.mark.fault("F19")
def test_one_killed_session_resets_all_and_the_next_request_is_served(server, intake, refer, stored):
    """PostgreSQL then ends every session; a pooled link that is dead is found out before it is used."""
    refer()
    with intake.engine.connect() as connection:
        pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))

    with server.admin() as bystander:
        server.kill_backend(pid)
        with pytest.raises(psycopg.OperationalError):
            bystander.execute("SELECT pg_sleep(20)")
    eventually(server.answers)
    sent = refer()

    assert sent.status_code == 201
    assert stored() == ["PPRG-2026-0001", "PPRG-2026-0002"]


@pytest.mark.fault("F28")
def test_a_relay_that_loses_its_connection_before_its_mark_publishes_again_at_once(server, intake):
    """What it had in hand is nobody's, and no lease has to run out first."""
    ear = Ear()
    say(intake, 3)
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE state = 'idle in transaction'"

    def hear_and_cut(bodies):
        ear.bodies += bodies
        if len(ear.bodies) == 3:
            with server.admin() as connection:
                assert connection.execute(cut).fetchone() == (1,)
        return [True] * len(bodies)

    ear.bus.listen("ear", ["nil-return.submitted"], hear_and_cut)
    with pytest.raises(psycopg.OperationalError):
        Outbox(intake, ear.bus).drain()
    published = Outbox(intake, ear.bus).drain()

    assert published == 3
    assert ear.bodies[:3] == ear.bodies[3:]


@pytest.fixture
def deadly(world):
    """The bodies of two events, of which triage cannot handle the first without the end of its connection."""
    triage = world.services["triage"]
    statements = (
        "CREATE FUNCTION deadly() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$",
        "CREATE TRIGGER deadly BEFORE INSERT ON cases FOR EACH ROW WHEN (NEW.reference = 'PPRG-2026-0666')"
        " EXECUTE FUNCTION deadly()",
    )
    with triage.database.engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)
    said = [referral(reference) for reference in ("PPRG-2026-0666", "PPRG-2026-0001")]
    about = {"source": "intake", "time": world.clock(), "correlation_id": "test"}
    yield [each.wrap(world.services["intake"].keys, **about).to_json() for each in said]
    with triage.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION deadly CASCADE")


def referral(reference):
    about = {"referrer_agency": "police", "agencies": ["police"], "routes": ["rapid_review"], "subject_kind": "child"}
    about |= {"subject_name": "Canary Name", "subject_born": "May 2016", "incident_on": "2026"}
    about |= {"what_happened": "Canary narrative", "submitted_on": date(2026, 11, 24)}
    return ReferralSubmitted(referral_id=uuid4(), referrer_id=uuid4(), reference=reference, **about)


@pytest.mark.fault("F50")
def test_an_event_that_kills_its_connection_each_time_is_told_from_a_database_that_is_away(world, deadly):
    """The batch is tried again as if the database were away, and stored when it is not; the others go on."""
    triage = world.services["triage"]
    for _ in range(2):
        with pytest.raises(sa.exc.OperationalError):
            triage.arrival.receive(deadly)

    stored = triage.arrival.receive(deadly)
    for _ in range(40):
        with suppress(sa.exc.OperationalError):
            world.settle()
        world.clock.forward(seconds=100)

    assert stored == [True, True]
    with triage.database.reading() as session:
        assert session.scalars(sa.select(Case.reference)).all() == ["PPRG-2026-0001"]
    parked = listed(triage, "inbox", "parked", 10)
    assert [(row["type"], row["attempts"]) for row in parked] == [("referral.submitted.v1", 12)]
    assert parked[0]["problem"].startswith("The database refuses what has to be done for it (")


@pytest.fixture
def wire(private_postgres, addresses):
    """Between intake and its server."""
    made = Wire("127.0.0.1", private_postgres.url.port)
    addresses["intake"] = sa.make_url(addresses["intake"]).set(port=made.port).render_as_string(hide_password=False)
    yield made
    made.close()


@pytest.mark.fault("F20")
def test_when_the_reply_to_a_commit_is_lost_the_repeat_finds_what_was_done(wire, refer, stored):
    """The outcome is not known, so it is 503 and never run again blindly; the key finds the answer."""
    wire.lose_the_reply_to(b"COMMIT\x00")
    unknown = refer("key")
    again = refer("key")

    assert wire.lost.is_set()
    assert unknown.status_code == 503
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert stored() == [again.json["reference"]]


@pytest.fixture(params=[2.0, pytest.param(postgres.ANSWER_SECONDS, marks=pytest.mark.long)])
def patience(request, monkeypatch):
    """Services wait for an answer less long than in earnest, for every day."""
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", request.param)
    monkeypatch.setattr(postgres.Connection, "patience", request.param)


@pytest.mark.fault("F21")
@pytest.mark.usefixtures("patience")
def test_a_frozen_server_is_503_in_time_for_everybody_and_all_is_well_when_it_thaws(server, refer, stored):
    """A frozen server keeps none of its own limits, so ours end the wait."""
    refer()

    server.freeze()
    try:
        with ThreadPoolExecutor(8) as people:
            sent = list(people.map(lambda _: timed(lambda: refer("key")), range(8)))
    finally:
        server.thaw()

    assert {each.status_code for each, _ in sent} == {503}
    assert max(waited for _, waited in sent) < 15
    assert eventually(lambda: refer("key").status_code == 201)
    assert stored() == ["PPRG-2026-0001", "PPRG-2026-0002"]


@pytest.mark.fault("F21")
def test_a_server_that_freezes_within_a_transaction_is_given_up(server, intake, stored):
    """The link is closed, and what was not committed is not there."""
    with pytest.raises(sa.exc.OperationalError, match="does not answer"), intake.writing("action") as session:
        session.execute(sa.insert(answers).values(kept("frozen", intake.clock())))
        session.connection().connection.dbapi_connection.patience = 0.5
        server.freeze()
        try:
            session.execute(sa.select(answers))
        finally:
            server.thaw()

    with intake.reading() as session:
        assert session.scalar(sa.select(answers.c.key)) is None


@pytest.mark.fault("F22")
def test_a_row_that_another_worker_holds_is_passed_over(world):
    """SKIP LOCKED moves on."""
    database, ear = world.services["triage"].database, Ear()
    first, *others = say(database, 20)

    with database.writing("action") as session:
        session.execute(sa.select(outbox).where(outbox.c.id == first).with_for_update()).one()
        published, waited = timed(lambda: Outbox(database, ear.bus).drain())

    assert published == len(others)
    assert waited < 2
    assert Outbox(database, ear.bus).drain() == 1
    assert len(set(ear.bodies)) == 20


@pytest.mark.fault("F22")
def test_a_row_that_a_relay_holds_is_left_alone_by_a_person_and_that_is_said(world):
    """Nobody waits for the lock, and the event goes out once."""
    triage, ear = world.services["triage"], Ear()
    (held,) = say(triage.database, 1)

    with triage.database.in_hand() as hand:
        hand.take(sa.select(outbox.c.id).where(outbox.c.id == held).with_for_update(), {})
        for act in (retry, drop):
            with pytest.raises(ClickException, match="it is in hand just now"):
                act(triage, "outbox", held)

    assert Outbox(triage.database, ear.bus).drain() == 1


@pytest.mark.fault("F22", "F06")
def test_a_key_whose_first_request_still_works_is_409_with_retry_after(world, intake, refer, stored):
    """The wait for another's lock ends after two seconds."""
    taken = kept("key", intake.clock()) | {"scope": "nobody:api.create_referral"}
    with intake.writing("action") as session:
        session.execute(sa.insert(answers).values(taken))
        sent, waited = timed(lambda: refer("key"))
        session.rollback()

    assert (sent.status_code, sent.headers["Retry-After"]) == (409, "5")
    assert waited < 4
    assert stored() == []
    assert refer("key").status_code == 201


@pytest.mark.fault("F23")
def test_a_transaction_that_is_left_open_is_ended_by_the_server(intake):
    settings = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    with intake.reading() as session:
        found = [session.scalar(sa.text(f"SHOW {name}")) for name in settings]
    with pytest.raises(sa.exc.DBAPIError), intake.writing("action") as session:
        session.execute(sa.text("SET idle_in_transaction_session_timeout = '100ms'"))
        session.execute(sa.insert(answers).values(kept("open", intake.clock())))
        raw = session.connection().connection.dbapi_connection
        eventually(lambda: raw.pgconn.consume_input() or raw.pgconn.status)

    assert found == ["2s", "10s", "1min", "UTC"]
    with intake.reading() as session:
        assert session.scalar(sa.select(answers.c.key)) is None


@pytest.mark.fault("F24")
def test_when_the_server_takes_no_more_connections_it_is_503_at_once(server, intake, refer, stored):
    limit = f'ALTER DATABASE "{intake.url.database}" CONNECTION LIMIT '
    with server.admin() as connection:
        connection.execute(limit + "0")
        intake.engine.dispose()
        sent, waited = timed(lambda: refer("key"))
        connection.execute(limit + "-1")

    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "5")
    assert waited < 2
    assert refer("key").status_code == 201


@pytest.mark.fault("F24")
def test_two_of_each_service_at_their_busiest_leave_room_for_an_administrator(server, world):
    """Whoever comes when all connections of a process are out waits for one."""
    processes = [Database(each.database.url, name) for name, each in world.services.items() for _ in range(2)]
    listeners = [Listener(each, lambda: None) for each in processes]
    pooled = "count(*) FILTER (WHERE application_name = 'pprg')"
    count = f"SELECT count(*), {pooled} FROM pg_stat_activity WHERE datname = ANY(%s)"
    names = [each.url.database for each in processes]
    peaks = (0, 0)

    def work(number):
        database = processes[number % len(processes)]
        with database.writing("action") if number % 16 < 8 else database.reading() as session:
            session.execute(sa.text("SELECT pg_sleep(0.3)"))

    for each in world.services.values():
        each.database.close()
    for each in listeners:
        each.start()
    with server.admin() as connection, ThreadPoolExecutor(16 * len(processes)) as crowd:
        (most,) = connection.execute("SHOW max_connections").fetchone()
        working = [crowd.submit(work, number) for number in range(32 * len(processes))]
        while not all(each.done() for each in working):
            peaks = tuple(map(max, peaks, connection.execute(count, (names,)).fetchone()))
    for each in [*listeners, *processes]:
        each.stop() if isinstance(each, Listener) else each.close()

    assert {each.exception() for each in working} == {None}
    assert (int(most), peaks) == (100, (88, 80))


@pytest.fixture
def impatient(monkeypatch):
    """Who finds no connection free waits a second for one."""
    monkeypatch.setattr("pprg_shared.database.BUSY_SECONDS", 1)


@pytest.mark.fault("F24")
def test_who_finds_every_connection_out_for_too_long_is_503_and_may_come_back(impatient, intake, refer, stored):
    with ExitStack() as others:
        for _ in range(POOL // 2):
            others.enter_context(intake.engine.connect())
        sent, waited = timed(lambda: refer("key"))

    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "5")
    assert 1 <= waited < 3
    assert refer("key").status_code == 201
    assert stored() == ["PPRG-2026-0001"]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_an_address_needs_to_name_no_driver(addresses, scheme):
    plain = addresses["intake"].replace("postgresql+psycopg", scheme)

    database = Database(plain, "intake")

    with database.reading() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
    database.close()
