"""A long chronology over either bus: in any order, twice, and only then read."""

import random
from datetime import date
from uuid import uuid4

import pytest

from invented import ANSWERED, REFERRAL
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import AgencySummarySubmitted, ChronologySubmitted

KINDS = {each.event_type for each in (AgencySummarySubmitted, ChronologySubmitted)}


def office(world):
    return {**world.acting("coordinator"), "Idempotency-Key": "one"}


@pytest.fixture
def bodies(world):
    """What intake says when an agency sends 2,000 rows of 500 letters: the summary, then the parts."""
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=office(world))
    world.settle()
    triage = world.client("triage")
    (case,) = triage.get("/api/v1/cases", headers=office(world)).json["cases"]
    triage.post(
        f"/api/v1/cases/{case['id']}/requests", json={"agencies": ["police"], "questions": "?"}, headers=office(world)
    )
    world.settle()
    lead = {**world.acting("lead-police"), "Idempotency-Key": "long"}
    (asked,) = world.client("intake").get("/api/v1/requests", headers=lead).json["requests"]
    rows = [{"date": str(date(2025, 1, 1)), "source": "Log", "event": (uuid4().hex * 16)[:500]} for _ in range(2000)]
    answer = ANSWERED | {"author": "Lead", "summary": "Invented.", "rows": rows}
    sent = world.client("intake").post(f"/api/v1/requests/{asked['id']}/return", json=answer, headers=lead)
    assert sent.status_code == 201
    with world.services["intake"].database.reading() as session:
        said = session.execute(outbox.select().where(outbox.c.type.in_(KINDS)).order_by(outbox.c.created_at)).all()
    return case["id"], [bytes(each.body) for each in said], [each["event"] for each in rows]


@pytest.mark.fault("F43", "F49")
def test_a_long_chronology_arrives_whole_over_either_bus_in_any_order_and_twice(world, place, bodies):
    case, said, events = bodies
    *most, last = random.Random(7).sample(said, len(said))
    triage, client = world.services["triage"], world.client("triage")
    place.listen("triage", "return.part", receive=triage.arrival.receive)

    def show():
        return client.get(f"/api/v1/cases/{case}", headers=office(world)).json

    def messages(some):
        return [place.message("return.part.v1", each, number=Envelope.from_json(each).id) for each in some]

    place.say(*messages(most))
    place.say(*messages(most))
    place.eventually(lambda: heard(triage) == {Envelope.from_json(each).id for each in most})
    before = show()
    place.say(*messages([last]))
    place.eventually(lambda: show()["rows"] == len(events))

    pages = [client.get(f"/api/v1/cases/{case}/chronology?page={n}", headers=office(world)).json for n in range(1, 21)]
    assert (before["missing"], before["rows"]) == (["police"], 0)
    assert show()["missing"] == []
    assert [row["event"] for page in pages for row in page["rows"]] == events


def heard(triage):
    """The ids of the events of a return that are in the inbox and done."""
    with triage.database.reading() as session:
        rows = session.execute(inbox.select().where(inbox.c.type.in_(KINDS), inbox.c.done_at.is_not(None)))
        return {each.id for each in rows}
