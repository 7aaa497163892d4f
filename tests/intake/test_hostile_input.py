"""What must never be taken, row by row: the test's id begins with the row's name, as `-k A05` finds it."""

import json
import re

import pytest

import invented
from beginnings import beginning
from invented import REFERRAL, as_form
from pprg_shared.web.problems import PROBLEMS

KEY = {"Idempotency-Key": "one"}
API, FORM = "/api/v1/referrals", "/referrals/new?immediate_risk=no"
JSON = "application/json"
PAIRS = "application/x-www-form-urlencoded"
UNKNOWN = "Unknown field."
BOUNDARY = "multipart/form-data; boundary=x"


def row(name, *values):
    return pytest.param(*values, id=name)


@pytest.fixture
def intake(world):
    return world.client("intake")


def hidden(client):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(FORM).text)) | {"_end": "1"}


def is_problem(sent, status, words):
    """A problem document of this status that says what is wrong, and nothing of ours."""
    assert (sent.status_code, sent.content_type) == (status, "application/problem+json")
    assert PROBLEMS[sent.json["code"]][0] == sent.json["status"] == status
    assert words in sent.text
    assert "Traceback" not in sent.text
    return True


@pytest.mark.asvs("1.1.1", "1.3.3", "1.4.2", "2.2.1", "15.2.2", "15.3.5", "15.3.7")
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        row("A01-not-json", b"{", 400, "The body is not JSON."),
        row("A01-empty", b"", 400, "The body is not JSON."),
        row("A01-not-utf-8", b'{"a": "\xff"}', 400, "The body must be UTF-8."),
        row("A02-list", b"[]", 422, "Send a JSON object."),
        row("A02-text", b'"text"', 422, "Send a JSON object."),
        row("A02-null", b"null", 422, "Send a JSON object."),
        row("A03-name-twice", b'{"v": "a", "v": "b"}', 400, "A name stands twice in the same object."),
        row("A03-name-twice-within", b'{"v": [{"a": 1, "a": 2}]}', 400, "A name stands twice in the same object."),
        row("A04-nan", b'{"a": NaN}', 400, "NaN and Infinity are not JSON."),
        row("A04-infinity", b'{"a": -Infinity}', 400, "NaN and Infinity are not JSON."),
        row("A04-beyond", b'{"a": 1e999}', 400, "too long or too large"),
        row("A05-brackets", b"[" * 100_000, 400, "nested too deeply"),
        row("A05-closed-brackets", b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", 400, "nested too deeply"),
        row("A06-digits", b'{"a": ' + b"9" * 5000 + b"}", 400, "A number is too long."),
        row("A07-utf-16", '{"a": 1}'.encode("utf-16"), 400, "The body must be UTF-8."),
        row("A07-mark", b'\xef\xbb\xbf{"a": 1}', 400, "byte order mark"),
        row("A09-in-a-name", b'{"a\\u0000": "b"}', 422, "Control characters are not allowed."),
        row("A11-ten-megabytes", b'{"a": ' + b"x" * 10_000_000, 413, "This is too large"),
    ],
)
def test_a_hostile_body_gets_a_problem_document_and_stores_nothing(intake, unchanged, body, status, words):
    assert is_problem(intake.post(API, data=body, content_type=JSON, headers=KEY), status, words)


@pytest.mark.asvs("15.3.3", "15.3.5")
@pytest.mark.parametrize(
    ("field", "value", "advice"),
    [
        row("A12-status", "status", "accepted", UNKNOWN),
        row("A12-agency", "agency_id", "police", UNKNOWN),
        row("A12-administrator", "is_admin", True, UNKNOWN),
        row("A13-true-for-text", "referrer_role", True, "Enter your role"),
        row("A13-text-for-list", "agencies", "police", "Name at least one agency"),
        row("A13-list-for-text", "referrer_role", ["Nurse"], "Enter your role"),
    ],
)
def test_what_is_not_asked_for_or_of_another_kind_is_refused_by_name_with_what_is_wrong(
    intake, unchanged, field, value, advice
):
    sent = intake.post(API, json=REFERRAL | {field: value}, headers=KEY)

    assert is_problem(sent, 422, "Some answers need changing")
    assert sent.json["errors"] == [{"pointer": f"/{field}", "detail": advice}]


