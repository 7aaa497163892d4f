"""What agencies say besides travels whole; what does not agree is looked at, settled, and stays settled."""

import re
from uuid import uuid4

import pytest

from beginnings import beginning
from invented import ANSWERED, REFERRAL
from signed import acting

FURTHER = {
    "end_date": "3 May 2025",
    "end_time": "11am",
    "contact_type": "Visit",
    "seen": "y",
    "seen_alone": "No",
    "voice": "“I like school”",
    "outcome": "Referred on",
    "impact": "mixed",
    "impact_note": "Trust, and delay",
    "comment_analysis": "Seen late",
    "rag": "Amber",
    "significance": "key event",
    "policy_or_practice_point": "Voice of the child; early-help",
    "recorded_at": "?June 2025",
}
VISIT = "Unannounced visit to the family home with the health visitor"


def typed(day, event, **more):
    return {"date": day, "source": "Diary of HV1", "event": event} | more


@pytest.fixture
@beginning
def case(world):
    """The id of a case about which two agencies have been asked."""
    headers = world.acting("coordinator") | {"Idempotency-Key": "one"}
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=headers)
    world.settle()
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    ask = {"agencies": ["police", "gp"], "questions": "What?"}
    world.client("triage").post(f"/api/v1/cases/{only['id']}/requests", json=ask, headers=headers)
    world.settle()
    return only["id"]


@pytest.fixture
def answer(world, case):
    """An agency answers with rows, and triage hears and compares them."""

    def send(agency, *rows):
        client, headers = world.client("intake"), {**world.acting(f"lead-{agency}"), "Idempotency-Key": str(uuid4())}
        (asked,) = client.get("/api/v1/requests", headers=headers).json["requests"]
        body = ANSWERED | {"author": "Lead", "summary": "Invented.", "rows": list(rows)}
        sent = client.post(f"/api/v1/requests/{asked['id']}/return", json=body, headers=headers)
        assert sent.status_code == 201, sent.json
        world.settle()

    return send


def told(client, case, what):
    return client.get(f"/api/v1/cases/{case}/{what}", headers=acting(client, "coordinator")).json


def settle(world, case, number, **said):
    headers = world.acting("coordinator") | {"Idempotency-Key": str(uuid4())}
    return world.client("triage").post(f"/api/v1/cases/{case}/conflicts/{number}", json=said, headers=headers)


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.both_databases
def test_all_that_a_row_says_reaches_the_group_by_page_file_paper_and_api(world, case, answer):
    answer("police", typed("1 May 2025", "Seen", time="10:00", **FURTHER), typed("2025", "No more"))
    office, here = world.visitor("triage", "coordinator"), f"/cases/{case}/chronology"

    short, full = told(world.client("triage"), case, "chronology")["rows"]
    pages = [words(office.get(here)), " ".join(re.sub(r"<[^>]+>", " ", office.get(f"{here}/print").text).split())]
    file = office.get(f"{here}.csv").data.decode()

    coded = FURTHER | {"contact_type": "visit", "seen": "yes", "seen_alone": "no", "rag": "amber", "end_time": "11:00"}
    coded |= {"significance": "key_event", "policy_or_practice_point": ["voice-of-child", "early-help"]}
    for name, value in coded.items():
        assert (full[name] if name not in {"end_date", "recorded_at"} else full[name]["as_entered"]) == value
    assert {name: short[name] for name in FURTHER} == dict.fromkeys(FURTHER, "") | {
        "end_date": None,
        "recorded_at": None,
        "policy_or_practice_point": [],
    }
    assert (full["event_ref"], short["event_ref"]) == (1, 2)
    for page in pages:
        for each in ("Until: 3 May 2025, 11:00", "Contact: Visit", "“I like school”", "Written on: about June 2025"):
            assert each in page
    assert "3 May 2025,11:00,Visit,Yes,No,“I like school”,Referred on,Mixed" in file
    assert '"Trust, and delay",Seen late,Amber,Key event,' in file
    assert "Voice of the child; Early help,?June 2025,1,,OFFICIAL-SENSITIVE\r\n" in file


