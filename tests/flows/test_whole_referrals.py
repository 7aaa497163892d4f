"""What a referral says of people and case besides what it must: asked of whom it concerns, read at the case."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import REFERRAL, SUBJECT, UNKNOWN, as_form
from pprg_intake.models import Referral
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import ReferralSubmitted
from pprg_triage.rules import without_names

CHILD = SUBJECT | {
    "school_or_setting": "Invented Primary School",
    "education_status": "home",
    "gp_practice": "Invented Surgery",
    "responsible_la": "Invented Council",
    "first_language": "Polish",
    "interpreter_needed": "yes",
    "disability": ["AUT", "HEAR"],
    "legal_status": ["C2", "E1"],
    "cp_plan": "current",
    "cp_category": "NEG",
    "looked_after": "previous",
    "placement_type": "relative",
}
ADULT = UNKNOWN | {
    "kind": "adult",
    "name": "Invented Adult",
    "born": "1980",
    "care_and_support_needs": ["mental_health"],
    "mental_capacity_issue": "not_known",
    "adult_s42_enquiry": "open",
    "adult_s42_outcome": "Invented enquiry",
}
CASE = {
    "referrer_kind": "manager",
    "agency_aware_on": "2026-11-20",
    "can_attend_meeting": "yes",
    "family_views": "Invented grandmother wants to be heard.",
    "contact_risk": "Invented risk",
    "alleged_source": ["parent_or_carer"],
    "concern_about_joint_working": "Invented letters crossed.",
    "agency_contacts": "Duty team",
    "media_interest": "possible",
}
SHOWN = (
    *("Invented Primary School", "Educated at home by their parents", "Invented Surgery", "Invented Council", "Polish"),
    *("Autism, Hearing", "Care order, Placement order", "Yes, neglect", "Foster care with a relative or friend"),
    *("Mental health", "Section 42 enquiry Open", "Invented enquiry", "Invented grandmother wants to be heard."),
    *("Parent or carer", "Invented letters crossed.", "Duty team", "Interest of the media Possible", "Manager"),
    *("20 November 2026", "Can come to the meeting Yes", "Invented risk"),
)
FORM = "/referrals/new?immediate_risk=no&reason_kind=concern"


@pytest.fixture
def refer(world):
    def refer(status=201, **answers):
        headers = {"Idempotency-Key": str(uuid4())}
        sent = world.client("intake").post("/api/v1/referrals", json=REFERRAL | answers, headers=headers)
        world.settle()
        assert sent.status_code == status, sent.text
        return sent.json

    return refer


def case_of(world):
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return f"/cases/{case['id']}"


def words(page):
    """What somebody reads on a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_what_is_said_of_each_person_and_of_the_case_is_read_at_the_case_and_on_paper(world, refer):
    refer(subjects=[CHILD, ADULT], **CASE)
    office, case = world.visitor("triage", "coordinator"), case_of(world)
    pages = {path: words(office.get(path)) for path in (case, f"{case}/print")}

    missing = {path: [each for each in SHOWN if each not in page] for path, page in pages.items()}
    assert missing == {case: [], f"{case}/print": []}


@pytest.mark.parametrize(
    ("about", "of_child", "of_adult"),
    [("&about=child", True, False), ("&about=adult", False, True), ("&about=unborn", True, False), ("", True, True)],
)
def test_a_form_asks_of_each_kind_of_person_what_concerns_them(world, about, of_child, of_adult):
    page = world.client("intake").get(f"{FORM}{about}").text

    assert ("subjects-0-cp_plan" in page, "subjects-0-advocate" in page) == (of_child, of_adult)
    assert "subjects-0-disability" in page
    assert 'class="govuk-details" open' not in page


def test_by_page_what_is_ticked_and_chosen_arrives_and_stays_where_something_is_wrong(world):
    intake = world.client("intake")
    path = f"{FORM}&about=child"
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', intake.get(path).text)) | {"_end": "1"}
    answers = as_form(REFERRAL | {"subjects": [CHILD]}) | CASE | {"agency_aware_on": "20 November 2026"} | hidden
    wrong = intake.post(path, data=answers | {"agency_aware_on": "25 November 2026", "subjects-0-legal_status": ["X"]})
    sent = intake.post(path, data=answers)
    world.settle()
    shown = words(world.visitor("triage", "coordinator").get(case_of(world)))

    assert (wrong.status_code, sent.status_code) == (422, 303)
    assert "This day lies in the future" in wrong.text
    assert "Person 1: Choose from the list" in wrong.text
    assert re.search(r'value="AUT"\s+checked', wrong.text)
    assert 'value="Invented Primary School"' in wrong.text
    for told in ("Autism, Hearing", "Care order, Placement order", "Yes, neglect", "Invented grandmother"):
        assert told in shown


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subjects": [SUBJECT | {"disability": ["X"]}]}, "/subjects/0/disability/0"),
        ({"subjects": [SUBJECT | {"legal_status": ["C2", "C2"]}]}, "/subjects/0/legal_status"),
        ({"subjects": [SUBJECT | {"cp_plan": "maybe"}]}, "/subjects/0/cp_plan"),
        ({"subjects": [SUBJECT | {"gp_practice": "x" * 201}]}, "/subjects/0/gp_practice"),
        ({"alleged_source": ["cat"]}, "/alleged_source/0"),
        ({"media_interest": "cat"}, "/media_interest"),
        ({"authorised_on": "2026-11-25"}, "/authorised_on"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_stores_nothing(world, refer, changes, pointer):
    refused = refer(422, **changes)
    with world.services["intake"].database.reading() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(Referral))

    assert [each["pointer"] for each in refused["errors"]] == [pointer]
    assert kept == 0


def test_all_of_it_is_sealed_and_who_need_not_know_of_whom_sees_no_place_or_number(world, refer):
    refer(subjects=[CHILD | {"local_id": "URN 7"}], **CASE)
    intake = world.services["intake"]
    with intake.database.reading() as session:
        body = session.scalar(sa.select(outbox.c.body).where(outbox.c.type == "referral.submitted.v1"))
    heard = ReferralSubmitted.unwrap(Envelope.from_json(body), intake.keys)
    (subject,) = heard.subjects
    content = {"subjects": [{"name": subject.name, "legal_status": subject.legal_status, "more": subject.more}]}
    seen = without_names(content | {"more": heard.more})

    assert "Invented" not in str(heard.envelope)
    assert (subject.disability, subject.more["cp_category"]) == (["AUT", "HEAR"], "NEG")
    assert seen["subjects"][0]["legal_status"] == ["C2", "E1"]
    assert seen["subjects"][0]["more"]["cp_plan"] == "current"
    assert not {"local_id", "gp_practice", "school_or_setting"} & seen["subjects"][0]["more"].keys()
    assert not {"family_views", "contact_risk", "agency_contacts"} & seen["more"].keys()
