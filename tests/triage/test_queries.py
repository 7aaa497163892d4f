"""The first page and a case page ask the database as often among many cases as among few."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from invented import HELD, decision
from pprg_shared.events.intake import ReferralSubmitted
from pprg_shared.events.publisher import OutcomePublished
from pprg_shared.paging import ROWS

FEW, MANY = 2, 120
#: Whether the sign-in has been ended, and what is known of whose it is.
WHO = 2
REFERRED = {"referrer_agency": "police", "agencies": ["police", "icb"], "routes": ["rapid_review"]}
TOLD = {"subject_name": "Invented Child", "subject_born": "2016", "incident_on": "2026", "what_happened": "Invented."}
PUBLISHED = {"reference": "PPRG-2026-0000", "slug": "heard", "published_on": date(2026, 11, 2)}


@pytest.fixture
def referred(world):
    """So many cases more; the ids of these."""
    said = []

    def refer(count):
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
        assert all(hears(world, events))
        said.extend(events)
        return [str(each.referral_id) for each in events]

    return refer


def hears(world, events):
    """Triage hears what other services say; whether each is safe there."""
    triage = world.services["triage"]
    about = {"source": "test", "time": world.clock(), "correlation_id": "test"}
    return triage.arrival.receive([each.wrap(triage.keys, **about).to_json() for each in events])


def asked(queries, client, path):
    """What a page asks the database for, each time that it is opened; names it may remember from the first."""
    client.get(path)
    with queries("triage") as counted:
        page = client.get(path)
    assert page.status_code == 200
    return counted.reads, page


@pytest.mark.asvs("15.2.2")
@pytest.mark.both_databases
def test_pages_ask_the_database_as_often_among_many_cases_as_among_few(world, queries, referred):
    office = world.visitor("triage", "coordinator")
    (case, *_) = referred(FEW)
    first_before, _ = asked(queries, office, "/cases")
    case_before, _ = asked(queries, office, f"/cases/{case}")

    referred(MANY)
    first_after, first = asked(queries, office, "/cases")
    case_after, _ = asked(queries, office, f"/cases/{case}")

    assert f"{FEW + MANY} cases, page 1 of 2" in first.text
    assert first_after == first_before
    assert len(first_after) == WHO + 3
    assert case_after == case_before
    assert len(case_after) <= WHO + 13


def test_the_list_of_cases_has_pages_and_what_is_published_comes_last(world, referred):
    done, *others = referred(FEW + MANY)
    published = OutcomePublished(publication_id=uuid4(), case_id=UUID(done), **PUBLISHED)
    assert all(hears(world, [published]))
    office = world.visitor("triage", "coordinator")

    first, second = (office.get(f"/cases?page={number}").text for number in (1, 2))

    assert first.count("Day 0 of 15") == ROWS
    assert second.count("Day 0 of 15") == FEW + MANY - 1 - ROWS
    assert second.index(f"/cases/{others[-1]}") < second.index(f"/cases/{done}")
    assert "Published Mon 2 Nov" in second
    assert 'href="/cases?page=1"' in second
    assert [office.get(f"/cases?page={each}").status_code for each in ("3", "0", "-1", "x")] == [404, 404, 404, 200]


@pytest.mark.asvs("15.3.1")
def test_the_first_page_reads_nothing_that_is_sealed(world, queries, referred):
    referred(FEW)

    for client, path in ((world.visitor("triage", "coordinator"), "/cases"), (api(world), "/api/v1/cases")):
        reads, _ = asked(queries, client, path)

        assert not [each for each in reads[WHO:] if "content" in each]


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
    client.environ_base["HTTP_AUTHORIZATION"] = world.acting("coordinator")["Authorization"]
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
