from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_shared.boxes import publish
from pprg_shared.boxes.commands import drop, listed, replay, retry
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.database import seal, unseal
from pprg_shared.events.intake import NilReturnSubmitted, ReferralSubmitted
from pprg_shared.keys import rotate, status
from pprg_shared.sealing import Keyring, Keys, SealError, new_key
from pprg_triage.models import Case, ImportedCase

pytestmark = pytest.mark.both_databases("each takes and marks rows in its own way")
REFERRAL = {
    "reference": "PPRG-2026-0001",
    "submitted_on": date(2026, 11, 24),
    "referrer_agency": "police",
    "agencies": ["police", "icb"],
    "routes": ["rapid_review"],
    "subject_kind": "child",
    "subject_name": "Canary Name",
    "subject_born": "May 2016",
    "incident_on": "2026",
    "what_happened": "Canary narrative",
}


def refer(world, **changes):
    said = ReferralSubmitted(referral_id=uuid4(), referrer_id=uuid4(), **(REFERRAL | changes))
    with world.services["intake"].database.writing("action") as session:
        publish(session, said)
    return said


def rows(runtime, table):
    with runtime.database.reading() as session:
        return session.execute(sa.select(table)).all()


def cases(world):
    with world.services["triage"].database.reading() as session:
        return session.scalars(sa.select(Case)).all()


#: One case cannot be written: the statement that would do so is refused each time.
STUBBORN = "PPRG-2026-0666"
REFUSED = {
    "sqlite": (
        f"CREATE TRIGGER stubborn BEFORE INSERT ON cases WHEN NEW.reference = '{STUBBORN}'"
        " BEGIN SELECT json('no JSON'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'it takes too long' USING ERRCODE = '{state}'; END $$",
        f"CREATE TRIGGER stubborn BEFORE INSERT ON cases FOR EACH ROW WHEN (NEW.reference = '{STUBBORN}')"
        " EXECUTE FUNCTION stubborn()",
    ),
}


FORGOTTEN = {"sqlite": "DROP TRIGGER stubborn", "postgresql": "DROP FUNCTION stubborn CASCADE"}


@contextmanager
def stubborn(engine, state):
    """Triage's database refuses a statement for this reason, until the end of the block."""
    with engine.begin() as connection:
        for each in REFUSED[engine.dialect.name]:
            connection.exec_driver_sql(each.replace("{state}", state))
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql(FORGOTTEN[engine.dialect.name])


@pytest.fixture(params=[("57014", "QueryCanceled"), ("54000", "ProgramLimitExceeded")], ids=lambda each: each[1])
def refusal(request, world):
    """The word with which triage's database refuses a statement until the end of the test."""
    state, word = request.param
    engine = world.services["triage"].database.engine
    with stubborn(engine, state):
        yield word if engine.dialect.name == "postgresql" else "OperationalError"


@pytest.mark.fault("F50")
def test_a_message_whose_statement_cannot_be_done_holds_up_no_other_and_is_given_up(world, refusal):
    triage = world.services["triage"]
    refer(world, reference=STUBBORN)
    refer(world)

    world.settle()
    waiting = listed(triage, "inbox", "waiting", 10)
    opened = [each.reference for each in cases(world)]
    while listed(triage, "inbox", "waiting", 10):
        world.clock.forward(hours=1)
        world.settle()

    assert opened == [REFERRAL["reference"]]
    words = f"The database refuses what has to be done for it ({refusal})."
    assert [(row["type"], row["problem"][: len(words)]) for row in waiting] == [("referral.submitted.v1", words)]
    assert [row["problem"][: len(words)] for row in listed(triage, "inbox", "parked", 10)] == [words]
    assert listed(world.services["intake"], "outbox", "waiting", 10) == []


@pytest.mark.fault("F48")
def test_what_is_said_arrives_once_however_often_it_is_sent(world):
    refer(world)
    world.settle()
    body = next(row.body for row in rows(world.services["intake"], outbox) if row.type == "referral.submitted.v1")

    safe = world.services["triage"].arrival.receive([body, body] * 20)

    assert safe == [True] * 40
    assert len(cases(world)) == 1


