"""Two people do the same thing at the same moment, each in a window of their own: one does it, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa

import invented
from invented import PUBLISHED
from pprg_intake.models import Submission
from pprg_publisher.models import Publication
from pprg_triage.models import Case, Decision, Import, ImportedCase, Meeting, Request
from waiting import eventually

pytestmark = pytest.mark.both_databases


@pytest.fixture
def both(world):
    """Post the same as two people at once; the two statuses, lower first."""

    def post(service, path, body, *people):
        app, gate = world.client(service).application, Barrier(2)

        def one(person):
            headers = {**world.acting(person), "Idempotency-Key": str(uuid4())}
            gate.wait(30)
            return app.test_client().post(path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(2) as two:
            statuses = sorted(two.map(one, people))
        world.settle()
        return statuses

    return post


@pytest.fixture
def case(world, refer):
    """The path of a new case."""
    refer()
    world.settle()
    headers = world.acting("coordinator")
    (found,) = world.client("triage").get("/api/v1/cases", headers=headers).json["cases"]
    return f"/api/v1/cases/{found['id']}"


def ids(world, service, model):
    with world.services[service].database.reading() as session:
        return session.scalars(sa.select(model.id)).all()


def post(world, service, path, body, person):
    headers = {**world.acting(person), "Idempotency-Key": str(uuid4())}
    sent = world.client(service).post(path, json=body, headers=headers)
    assert sent.status_code == 201, sent.text
    world.settle()


ASK = {"agencies": ["police", "icb"], "questions": "What was your part?"}
MEET = {"day": "2026-12-08", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
DECIDE = invented.decision("rapid_review")


def test_agencies_that_two_people_ask_are_asked_once(world, case, both):
    statuses = both("triage", f"{case}/requests", ASK, "coordinator", "deputy")

    assert statuses == [201, 409]
    assert len(ids(world, "triage", Request)) == 2


@pytest.mark.asvs("2.3.4")
def test_a_request_that_two_people_answer_is_answered_once(world, case, both):
    post(world, "triage", f"{case}/requests", ASK, "coordinator")
    (request,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    path = f"/api/v1/requests/{request['id']}/nil-return"

    statuses = both("intake", path, {"author": "Invented Lead"}, "lead-police", "lead-police")

    assert statuses == [201, 409]
    assert len(ids(world, "intake", Submission)) == 1


def test_a_meeting_that_two_people_call_is_called_once(world, case, both):
    assert both("triage", f"{case}/meetings", MEET, "coordinator", "deputy") == [201, 409]
    assert len(ids(world, "triage", Meeting)) == 1


@pytest.fixture
def two_cases(world):
    """The paths of two new cases."""
    for key in ("one", "two"):
        about = {"headers": {"Idempotency-Key": key}}
        world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, **about)
    world.settle()
    listed = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return [f"/api/v1/cases/{each['id']}" for each in listed]


@pytest.fixture
def at_once(world):
    """Post to two places at the same moment; the two statuses."""

    def post(*sent):
        app, gate = world.client("triage").application, Barrier(2)

        def one(path, body, person):
            headers = {**world.acting(person), "Idempotency-Key": str(uuid4())}
            gate.wait(30)
            return app.test_client().post(path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(2) as two:
            statuses = [each.result() for each in [two.submit(one, *each) for each in sent]]
        world.settle()
        return statuses

    return post


def sittings(world, cases):
    headers = world.acting("coordinator")
    shown = [world.client("triage").get(each, headers=headers).json["meetings"][-1] for each in cases]
    return [(each["sitting_id"], each["starts_at"], each["state"]) for each in shown]


def test_two_cases_that_are_called_for_one_evening_at_one_moment_are_one_meeting(world, two_cases, at_once):
    one, two = two_cases
    statuses = at_once((f"{one}/meetings", MEET, "coordinator"), (f"{two}/meetings", MEET, "deputy"))

    assert statuses == [201, 201]
    assert len({*sittings(world, two_cases)}) == 1


def test_a_case_that_joins_a_meeting_while_that_moves_is_at_its_time_or_in_another(world, two_cases, at_once):
    one, two = two_cases
    post(world, "triage", f"{one}/meetings", MEET, "coordinator")
    moved = MEET | {"day": "2026-12-09", "which": "whole"}

    statuses = at_once((f"{one}/meetings/move", moved, "coordinator"), (f"{two}/meetings", MEET, "deputy"))

    first, second = sittings(world, two_cases)
    assert statuses[1] == 201
    assert (statuses[0], first == second) in {(201, True), (201, False), (409, True)}
    assert first == second or first[0] != second[0], "one entry in a calendar has one time"


def test_a_whole_meeting_that_two_people_cancel_from_two_cases_is_cancelled_once(world, two_cases, at_once):
    for each in two_cases:
        post(world, "triage", f"{each}/meetings", MEET, "coordinator")
    whole = {"which": "whole"}

    statuses = at_once(*[(f"{each}/meetings/cancellation", whole, "deputy") for each in two_cases])

    assert sorted(statuses) in [[201, 404], [201, 409]]
    assert {state for *_, state in sittings(world, two_cases)} == {"cancelled"}


@pytest.mark.asvs("2.3.4")
def test_a_decision_that_two_people_write_ratify_and_publish_is_one(world, case, both):
    post(world, "triage", f"{case}/meetings/record", invented.HELD, "coordinator")
    written = both("triage", f"{case}/decisions", DECIDE, "coordinator", "deputy")
    (decision,) = ids(world, "triage", Decision)
    about = {"decision_id": str(decision)}
    ratified = both("triage", f"{case}/decisions/ratification", about, "partner-health", "partner-police")
    (publication,) = ids(world, "publisher", Publication)
    path = f"/api/v1/publications/{publication}"
    offered = both("publisher", f"{path}/offer", PUBLISHED, "coordinator", "coordinator")
    released = both("publisher", f"{path}/release", {}, "deputy", "chair")

    assert (written, ratified, offered, released) == ([201, 409], [201, 409], [201, 409], [201, 409])


def test_a_title_taken_at_the_same_moment_is_refused_in_words_and_can_be_sent_again(world):
    database = world.services["publisher"].database
    mine, theirs = (draft(database, title) for title in ("", "What was learnt"))
    post(world, "publisher", f"/api/v1/publications/{mine}/offer", PUBLISHED, "coordinator")
    app = world.client("publisher").application

    def send():
        headers = {**world.acting("deputy"), "Idempotency-Key": str(uuid4())}
        return app.test_client().post(f"/api/v1/publications/{mine}/release", json={}, headers=headers)

    with ThreadPoolExecutor(1) as other:
        with database.writing("action") as session:
            session.execute(sa.update(Publication).where(Publication.id == theirs).values(slug="what-was-learnt-2026"))
            sent = other.submit(send)
            eventually(lambda: sent.done() or waits(database), 10)
        first = sent.result()
    again = send() if first.status_code == 409 else first

    if not database.sqlite:  # there the second waits at the door and finds the title taken
        assert (first.status_code, first.json["code"]) == (409, "conflict")
        assert "send yours again" in first.json["detail"]
    assert (again.status_code, again.json["location"]) == (201, "/learning/what-was-learnt-2026-2")


def draft(database, title):
    with database.writing("action") as session:
        row = Publication(id=uuid4(), case_id=uuid4(), reference="PPRG-2026-0001", type="rapid_review", state="draft")
        row.title, row.summary, row.content = title, "", ""
        session.add(row)
        return row.id


def waits(database):
    """Whether somebody waits for what another transaction holds; on SQLite they do from their first word."""
    if database.sqlite:
        return True
    held = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.reading() as session:
        return session.scalar(held) > 0


def test_a_list_that_two_people_import_is_imported_once(world, both):
    body = {"text": "Title,Published\nSCR Child H,2012\nSCR Child G,2011\n"}

    statuses = both("publisher", "/api/v1/publications/imports", body, "coordinator", "deputy")

    assert statuses == [201, 409]
    assert len(ids(world, "publisher", Publication)) == 2


OPEN_CASES = {"text": "Ref,Date received,Name\nR/1,3/11/2026,Invented One\nR/2,4/11/2026,Invented Two\n"}


def test_a_list_of_open_cases_that_two_people_import_is_imported_once(world, both):
    assert both("triage", "/api/v1/cases/imports", OPEN_CASES, "coordinator", "deputy") == [201, 409]
    assert (len(ids(world, "triage", Case)), len(ids(world, "triage", Import))) == (2, 1)


def test_a_case_that_one_person_asks_about_while_another_takes_it_back_is_one_or_the_other(world, both):
    headers = {**world.acting("coordinator"), "Idempotency-Key": str(uuid4())}
    made = world.client("triage").post("/api/v1/cases/imports", json=OPEN_CASES, headers=headers).json
    app, gate = world.client("triage").application, Barrier(2)
    first = ids(world, "triage", ImportedCase)[0]

    def send(path, body):
        gate.wait(30)
        about = {**world.acting("coordinator"), "Idempotency-Key": str(uuid4())}
        return app.test_client().post(path, json=body, headers=about).status_code

    with ThreadPoolExecutor(2) as two:
        asked = two.submit(send, f"/api/v1/cases/{first}/requests", ASK)
        undone = two.submit(send, f"/api/v1{made['location']}/undo", {})
    kept, requests = ids(world, "triage", Case), ids(world, "triage", Request)

    assert undone.result() == 201
    assert (asked.result(), kept, len(requests)) in [(201, [first], 2), (404, [], 0)]
