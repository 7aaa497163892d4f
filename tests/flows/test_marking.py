"""The protective marking: on every page that shows something of a case, in every file, first in every subject."""

import csv
import io
import re
from uuid import uuid4

import pytest

import invented
from beginnings import beginning
from invented import REFERRAL
from linked import ask_code, enter
from pprg_shared.spreadsheet import MARK
from typing_in import REFER, left

MARKING = "OFFICIAL-SENSITIVE"


def keyed(world):
    return {"Idempotency-Key": "one", **world.acting("coordinator")}


@pytest.fixture
@beginning
def case(world):
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=keyed(world))
    world.settle()
    (found,) = world.client("triage").get("/api/v1/cases", headers=keyed(world)).json["cases"]
    asked = {"agencies": ["police"], "questions": "What did you do?"}
    world.client("triage").post(f"/api/v1/cases/{found['id']}/requests", json=asked, headers=keyed(world))
    world.settle()
    return found["id"]


def pages_of(world, case):
    """Every page of a case that a coordinator or the agency may open, as far as it is there."""
    office = world.visitor("triage", "coordinator")
    start = office.get(f"/cases/{case}").text
    found = {f"/cases/{case}", f"/cases/{case}/print"} | set(re.findall(rf'href="(/cases/{case}/[^"#?]+)"', start))
    yield from ((path, office.get(path)) for path in sorted({"/cases", *found}) if not path.endswith(".csv"))
    lead = world.visitor("intake", "lead-police")
    (request,) = set(re.findall(r'href="(/requests/[0-9a-f-]{36})"', lead.get("/requests").text))
    yield from ((path, lead.get(path)) for path in ("/requests", request, f"{request}/chronology"))


