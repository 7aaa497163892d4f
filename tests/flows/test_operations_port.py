"""The operations port: alive, ready, metrics, for one service and for the whole world; each part is seen failing."""

import dataclasses
import threading
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from pprg_embedded.ports import free_port
from pprg_notifier.service import service as notifier
from pprg_shared.boxes.tables import audit, inbox
from pprg_shared.health import Operations
from pprg_shared.limits import limits
from pprg_shared.rabbit import RabbitBus
from pprg_shared.service import Runtime
from speaking import say
from waiting import eventually

pytestmark = pytest.mark.both_databases
#: Of a loop that turns at least once a second, on a crowded machine.
STALE_SECONDS = 5
NOT_KNOWN = {"ok": False, "detail": "not known: the database does not answer"}


@pytest.fixture
def port(world):
    return Client(Operations(list(world.services.values())))


@pytest.fixture
def turning(world):
    """The loops of all services turn."""
    for each in world.services.values():
        each.start()


def parts(port, service="triage"):
    """What the port says of a service, by part."""
    return port.get("/readyz").json["services"][service]


def ready(port):
    """Whether the port calls the process ready, by status and by word."""
    answer = port.get("/readyz")
    assert answer.status_code == (200 if answer.json["ready"] else 503)
    return answer.json["ready"]


def figures(port, service="triage"):
    """The metrics of a service: name, with what else it is about, to figure."""
    answer = port.get("/metrics")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    return {
        " ".join([each.name, *(value for name, value in each.labels.items() if name != "service")]): each.value
        for each in samples
        if each.labels["service"] == service
    }


def test_it_lives(port):
    answer = port.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_not_ready_before_its_loops_turn_and_says_so(port):
    assert not ready(port)
    assert parts(port)["database"] == {"ok": True, "detail": "answers"}
    assert parts(port)["loop"] == {"ok": False, "detail": "no beat for a minute"}


@pytest.mark.usefixtures("turning")
def test_it_is_ready_when_its_loops_turn_and_says_what_of(port, world):
    assert ready(port)
    assert parts(port).keys() == {"holidays", "database", "migrations", "waiting", "broker", "loop", "anchors"}
    assert all(part["ok"] for name in world.services for part in parts(port, name).values())


@pytest.mark.usefixtures("turning")
def test_a_loop_that_is_stuck_is_said_and_it_is_ready_again_when_it_goes_on(port, world):
    """Whoever hears takes for ever, so the outbox turns no more; the other loops do."""
    triage, let_go = world.services["triage"], threading.Event()
    outgoing = next(loop for loop in triage.loops if loop.box.name == "outbox")
    outgoing.stale_seconds = STALE_SECONDS
    triage.bus.listen("deaf", ["nil-return.submitted"], lambda bodies: [let_go.wait(60)] * len(bodies))

    say(triage.database, 1)
    try:
        eventually(lambda: not ready(port))
        stuck = parts(port)["loop"]
    finally:
        let_go.set()

    assert stuck == {"ok": False, "detail": "no beat for a minute"}
    assert eventually(lambda: ready(port))


@pytest.mark.usefixtures("turning")
@pytest.mark.parametrize(
    ("further", "words"),
    [(2, "too new for this version"), (-1, "run `migrate` first")],
    ids=["too new", "too old"],
)
def test_a_database_of_another_version_is_said_apart_from_one_that_is_away(port, world, further, words):
    triage = world.services["triage"]
    revision = f"{int(triage.migrations.head) + further:04}"

    with numbered(triage, revision):
        fit, said, others = ready(port), parts(port), parts(port, "intake")

    assert not fit
    assert said["database"] == {"ok": True, "detail": "answers"}
    assert not said["migrations"]["ok"]
    assert f"the database is at {revision}" in said["migrations"]["detail"]
    assert words in said["migrations"]["detail"]
    assert others["migrations"] == {"ok": True, "detail": "as this version needs"}
    assert ready(port)


@contextmanager
def numbered(runtime, revision):
    """A database says that it is at this revision until the end of the block."""

    def say_so(number):
        with runtime.database.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    say_so(revision)
    try:
        yield
    finally:
        say_so(runtime.migrations.head)


@pytest.fixture
def cut_off(request):
    """Cuts a service off from its database until the end of the block."""

    @contextmanager
    def until_the_end(runtime):
        url = runtime.database.url
        if runtime.database.sqlite:
            path, aside = Path(url.database), Path(f"{url.database}.aside")
            runtime.database.close()
            path.rename(aside)
            path.mkdir()
            try:
                yield
            finally:
                path.rmdir()
                aside.rename(path)
            return
        limit = f'ALTER DATABASE "{url.database}" CONNECTION LIMIT '
        with request.getfixturevalue("postgres").admin() as connection:
            connection.execute(limit + "0")
            runtime.database.close()
            try:
                yield
            finally:
                connection.execute(limit + "-1")

    return until_the_end


