from datetime import UTC, datetime
from uuid import uuid4

import pytest

from invented import REFERRAL
from pprg_shared.boxes.commands import listed

pytestmark = pytest.mark.both_databases
SOON = datetime(2026, 12, 1, 9, tzinfo=UTC)
OVERDUE = datetime(2026, 12, 4, 9, tzinfo=UTC)


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
    assert listed(world.services["triage"], "reminders", "waiting", 10) == []
