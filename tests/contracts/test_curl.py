"""The examples of `/api` do what they say when they are pasted: the main journey, by curl itself."""

import html
import json
import os
import re
import subprocess
from threading import Thread

import pytest
from werkzeug.serving import make_server

import invented
from pprg_shared.app import Origin, create_app
from pprg_shared.web.reference import read
from publishing import People

DOCUMENTS = read()


@pytest.fixture
def origin(world):
    """The four services of the world on one port; its address."""
    apps = {name: create_app(alive) for name, alive in world.services.items()}
    server = make_server("127.0.0.1", 0, Origin(apps, None, 1), threaded=True)
    thread = Thread(target=server.serve_forever)
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

    def run(operation, **names):
        bearer = world.acting(people[operation]).get("Authorization", "")
        values = {name.upper(): value for name, value in names.items()} | {"TOKEN": bearer.removeprefix("Bearer ")}
        done = subprocess.run(
            ["bash", "-c", examples[operation].replace("curl ", "curl --silent --show-error --noproxy '*' ", 1)],
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
    file.write_bytes("Date,Source,Event\r\n2016,Log,An invented call.\r\n2017,Log,A visit: Siân.\r\n".encode())
    paste("intake-create_referral")
    (case,) = paste("triage-cases")["cases"]
    paste("triage-create_requests", case_id=case["id"])
    (request,) = paste("intake-list_requests")["requests"]

    paste("intake-create_draft", request_id=request["id"], file=str(file))

    rows = paste("intake-one_draft", request_id=request["id"])["rows"]
    assert [each["event"] for each in rows] == ["An invented call.", "A visit: Siân."]


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
