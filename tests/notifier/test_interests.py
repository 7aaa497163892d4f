"""How letters fare is not there for somebody who has declared an interest in the case that they are about."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

import invented
from pprg_shared.app import create_app
from pprg_shared.boxes.tables import outbox
from visiting import BY_API, BY_FORM, Visitor, visit

CASE = "00000000-0000-0000-0000-000000000007"
PATHS = ["/letters/{}", "/api/v1/letters/{}"]
LISTS = [f"{path}{asked}" for path in ("/letters", "/api/v1/letters") for asked in ("", f"?subject={CASE}")]
COUNTING = ("coordinator", "deputy", "ops", "administrator")
COUNT = f"/api/v1/notifier/events?subject={CASE}"


@pytest.fixture
def notifier(make_notifier):
    """One letter that the try-out mailbox has taken."""
    found = make_notifier()
    found.ask()
    found.send()
    return found


def id_of(notifier, who):
    return notifier.runtime.profile.person(who).id


@pytest.mark.parametrize("path", PATHS)
def test_a_letter_about_a_closed_case_is_not_there(notifier, path):
    letter = notifier.rows()[0].id
    notifier.know_interest(id_of(notifier, "coordinator"))

    closed, unknown = (visit(notifier, "coordinator", path.format(each)) for each in (letter, uuid4()))

    assert (closed.status_code, unknown.status_code) == (404, 404)
    assert "PPRG-2026-0001" not in closed.text


@pytest.mark.parametrize("path", PATHS)
def test_what_is_closed_takes_as_many_queries_as_what_is_not_there(notifier, path):
    letter = notifier.rows()[0].id
    notifier.know_interest(id_of(notifier, "coordinator"))
    visitor, asked = Visitor(notifier, "coordinator"), []
    sa.event.listen(notifier.runtime.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    visitor.get(path.format(uuid4()))  # names are read once
    counts = []
    for each in (letter, uuid4()):
        asked.clear()
        visitor.get(path.format(each))
        counts.append(len(asked))

    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("path", LISTS)
def test_lists_leave_out_the_letters_of_a_closed_case(notifier, path):
    letter = str(notifier.rows()[0].id)
    notifier.know_interest(id_of(notifier, "coordinator"))

    pages = {who: visit(notifier, who, path) for who in ("coordinator", "deputy", "ops", "administrator")}

    assert {each.status_code for each in pages.values()} == {200}
    assert {who: letter in each.text for who, each in pages.items()} == {
        "coordinator": False,
        "deputy": True,
        "ops": True,
        "administrator": True,
    }


@pytest.mark.parametrize("way", [BY_FORM, BY_API])
def test_nobody_says_that_a_letter_of_a_closed_case_came_back(notifier, way):
    letter = notifier.rows()[0].id
    tell = way(Visitor(notifier, "coordinator"), letter)
    notifier.know_interest(id_of(notifier, "coordinator"))

    assert tell(letter, why="unknown").status_code == 404
    assert notifier.fates() == [("accepted", None)]


def test_what_was_said_of_a_closed_case_is_not_counted(notifier):
    notifier.know_interest(id_of(notifier, "coordinator"))

    counted = {who: visit(notifier, who, COUNT).json["outbox"] for who in ("coordinator", "ops")}

    assert counted == {"coordinator": 0, "ops": 1}


@pytest.mark.parametrize("hours", [-2, 1])
def test_an_interest_closes_a_case_for_as_long_as_it_holds(notifier, hours):
    letter, at = notifier.rows()[0].id, notifier.clock()
    ends = at + timedelta(hours=max(hours, 0) or -1)
    notifier.know_interest(id_of(notifier, "coordinator"), since=at - timedelta(hours=3), until=ends)

    assert visit(notifier, "coordinator", PATHS[0].format(letter)).status_code == (404 if hours > 0 else 200)

    notifier.clock.forward(hours=3)
    assert visit(notifier, "coordinator", PATHS[0].format(letter)).status_code == 200


def test_the_newest_word_on_who_is_tied_to_a_case_holds(notifier):
    path = PATHS[0].format(notifier.rows()[0].id)
    notifier.know_interest(None, revision=2)
    notifier.know_interest(id_of(notifier, "coordinator"), revision=1)

    assert visit(notifier, "coordinator", path).status_code == 200

    notifier.know_interest(id_of(notifier, "coordinator"), revision=3)
    assert visit(notifier, "coordinator", path).status_code == 404


@pytest.mark.parametrize("service", ["triage", "publisher", "notifier"])
def test_every_service_that_knows_who_is_tied_to_a_case_counts_nothing_of_a_closed_one(world, post, get, service):
    post("intake", "/referrals", invented.REFERRAL)
    case = get("triage", "/cases")["cases"][0]["id"]
    with world.services[service].database.writing("action") as session:
        row = {"id": uuid4(), "type": "said.v1", "subject": case, "created_at": world.clock()}
        session.execute(sa.insert(outbox).values(**row, due_at=world.clock(), done_at=world.clock()))
    person = str(world.services["triage"].profile.person("coordinator").id)
    before, other = (counted(world, service, who, case) for who in ("coordinator", "deputy"))
    post("triage", f"/cases/{case}/interests", {"person": person, "why": "Invented for this test."})
    world.settle()

    assert before > 0
    assert counted(world, service, "coordinator", case) == 0
    assert counted(world, service, "deputy", case) >= other > 0


def test_intake_which_knows_nobody_s_interests_counts_of_a_case_for_nobody(world, post, get):
    post("intake", "/referrals", invented.REFERRAL)
    case = get("triage", "/cases")["cases"][0]["id"]
    referred = [counted(world, "intake", who, case) for who in COUNTING]
    post("triage", f"/cases/{case}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    with world.services["intake"].database.reading() as session:
        said = session.execute(sa.select(outbox.c.type).where(outbox.c.subject == case)).scalars().all()

    assert {"referral.submitted.v1", "request.ready.v1"} <= set(said)
    assert referred == [counted(world, "intake", who, case) for who in COUNTING] == [0] * len(COUNTING)
    assert counted(world, "intake", "coordinator", "police") == 1


def counted(world, service, who, case):
    client = create_app(world.services[service]).test_client()
    return client.get(f"/api/v1/{service}/events?subject={case}", headers=world.acting(who)).json["outbox"]
