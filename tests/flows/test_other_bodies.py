"""Whoever belongs to no agency of the list refers too, and alone reads what was decided: no agency does for them."""

import re
from uuid import uuid4

import pytest

import invented
from invented import REFERRAL, as_form
from linked import ask_code, enter
from pprg_intake.rules.directory import code_of

pytestmark = pytest.mark.both_databases
ADDRESS = "coroner@court.example"
BODY = "His Majesty's Coroner for Inventedshire"
CORONER = REFERRAL | {
    "referrer_agency": "other",
    "referrer_body": BODY,
    "referrer_email": ADDRESS,
    "referrer_kind": "coroner",
    "authorised_by": "",
    "agencies": ["police"],
}
FORM = "/referrals/new?immediate_risk=no"


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def form_of(client, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(FORM).text))
    return {**as_form(answers), **hidden, "_end": "1"}


def by_page(world, who, **changes):
    """A referral by the form, by somebody or nobody."""
    client = world.visitor("intake", who) if who else world.client("intake")
    return client.post(FORM, data=form_of(client, **CORONER | changes))


def by_api(world, who, **changes):
    """The same by the API."""
    headers = {"Idempotency-Key": str(uuid4())} | (world.acting(who) if who else {})
    return world.client("intake").post("/api/v1/referrals", json=CORONER | changes, headers=headers)


def decide(post, get):
    """The group decides on the only case; what the case is called."""
    (case,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police", "icb"], "questions": "What?"})
    post("triage", f"/cases/{case['id']}/meetings/record", invented.HELD)
    said = {"to_referrer": "Canary words for the referrer."}
    post("triage", f"/cases/{case['id']}/decisions", invented.decision("rapid_review") | said)
    (decision,) = get("triage", f"/cases/{case['id']}")["decisions"]
    post("triage", f"/cases/{case['id']}/decisions/ratification", {"decision_id": decision["id"]}, "partner-police")
    return case


@pytest.mark.parametrize("send", [by_page, by_api])
@pytest.mark.parametrize(("who", "how"), [("", {}), ("coordinator", {"source": "phone", "taken_by": "R. S., today"})])
def test_whoever_belongs_to_no_agency_reads_what_was_decided_by_their_link_and_no_agency_does(
    world, post, get, letters, send, who, how
):
    sent = send(world, who, **how)
    assert sent.status_code in {201, 303}, sent.text
    world.settle()
    case = decide(post, get)
    outcome = f"/referrals/{case['reference']}/outcome"
    hers = letters.browser()

    ask_code(hers, outcome)
    entered = enter(hers, outcome, letters.codes(ADDRESS)[-1])
    read = hers.get(outcome)
    leads = [each for each in invented.PROFILE.people if each.code.startswith("lead-")]
    others = [*(each.code for each in leads), "partner-police", "partner-health", "partner-council"]
    denied = {each: world.visitor("intake", each).get(outcome).status_code for each in others}
    by_program = {each: world.client("intake").get(f"/api/v1{outcome}", headers=world.acting(each)) for each in others}

    assert (entered.status_code, entered.location) == (303, outcome)
    assert "Canary words for the referrer." in words(read)
    assert len(others) > 5
    assert set(denied.values()) == {404}
    assert {each.status_code for each in by_program.values()} == {404}


def test_the_office_is_told_who_referred_and_no_agency_is_named_for_them(world, post, get):
    by_api(world, "")
    world.settle()
    office = world.visitor("triage", "coordinator")
    (case,) = get("triage", "/cases")["cases"]
    page, paper = office.get(f"/cases/{case['id']}"), office.get(f"/cases/{case['id']}/print")
    mails = [each.read_text("utf-8") for each in (world.folder / "mailbox").iterdir()]

    assert "New referral from another body" in words(office.get("/cases"))
    assert "Referral received Who another body" in words(office.get(f"/cases/{case['id']}/history"))
    for each in (page, paper):
        assert f"Referred by {BODY.replace(chr(39), '&#39;')}" in words(each)
    assert "Wiltshire Police" not in words(office.get("/cases"))
    assert len([each for each in mails if f"\nTo: {ADDRESS}" in each.replace("\r", "")]) == 1
    assert [each for each in mails if "Inventedshire" in each or "other" in each.partition("To: ")[2][:40]] == []


def test_a_referral_of_an_agency_says_so_at_the_case(world, post, get):
    post("intake", "/referrals", REFERRAL, "")
    (case,) = get("triage", "/cases")["cases"]
    page = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}")

    assert "Referred by Wiltshire Police" in words(page)
    assert get("triage", f"/cases/{case['id']}")["content"]["referrer_agency"] == "police"


@pytest.mark.parametrize(
    ("changes", "field", "advice"),
    [
        ({"referrer_body": ""}, "referrer_body", "Say which body it is"),
        ({"referrer_body": "A\nB"}, "referrer_body", "in one line"),
        ({"referrer_body": "x" * 201}, "referrer_body", "200 characters"),
        (
            {"referrer_agency": "police", "authorised_by": "Lead"},
            "referrer_body",
            "Choose “Another body” as the agency",
        ),
        ({"referrer_agency": "police", "referrer_body": ""}, "authorised_by", "Say who in your agency agreed"),
        ({"referrer_agency": "nobody", "authorised_by": "Lead"}, "referrer_agency", "or “Another body”"),
        ({"agencies": ["other"]}, "agencies", "Name at least one agency"),
    ],
)
def test_what_does_not_fit_gets_advice_and_nothing_is_kept(world, get, changes, field, advice):
    page, answer = by_page(world, "", **changes), by_api(world, "", **changes)

    assert (page.status_code, answer.status_code) == (422, 422)
    assert advice in words(page)
    assert [each["pointer"].split("/")[1] for each in answer.json["errors"]] == [field]
    assert advice in answer.json["errors"][0]["detail"]
    assert "An invented account." in page.text
    assert get("triage", "/cases")["cases"] == []


def test_no_agency_of_the_directory_is_called_as_whoever_belongs_to_none():
    assert code_of("Other", ()) == "other-2"
