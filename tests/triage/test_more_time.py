"""An agency asks for more time: the office hears of it, agrees or declines, and the agency is told, each once."""

import re
from datetime import date
from uuid import uuid4

import pytest

from beginnings import beginning
from invented import REFERRAL
from pprg_intake.rules import time_problem

pytestmark = pytest.mark.both_databases
WISH = {"until": "2026-12-10", "reason": "Canary reason: the records are in a store"}


@pytest.fixture
@beginning
def places(post, get):
    """Where the request to the police is: of the case, at triage, at intake. It is due on 3 December 2026."""
    post("intake", "/referrals", REFERRAL, "")
    (case,) = get("triage", "/cases")["cases"]
    here = f"/cases/{case['id']}"
    post("triage", f"{here}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (found,) = get("triage", here)["requests"]
    return here, f"{here}/requests/{found['id']}", f"/requests/{found['id']}"


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def letters(get, case, template):
    found = get("notifier", f"/letters?subject={case.removeprefix('/cases/')}")["letters"]
    return sorted(each["to"] for each in found if each["template"] == template)


def said(world, name):
    with world.services["intake"].database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type FROM outbox").scalars()
        return [each for each in rows if each == name]


@pytest.mark.parametrize(
    ("until", "today", "problem"),
    [
        (date(2026, 12, 4), date(2026, 11, 24), ""),
        (date(2026, 12, 3), date(2026, 11, 24), "Choose a day after Thu 3 Dec 2026."),
        (date(2026, 12, 8), date(2026, 12, 9), "Choose a day after Wed 9 Dec 2026."),
        (date(2027, 3, 3), date(2026, 11, 24), ""),
        (date(2027, 3, 4), date(2026, 11, 24), "Choose a day within 90 days, or call the coordinator."),
    ],
)
def test_an_agency_may_ask_for_a_later_day_that_is_not_too_far_away(until, today, problem):
    assert time_problem(until, date(2026, 12, 3), today) == problem


def test_the_coordinator_agrees_and_one_letter_says_the_new_day(world, places, post, get):
    case, there, here = places
    post("intake", f"{here}/extension", WISH, "lead-police")
    asked = get("triage", there)
    page = words(world.visitor("triage", "coordinator").get(there))
    form = world.visitor("triage", "coordinator").get(there).text
    news = words(world.visitor("triage", "coordinator").get("/cases"))

    post("triage", f"{there}/move", {"due_on": "2026-12-10", "reason": "Agreed"})
    agency, after = get("intake", here, "lead-police"), get("triage", there)

    assert (asked["extension_until"], after["extension_until"]) == ("2026-12-10", None)
    assert "The agency asks for time until Thursday 10 December 2026." in page
    assert "Canary reason" in page
    assert 'value="10 December 2026"' in form
    assert "More time asked for by Wiltshire Police" in news
    assert (agency["due_on"], agency["extension"]["state"]) == ("2026-12-10", "agreed")
    assert letters(get, case, "extension_requested") == ["pprg-office/coordinator", "pprg-office/deputy"]
    assert letters(get, case, "request_moved") == ["police/safeguarding-lead"]
    assert letters(get, case, "extension_declined") == []
    assert [each["what"] for each in after["history"]] == ["ask", "more_time", "move"]


def test_the_coordinator_declines_and_the_agency_reads_why_and_may_ask_again(world, places, post, get):
    case, there, here = places
    post("intake", f"{here}/extension", WISH, "lead-police")

    post("triage", f"{there}/decline", {"reason": "Canary answer: the meeting is soon"})
    page = words(world.visitor("intake", "lead-police").get(here))

    assert "The coordinator cannot give you more time: Canary answer: the meeting is soon" in page
    assert "Ask for more time" in page
    assert get("intake", here, "lead-police")["due_on"] == "2026-12-03"
    assert letters(get, case, "extension_declined") == ["police/safeguarding-lead"]
    assert letters(get, case, "request_moved") == []
    post("triage", f"{there}/decline", {"reason": "Again"}, status=409)
    post("intake", f"{here}/extension", WISH, "lead-police")
    assert get("triage", there)["extension_until"] == "2026-12-10"


def test_neither_reason_leaves_what_is_sealed(world, places, post):
    _, there, here = places
    post("intake", f"{here}/extension", WISH, "lead-police")
    post("triage", f"{there}/decline", {"reason": "Canary answer"})
    for each in world.services.values():
        each.database.close()

    found = [path.name for path in world.folder.rglob("*") if path.is_file() and b"Canary" in path.read_bytes()]

    assert found == []


def test_the_same_wish_twice_is_one_and_another_waits_for_the_decision(world, places, post):
    _, _, here = places
    first = post("intake", f"{here}/extension", WISH, "lead-police", key="wish")
    again = post("intake", f"{here}/extension", WISH, "lead-police", key="wish")
    other = post("intake", f"{here}/extension", WISH | {"until": "2026-12-11"}, "lead-police", status=409)

    assert first == again
    assert "Your agency has asked for more time already" in other["detail"]
    assert len(said(world, "extension.requested.v1")) == 1


def test_it_is_there_for_the_agency_that_is_asked_alone(world, places, post):
    _, there, here = places
    post("intake", f"{here}/extension", WISH, "lead-icb", status=404)
    post("intake", f"/requests/{uuid4()}/extension", WISH, "lead-police", status=404)
    post("intake", f"{here}/extension", WISH, "", status=403)
    post("triage", f"{there}/decline", {"reason": "No"}, "lead-police", status=403)
    post("triage", f"{there}/decline", {"reason": "No"}, status=409)
    icb = world.visitor("intake", "lead-icb").get(f"{here}/extension")

    assert icb.status_code == 404
    assert said(world, "extension.requested.v1") == []


def test_a_form_that_is_not_whole_is_shown_again_with_what_was_typed(world, places):
    _, _, here = places
    lead = world.visitor("intake", "lead-police")
    page = lead.get(f"{here}/extension")
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page.text)) | {"_end": "1"}

    wrong = lead.post(f"{here}/extension", data=hidden | {"until": "soon", "reason": "Canary"})
    early = lead.post(f"{here}/extension", data=hidden | {"until": "1 December 2026", "reason": "Canary"})
    done = lead.post(f"{here}/extension", data=hidden | {"until": "10 December 2026", "reason": "Canary"})

    assert (wrong.status_code, early.status_code, done.status_code) == (422, 422, 303)
    assert "Enter a day with its month and year" in words(wrong)
    assert "Choose a day after Thu 3 Dec 2026." in words(early)
    assert "Canary" in words(wrong)
    assert 'value="soon"' in wrong.text
    assert "Your agency has asked for time until" in words(lead.get(here))


