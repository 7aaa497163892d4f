"""Intake by its front doors: what is taken, what is refused, and that nothing is stored then."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from invented import REFERRAL, SUBJECT, as_form
from pprg_intake.models import Referral
from pprg_intake.rules import lines, reference
from signed import acting

pytestmark = pytest.mark.both_databases("each counts, refuses twins and keeps characters in its own way")
GOOD = REFERRAL | {"incident_on": "?2026", "agencies": ["police"]}
KEY = {"Idempotency-Key": "one"}
FORM = "/referrals/new?immediate_risk=no"


@pytest.fixture
def intake(world):
    return world.client("intake")


def stored(world) -> int:
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Referral))


def hidden(client, path=FORM):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))


def send_form(client, answers, path=FORM):
    return client.post(path, data={**as_form(answers), **hidden(client, path), "_end": "1"})


def test_the_form_takes_a_referral_and_gives_a_receipt(world, intake):
    sent = send_form(intake, GOOD)

    assert (sent.status_code, sent.location) == (303, "/referrals/PPRG-2026-0001/thanks")
    assert "PPRG-2026-0001" in intake.get(sent.location).text
    assert stored(world) == 1


def test_the_api_takes_the_same_referral(world, intake):
    sent = intake.post("/api/v1/referrals", json=GOOD, headers=KEY)

    assert (sent.status_code, sent.json["reference"]) == (201, "PPRG-2026-0001")
    assert "Invented Child" not in sent.text


@pytest.mark.asvs("2.3.4")
def test_a_double_click_is_one_referral(world, intake):
    form = {**as_form(GOOD), **hidden(intake), "_end": "1"}

    first, second = (intake.post(FORM, data=form) for _ in range(2))

    assert first.location == second.location
    assert stored(world) == 1


def test_a_repeated_request_gets_the_first_answer_and_another_body_is_refused(world, intake):
    first, again = (intake.post("/api/v1/referrals", json=GOOD, headers=KEY) for _ in range(2))
    other = intake.post("/api/v1/referrals", json=GOOD | {"family": "Another"}, headers=KEY)

    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    assert stored(world) == 1


@pytest.mark.asvs("2.2.1", "2.2.2")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"immediate_risk": "yes_not_yet"}, "Call 999"),
        ({"referrer_email": "b@x.example, evil@x.example"}, "one email address"),
        ({"referrer_email": "b@x.example\nBcc: evil@x.example"}, "one email address"),
        ({"subjects": [SUBJECT | {"born": "31/02/2016"}]}, "not a real date"),
        ({"subjects": [SUBJECT | {"born": "2050"}]}, "year must lie between"),
        ({"referrer_agency": "nobody"}, "Choose an agency"),
        ({"agencies": []}, "at least one agency"),
        ({"what_happened": "x" * 4001}, "4000 characters"),
        ({"subjects": [SUBJECT | {"name": "a\x00b"}]}, "cannot be printed"),
    ],
)
def test_a_wrong_answer_gets_advice_keeps_what_was_typed_and_stores_nothing(world, intake, changes, words):
    sent = send_form(intake, GOOD | changes)

    assert sent.status_code == 422
    assert words in sent.text
    assert "An invented account." in sent.text or "what_happened" in changes
    assert "Error: " in sent.text
    assert stored(world) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b'\xef\xbb\xbf{"a": 1}', 400),
        ('{"a": 1}'.encode("utf-16"), 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1e999}', 400),
        (b'{"a": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b'{"referrer_name": "\\ud800"}', 422),
        (b'{"referrer_name": "a\\u0000"}', 422),
        (b'{"is_admin": true}', 422),
        (b'{"referrer_name": 1}', 422),
        (b'{"agencies": "police"}', 422),
        (b'{"routes": [' + b'"rapid_review", ' * 50 + b'"rapid_review"]}', 422),
        (b'{"what_happened": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
)
def test_a_bad_body_gets_a_problem_document_and_stores_nothing(world, intake, body, status):
    sent = intake.post("/api/v1/referrals", data=body, content_type="application/json", headers=KEY)

    assert sent.status_code == status
    assert sent.content_type == "application/problem+json"
    assert sent.json["status"] == status
    assert sent.json["detail"]
    assert stored(world) == 0


def test_a_form_at_the_api_and_a_missing_key_are_refused(world, intake):
    assert intake.post("/api/v1/referrals", data=as_form(GOOD), headers=KEY).status_code == 415
    assert intake.post("/api/v1/referrals", json=GOOD).status_code == 400
    assert stored(world) == 0


def test_a_form_without_our_token_changes_nothing_and_loses_nothing(world, intake):
    sent = intake.post(FORM, data={**as_form(GOOD), "_end": "1"})

    assert sent.status_code == 403
    assert "An invented account." in sent.text
    assert "Send again" in sent.text
    assert stored(world) == 0


def test_a_form_that_did_not_arrive_whole_is_refused(world, intake):
    assert intake.post(FORM, data={**as_form(GOOD), **hidden(intake)}).status_code == 400
    assert stored(world) == 0


@pytest.mark.parametrize("path", ["/referrals/%00/thanks", "/learning/a?x=%00", "/api/v1/intake/events?subject=%00"])
def test_an_address_with_a_character_that_no_database_keeps_is_refused(intake, path):
    assert intake.get(path, headers=acting(intake, "coordinator")).status_code == 400


def test_a_hidden_key_that_no_database_keeps_is_refused(world, intake):
    sent = intake.post(FORM, data={**as_form(GOOD), **hidden(intake), "_key": "a\x00b", "_end": "1"})

    assert sent.status_code == 400
    assert stored(world) == 0


def test_every_answer_carries_the_headers_that_keep_it_private(intake):
    headers = intake.get("/").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-ID"]


def test_another_host_and_another_method_are_refused(intake):
    assert intake.get("/", headers={"Host": "evil.example"}).status_code == 400
    refused = intake.delete("/api/v1/referrals")
    assert (refused.status_code, set(refused.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_the_requests_of_an_agency_are_open_to_its_people_alone(world, intake):
    assert intake.get("/requests").status_code == 403
    assert intake.get("/api/v1/requests", headers=world.acting("lead-police")).json == {"requests": []}
    assert intake.get("/api/v1/requests", headers=world.acting("nobody-we-know")).status_code == 403


@given(st.integers(2000, 2100), st.integers(1, 99_999))
def test_references_keep_year_and_number(year, number):
    assert re.fullmatch(r"PPRG-\d{4}-\d{4,5}", reference("PPRG", year, number))


def test_rows_that_cannot_be_read_say_what_to_change():
    rows = [{"date": "May 2016", "source": "s", "event": "e"}, {"date": "soon", "event": "e"}]

    found, problems = lines(rows, date(2026, 11, 24), {})

    assert [each.when.as_entered for each in found] == ["May 2016"]
    assert set(problems[1]) == {"date", "source"}
