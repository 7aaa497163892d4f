"""What an agency answers, by page and by API: taken once, refused in words, and never lost while it is typed."""

import re
from datetime import date
from itertools import accumulate
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from beginnings import beginning
from invented import ANSWERED, REFERRAL, as_form
from pprg_intake.models import Submission
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import AgencySummarySubmitted, ChronologySubmitted
from pprg_shared.events.triage import InformationRequested

pytestmark = pytest.mark.both_databases
CASE = UUID("00000000-0000-4000-8000-00000000000c")
SAID = ANSWERED | {"author": "Invented Lead", "summary": "An invented summary."}
RETURN = SAID | {"rows": []}


@pytest.fixture
@beginning
def asked(world):
    """A request to the police, as triage would say it."""
    about = {"case_id": CASE, "reference": "PPRG-2026-0001", "agency": "police", "due_on": date(2026, 12, 3)}
    person = {"subject_name": "Invented Child", "subject_born": "May 2016", "questions": "What was your part?"}
    request = InformationRequested(request_id=uuid4(), **about, **person)
    with world.services["triage"].database.writing("action") as session:
        publish(session, request)
    world.services["triage"].drain()
    return request.request_id


@pytest.fixture
def lead(world):
    """The browser of the lead of the police."""
    return world.visitor("intake", "lead-police")


def submissions(world):
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Submission))


def fill(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return {**answers, **hidden, "_end": "1"}


def test_an_agency_answers_once(world, asked, lead):
    path = f"/requests/{asked}"
    first = fill(lead, path, **SAID)
    second = fill(lead, path, **SAID | {"summary": "Typed in the other window."})

    taken, refused = lead.post(path, data=first), lead.post(path, data=second)

    assert (taken.status_code, taken.location) == (303, f"{path}/thanks")
    assert refused.status_code == 422
    assert "has already answered" in refused.text
    assert "Typed in the other window." in refused.text
    assert submissions(world) == 1


def test_the_same_form_sent_again_with_other_answers_is_kept_and_can_be_sent_as_a_new_one(world, lead):
    path = "/referrals/new?immediate_risk=no"
    answers = as_form(REFERRAL | {"agencies": ["police"]})
    form = fill(lead, path, **answers)
    lead.post(path, data=form)

    refused = lead.post(path, data=form | {"referrer_name": "Another Invented Referrer"})
    key = re.search(r'name="_key" value="([^"]+)"', refused.text)[1]
    again = lead.post(path, data=form | {"referrer_name": "Another Invented Referrer", "_key": key})

    assert refused.status_code == 422
    assert "was sent before with other answers" in refused.text
    assert "Another Invented Referrer" in refused.text
    assert (again.status_code, again.location) == (303, "/referrals/PPRG-2026-0002/thanks")


def test_a_long_chronology_travels_in_sealed_parts_that_are_each_short_enough(world, asked, lead):
    path = f"/requests/{asked}"
    rows = {}
    for number in range(300):
        row = {"date": "10/01/2025", "source": "Case record", "event": " ".join(uuid4().hex for _ in range(40))}
        rows |= {f"rows-{number}-{name}": each for name, each in row.items()}
    form = fill(lead, path, **SAID, **rows)

    taken = lead.post(path, data=form)

    intake = world.services["intake"]
    with intake.database.reading() as session:
        said = session.execute(sa.select(outbox.c.type, outbox.c.body).where(outbox.c.subject == str(CASE)))
        said = [(kind, Envelope.from_json(bytes(body))) for kind, body in said]
    parts = [ChronologySubmitted.unwrap(each, intake.keys) for kind, each in said if kind == "chronology.submitted.v1"]
    parts.sort(key=lambda each: each.first)
    (summary,) = (each for kind, each in said if kind == "agency-summary.submitted.v1")
    assert taken.status_code == 303
    assert len(parts) > 2
    assert all(len(part.envelope.sealed["case"]) < 200_000 for part in parts)
    assert [part.first for part in parts] == [0, *accumulate(part.count for part in parts[:-1])]
    assert AgencySummarySubmitted.unwrap(summary, intake.keys).rows == sum(part.count for part in parts) == 300
    assert [row.event for part in parts for row in part.rows] == [rows[f"rows-{n}-event"] for n in range(300)]


@pytest.mark.asvs("8.2.2")
def test_a_request_of_another_agency_is_not_there(world, asked):
    client = world.client("intake")
    headers = {**world.acting("lead-icb"), "Idempotency-Key": "one"}

    shown = client.get(f"/api/v1/requests/{asked}", headers=headers)
    answered = client.post(f"/api/v1/requests/{asked}/return", json=RETURN, headers=headers)
    unknown = client.post(f"/api/v1/requests/{uuid4()}/return", json=RETURN, headers=headers)

    assert (shown.status_code, answered.status_code, unknown.status_code) == (404, 404, 404)
    assert submissions(world) == 0