@pytest.mark.both_databases
def test_the_same_event_on_two_days_is_shown_and_settled_and_no_row_changes(world, case, answer, queries):
    answer("police", typed("1 May 2025", VISIT))
    answer("gp", typed("2 May 2025", f"{VISIT}: nobody in"))
    client, office = world.client("triage"), world.visitor("triage", "coordinator")
    rows = told(client, case, "chronology")["rows"]
    (only,) = told(client, case, "conflicts")["conflicts"]
    path = f"/cases/{case}/conflicts/{only['id']}"

    with queries("triage") as counted:
        shown = words(office.get(f"/cases/{case}/chronology"))
    beside = words(office.get(path))
    unexplained = settle(world, case, only["id"], state="explained")
    form = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(path).text)) | {"_end": "1"}
    refused = office.post(path, data=form | {"state": "explained", "note": ""})
    again = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', refused.text)) | {"_end": "1"}
    settled = office.post(path, data=again | {"state": "explained", "note": "The GP wrote it down a day later."})

    assert (only["kind"], only["state"], [each["agency"] for each in only["rows"]]) == (
        "same_event",
        "open",
        ["police", "gp"],
    )
    assert len(counted.reads) == 2 + 5  # who asks, and what is asked
    assert "1 thing does not agree." in shown
    assert shown.count("To look at: The same event with another date or time") == 2
    assert [each in beside for each in ("1 May 2025", "2 May 2025", "nobody in")] == [True] * 3
    assert (unexplained.status_code, refused.status_code, settled.status_code) == (409, 422, 303)
    assert "Say how it is explained" in refused.text
    after = told(client, case, "conflicts")
    assert (after["open"], after["conflicts"][0]["state"]) == (0, "explained")
    (line,) = after["conflicts"][0]["history"]
    assert (line["note"], line["state"]) == ("The GP wrote it down a day later.", "explained")
    coordinator = world.services["triage"].profile.person("coordinator")
    assert line["by"] == str(coordinator.id)
    assert coordinator.name in words(office.get(path))
    assert told(client, case, "chronology")["rows"] == rows
    assert "The same event with another date or time (explained)" in office.get(f"/cases/{case}/chronology.csv").text
    assert "Explained: The same event" in words(office.get(f"/cases/{case}/chronology"))


def test_what_was_settled_stays_so_when_an_agency_corrects_its_return_and_what_is_gone_goes(world, case, answer):
    answer("police", typed("1 May 2025", VISIT), typed("1 June 2025", "Spoke"), typed("1 June 2025", "Spoke"))
    answer("gp", typed("2 May 2025", VISIT))
    client = world.client("triage")
    before = {each["kind"]: each for each in told(client, case, "conflicts")["conflicts"]}
    settle(world, case, before["same_event"]["id"], state="accepted")
    requests = client.get(f"/api/v1/cases/{case}", headers=world.acting("coordinator")).json["requests"]
    police = next(each for each in requests if each["agency"] == "police")
    query = {"query": "Please correct the double row."}
    place = f"/api/v1/cases/{case}/requests/{police['id']}/query"
    client.post(place, json=query, headers=world.acting("coordinator") | {"Idempotency-Key": "query"})
    world.settle()

    answer(
        "police", typed("30 April 2025", "An earlier call"), typed("1 May 2025", VISIT), typed("1 June 2025", "Spoke")
    )

    assert set(before) == {"same_event", "duplicate"}
    (left,) = told(client, case, "conflicts")["conflicts"]
    assert (left["id"], left["state"]) == (before["same_event"]["id"], "accepted")
    assert {each["id"] for each in left["rows"]} <= {each["id"] for each in told(client, case, "chronology")["rows"]}
    assert settle(world, case, before["duplicate"]["id"], state="accepted").status_code == 404


def test_the_group_reads_what_does_not_agree_and_the_office_settles_it(world, case, answer):
    answer("police", typed("1 May 2025", "Spoke"), typed("1 May 2025", "Spoke"))
    (only,) = told(world.client("triage"), case, "conflicts")["conflicts"]
    chair, path = world.visitor("triage", "chair"), f"/cases/{case}/conflicts"

    page = chair.get(f"{path}/{only['id']}")
    sent = chair.post(f"{path}/{only['id']}", data={"state": "accepted", "_end": "1"})

    assert (page.status_code, "How does this stand?" in page.text, sent.status_code) == (200, False, 403)
    assert "The same row twice" in chair.get(path).text
    assert world.visitor("triage", "ops").get(path).status_code == 403
    office = world.visitor("triage", "coordinator")
    assert [office.get(each).status_code for each in (f"{path}/{uuid4()}", f"{path}?page=2", f"{path}?page=0")] == [
        404,
        404,
        404,
    ]
    assert office.get(f"/cases/{uuid4()}/conflicts/{only['id']}").status_code == 404
    assert settle(world, case, only["id"], state="solved").status_code == 422


@pytest.mark.both_databases("each keeps others waiting in its own way")
def test_while_rows_are_compared_others_write_and_an_answer_that_comes_is_compared_too(world, case, answer):
    (box,) = [each.box for each in world.services["triage"].loops if each.box.name == "reminders"]
    look = box.look

    def slowly(session, row):
        seen, box.look = look(session, row), look
        answer("gp", typed("2 May 2025", f"{VISIT}: nobody in"))
        return seen

    box.look = slowly
    answer("police", typed("1 May 2025", VISIT))
    world.clock.forward(seconds=3)
    world.settle()

    assert [each["kind"] for each in told(world.client("triage"), case, "conflicts")["conflicts"]] == ["same_event"]