def test_an_answer_settles_the_wish(places, post, get):
    _, there, here = places
    post("intake", f"{here}/extension", WISH, "lead-police")

    post("intake", f"{here}/nil-return", {"author": "Lead"}, "lead-police")
    settled = get("triage", there)
    post("triage", f"{there}/query", {"query": "Really nothing?"})

    assert settled["extension_until"] is None
    post("triage", f"{there}/decline", {"reason": "No"}, status=409)
    assert "extension" not in get("intake", here, "lead-police")
    post("intake", f"{here}/extension", WISH, "lead-police")


def test_a_request_that_the_agency_has_opened_is_in_progress(world, places, get):
    case, there, here = places
    before = get("triage", there)["state"]
    lead = world.visitor("intake", "lead-police")

    pages = [lead.get(here), lead.get(here)]
    world.settle()

    assert (before, get("triage", there)["state"]) == ("ready", "opened")
    assert [each.status_code for each in pages] == [200, 200]
    assert len(said(world, "request.opened.v1")) == 1
    assert "In progress" in words(world.visitor("triage", "coordinator").get(case))
    assert "In progress" in words(lead.get("/requests"))
    assert get("triage", case)["missing"] == ["police"]
    assert world.visitor("intake", "lead-icb").get(here).status_code == 404
