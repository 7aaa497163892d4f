"""Which routes the answers of a referral leave open is for triage alone; referrer and agencies are told of none."""

import re
from email import message_from_bytes
from html import unescape
from uuid import uuid4

import pytest

from invented import HELD, PROFILE, REFERRAL, as_form, decision
from pprg_triage import rules

FORM = "/referrals/new?immediate_risk=no&reason_kind=concern&about=child"
YES = ("abuse_or_neglect", "died", "in_area_or_resident", "learning_disability")
ANSWERS = REFERRAL | {
    "incident": "death",
    "harm": ["neglect"],
    "criteria": [{"criterion": name, "reply": "yes", "evidence": "An invented record"} for name in YES],
}
DECIDED = "rapid_review"
SAID = {"next_step": "no_further_review", "to_referrer": "Words for them.", "to_agency": "Words for them."}


def plain(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def without_choices(page):
    """What a page says, but for what may be chosen in its forms."""
    return plain(re.sub(r"<option.*?</option>", "", page, flags=re.DOTALL))


@pytest.fixture
def case(world, post, get):
    """A referral by the form, about which the police are asked; the case as triage knows it."""
    intake = world.client("intake")
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', intake.get(FORM).text))
    sent = intake.post(FORM, data=as_form(ANSWERS) | hidden | {"_end": "1"}, follow_redirects=True)
    assert "PPRG-2026-0001" in sent.text
    world.settle()
    (only,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{only['id']}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    return get("triage", f"/cases/{only['id']}") | {"receipt": sent.text}


def decide(world, post, get, case):
    """The group decides on one of the routes alone."""
    path = f"/cases/{case['id']}"
    post("triage", f"{path}/meetings/record", HELD)
    post("triage", f"{path}/decisions", decision(DECIDED) | SAID)
    (made,) = get("triage", path)["decisions"]
    post("triage", f"{path}/decisions/ratification", {"decision_id": made["id"]}, "partner-police")
    world.settle()


def told_outside(world, case, request):
    """All that pages and API of intake show the referrer and the agency that is asked, and every mail, by its place."""
    police, acting = world.visitor("intake", "lead-police"), world.acting("lead-police")
    paths = (f"/referrals/{case['reference']}/outcome", f"/requests/{request}", f"/requests/{request}/outcome")
    found = {path: police.get(path).text for path in (*paths, "/requests", f"/requests/{request}/chronology")}
    found |= {
        path: world.client("intake").get(path, headers=acting).text
        for path in (f"/api/v1{each}" for each in (*paths, "/requests"))
    }
    for file in sorted((world.folder / "mailbox").glob("*.eml")):
        mail = message_from_bytes(file.read_bytes())
        parts = [part.get_payload(decode=True).decode() for part in mail.walk() if not part.is_multipart()]
        found[file.name] = "\n".join([*map(str, mail.values()), *parts])
    return found


def names_of(route):
    """What would give a route away: its name, short name and code, and the reason for it."""
    profiled = PROFILE.routes[route["code"]]
    whole = (re.escape(each) for each in (profiled.name, route["reason"], route["code"]))
    return [*(re.compile(rf"\b{each}", re.IGNORECASE) for each in whole), re.compile(rf"\b{profiled.short}\b")]


def test_no_route_that_the_answers_open_is_named_outside_triage(world, post, get, case):
    opened = [each for each in case["routes"] if each["strength"] == rules.CERTAIN]
    (request,) = (each["id"] for each in case["requests"])
    headers = {"Idempotency-Key": str(uuid4())}
    by_program = world.client("intake").post("/api/v1/referrals", json=ANSWERS, headers=headers)
    before = told_outside(world, case, request)
    decide(world, post, get, case)
    after = told_outside(world, case, request)
    office = plain(world.visitor("triage", "coordinator").get(f"/cases/{case['id']}").text)

    # An agency is offered every kind of review on which the group decides, whatever was answered.
    form = before[f"/requests/{request}"]
    offered = re.findall(r'<option value="(\w+)"', form.partition('-route"')[2].partition("</select>")[0])
    assert offered == list(PROFILE.decided_routes())
    assert {"sin", "lcspr", "child_death_review", "leder", DECIDED} <= {each["code"] for each in opened}
    assert [each["reason"] for each in opened if each["reason"] not in office] == []
    assert "Rapid review: criteria met Words for them." in plain(after[f"/referrals/{case['reference']}/outcome"])
    assert len([each for each in after if each.endswith(".eml")]) > len(
        [each for each in before if each.endswith(".eml")]
    )
    before |= {"receipt": case["receipt"], "receipt of a program": by_program.text}
    for route in opened:
        places = before if route["code"] == DECIDED else before | {f"{name}, later": after[name] for name in after}
        for sought in names_of(route):
            assert [name for name, text in places.items() if sought.search(without_choices(text))] == [], sought.pattern
