import dataclasses
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from invented import REFERRAL
from linked import Letters, ask_code, enter
from pprg_intake.actions.directory import agency_state, keep_agency
from pprg_intake.models import Agency
from pprg_shared.boxes.commands import listed

pytestmark = pytest.mark.both_databases
SOON = datetime(2026, 12, 1, 9, tzinfo=UTC)
OVERDUE = datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.fixture
def letters_of_case(world):
    return Letters(world)


def post(world, service, path, body, who):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    answer = world.client(service).post(path, json=body, headers=headers)
    world.settle()
    assert answer.status_code == 201, answer.text
    return answer.json


def ask_two_agencies(world):
    """Refer on Tuesday 24 November 2026 and ask on the same day; the returns are due on Thursday 3 December."""
    post(world, "intake", "/api/v1/referrals", REFERRAL, "")
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    asked = {"agencies": ["police", "icb"], "questions": "What was your part?"}
    post(world, "triage", f"/api/v1/cases/{case['id']}/requests", asked, "coordinator")
    return case["id"]


def test_the_chair_reads_at_the_case_which_letter_came_back_and_has_no_list_of_letters(world):
    case = ask_two_agencies(world)
    office = world.client("notifier")
    listed = office.get(f"/api/v1/letters?subject={case}", headers=world.acting("coordinator")).json["letters"]
    (letter,) = [each for each in listed if each["to"].startswith("police/")]
    post(world, "notifier", f"/api/v1/letters/{letter['id']}/returned", {"why": "unknown"}, "coordinator")
    chair = world.visitor("triage", "chair")

    page = chair.get(f"/cases/{case}").text
    requests = sorted(set(re.findall(rf'href="(/cases/{case}/requests/[0-9a-f-]{{36}})"', page)))
    back = [chair.get(each).text.count("Information request: came back or was given up") for each in requests]

    assert "<strong>1 failed</strong>" in page
    assert sorted(back) == [0, 1]
    assert f"/letters?subject={case}" not in page
    assert world.visitor("notifier", "chair").get("/letters").status_code == 403


def request_of(world, case, agency):
    """The path of the request to an agency at triage."""
    about = world.client("triage").get(f"/api/v1/cases/{case}", headers=world.acting("coordinator")).json
    return next(f"/cases/{case}/requests/{each['id']}" for each in about["requests"] if each["agency"] == agency)


def plain(world, path):
    page = world.visitor("triage", "coordinator").get(path).text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def answer_nil(world, who):
    (request,) = world.client("intake").get("/api/v1/requests", headers=world.acting(who)).json["requests"]
    post(world, "intake", f"/api/v1/requests/{request['id']}/nil-return", {"author": "Invented Lead"}, who)


def letters(world, case, *templates):
    answer = world.client("notifier").get(f"/api/v1/letters?subject={case}", headers=world.acting("coordinator"))
    found = [(each["template"], each["to"]) for each in answer.json["letters"] if each["state"] == "accepted"]
    return sorted(each for each in found if each[0] in templates)


def test_only_those_are_reminded_who_have_not_answered(world):
    case = ask_two_agencies(world)
    answer_nil(world, "lead-icb")

    world.clock.at = SOON
    world.settle()
    reminded = letters(world, case, "reminder", "overdue")
    world.clock.at = OVERDUE
    world.settle()

    assert reminded == [("reminder", "police/safeguarding-lead")]
    assert letters(world, case, "reminder", "overdue") == [
        ("overdue", "police/safeguarding-lead"),
        ("reminder", "police/safeguarding-lead"),
    ]


def test_a_reminder_that_was_slept_through_is_not_sent_late(world):
    case = ask_two_agencies(world)

    world.clock.at = OVERDUE
    world.settle()

    assert letters(world, case, "reminder") == []
    assert len(letters(world, case, "overdue")) == 2
    assert {each["type"] for each in listed(world.services["triage"], "reminders", "waiting", 10)} == {"escalated"}


ESCALATED = datetime(2026, 12, 8, 9, tzinfo=UTC)
CONTACTS = {"single_point": "spoc@police.example", "deputy": "deputy@police.example"}


def name_contacts(world, **contacts):
    """As an administrator does at the agency's page."""
    intake = world.services["intake"]
    with intake.database.writing("action") as session:
        row = session.get_one(Agency, "police")
        keep_agency(session, row, dataclasses.replace(agency_state(session, row), **contacts))
    world.settle()


def test_who_does_not_answer_is_told_to_the_deputy_then_to_the_escalation_contact(world):
    name_contacts(world, **CONTACTS, escalation="senior@police.example")
    case = ask_two_agencies(world)
    answer_nil(world, "lead-icb")

    for world.clock.at in (SOON, OVERDUE, ESCALATED):
        world.settle()

    path = f"/cases/{case}"
    asked = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    page = world.visitor("triage", "coordinator").get(f"{path}/requests/{asked[0]['id']}").text
    reminded = {each: plain(world, request_of(world, case, each)) for each in ("police", "icb")}
    assert letters(world, case, "information_request") == [
        ("information_request", "icb/safeguarding-lead"),
        ("information_request", "police/single-point-of-contact"),
    ]
    assert letters(world, case, "reminder", "overdue", "overdue_escalated") == [
        *[("overdue", "police/deputy-point-of-contact")] * 2,
        *[("overdue", "police/single-point-of-contact")] * 2,
        ("overdue_escalated", "police/escalation-contact"),
        ("reminder", "police/single-point-of-contact"),
    ]
    assert "Reminded 3 times, last on Tuesday 8 December 2026" in reminded["police"]
    assert "Reminded No " in reminded["icb"]
    for words in ("Information request", "Overdue escalated", "Deputy point of contact", "Escalation contact"):
        assert words in page


def test_whoever_leaves_is_followed_by_the_deputy_who_can_open_the_page(world, letters_of_case):
    name_contacts(world, **CONTACTS)
    asked = letters_of_case.ask()
    name_contacts(world, single_point="deputy@police.example", deputy="")
    path = f"/requests/{asked.request_id}/code"
    browser = letters_of_case.browser()
    ask_code(browser, path)

    assert letters_of_case.codes("spoc@police.example") == []
    (code,) = letters_of_case.codes("deputy@police.example")
    assert enter(browser, path, code).status_code == 303