@pytest.mark.asvs("1.1.1", "1.3.3")
@pytest.mark.parametrize(
    "text",
    [
        row("A08-half-a-character", "\\ud800"),
        row("A09-nul", "a\\u0000"),
        row("A09-escape", "a\\u001b[1m"),
        row("A09-c1", "a\\u0085"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_the_name_of_its_field(intake, unchanged, text):
    body = json.dumps(REFERRAL | {"what_happened": "HERE"}).replace("HERE", text)

    sent = intake.post(API, data=body, content_type=JSON, headers=KEY)

    assert is_problem(sent, 422, "Some answers need changing")
    assert sent.json["errors"] == [{"pointer": "/what_happened", "detail": "Control characters are not allowed."}]


def test_a09_line_ends_and_tabs_are_welcome_in_a_long_text(world, intake, get):
    text = "One line.\n\tAnother."
    assert intake.post(API, json=REFERRAL | {"what_happened": text}, headers=KEY).status_code == 201
    world.settle()
    (case,) = get("triage", "/cases")["cases"]

    assert get("triage", f"/cases/{case['id']}")["content"]["what_happened"] == text


@pytest.mark.asvs("1.3.3")
@pytest.mark.parametrize(
    "text",
    [
        row("A10-override", "Invented\u202eChild"),
        row("A10-zero-width", "In\u200bvented"),
        row("A10-look-alike", "Inv\u0435nted"),
    ],
)
def test_direction_marks_and_unseen_characters_are_refused_in_an_address(intake, unchanged, text):
    answers = REFERRAL | {"referrer_email": f"{text}@agency.example"}

    assert is_problem(intake.post(API, json=answers, headers=KEY), 422, "Enter one email address")
    by_form = intake.post(FORM, data={**as_form(answers), **hidden(intake)})
    assert (by_form.status_code, "Enter one email address" in by_form.text) == (422, True)


TURNS = "This holds a mark that nobody sees or that turns what is read."


@pytest.mark.asvs("1.3.3")
@pytest.mark.parametrize("text", [row("A10-override-reference", "5\u202e99"), row("A10-unseen-reference", "59\u200b9")])
def test_direction_marks_and_unseen_characters_are_refused_in_a_reference(world, intake, unchanged, text):
    answers = REFERRAL | {"notification_reference": text, "notified_on": "2026-11-20"}

    by_api, by_form = (
        intake.post(API, json=answers, headers=KEY),
        intake.post(FORM, data={**as_form(answers), **hidden(intake)}),
    )

    assert is_problem(by_api, 422, "Some answers need changing")
    (wrong,) = by_api.json["errors"]
    assert (wrong["pointer"], TURNS in wrong["detail"]) == ("/notification_reference", True)
    assert (by_form.status_code, TURNS in by_form.text, f'value="{text}"' in by_form.text) == (422, True, True)


@pytest.mark.asvs("15.3.7")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        row("A14-in-the-address-and-the-body", f"{API}?referrer_role=Nurse", "nothing behind a question mark"),
    ],
)
def test_what_stands_in_two_places_is_refused(intake, unchanged, address, words):
    assert is_problem(intake.post(address, json=REFERRAL, headers=KEY), 400, words)


@pytest.mark.asvs("15.3.7")
def test_a14_a_name_twice_in_the_address_is_refused(world, unchanged):
    sent = world.client("notifier").get(
        "/api/v1/letters?state=failed&state=accepted", headers=world.acting("coordinator")
    )

    assert is_problem(sent, 400, "state stands twice in the address. Send it once.")


@pytest.mark.asvs("2.2.1")
@pytest.mark.parametrize(
    ("field", "date", "words"),
    [
        row("A15-31-february", "incident_on", "31/02/2016", "not a real date"),
        row("A15-30-february", "incident_on", "30/2/1900", "not a real date"),
        row("A15-year-one", "incident_on", "1/1/0001", "year must lie between"),
        row("A15-far-future", "incident_on", "2050", "year must lie between"),
        row("A15-future-birth", "born", "May 2027", "For a due date choose"),
        row("A15-death-before-birth", "died_on", "May 2014", "The date of death lies before the date of birth"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_what_would_be_right(intake, unchanged, field, date, words):
    person = REFERRAL["subjects"][0]
    about = {"subjects": [person | {field: date}]} if field in {"born", "died_on"} else {field: date}
    answers = REFERRAL | about

    by_form = intake.post(FORM, data={**as_form(answers), **hidden(intake)})

    assert is_problem(intake.post(API, json=answers, headers=KEY), 422, words)
    assert by_form.status_code == 422
    assert words in by_form.text
    assert f'value="{date}"' in by_form.text


@pytest.fixture
@beginning
def case(world, intake):
    """A case of which nothing is done yet."""
    intake.post(API, json=REFERRAL, headers=KEY)
    world.settle()
    office = world.client("triage")
    (found,) = office.get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return found["id"]


@pytest.mark.asvs("2.3.1")
def test_a17_a_decision_before_a_meeting_is_refused(world, case, unchanged):
    decision = invented.decision("rapid_review")
    headers = KEY | world.acting("coordinator")

    sent = world.client("triage").post(f"/api/v1/cases/{case}/decisions", json=decision, headers=headers)

    assert is_problem(sent, 409, "Write down first that the group has met: the group decides.")


@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(
    "kind",
    [row("A18-form", PAIRS), row("A18-text", "text/plain"), row("A18-nothing", None)],
)
def test_another_content_type_is_refused(intake, unchanged, kind):
    assert is_problem(intake.post(API, data=b"{}", content_type=kind, headers=KEY), 415, "Send application/json.")


@pytest.mark.asvs("13.4.4")
@pytest.mark.parametrize("method", [row("A19-delete", "DELETE"), row("A19-put", "PUT"), row("A19-trace", "TRACE")])
def test_another_method_is_refused_and_the_right_ones_are_named(intake, unchanged, method):
    sent = intake.open(API, method=method)

    assert is_problem(sent, 405, "That cannot be done here")
    assert set(sent.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@pytest.mark.asvs("4.1.3")
@pytest.mark.parametrize(
    "headers",
    [
        row("A20-forwarded-for", {"X-Forwarded-For": "127.0.0.1"}),
        row("A20-user", {"X-User-Id": "coordinator", "X-Remote-User": "coordinator"}),
        row("A20-forwarded-host", {"X-Forwarded-Host": "evil.example"}),
    ],
)
def test_forged_headers_make_nobody_somebody(world, unchanged, headers):
    sent = world.client("triage").get("/api/v1/cases", headers=headers)

    assert is_problem(sent, 403, "somebody who is not signed in")
    assert "evil.example" not in sent.text


@pytest.mark.parametrize("address", [row("A20-host-page", FORM), row("A20-host-api", "/api/v1/agencies")])
def test_another_host_is_refused(intake, unchanged, address):
    sent = intake.get(address, headers={"Host": "evil.example"})

    assert (sent.status_code, "This address is not served here." in sent.text) == (400, True)


def multipart(answers, end):
    parts = [f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in answers.items()]
    return ("".join(parts) + end).encode()


@pytest.mark.asvs("2.2.1")
def test_a22_a_multipart_form_without_its_end_is_refused(intake, unchanged):
    whole = as_form(REFERRAL | {"agencies": "police", "routes": ""}) | hidden(intake)
    del whole["_end"]

    sent = intake.post(FORM, data=multipart(whole, ""), content_type=BOUNDARY)

    assert (sent.status_code, "The form did not arrive whole." in sent.text) == (400, True)


@pytest.mark.asvs("5.2.1", "15.2.2")
@pytest.mark.parametrize("kind", [row("A23-parts", BOUNDARY), row("A23-pairs", PAIRS)])
def test_a_thousand_and_one_parts_are_refused(intake, unchanged, kind):
    many = {f"f{number}": "x" for number in range(1001)}
    data = multipart(many, "--x--\r\n") if "multipart" in kind else "&".join(f"{name}=x" for name in many)

    sent = intake.post(FORM, data=data, content_type=kind)

    assert (sent.status_code, "This is too large" in sent.text) == (413, True)


@pytest.mark.asvs("1.3.3", "5.2.1", "15.2.2")
@pytest.mark.parametrize("kind", [row("A23-field", BOUNDARY), row("A23-field-pairs", PAIRS)])
def test_a_field_of_600_kilobytes_is_refused(intake, unchanged, kind):
    large = {"what_happened": "x" * 600_000}
    data = multipart(large, "--x--\r\n") if "multipart" in kind else f"what_happened={large['what_happened']}"

    sent = intake.post(FORM, data=data, content_type=kind)

    assert (sent.status_code, "This is too large" in sent.text) == (413, True)


@pytest.mark.asvs("15.3.5")
@pytest.mark.parametrize("year", [row("A13-text-for-number", "2026"), row("A13-true-for-number", True)])
def test_a_number_is_sent_as_a_number(world, unchanged, year):
    path = "/api/v1/publications/00000000-0000-4000-8000-000000000001/draft"
    headers = KEY | world.acting("coordinator")

    sent = world.client("publisher").post(path, json={"year": year}, headers=headers)

    assert is_problem(sent, 422, "Some answers need changing")
    assert {"pointer": "/year", "detail": "Enter a year such as 2026"} in sent.json["errors"]


@pytest.mark.parametrize("name", ["Invented \u202eChild\u200b", "Inv\u0435nted Child"], ids=["marks", "look-alike"])
def test_a10_a_name_is_kept_as_it_was_given(world, intake, name):
    intake.post(API, json=REFERRAL | {"subjects": [REFERRAL["subjects"][0] | {"name": name}]}, headers=KEY)
    world.settle()
    office = world.acting("coordinator")
    (found,) = world.client("triage").get("/api/v1/cases", headers=office).json["cases"]

    whole = world.client("triage").get(f"/api/v1/cases/{found['id']}", headers=office)

    assert whole.json["content"]["subjects"][0]["name"] == name


@pytest.mark.asvs("1.3.3")
def test_a10_so_they_are_in_the_reference_of_a_day(world, case, unchanged):
    path, office = f"/cases/{case}/dates", world.visitor("triage", "coordinator")
    day = {"trigger": "notified", "day": "2026-11-20", "reference": "5\u202e99"}
    form = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(f"{path}/new").text))

    by_api = world.client("triage").post(f"/api/v1{path}", json=day, headers=KEY | world.acting("coordinator"))
    by_form = office.post(f"{path}/new", data=form | day | {"_end": "1"})

    assert is_problem(by_api, 422, TURNS)
    assert (by_form.status_code, TURNS in by_form.text, 'value="5\u202e99"' in by_form.text) == (422, True, True)
