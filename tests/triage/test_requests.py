"""Requests by their front doors: what is asked, by when, and what becomes of the answers."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from beginnings import beginning
from invented import ANSWERED, REFERRAL

pytestmark = pytest.mark.both_databases
ASK = {"agencies": ["police", "icb"], "questions": "What was your part?"}


@pytest.fixture
@beginning
def case(world, post, get):
    """The path of a case, the incident of which was in October 2026."""
    post("intake", "/referrals", REFERRAL | {"incident_on": "?October 2026"}, "")
    (only,) = get("triage", "/cases")["cases"]
    return f"/cases/{only['id']}"


@pytest.fixture
def request_to(post, get, case):
    """Ask police and ICB; the paths of the request to an agency at triage and at intake."""
    post("triage", f"{case}/requests", ASK)

    def of(agency):
        (found,) = (each for each in get("triage", case)["requests"] if each["agency"] == agency)
        return f"{case}/requests/{found['id']}", f"/requests/{found['id']}"

    return of


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def sent_letters(get, case, template):
    found = get("notifier", f"/letters?subject={case.removeprefix('/cases/')}")["letters"]
    return [each["to"] for each in found if each["template"] == template]


def fill(client, path, **answers):
    page = client.get(path).text
    given = dict(re.findall(r'name="([a-z_]+)" type="text" value="([^"]+)"', page))
    return given | dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page)) | {"_end": "1"} | answers


def test_the_form_says_by_when_and_of_which_period_with_its_working_and_wants_reasons_for_others(world, case, get):
    office = world.visitor("triage", "coordinator")
    path = f"{case}/requests/new"
    page = office.get(path)
    asking = {"agencies": "police", "questions": "What?", "wanted": "chronology"}

    def refused(**changes):
        answer = office.post(path, data=fill(office, path, **asking) | changes)
        assert answer.status_code == 422
        return words(answer)

    assert "7 working days after the request: day 0 Tue 24 Nov 2026; due Thu 3 Dec 2026" in words(page)
    assert re.findall(r'name="(?:scope_from|scope_to|due_on)" type="text" value="([^"]+)"', page.text) == [
        "31 October 2024",
        "31 October 2026",
        "3 December 2026",
    ]
    assert "Say why it is another period" in refused(scope_from="1 January 2020")
    assert "The period must end after it begins" in refused(scope_from="1 November 2026", scope_reason="Because")
    assert "The period cannot end in the future" in refused(scope_to="1 December 2026", scope_reason="Because")
    assert "The clock says Thu 3 Dec 2026. Say why it is another day." in refused(due_on="8 December 2026")
    assert "Choose a day that lies in the future" in refused(due_on="24 November 2026", due_reason="Because")
    assert "Choose an earlier day" in refused(due_on="24 November 2080", due_reason="Because")
    assert "Enter the day by which they should answer" in refused(due_on="tomorrow")
    assert get("triage", case)["requests"] == []

    changes = {"scope_from": "1 January 2020", "scope_reason": "Neglect over years", "due_on": "8 December 2026"}
    taken = office.post(path, data=fill(office, path, **asking) | changes | {"due_reason": "Half term"})
    world.settle()
    (asked,) = get("intake", "/requests", "lead-police")["requests"]
    shown = get("intake", f"/requests/{asked['id']}", "lead-police")

    assert taken.status_code == 303
    assert (asked["due_on"], asked["wanted"]) == ("2026-12-08", "chronology")
    assert (shown["scope_from"], shown["scope_to"]) == ("2020-01-01", "2026-10-31")
    assert "Neglect over years" in words(office.get(f"{case}/requests/{asked['id']}"))


def test_a_queried_return_is_corrected_and_every_version_kept(world, case, post, get, request_to):
    there, here = request_to("police")
    row = {"date": "2025", "source": "Log", "event": "The first account"}
    post("intake", f"{here}/return", ANSWERED | {"author": "Lead", "summary": "First.", "rows": [row]}, "lead-police")
    post("intake", f"{here}/return", ANSWERED | {"author": "Lead", "summary": "Again."}, "lead-police", 409)
    post("triage", f"{there}/query", {"query": "Who was seen?"})
    page = world.visitor("intake", "lead-police").get(here)
    waiting = get("triage", case)

    corrected = ANSWERED | {
        "author": "Lead",
        "summary": "Second.",
        "rows": [row | {"event": "The corrected account"}] * 2,
    }
    post("intake", f"{here}/return", corrected, "lead-police")
    office = world.visitor("triage", "coordinator")
    shown = office.get(there)
    versions = [words(office.get(path)) for path in re.findall(rf'href="({case}/returns/[^"]+)"', shown.text)]
    post("triage", f"{there}/accept", {})
    done = get("triage", there)

    assert sent_letters(get, case, "return_queried") == ["police/safeguarding-lead"]
    assert "The coordinator asks about your return: Who was seen?" in words(page)
    assert waiting["missing"] == ["icb", "police"]
    assert (waiting["rows"], [each["event"] for each in get("triage", f"{case}/chronology")["rows"]]) == (
        1,
        ["The corrected account"] * 2,
    )
    assert "Correction 1" in versions[0]
    assert ["Second." in versions[0], "First." in versions[1]] == [True, True]
    assert (done["state"], done["answer"], [each["revision"] for each in done["returns"]]) == ("accepted", 2, [2, 1])
    assert [each["what"] for each in done["history"]] == ["ask", "query", "accept"]
    post("intake", f"{here}/return", corrected, "lead-police", 409)


def test_the_chair_goes_on_without_an_agency_and_nobody_reminds_it(world, case, post, get, request_to):
    there, here = request_to("police")
    icb = request_to("icb")[1]
    post("intake", f"{icb}/nil-return", {"author": "Lead"}, "lead-icb")
    post("triage", f"{there}/waive", {"reason": "They hold nothing new"}, "coordinator", 403)
    post("triage", f"{there}/waive", {}, "chair", 422)
    before = get("triage", case)

    post("triage", f"{there}/waive", {"reason": "They hold nothing new"}, "chair")
    after, agency = get("triage", case), world.visitor("intake", "lead-police")
    world.clock.at = datetime(2026, 12, 8, 9, tzinfo=UTC)
    world.settle()

    assert (before["missing"], after["missing"]) == (["police"], [])
    assert ("Returned" in before["steps"], "Returned" in after["steps"]) == (False, True)
    assert sent_letters(get, case, "request_waived") == ["police/safeguarding-lead"]
    assert [*sent_letters(get, case, "reminder"), *sent_letters(get, case, "overdue")] == []
    assert "The group no longer waits for your agency" in words(agency.get(here))
    assert "They hold nothing new" in words(world.visitor("triage", "chair").get(there))
    post("triage", f"{there}/waive", {"reason": "Again"}, "chair", 409)
    post("intake", f"{here}/nil-return", {"author": "Lead"}, "lead-police", 409)


def test_an_agency_gets_another_day_and_is_reminded_of_that_one(world, case, post, get, request_to):
    there, here = request_to("police")
    post("triage", f"{there}/move", {"due_on": "2026-11-20", "reason": "Leave"}, status=409)
    post("triage", f"{there}/move", {"due_on": "2026-12-10", "reason": "Leave"})
    shown = get("intake", here, "lead-police")
    world.clock.at = datetime(2026, 12, 4, 9, tzinfo=UTC)
    world.settle()
    too_early = sent_letters(get, case, "reminder"), sent_letters(get, case, "overdue")
    world.clock.at = datetime(2026, 12, 11, 9, tzinfo=UTC)
    world.settle()

    assert shown["due_on"] == "2026-12-10"
    assert sent_letters(get, case, "request_moved") == ["police/safeguarding-lead"]
    assert too_early == ([], ["icb/safeguarding-lead"])
    assert sorted(sent_letters(get, case, "overdue")) == ["icb/safeguarding-lead", "police/safeguarding-lead"]


def test_a_form_about_a_request_that_is_not_whole_is_shown_again_with_advice(world, case, request_to):
    there, _ = request_to("police")
    office = world.visitor("triage", "coordinator")
    page = office.get(there)

    missing = office.post(f"{there}/move", data=fill(office, there, due_on="soon", reason=""))
    too_early = office.post(f"{there}/accept", data=fill(office, there))

    assert "Accept this answer" not in page.text
    assert [each.status_code for each in (missing, too_early)] == [422, 422]
    assert "Enter the new day with its month and year" in words(missing)
    assert "There is no answer to accept." in words(too_early)
    assert office.get(f"{case}/requests/{uuid4()}").status_code == 404
    assert world.visitor("triage", "lead-police").get(there).status_code == 403