@pytest.mark.asvs("2.3.3")
def test_nothing_is_said_when_the_transaction_fails(world):
    with pytest.raises(RuntimeError), world.services["intake"].database.writing("action") as session:
        publish(session, ReferralSubmitted(referral_id=uuid4(), referrer_id=uuid4(), **REFERRAL))
        raise RuntimeError

    assert [row for row in rows(world.services["intake"], outbox) if row.type == "referral.submitted.v1"] == []


def early_return(world):
    about = {"request_id": uuid4(), "case_id": uuid4(), "reference": "PPRG-2026-0001", "agency": "police"}
    with world.services["intake"].database.writing("action") as session:
        publish(session, NilReturnSubmitted(**about, submitted_on=date(2026, 11, 24), author="Somebody"))


@pytest.mark.fault("F49")
def test_a_message_that_comes_too_early_waits_and_holds_up_no_other(world):
    early_return(world)
    refer(world)
    world.settle()

    waiting = listed(world.services["triage"], "inbox", "waiting", 10)

    assert [(row["type"], row["failed_at"]) for row in waiting] == [("nil-return.submitted.v1", None)]
    assert waiting[0]["problem"].startswith("It came before what it needs: request ")
    assert "never given up" in waiting[0]["problem"]
    assert len(cases(world)) == 1


@pytest.mark.fault("F49")
def test_a_message_that_comes_too_early_is_never_given_up(world):
    early_return(world)
    for _ in range(30):
        world.settle()
        world.clock.forward(hours=2)

    assert listed(world.services["triage"], "inbox", "parked", 10) == []
    assert listed(world.services["triage"], "inbox", "waiting", 10)[0]["attempts"] >= 25


@pytest.mark.fault("F58")
def test_what_nobody_here_handles_is_parked_at_once_and_can_be_dropped(world):
    triage = world.services["triage"]
    refer(world)
    world.settle()
    body = next(row.body for row in rows(world.services["intake"], outbox) if row.type == "referral.submitted.v1")
    strange = body.replace(b"referral.submitted.v1", b"referral.submitted.v9").replace(
        b'"id":"', b'"id":"00000000-0000-4000-8000-0000000000'
    )
    strange = strange[: strange.index(b'"id":"') + 6 + 36] + strange[strange.index(b'","type"') :]

    assert triage.arrival.receive([strange]) == [True]
    parked = listed(triage, "inbox", "parked", 10)
    assert [row["type"] for row in parked] == ["referral.submitted.v9"]
    assert retry(triage, "inbox", parked[0]["id"]) == 1
    world.settle()
    assert listed(triage, "inbox", "parked", 10)[0]["problem"].startswith("This service does not handle this type")
    assert drop(triage, "inbox", parked[0]["id"]) == 1
    assert listed(triage, "inbox", "parked", 10) == []


@pytest.mark.fault("F50")
def test_what_cannot_be_read_is_left_for_the_dead_letters(world):
    before = rows(world.services["triage"], inbox)
    assert world.services["triage"].arrival.receive([b"no event", b'{"id": 3}']) == [False, False]
    assert rows(world.services["triage"], inbox) == before


def test_a_replay_changes_nothing_and_sends_no_letter(world):
    refer(world)
    world.settle()
    before = (len(cases(world)), len(list(world.folder.glob("mailbox/*.eml"))))
    notifier = world.services["notifier"]
    with notifier.database.writing("action") as session:
        session.execute(sa.delete(inbox))
        session.execute(sa.text("DELETE FROM letters"))

    sent = replay(world.services["intake"], "notifier", None, lambda _count: None)
    world.settle()

    with notifier.database.reading() as session:
        problems = set(session.execute(sa.text("SELECT problem FROM letters")).scalars())
    assert sent >= 1
    assert problems == {"replayed, not sent"}
    assert (len(cases(world)), len(list(world.folder.glob("mailbox/*.eml")))) == before


