"""Steps of a coordinator: forms by what they judge, pages by whether the last form led to them."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_shared.boxes.tables import steps

ASK = {"agencies": ["police", "icb"], "questions": "What was your part?", "wanted": "both"}


@pytest.fixture
@beginning
def case(world):
    """The path of a case on which the group has met; so far nobody has opened or sent anything as coordinator."""
    world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, headers={"Idempotency-Key": "one"})
    world.settle()
    client, headers = world.client("triage"), world.acting("coordinator") | {"Idempotency-Key": "held"}
    (only,) = client.get("/api/v1/cases", headers=headers).json["cases"]
    path = f"/cases/{only['id']}"
    assert client.post(f"/api/v1{path}/meetings/record", json=invented.HELD, headers=headers).status_code == 201
    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.delete(steps))
    return path


@pytest.fixture
def counted(world, case):
    """How many steps of each kind the product has counted on the case, by phase."""

    def ask():
        summed = sa.select(steps.c.kind, steps.c.phase, sa.func.sum(steps.c.count)).where(
            steps.c.subject == case.removeprefix("/cases/")
        )
        with world.services["triage"].database.reading() as session:
            return {(kind, phase): int(n) for kind, phase, n in session.execute(summed.group_by("kind", "phase"))}

    return ask


def fill(client, path, **answers):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text)) | {"_end": "1"} | answers


def send(office, path, **answers):
    sent = office.post(path, data=fill(office, path, **answers))
    assert sent.status_code == 303, sent.text
    return sent.location


@pytest.mark.parametrize(
    ("opened", "pages"),
    [
        ([], 0),
        (["{led_to}"], 0),
        (["{led_to}", "{led_to}"], 1),
        (["{led_to}/history"], 1),
        (["{led_to}/history", "{led_to}"], 1),
        (["{led_to}/chronology", "{led_to}/print", "{led_to}/decision/new"], 3),
        (["/cases", "/cases/nowhere"], 0),
    ],
)
def test_a_page_counts_that_the_last_form_did_not_lead_to(world, case, counted, opened, pages):
    office = world.visitor("triage", "coordinator")
    led_to = send(office, f"{case}/requests/new", **ASK)

    for each in opened:
        office.get(each.format(led_to=led_to))

    found = counted()
    assert found.pop(("form", "requests")) == 1
    assert sum(found.values()) == pages


def test_what_programs_and_others_open_and_send_is_no_step_of_a_coordinator(world, case, counted):
    client = world.client("triage")
    for who in ("coordinator", "chair"):
        assert client.get(f"/api/v1{case}", headers=world.acting(who)).status_code == 200
    assert world.visitor("triage", "chair").get(case).status_code == 200

    assert counted() == {}


@pytest.mark.parametrize("by", ["page", "API"])
def test_judging_criteria_one_by_one_counts_each_and_choosing_many_agencies_counts_one(world, case, counted, by):
    office, decided = world.visitor("triage", "coordinator"), invented.decision("rapid_review")
    judged = len([name for name in decided if name.startswith("answer_")])
    if by == "page":
        send(office, f"{case}/requests/new", **ASK)
        send(office, f"{case}/decision/rapid_review", **decided)
    else:
        for what, body in (("requests", ASK), ("decisions", decided)):
            headers = world.acting("coordinator") | {"Idempotency-Key": str(uuid4())}
            answer = world.client("triage").post(f"/api/v1{case}/{what}", json=body, headers=headers)
            assert answer.status_code == 201

    assert judged > 1
    assert counted() == {("form", "requests"): 1, ("form", "decision"): judged}


def test_the_same_form_sent_again_counts_once(world, case, counted):
    office, path = world.visitor("triage", "coordinator"), f"{case}/requests/new"
    form = fill(office, path, **ASK)

    again = [office.post(path, data=form).status_code for _ in range(3)]

    assert again == [303] * 3
    assert counted() == {("form", "requests"): 1}