@pytest.mark.both_databases("each goes away in its own way")
def test_with_the_database_away_that_is_said_and_all_else_that_is_known(port, world, cut_off):
    triage = world.services["triage"]

    with cut_off(triage):
        away, told, others = parts(port), figures(port), figures(port, "intake")

    assert away["database"] == {"ok": False, "detail": "OperationalError"}
    assert (away["migrations"], away["waiting"]) == (NOT_KNOWN, NOT_KNOWN)
    assert away["broker"]["ok"]
    assert told == {
        "pprg_database_up": 0,
        "pprg_broker_connected": 1,
        "pprg_audit_unanchored": 0,
        "pprg_audit_anchors_failing": 0,
    }
    assert (others["pprg_database_up"], others["pprg_box_waiting outbox"]) == (1, 0)
    assert parts(port)["database"]["ok"]
    assert figures(port)["pprg_database_up"] == 1


def keep(runtime, **about):
    """A row in the inbox."""
    row = {"id": uuid4(), "type": "letter.accepted.v1", "subject": "some-case"}
    times = dict.fromkeys(("created_at", "due_at"), runtime.clock())
    with runtime.database.writing("action") as session:
        session.execute(sa.insert(inbox).values(**row | times | about))


@pytest.mark.fault("F34")
@pytest.mark.usefixtures("turning")
def test_a_row_that_waits_for_long_is_said_and_keeps_nobody_from_being_served(port, world):
    triage, clock = world.services["triage"], world.clock
    keep(triage, due_at=clock.at.replace(year=clock.at.year + 1))

    clock.forward(minutes=4)
    before = parts(port)["waiting"]
    clock.forward(minutes=6)

    assert before == {"ok": True, "detail": "oldest row waits 240 s"}
    assert parts(port)["waiting"] == {"ok": False, "detail": "oldest row waits 600 s"}
    assert parts(port, "intake")["waiting"] == {"ok": True, "detail": "oldest row waits 0 s"}
    assert ready(port)
    assert figures(port)["pprg_oldest_seconds"] == 600


@pytest.mark.fault("F54")
def test_whoever_hears_of_things_long_after_they_were_said_does_not_keep_up_and_that_is_said_too(port, world):
    say(world.services["intake"].database, 1)

    world.clock.forward(minutes=7)
    world.settle()
    late, figure = parts(port)["waiting"], figures(port)["pprg_oldest_seconds"]
    world.clock.forward(minutes=2)

    words = "oldest row waits 0 s; what came lately was said 420 s before it came"
    assert (late, figure) == ({"ok": False, "detail": words}, 420)
    assert parts(port)["waiting"] == {"ok": True, "detail": "oldest row waits 120 s"}


@pytest.fixture
def alone(settings, clock, addresses):
    """The notifier by itself, whose broker is away."""
    bus = RabbitBus(f"amqp://notifier:hunter2@127.0.0.1:{free_port()}/", "notifier")
    made = Runtime(notifier, dataclasses.replace(settings, database_url=addresses["notifier"]), bus, clock)
    made.migrate()
    made.listen()
    made.start()
    yield Client(Operations([made]))
    made.stop()


@pytest.mark.fault("F30")
def test_a_broker_that_is_away_is_said(alone):
    eventually(lambda: parts(alone, "notifier")["broker"]["detail"] != "connected")
    said = parts(alone, "notifier")

    assert not ready(alone)
    assert not said["broker"]["ok"]
    assert "hunter2" not in said["broker"]["detail"]
    assert {name for name, part in said.items() if not part["ok"]} == {"broker"}
    assert figures(alone, "notifier")["pprg_broker_connected"] == 0


def test_metrics_count_what_waits_what_was_parked_and_who_is_over_a_limit(port, world):
    intake, later = world.services["intake"], world.clock.at.replace(year=world.clock.at.year + 1)
    before = figures(port, "intake")
    with intake.database.reading() as session:
        entries = session.scalar(sa.select(sa.func.count()).select_from(audit))

    keep(intake)
    keep(intake, done_at=intake.clock())
    for _ in range(2):
        keep(intake, failed_at=intake.clock(), problem="OSError", attempts=12)
    say(intake.database, 3)
    with intake.database.writing("action") as session:
        for number, count in enumerate((3, 4)):
            row = {"id": f"{number}", "what": "mail_code", "count": count, "most": 3, "ends_at": later}
            session.execute(sa.insert(limits).values(**row))

    assert before == {
        "pprg_database_up": 1,
        "pprg_broker_connected": 1,
        "pprg_oldest_seconds": 0,
        "pprg_audit_unanchored": entries,
        "pprg_audit_anchors_failing": 0,
        **{f"pprg_box_{state} {box}": 0 for state in ("waiting", "parked") for box in ("inbox", "outbox")},
    }
    assert figures(port, "intake") == before | {
        "pprg_box_waiting inbox": 1,
        "pprg_box_parked inbox": 2,
        "pprg_box_waiting outbox": 3,
        "pprg_limits_reached mail_code": 1,
    }


def test_there_is_nothing_else_and_nothing_to_change(port):
    assert port.get("/cases").status_code == 404
    assert port.post("/healthz").status_code == 405
    assert port.head("/healthz").data == b""
