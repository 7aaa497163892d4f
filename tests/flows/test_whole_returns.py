"""What an agency says besides its summary: asked in few words, and read where the next step is taken."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from beginnings import beginning
from invented import ANSWERED, REFERRAL, SIGNED
from pprg_intake.models import Submission
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.database import seal, unseal
from pprg_shared.events.intake import AgencySummarySubmitted
from pprg_triage.models import Return

SAID = ANSWERED | {
    "author": "Invented Lead",
    "summary": "An invented summary.",
    "first_contact": "May 2019",
    "open_at_incident": "yes",
    "voice_of_child_or_adult": "An invented child said little.",
    "what_did_not": "Invented letters crossed.",
    "policy_followed": "not_known",
    "good_practice": "An invented visit on a Sunday.",
    "learning_identified": "Ask who else visits.",
    "immediate_safety_actions": "none",
    "agency_view_on_criteria": [{"route": "rapid_review", "view": "met", "reason": "Invented reasons."}],
    "other_agencies_to_ask": "The invented nursery",
    "quality_assured_by": "Invented Checker, head of service",
    "quality_assured_on": "2026-11-24",
    "records_secured": "24 November 2026, records manager",
}


@pytest.fixture
def post(world):
    def post(service, path, body, who="coordinator", status=201):
        headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
        sent = world.client(service).post(f"/api/v1{path}", json=body, headers=headers)
        world.settle()
        assert sent.status_code == status, sent.text
        return sent.json

    return post


@pytest.fixture
@beginning
def asked(world, post):
    """The pages of a request to the police: at triage, and at intake."""
    post("intake", "/referrals", REFERRAL, "")
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (request,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    return f"/cases/{case['id']}/requests/{request['id']}", f"/requests/{request['id']}"


def words(page):
    """What somebody reads on a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def stored(world):
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Submission))


def test_what_an_agency_says_is_read_at_the_request_in_the_return_and_on_paper(world, post, asked):
    there, here = asked
    post("intake", f"{here}/return", SAID, "lead-police")
    office = world.visitor("triage", "coordinator")
    case = there.partition("/requests")[0]
    page, paper = words(office.get(there)), words(office.get(f"{case}/print"))
    whole = words(office.get(f"{case}/returns/{there.rpartition('/')[2]}"))

    for needed in ("The invented nursery", "Rapid review: met. Invented reasons.", "on 24 November 2026"):
        assert all(needed in each for each in (page, whole, paper)), needed
    for told in ("An invented child said little.", "May 2019", "Policies followed Not known", "An invented visit"):
        assert all(told in each for each in (whole, paper)), told
        assert told not in page
    assert all("Left open who they are, and how that was taken into account" in each for each in (page, whole, paper))


def test_an_agency_with_little_to_say_says_its_summary_and_no_more(world, post, asked):
    there, here = asked
    form = world.visitor("intake", "lead-police").get(here).text
    post(
        "intake",
        f"{here}/return",
        ANSWERED | {"author": "Invented GP", "summary": "One invented visit."},
        "lead-police",
    )
    page = words(world.visitor("triage", "coordinator").get(there))

    assert "Give your agency&#39;s view, and name others to ask" in form
    assert 'class="govuk-details" open' not in form
    assert "who checked it" in page
    assert "whether records are secured" not in page
    assert "View on the criteria" not in page


def test_by_page_the_questions_stay_open_once_they_are_answered(world, asked):
    there, here = asked
    lead = world.visitor("intake", "lead-police")
    page = lead.get(here).text
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page)) | {"_end": "1"}
    typed = ANSWERED | {
        "author": "Invented Lead",
        "summary": "An invented summary.",
        "what_worked": "Invented patience.",
        "agency_view_on_criteria-0-route": "rapid_review",
        "quality_assured_by": "invented  LEAD",
        "quality_assured_on": "25 November 2026",
    }
    refused = lead.post(here, data=typed | hidden)
    kept = stored(world)
    typed |= {"agency_view_on_criteria-0-view": "unsure", "quality_assured_by": "A Checker"}
    sent = lead.post(here, data=typed | hidden | {"quality_assured_on": "24 November 2026"})
    world.settle()
    shown = words(world.visitor("triage", "coordinator").get(there))

    assert (refused.status_code, kept, sent.status_code) == (422, 0, 303)
    for wrong in (
        "Somebody else than the author checks a return",
        "This day lies in the future",
        "View 1: Say whether its criteria are met",
    ):
        assert wrong in refused.text
    assert "Invented patience." in refused.text
    assert len(re.findall(r"<details class=\"govuk-details\" open>", refused.text)) == 2
    assert "Rapid review: unsure" in shown
    assert "A Checker, on 24 November 2026" in shown


def test_of_a_chronology_alone_only_the_sign_off_is_asked(world, post, asked):
    case = asked[0].partition("/requests")[0]
    post("triage", f"{case}/requests", {"agencies": ["gp"], "questions": "When?", "wanted": "chronology"})
    (request,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-gp")).json["requests"]
    form = world.visitor("intake", "lead-gp").get(f"/requests/{request['id']}").text
    row = {"date": "2016", "source": "Log", "event": "An invented event."}
    path, said = f"/requests/{request['id']}/return", SIGNED | {"author": "Lead", "rows": [row]}
    refused = post("intake", path, said | {"what_worked": "Patience"}, "lead-gp", 422)
    post("intake", path, said | {"records_secured": "Invented: today"}, "lead-gp")

    assert 'name="quality_assured_by"' in form
    assert 'name="what_worked"' not in form
    assert [each["pointer"] for each in refused["errors"]] == ["/what_worked"]


def test_a_correction_leaves_what_the_first_return_said(world, post, asked):
    there, here = asked
    post("intake", f"{here}/return", SAID, "lead-police")
    post("triage", f"{there}/query", {"query": "Who else?"})
    post("intake", f"{here}/return", SAID | {"other_agencies_to_ask": "Nobody else"}, "lead-police")
    office = world.visitor("triage", "coordinator")
    page = office.get(there)
    versions = [
        words(office.get(path)) for path in sorted(set(re.findall(r'href="(/cases/[^"]+/returns/[^"]+)"', page.text)))
    ]

    assert "Nobody else" in words(page)
    assert "The invented nursery" not in words(page)
    assert sorted("The invented nursery" in each for each in versions) == [False, True]


def test_all_of_it_is_sealed_and_a_return_from_before_can_still_be_read(world, post, asked):
    there, here = asked
    post("intake", f"{here}/return", SAID, "lead-police")
    intake, triage = world.services["intake"], world.services["triage"]
    with intake.database.reading() as session:
        body = session.scalar(sa.select(outbox.c.body).where(outbox.c.type == "agency-summary.submitted.v1"))
    heard = AgencySummarySubmitted.unwrap(Envelope.from_json(body), intake.keys)
    with triage.database.writing("action") as session:
        (kept,) = session.scalars(sa.select(Return)).all()
        sealed, content = kept.content, unseal(session, kept, "content")
        old = {"author": content["author"], "summary": content["summary"]}
        kept.content = seal(session, kept, "content", old)
    office = world.visitor("triage", "coordinator")

    assert "nursery" not in str(heard.envelope)
    assert "nursery" not in sealed
    assert (heard.more["other_agencies_to_ask"], heard.views[0].view) == ("The invented nursery", "met")
    assert office.get(there).status_code == 200
    assert "An invented summary." in words(office.get(f"{there.partition('/requests')[0]}/print"))
