"""One correlation id goes with all that follows from a request, through all services, and never with anything else."""

from datetime import date
from uuid import uuid4

import pytest

from invented import REFERRAL
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import inbox, insert_all_new
from pprg_shared.events.intake import NilReturnSubmitted
from pprg_shared.logs import log
from waiting import eventually

pytestmark = pytest.mark.both_databases


@pytest.fixture
def running(world):
    """The world with its loops, each a thread that lives on."""
    for each in world.services.values():
        each.start()
    return world


def test_the_id_of_a_request_stands_in_the_lines_of_all_services_that_do_what_follows(running, lines):
    stories = ("first-request", "second-request")
    for story in stories:
        answers = REFERRAL | {"referrer_email": f"{story}@agency.example"}
        headers = {"X-Request-ID": story, "Idempotency-Key": story}
        sent = running.client("intake").post("/api/v1/referrals", json=answers, headers=headers)
        assert sent.status_code == 201

    def told(story):
        return {(each.get("service"), each["event"], each.get("type")) for each in lines if _story(each) == story}

    wanted = {
        ("triage", "handled", "referral.submitted.v1"),
        ("publisher", "handled", "person.changed.v1"),
        ("notifier", "letter", "referral_received"),
        ("intake", "handled", "letter.accepted.v1"),
    }
    for story in stories:
        eventually(lambda story=story: told(story) >= wanted)
    assert [each["request_id"] for each in lines if each["event"] == "answered"] == list(stories)


def _story(line):
    return line.get("correlation_id")


def early_return(world, story):
    about = {"request_id": uuid4(), "case_id": uuid4(), "reference": "PPRG-2026-0001", "agency": "police"}
    said = NilReturnSubmitted(**about, submitted_on=date(2026, 11, 24), author="Somebody")
    with world.services["intake"].database.writing("action", story) as session:
        publish(session, said)


def test_each_row_that_waits_is_told_of_by_its_own_id_and_what_cannot_be_read_by_none_of_another(world, lines):
    triage = world.services["triage"]
    for story in ("first", "second"):
        early_return(world, story)
    world.settle()
    at = world.clock()
    unreadable = {"type": "x.y.v1", "subject": "s", "body": b"no event", "created_at": at, "due_at": at}
    with triage.database.writing("action") as session:
        insert_all_new(session, inbox, [unreadable | {"id": uuid4()}])
    world.clock.forward(hours=1)
    lines.clear()

    triage.arrival.waiting.drain()

    postponed = [(each["type"], each["correlation_id"]) for each in lines if each["event"] == "row postponed"]
    assert sorted(postponed)[:2] == [("nil-return.submitted.v1", "first"), ("nil-return.submitted.v1", "second")]
    (strange,) = [story for kind, story in postponed if kind == "x.y.v1"]
    assert strange not in {"first", "second"}
    log.info("afterwards")
    assert _story(lines[-1]) is None
