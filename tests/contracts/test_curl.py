"""The examples of `/api` do what they say when they are pasted: every one of them, by curl itself.

An example can only show the shape of what differs from case to case: `swap` puts in what a person would.
"""

import html
import json
import os
import re
import subprocess
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from werkzeug.serving import make_server

import invented
from beginnings import beginning
from pprg_shared.app import Origin
from pprg_shared.examples import ID
from pprg_shared.web.reference import read
from publishing import People

DOCUMENTS = read()


@pytest.fixture
def origin(world):
    """The four services of the world on one port; its address."""
    apps = {name: world.app(name) for name in world.services}
    server = make_server("127.0.0.1", 0, Origin(apps, None, 1), threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def record_meeting(world):
    """Write down that the partners have met about a case."""

    def record(case_id):
        world.clock.forward(days=14)
        headers = {**world.acting("coordinator"), "Idempotency-Key": "met"}
        about = invented.HELD | {"held_on": "2026-12-08"}
        path = f"/api/v1/cases/{case_id}/meetings/record"
        assert world.client("triage").post(path, json=about, headers=headers).status_code == 201

    return record


@pytest.fixture
def paste(world, origin):
    """Run the example of an operation, as the page shows it, with these names set; what came back."""
    page = world.client("intake").get("/api", base_url=origin).text
    shown = re.findall(r'aria-labelledby="([\w-]+)"><code>(.*?)</code></pre>', page, re.DOTALL)
    examples = {name: html.unescape(text) for name, text in shown}
    people = {
        f"{service}-{said['operationId']}": said.get("x-example-person", "")
        for service, document in DOCUMENTS.items()
        for methods in document["paths"].values()
        for said in methods.values()
    }

    def run(operation, who="", swap=(), **names):
        bearer = world.acting(who or people[operation]).get("Authorization", "")
        values = {name.upper(): value for name, value in names.items()} | {"TOKEN": bearer.removeprefix("Bearer ")}
        command = examples[operation].replace("curl ", "curl --silent --show-error --noproxy '*' ", 1)
        for shown, meant in swap:
            assert command.count(shown) == 1, command
            command = command.replace(shown, meant)
        done = subprocess.run(
            ["bash", "-c", command],
            env=os.environ | values,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        world.settle()
        return json.loads(done.stdout)

    return run


def test_the_examples_of_intake_and_triage_carry_a_case(paste, record_meeting):
    agencies = paste("intake-agencies")["agencies"]
    reference = paste("intake-create_referral")["reference"]
    (case,) = paste("triage-cases")["cases"]
    case_id = case["id"]
    asked = paste("triage-create_requests", case_id=case_id)
    (request,) = paste("intake-list_requests")["requests"]
    whole = paste("intake-one_request", request_id=request["id"])
    answered = paste("intake-create_return", request_id=request["id"])
    paste("triage-create_meeting", case_id=case_id)
    record_meeting(case_id)  # who was there differs from case to case: the example can only show the shape
    paste("triage-create_decision", case_id=case_id)
    shown = paste("triage-one_case", case_id=case_id)
    paste("triage-chronology", case_id=case_id)

    assert {"police"} <= {each["slug"] for each in agencies}
    assert {case["reference"], asked["reference"], whole["reference"], answered["reference"]} == {reference}
    assert [each["outcome"] for each in shown["decisions"]] == ["criteria_met"]
    assert shown["missing"] == []


def test_an_upload_keeps_the_ends_of_its_lines(paste, tmp_path):
    """`curl -d @FILE` would take them away, and the rows with them."""
    file = tmp_path / "chronology.csv"
    upload = DOCUMENTS["intake"]["paths"]["/api/v1/requests/{request_id}/chronology"]["post"]
    shown = upload["requestBody"]["content"]["text/csv"]["example"]
    file.write_bytes(f"{shown}2017,Log,A visit: Siân.\r\n".encode())
    paste("intake-create_referral")
    (case,) = paste("triage-cases")["cases"]
    paste("triage-create_requests", case_id=case["id"])
    (request,) = paste("intake-list_requests")["requests"]

    paste("intake-create_draft", request_id=request["id"], file=str(file))
    rows = paste("intake-one_draft", request_id=request["id"])["rows"]
    paste("intake-drop_draft", request_id=request["id"])
    paste("intake-create_draft", request_id=request["id"], file=str(file))
    again = paste("intake-one_draft", request_id=request["id"])["rows"]

    assert [each["event"] for each in rows] == ["An invented call.", "An invented visit.", "A visit: Siân."]
    assert again == rows


def test_the_examples_of_the_publisher_lead_a_draft_to_everybody_and_back(world, paste):
    path, case_id = People(world).draft()
    world.settle()
    case, number = str(case_id), path.rpartition("/")[2]

    (draft,) = paste("publisher-publications", case=case)["publications"]
    paste("publisher-save_draft", publication_id=number)
    paste("publisher-offer", publication_id=number)
    paste("publisher-release", publication_id=number)
    shown = paste("publisher-learning")
    paste("publisher-withdraw", publication_id=number)
    paste("publisher-reopen", publication_id=number)
    again = paste("publisher-publications", case=case)["publications"]
    counted = paste("publisher-counted_steps", case=case)

    assert (draft["id"], draft["state"]) == (number, "draft")
    assert [each["title"] for each in shown["publications"]] == ["An invented answer."]
    assert [each["state"] for each in again] == ["draft"]
    assert counted["total"] > 0


def test_the_examples_of_the_publisher_import_a_list(paste):
    plan = paste("publisher-plan")
    made = paste("publisher-create_import")
    paste("publisher-release_import", import_id=made["location"].rpartition("/")[2])

    assert ([each["year"] for each in plan["new"]], plan["problems"]) == ([2022], [])
    assert paste("publisher-learning")["count"] == 1


def test_the_examples_of_the_notifier_follow_a_letter(paste):
    paste("intake-create_referral")
    letters = paste("notifier-list_letters")["letters"]
    one = paste("notifier-show_letter", letter_id=letters[0]["id"])

    paste("notifier-create_returned", letter_id=one["id"])

    back = paste("notifier-show_letter", letter_id=one["id"])
    assert [one["state"], back["state"]] == ["accepted", "failed"]


def test_what_each_service_has_said_is_counted(paste):
    paste("intake-create_referral")
    (case,) = paste("triage-cases")["cases"]

    said = {name: paste(f"{name}-events", subject=case["id"])["outbox"] for name in DOCUMENTS}

    assert said["intake"] == 0, "it knows of nobody whether an interest closes the case to them"
    assert said["triage"] == 2, "the case is open, and who is tied to it"
    assert said["notifier"] == 3
    assert said["publisher"] == 0


@pytest.fixture
@beginning
def asked(paste):
    """A case of which one agency is asked: its number, and that of the request."""
    paste("intake-create_referral")
    (case,) = paste("triage-cases")["cases"]
    paste("triage-create_requests", case_id=case["id"])
    (request,) = paste("intake-list_requests")["requests"]
    return {"case_id": case["id"], "request_id": request["id"]}


def test_the_examples_follow_a_request_from_more_time_to_a_corrected_answer(paste, asked):
    request = {"request_id": asked["request_id"]}
    paste("intake-create_extension", **request)
    wanted = paste("triage-one_request", **asked)["extension_until"]
    paste("intake-create_staff_list", **request)
    paste("intake-create_nil_return", **request)
    answered = paste("intake-one_return", **request)
    paste("triage-change_request", **asked, what="accept")
    accepted = paste("triage-one_request", **asked)

    assert wanted == "2026-12-08"
    assert answered["kind"] == "nil"
    assert (accepted["state"], len(accepted["returns"])) == ("accepted", 1)
    (listed,) = paste("intake-one_staff_list", **request)["staff"]
    assert paste("triage-staff", case_id=asked["case_id"])["agencies"][0]["staff"] == [listed]
    assert paste("triage-counted_steps", case_id=asked["case_id"])["total"] > 0


def test_the_examples_settle_what_does_not_agree(paste, asked, tmp_path):
    file = tmp_path / "chronology.csv"
    file.write_text("Date,Source,Event\n1 March 2025,Log,A call.\n1 September 2025,Log,A visit.\n")
    paste("intake-create_draft", request_id=asked["request_id"], file=str(file))
    draft = paste("intake-one_draft", request_id=asked["request_id"])["draft"]
    last = '"records_secured"'
    paste("intake-create_return", request_id=asked["request_id"], swap=[(last, f'"draft": "{draft}", {last}')])
    case = {"case_id": asked["case_id"]}

    (found,) = paste("triage-conflicts", **case)["conflicts"]
    paste("triage-settle", **case, conflict_id=found["id"])

    (settled,) = paste("triage-conflicts", **case)["conflicts"]
    assert (found["state"], settled["state"]) == ("open", "explained")


def test_the_examples_call_move_cancel_and_record_a_meeting(world, paste, asked):
    case, profile = {"case_id": asked["case_id"]}, world.services["triage"].profile
    there = '", "'.join(str(each.id) for each in profile.people_with_role("partner"))

    paste("triage-create_meeting", **case)
    (called,) = paste("triage-one_case", **case)["meetings"]
    agenda = paste("triage-one_agenda", **case, meeting_id=called["id"])
    paste("triage-move_meeting", **case, swap=[("Room 2", "Room 3")])
    paste("triage-cancel_meeting", **case)
    paste("triage-create_meeting", **case)
    world.clock.forward(days=15)
    paste("triage-record_meeting", **case, swap=[("An invented answer.", there)])

    met = paste("triage-one_case", **case)["meetings"]
    assert [each["case_id"] for each in agenda["cases"]] == [asked["case_id"]]
    assert {(each["state"], each["sequence"]) for each in met} == {("cancelled", 2), ("held", 0)}


def test_the_examples_bring_a_decision_back_through_and_to_those_it_concerns(paste, asked, record_meeting):
    case, partner = {"case_id": asked["case_id"]}, "partner-police"
    record_meeting(asked["case_id"])

    def proposed():
        paste("triage-create_decision", **case, swap=[('"equality"', '"delay": "Invented: it was late.", "equality"')])
        made = paste("triage-one_case", **case)["decisions"]
        return [(ID, next(each["id"] for each in made if not each["ratified"]))]

    paste("triage-create_return", **case, who=partner, swap=proposed())
    again = proposed()
    paste("triage-create_ratification", **case, who=partner, swap=again)
    paste("triage-create_correction", **case, swap=again)

    reference = paste("triage-one_case", **case)["reference"]
    of_request = paste("intake-outcome_of_request", request_id=asked["request_id"])["outcomes"]
    of_referral = paste("intake-outcome_of_referral", reference=reference)["outcomes"]
    assert [each["words"] for each in (*of_request, *of_referral)] == [
        "The group has decided that a review is needed."
    ] * 2
    assert [each["ratified"] for each in paste("triage-one_case", **case)["decisions"]] == [True]


def test_the_examples_say_who_reads_a_case_and_who_saw_it(world, paste, asked):
    case, deputy = {"case_id": asked["case_id"]}, str(world.services["triage"].profile.person("deputy").id)

    paste("triage-create_amendment", **case, swap=[("3 November 2026", "2 November 2026")])
    paste("triage-create_date", **case)
    paste("triage-create_taken_back", **case)
    paste("triage-create_member", **case, swap=[(ID, deputy)])
    named = [each for each in paste("triage-members", **case)["members"] if each["person"] == deputy]
    paste("triage-end_member", **case, tie_id=named[0]["id"])
    after = {each["id"]: each["ended"] for each in paste("triage-members", **case)["members"]}
    paste("triage-create_interest", **case)
    closed = paste("triage-cases")["cases"]
    paste("triage-withdraw_interest", **case)
    paste("triage-break_glass", who="board-chair")

    assert ([each["ended"] for each in named], after[named[0]["id"]]) == ([False], True)
    assert closed == []
    assert paste("triage-history", **case)["history"] != []
    assert paste("triage-access", **case)["entries"] != []


def test_the_examples_bring_a_list_of_open_cases_in_and_out(paste):
    plan = paste("triage-plan_import")
    made = paste("triage-create_import")["location"].rpartition("/")[2]
    shown = paste("triage-one_import", import_id=made)
    listed = paste("triage-cases")["cases"]
    paste("triage-undo_import", import_id=made)

    assert len(plan["new"]) == len(shown["cases"]) == len(listed) == 1
    assert paste("triage-cases")["cases"] == []


def test_the_examples_plan_a_publication_and_take_a_list_back(world, paste):
    path, _ = People(world).draft()
    number = path.rpartition("/")[2]
    world.settle()

    paste("publisher-plan_publication", publication_id=number)
    paste("publisher-lift", publication_id=number)
    made = paste("publisher-create_import")
    paste("publisher-undo_import", import_id=made["location"].rpartition("/")[2])

    assert paste("publisher-learning")["count"] == 0


def test_the_examples_tell_before_publication(world, paste, asked):
    path, _ = People(world).draft(UUID(asked["case_id"]))
    about = {"case_id": asked["case_id"], "publication_id": path.rpartition("/")[2]}
    paste("publisher-plan_publication", publication_id=about["publication_id"])
    paste("triage-tell_before", **about)
    paste("triage-note_told", **about)
    (told,) = paste("triage-plans", case_id=asked["case_id"])["publications"]
    paste("publisher-call_off", publication_id=about["publication_id"])
    (off,) = paste("triage-plans", case_id=asked["case_id"])["publications"]

    assert (told["not_told"], told["told"]["agencies"]) == ({"agencies": [], "people": []}, ["police"])
    assert [each["whom"] for each in told["by_hand"] if each["told_on"]] == ["family"]
    assert (off["planned_at"], off["told"]) == (None, {"agencies": [], "people": []})


def test_every_example_is_pasted_here():
    pasted = set(re.findall(r'paste\("([\w-]+)"', Path(__file__).read_text("utf-8")))
    operations = {
        f"{service}-{said['operationId']}"
        for service, document in DOCUMENTS.items()
        for methods in document["paths"].values()
        for said in methods.values()
    }

    assert pasted | {f"{service}-events" for service in DOCUMENTS} == operations


def test_the_examples_close_a_case_that_is_about_the_same_as_another_and_open_it_again(world, paste):
    for _ in range(2):
        paste("intake-create_referral")
    first, second = sorted(paste("triage-cases")["cases"], key=lambda each: each["reference"])
    case = {"case_id": second["id"]}

    paste("triage-create_closing", **case)
    closed = paste("triage-one_case", **case)["closed"]
    world.clock.forward(minutes=1)
    paste("triage-create_reopening", **case)

    assert closed["other"] == first["reference"]
    assert paste("triage-one_case", **case)["closed"] is None