@pytest.mark.fault("F60")
def test_what_a_person_does_twice_about_a_message_has_one_effect(world):
    intake, triage = world.services["intake"], world.services["triage"]
    with stubborn(triage.database.engine, "54000"):
        refer(world, reference=STUBBORN)
        while not listed(triage, "inbox", "parked", 10):
            world.settle()
            world.clock.forward(hours=1)

    again = [retry(triage, "inbox", None) for _ in range(2)]
    world.settle()
    before = (cases(world)[0].reference, len(rows(triage, inbox)), len(list(world.folder.glob("mailbox/*.eml"))))
    sent = [replay(intake, "triage", None, lambda _count: None) for _ in range(2)]
    world.settle()

    assert again == [1, 0]
    assert sent[0] == sent[1] > 0
    assert [each.reference for each in cases(world)] == [STUBBORN]
    assert (STUBBORN, len(rows(triage, inbox)), len(list(world.folder.glob("mailbox/*.eml")))) == before


def test_an_outbox_waits_while_a_listener_is_away_and_catches_up(world):
    triage = world.services["triage"]
    receive = triage.arrival.receive

    def away(_bodies):
        raise sa.exc.OperationalError("", {}, OSError("away"))

    names = [each.event_name for each in triage.service.hears]
    triage.bus.listen("triage", names, away)
    refer(world)
    world.settle()
    assert cases(world) == []

    triage.bus.listen("triage", names, receive)
    world.clock.forward(hours=2)
    world.settle()

    assert len(cases(world)) == 1
    assert listed(world.services["intake"], "outbox", "waiting", 10) == []


@pytest.mark.asvs("11.3.3")
def test_a_sealed_column_moved_to_another_row_does_not_open(world):
    refer(world)
    refer(world, reference="PPRG-2026-0002")
    world.settle()
    first, second = cases(world)

    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.update(Case).where(Case.id == first.id).values(content=second.content))
    with world.services["triage"].database.reading() as session, pytest.raises(SealError):
        unseal(session, session.get(Case, first.id), "content")


@pytest.mark.asvs("11.2.2")
def test_a_key_leaves_the_ring_after_everything_is_sealed_anew(world):
    triage = world.services["triage"]
    refer(world)
    world.settle()
    old = triage.keys["case"]
    wide = Keyring.parse(f"{new_key()},{triage.settings.case_keys}")
    triage.keys.rings["case"] = wide
    assert status(triage)["case"] == {wide.ids[0]: 0, old.ids[0]: 3}

    assert rotate(triage, lambda _count: None) == 3

    assert status(triage)["case"] == {wide.ids[0]: 3, old.ids[0]: 0}
    triage.database.keys = Keys({"case": Keyring.parse(f"{new_key()}")})
    with triage.database.reading() as session, pytest.raises(SealError):
        unseal(session, session.scalar(sa.select(Case)), "content")
    triage.database.keys = triage.keys
    with triage.database.reading() as session:
        assert unseal(session, session.scalar(sa.select(Case)), "content")["subject_name"] == "Canary Name"


def all_values(runtime):
    with runtime.database.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return [repr(row) for name in names for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]


@pytest.mark.asvs("14.2.4")
def test_names_and_narratives_lie_nowhere_in_clear(world):
    refer(world)
    world.settle()
    values = [value for each in world.services.values() for value in all_values(each)]
    for each in world.services.values():
        each.database.close()  # SQLite writes its log into the file

    found = [p.name for p in world.folder.rglob("*") if p.is_file() and b"Canary" in p.read_bytes()]

    assert found == []
    assert [each for each in values if "Canary" in each] == []
    assert any("referral.submitted.v1" in each for each in values)


def test_a_sealed_value_opens_in_its_own_column_and_not_in_the_one_beside_it(world):
    with world.services["triage"].database.writing("action") as session:
        row = ImportedCase(id=uuid4())
        row.known_as = row.content = seal(session, row, "known_as", "Canary Name")
        assert unseal(session, row, "known_as") == "Canary Name"
        with pytest.raises(SealError):
            unseal(session, row, "content")


def test_sealing_needs_the_place(world):
    with world.services["triage"].database.writing("action") as session:
        case = Case(id=uuid4(), reference="r")
        token = seal(session, case, "content", {"a": 1})
        case.content = token
        assert unseal(session, case, "content") == {"a": 1}