@pytest.fixture
@beginning
def decided(world, case, post):
    """The paths at which those whom it concerns read what was decided."""
    path = f"/cases/{case}"
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review"))
    (made,) = world.client("triage").get(f"/api/v1{path}", headers=keyed(world)).json["decisions"]
    post("triage", f"{path}/decisions/ratification", {"decision_id": made["id"]}, "partner-health")
    (asked,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    return "/referrals/PPRG-2026-0001/outcome", f"/requests/{asked['id']}/outcome"


def test_what_was_decided_is_marked_by_page_and_api_and_the_receipt_is_not(world, decided):
    lead, headers = world.visitor("intake", "lead-police"), world.acting("lead-police")
    receipt = lead.get("/referrals/PPRG-2026-0001/thanks")

    for path in decided:
        page, answer = lead.get(path), world.client("intake").get(f"/api/v1{path}", headers=headers)
        assert (page.status_code, answer.status_code) == (200, 200), path
        assert len(re.findall(rf'class="pprg-marking">{MARKING}', page.text)) == 1
        assert [each.headers["Protective-Marking"] for each in (page, answer)] == [MARKING, MARKING]
    assert (receipt.status_code, MARKING in receipt.text, "Protective-Marking" in receipt.headers) == (
        200,
        False,
        False,
    )


def test_a_referral_that_somebody_began_is_marked_where_it_is_shown_and_not_where_a_code_is_asked_for(world, letters):
    hers, browser = "ward-sister@hospital.example", letters.browser()
    left(browser, browser.get(REFER), referrer_email=hers, what_happened="A canary.")
    world.settle()
    (letter,) = [each.read_text("utf-8") for each in (world.folder / "mailbox").glob("*.eml")]
    path = re.search(r"/referrals/begun/[0-9a-f-]{36}", letter)[0]
    door = browser.get(f"{path}/code")
    ask_code(browser, f"{path}/code")
    enter(browser, f"{path}/code", letters.codes(hers)[-1])

    offered = browser.get(path)
    hidden = dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', offered.text.partition("<main")[2]))
    shown = browser.post(path, data=hidden)

    for page in (offered, shown):
        assert (page.status_code, "A canary." in page.text) == (200, True)
        assert len(re.findall(rf'class="pprg-marking">{MARKING}', page.text)) == 1
        assert page.headers["Protective-Marking"] == MARKING
    assert (MARKING in door.text, "Protective-Marking" in door.headers) == (False, False)


@pytest.mark.asvs("5.4.1")
def test_a_chronology_that_was_uploaded_is_given_back_with_the_marking_in_its_name_and_each_row(world, case, post):
    (asked,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    path = f"/requests/{asked['id']}/chronology"
    file = b"Date,Source,Event\r\n2016,Log,A canary.\r\n2017,Log,Another.\r\n"
    post("intake", path, None, "lead-police", data=file, content_type="text/csv")

    taken = world.visitor("intake", "lead-police").get(f"{path}/rows.csv")
    again = post("intake", path, None, "lead-police", data=taken.data, content_type="text/csv")

    lines = list(csv.reader(io.StringIO(taken.text.removeprefix(MARK))))
    assert [each[-1] for each in lines] == ["Marking", MARKING, MARKING]
    assert {len(each) for each in lines} == {len(lines[0])}
    name = f"{MARKING} PPRG-2026-0001 chronology as uploaded.csv"
    assert f'filename="{name}"' in taken.headers["Content-Disposition"]
    assert again


def test_every_page_of_a_case_is_marked_once_on_the_screen_and_twice_on_paper(world, case):
    seen = dict(pages_of(world, case))

    assert len(seen) > 8
    for path, page in seen.items():
        assert page.status_code == 200, path
        expected = 2 if path.endswith("/print") else 1
        assert len(re.findall(rf'class="[^"]*pprg-marking">{MARKING}', page.text)) == expected, path
        assert page.headers["Protective-Marking"] == MARKING


def test_every_page_of_letters_and_of_publications_is_marked_once(world, case, decided):
    """As links lead to them, and each with what it is about."""
    found = {}
    for service, nouns in (("notifier", "letters"), ("publisher", "publications")):
        office = world.visitor(service, "coordinator")
        found[f"/{nouns}"] = listed = office.get(f"/{nouns}")
        (one, *_) = re.findall(rf'href="(/{nouns}/[0-9a-f-]{{36}})"', listed.text)
        found[one] = office.get(one)
    publisher = world.visitor("publisher", "coordinator")
    (draft,) = (each for each in found if each.startswith("/publications/"))
    ways = [f"/publications/for-case/{case}", f"{draft}/plan", "/publications/imports/new"]
    found |= {each: publisher.get(each, follow_redirects=True) for each in ways}

    assert len(found) == 7
    for path, page in found.items():
        assert (page.status_code, "PPRG-2026-0001" in page.text or "imports" in path) == (200, True), path
        assert len(re.findall(rf'class="pprg-marking">{MARKING}', page.text)) == 1, path
        assert page.headers["Protective-Marking"] == MARKING


def test_so_is_the_list_of_what_a_case_has_several_of(world, case, decided, post):
    made = invented.decision("lcspr")
    post("triage", f"/cases/{case}/decisions", made)
    (mine,) = [
        each
        for each in world.client("triage").get(f"/api/v1/cases/{case}", headers=keyed(world)).json["decisions"]
        if each["route"] == "lcspr"
    ]
    post("triage", f"/cases/{case}/decisions/ratification", {"decision_id": mine["id"]}, "partner-health")

    page = world.visitor("publisher", "coordinator").get(f"/publications/for-case/{case}")

    assert (page.status_code, len(set(re.findall(r'href="(/publications/[0-9a-f-]{36})"', page.text)))) == (200, 2)
    assert len(re.findall(rf'class="pprg-marking">{MARKING}', page.text)) == 1
    assert page.headers["Protective-Marking"] == MARKING


def test_what_everybody_reads_is_not_marked(world):
    intake = ("/", "/referrals/start", REFER, f"/referrals/begun/{uuid4()}/code")
    for service, path in (*(("intake", each) for each in intake), ("publisher", "/learning")):
        page = world.client(service).get(path)

        assert MARKING not in page.text
        assert "Protective-Marking" not in page.headers


def test_what_the_api_gives_of_a_case_is_marked(world, case):
    answer = world.client("triage").get(f"/api/v1/cases/{case}", headers=keyed(world))

    assert (answer.json["marking"], answer.headers["Protective-Marking"]) == (MARKING, MARKING)


@pytest.mark.asvs("5.4.1")
def test_a_file_is_marked_in_its_name_and_in_each_row_and_can_be_sent_back(world, case):
    file = world.visitor("triage", "coordinator").get(f"/cases/{case}/chronology.csv")
    lead = world.client("intake")
    (request,) = lead.get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    row = f"1 May 2016,,Wiltshire Police,Record,,Seen,{',' * 15}7,A thing to look at,{MARKING}\r\n"

    taken = lead.post(
        f"/api/v1/requests/{request['id']}/chronology",
        data=(file.text + row).encode(),
        content_type="text/csv",
        headers={"Idempotency-Key": "file", **world.acting("lead-police")},
    )

    assert file.text.startswith(f"{MARK}Date,Time,Agency,Source,People,Event,Action,")
    assert file.text.endswith(",Marking\r\n")
    assert MARKING in file.headers["Content-Disposition"]
    assert taken.status_code == 201


def test_every_letter_begins_its_subject_with_the_marking_and_so_does_what_calendars_show(world, case):
    called = {"standing": "2026-12-08"}
    said = world.client("triage").post(f"/api/v1/cases/{case}/meetings", json=called, headers=keyed(world))
    assert said.status_code == 201, said.text
    world.settle()

    letters = [each.read_text("utf-8") for each in (world.folder / "mailbox").glob("*.eml")]

    assert len(letters) > 3
    assert all(f"\nSubject: {MARKING}: PPRG-2026-0001" in each for each in letters)
    assert {f"SUMMARY:{MARKING}: Practice" in each for each in letters if "VCALENDAR" in each} == {True}
