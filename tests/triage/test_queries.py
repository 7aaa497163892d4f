"""The first page and a case page ask the database as often among many cases as among few."""

from uuid import uuid4

import pytest

from invented import HELD, decision
from pprg_shared.events.intake import ReferralSubmitted

FEW, MANY = 2, 120
REFERRED = {"referrer_agency": "police", "agencies": ["police", "icb"], "routes": ["rapid_review"]}
TOLD = {"subject_name": "Invented Child", "subject_born": "2016", "incident_on": "2026", "what_happened": "Invented."}


@pytest.fixture
def referred(world):
    """So many cases more; the ids of these."""
    said = []

    def refer(count):
        triage = world.services["triage"]
        today = world.clock().date()
        events = [
            ReferralSubmitted(
                referral_id=uuid4(),
                reference=f"PPRG-2026-{len(said) + number:04}",
                submitted_on=today,
                referrer_id=uuid4(),
                subject_kind="child",
                **REFERRED,
                **TOLD,
            )
            for number in range(count)
        ]
        about = {"source": "intake", "time": world.clock(), "correlation_id": "test"}
        assert all(triage.arrival.receive([each.wrap(triage.keys, **about).to_json() for each in events]))
        said.extend(events)
        return [str(each.referral_id) for each in events]

    return refer


def asked(queries, client, path):
    """What a page asks the database for, each time that it is opened."""
    with queries("triage") as counted:
        page = client.get(path)
    assert page.status_code == 200
    return counted.reads, page


@pytest.mark.both_databases
def test_pages_ask_the_database_as_often_among_many_cases_as_among_few(world, queries, referred):
    office = world.visitor("triage", "coordinator")
    (case, *_) = referred(FEW)
    first_before, _ = asked(queries, office, "/cases")
    case_before, _ = asked(queries, office, f"/cases/{case}")

    referred(MANY)
    first_after, first = asked(queries, office, "/cases")
    case_after, _ = asked(queries, office, f"/cases/{case}")

    assert first.text.count('<a class="govuk-link" href="/cases/') >= FEW + MANY
    assert first_after == first_before
    assert len(first_after) == 2
    assert case_after == case_before
    assert len(case_after) <= 12


def test_the_first_page_reads_nothing_that_is_sealed(world, queries, referred):
    referred(FEW)

    for client, path in ((world.visitor("triage", "coordinator"), "/cases"), (api(world), "/api/v1/cases")):
        reads, _ = asked(queries, client, path)

        assert not [each for each in reads if "content" in each]


def test_the_first_page_asks_as_often_when_cases_came_from_a_list(world, queries, referred):
    referred(FEW)
    office = world.visitor("triage", "coordinator")
    before, _ = asked(queries, office, "/cases")
    rows = "".join(f"R/{number},3/11/2026\n" for number in range(30))
    post(api(world), "/api/v1/cases/imports", {"text": f"Ref,Received\n{rows}"})

    after, page = asked(queries, office, "/cases")

    assert "R/29" in page.text
    assert after == before


def api(world):
    client = world.client("triage")
    client.environ_base["HTTP_ACTING_AS"] = "coordinator"
    return client


@pytest.mark.both_databases
def test_a_case_page_asks_as_often_about_many_agencies_as_about_one(world, queries, referred):
    (case,) = referred(1)
    office, client = world.visitor("triage", "coordinator"), api(world)
    agencies = list(world.services["triage"].profile.asked_agencies())[:10]
    post(client, f"/api/v1/cases/{case}/requests", {"agencies": agencies[:1], "questions": "What?"})
    world.settle()
    one, _ = asked(queries, office, f"/cases/{case}")

    post(client, f"/api/v1/cases/{case}/requests", {"agencies": agencies[1:], "questions": "What?"})
    world.settle()
    ten, page = asked(queries, office, f"/cases/{case}")

    assert page.text.count(f'href="/cases/{case}/requests/') >= 10
    assert ten == one


def test_a_decision_more_costs_a_case_page_one_query_at_most(world, queries, referred):
    (case,) = referred(1)
    office, client = world.visitor("triage", "coordinator"), api(world)
    post(client, f"/api/v1/cases/{case}/meetings/record", HELD)
    counts = []
    for route in ("rapid_review", "lcspr"):
        post(client, f"/api/v1/cases/{case}/decisions", decision(route))
        reads, _ = asked(queries, office, f"/cases/{case}")
        counts.append(len(reads))

    assert counts[1] <= counts[0] + 1


def post(client, path, body):
    answer = client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
