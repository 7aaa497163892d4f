"""Names of those whom a case is about, of their family and of staff are sealed wherever they are kept.

They are in no mail, log, address, metric, error page or temporary file, and in no message, nor in one that is parked.
"""

import json
import re
import tempfile
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from invented import ANSWERED, HELD, PROFILE, REFERRAL, as_form, decision
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import metadata as common
from pprg_shared.events.intake import ChronologySubmitted
from pprg_shared.events.told import Row
from pprg_shared.health import Operations

CANARIES = ("Quillfeather", "Wrenbury", "Thistledown", "Marshwiggle", "Bellwether")
SUBJECT, FAMILY, TOLD, WORKER, BEGUN = CANARIES
FORM = "/referrals/new?immediate_risk=no"
READ = ("print", "history", "members", "access", "chronology")


@pytest.fixture
def seen(world, lines, monkeypatch, tmp_path):
    """What leaves the sealed columns while a case is played: lines of the log, addresses, answers, temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return {"log": lines, "addresses": [], "errors": []}


def ask(seen, client, path, **sent):
    """One request; what it leads to is kept, and what it says when it is refused."""
    answer = client.open(path, **sent)
    seen["addresses"] += [path, answer.location or "", *re.findall(r'(?:href|action)="([^"]*)"', answer.text)]
    if answer.status_code >= 500 or answer.status_code in {400, 404, 405, 413}:
        seen["errors"].append((answer.status_code, answer.text))
    return answer


def play(world, seen):
    """A case with names wherever there may be names: by the form, with a return, a file and a meeting."""
    intake, office = world.client("intake"), world.visitor("triage", "coordinator")
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', ask(seen, intake, FORM).text)) | {"_end": "1"}
    subject = REFERRAL["subjects"][0] | {"name": SUBJECT, "school_or_setting": TOLD, "gp_practice": FAMILY}
    more = {"family": FAMILY, "what_happened": TOLD, "family_views": FAMILY, "agency_contacts": TOLD}
    answers = as_form(REFERRAL | {"subjects": [subject]} | more) | hidden
    assert ask(seen, intake, FORM, method="POST", data=answers | {"declaration": ""}).status_code == 422
    assert ask(seen, intake, FORM, method="POST", data=answers).status_code == 303
    assert ask(seen, intake, FORM, method="POST", data=answers | {"family": FAMILY * 200_000}).status_code == 413
    world.settle()
    (case,) = office.get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    ask_for = {"agencies": ["police"], "questions": f"What of {SUBJECT}?"}
    place = f"/api/v1/cases/{case['id']}"
    office.post(f"{place}/requests", json=ask_for, headers={"Idempotency-Key": "ask", **world.acting("coordinator")})
    office.post(
        f"{place}/meetings",
        json={"standing": "2026-12-08"},
        headers={"Idempotency-Key": "meet", **world.acting("coordinator")},
    )
    world.settle()
    (request,) = intake.get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    file = f"Date,Source,Event,Voice,Comment\r\n2016,Log,{TOLD},{SUBJECT},{FAMILY}\r\n".encode()
    sent = intake.post(
        f"/api/v1/requests/{request['id']}/chronology",
        data=file,
        content_type="text/csv",
        headers={"Idempotency-Key": "file", **world.acting("lead-police")},
    )
    assert sent.status_code == 201
    named = intake.post(
        f"/api/v1/requests/{request['id']}/staff",
        json={"staff": [{"code": "Officer 1", "name": WORKER}]},
        headers={"Idempotency-Key": "staff", **world.acting("lead-police")},
    )
    assert named.status_code == 201
    answer(intake, f"/api/v1/requests/{request['id']}", world.acting("lead-police"))
    world.settle()
    go_on(world, case, request["id"])
    leave(intake, hidden)
    park(world)
    world.settle()
    return f"/cases/{case['id']}"


def go_on(world, case, request):
    """What people write while a case is decided: each with names, where they give a reason or ask."""

    def send(path, who="coordinator", **said):
        headers = {"Idempotency-Key": str(uuid4()), **world.acting(who)}
        answered = world.client("triage").post(f"/api/v1/cases{path}", json=said, headers=headers)
        assert answered.status_code == 201, answered.text
        world.settle()

    why, place = f"{TOLD} of {SUBJECT} said so to {FAMILY}.", f"/{case['id']}"
    person = {each: str(PROFILE.person(each).id) for each in ("partner-police", "partner-health")}
    send(f"{place}/requests/{request}/query", query=why)
    police = world.acting("lead-police")
    answer(world.client("intake"), f"/api/v1/requests/{request}", police, summary=why)
    send(f"{place}/members", person=person["partner-police"], role="member", why=why)
    send(f"{place}/meetings/record", **HELD)
    send(f"{place}/decisions", **decision("rapid_review", reasons=why))
    proposed = (
        world.client("triage").get(f"/api/v1/cases{place}", headers=world.acting("coordinator")).json["decisions"]
    )
    send(f"{place}/decisions/ratification", "partner-police", decision_id=proposed[0]["id"])
    send("/break-glass", "community-chair", reference=case["reference"], reason=why)
    send(f"{place}/interests", person=person["partner-health"], why=why)


def leave(intake, hidden):
    """A referral that somebody begins and leaves, so that its link is mailed."""
    typed = {"referrer_name": BEGUN, "referrer_email": "sister@hospital.example", "what_happened": BEGUN}
    gone = intake.post("/referrals/new?_exit", data=hidden | typed | {"_exit": "another"})
    gone.close()
    assert gone.status_code == 200


def answer(intake, path, who, summary=TOLD):
    """A return with names in what it says."""
    draft = intake.get(f"{path}/chronology", headers=who).json["draft"]
    view = {"route": "rapid_review", "view": "met", "reason": TOLD}
    said = ANSWERED | {
        "author": "Lead",
        "summary": summary,
        "voice_of_child_or_adult": SUBJECT,
        "other_agencies_to_ask": FAMILY,
    }
    said |= {"agency_view_on_criteria": [view], "records_secured": TOLD, "quality_assured_by": FAMILY, "draft": draft}
    answered = intake.post(f"{path}/return", json=said, headers={"Idempotency-Key": str(uuid4()), **who})
    assert answered.status_code == 201, answered.text


def park(world):
    """A return of a request that nobody knows, which waits at triage for ever; its rows hold names."""
    when = {"value": "2016", "precision": "year", "uncertain": False, "as_entered": "2016"}
    row = Row(**when, source="Log", event=TOLD, action=FAMILY)
    about = {"request_id": uuid4(), "case_id": uuid4(), "reference": "PPRG-2026-0009", "agency": "police"}
    said = ChronologySubmitted(**about, submitted_on=world.clock().date(), count=1, rows=[row])
    with world.services["intake"].database.writing("action") as session:
        publish(session, said)


def kept(world):
    """Every row of every table of every service."""
    found = {}
    for name, alive in world.services.items():
        with alive.database.reading() as session:
            for table in (*common.sorted_tables, *alive.service.metadata.sorted_tables):
                found[name, table.name] = [tuple(row) for row in session.execute(sa.select(table))]
    return found


@pytest.mark.both_databases("what is sealed in one database may be in clear in the other")
@pytest.mark.asvs("14.2.1", "14.2.4", "16.2.5")
def test_names_leave_the_sealed_columns_only_to_the_pages_of_the_case(world, seen, tmp_path):
    case = play(world, seen)
    office = world.visitor("triage", "coordinator")
    shown = [ask(seen, office, path).text for path in (case, *(f"{case}/{each}" for each in READ), "/cases")]
    for path in (f"/nowhere/{SUBJECT}", f"/cases/{FAMILY}", f"/cases?page={WORKER}"):
        wrong = office.get(path)  # whoever writes a name into an address has it in an address, and nowhere else
        seen["errors"].append((wrong.status_code, wrong.text))
    for each in world.services.values():
        each.start()
    metrics = Client(Operations(list(world.services.values()))).get("/metrics").text
    mails = [each.read_text("utf-8") for each in (world.folder / "mailbox").iterdir()]
    temporary = [each.read_bytes() for each in (tmp_path / "temporary").rglob("*") if each.is_file()]
    places = {**seen, "metrics": metrics, "mails": mails, "temporary": temporary, **kept(world)}
    files = {each.name: each.read_bytes() for each in world.folder.rglob("*") if each.is_file()}

    assert [each for each in CANARIES[:3] if each not in shown[1]] == []
    assert WORKER in office.get(f"{case}/staff").text
    assert WORKER not in "".join(shown)
    assert all(places[each] for each in (("triage", "inbox"), ("intake", "outbox"), ("triage", "staff_lists")))
    assert len(places["intake", "unsent_forms"]) == len(places["intake", "begun"]) == 1
    assert len([each for each in mails if "a form that was left" in each]) == 1
    assert {name for name, held in files.items() if any(each.encode() in held for each in CANARIES)} == set()
    assert (len(mails) > 4, len(seen["log"]) > 20, len(seen["addresses"]) > 40) == (True, True, True)
    assert [status for status, _ in seen["errors"]] == [413, 404, 404, 200]
    for place, held in places.items():
        assert not [each for each in CANARIES if each in json.dumps(held, default=str)], place
