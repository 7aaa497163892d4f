"""Attacks on what browsers send and see, row by row: the test's id begins with the row's name, as `-k A24` finds it."""

import json
import re
import socket
from email import message_from_bytes
from email.policy import default
from statistics import median
from time import process_time
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from invented import PUBLISHED, REFERRAL, as_form
from pprg_shared.boxes.commands import boxes_commands
from pprg_shared.boxes.operations import listed
from pprg_shared.boxes.reasons import FORGED
from pprg_shared.boxes.tables import outbox
from publishing import People, send
from signed import acting
from stored import changes, stored

API, FORM = "/api/v1/referrals", "/referrals/new?immediate_risk=no"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} ${7*7} %n {0.__class__} ' OR 1=1--"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt; {{7*7}} ${7*7} %n {0.__class__}"
SQL, SHOWN_SQL = "' OR 1=1--", "&#39; OR 1=1--"
#: Whoever took it for a template would write 7006652.
TEMPLATES = "{{1234*5678}} ${1234*5678} %n {0.__class__}"
SECRET = "Canary Person"


def row(name, *values):
    return pytest.param(*values, id=name)


def key(name="one", **more):
    return {"Idempotency-Key": name, **more}


@pytest.fixture
def intake(world):
    return world.client("intake")


def hidden(client, path=FORM):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text)) | {"_end": "1"}


def refer(world, **changes):
    """A case by the API; its id."""
    sent = world.client("intake").post(API, json=REFERRAL | changes, headers=key(str(uuid4())))
    assert sent.status_code == 201, sent.text
    world.settle()
    return world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"][-1]["id"]


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    "token", [row("A24-none", None), row("A24-another-s", "another"), row("A24-invented", "0" * 64)]
)
def test_a_form_without_its_own_token_is_refused_and_what_was_typed_is_not_lost(world, intake, unchanged, token):
    answers = as_form(REFERRAL) | hidden(intake)
    answers["_csrf"] = hidden(world.client("intake"))["_csrf"] if token == "another" else token
    if token is None:
        del answers["_csrf"]

    sent = intake.post(FORM, data=answers)

    assert (sent.status_code, "or was not ours" in sent.text) == (403, True)
    assert 'name="what_happened" value="An invented account."' in sent.text


@pytest.mark.asvs("3.5.3")
def test_a25_nothing_is_changed_by_asking(world, unchanged):
    asked = []
    for name, alive in world.services.items():
        client = world.visitor(name, "coordinator")
        urls = client.application.url_map
        for rule in urls.iter_rules():
            path = re.sub(r"<[^>]+>", str(uuid4()), re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule))
            if "GET" not in urls.bind("localhost").allowed_methods(path):
                sent = client.get(path, headers=world.acting("coordinator"))
                asked.append(path)
                assert (alive.service.name, path, sent.status_code) == (name, path, 405)
                assert "POST" in sent.headers["Allow"]
                assert "That cannot be done here" in sent.text

    assert len(asked) > 20


@pytest.mark.asvs("3.4.2")
@pytest.mark.parametrize("method", [row("A26-fetch", "GET"), row("A26-preflight", "OPTIONS"), row("A26-post", "POST")])
def test_another_site_is_let_read_nothing(intake, unchanged, method):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    sent = intake.open("/api/v1/requests", method=method, headers=acting(intake, "lead-gp") | asked)

    told = {"GET": (200, '{"requests":[]}'), "OPTIONS": (200, ""), "POST": (405, "That cannot be done here")}[method]
    assert sent.status_code == told[0]
    assert sent.text.strip() == told[1] or (method == "POST" and sent.json["title"] == told[1])
    assert [name for name, _ in sent.headers if name.lower().startswith("access-control")] == []


@pytest.mark.asvs("2.2.1", "3.5.2")
@pytest.mark.parametrize(
    "headers",
    [
        row("A27-missing", {}),
        row("A27-empty", {"Idempotency-Key": ""}),
        row("A27-long", {"Idempotency-Key": "x" * 201}),
        row("A27-odd", {"Idempotency-Key": "caf\u00e9"}),
        row("A27-tab", {"Idempotency-Key": "a\tb"}),
    ],
)
def test_a_request_without_a_proper_key_is_refused(intake, unchanged, headers):
    sent = intake.post(API, json=REFERRAL, headers=headers)

    assert (sent.status_code, "Idempotency-Key" in sent.json["detail"]) == (400, True)


@pytest.mark.parametrize("name", [row("A27-shortest", "x"), row("A27-longest", "x" * 200)])
def test_a_key_may_be_as_short_and_as_long_as_is_said(intake, name):
    assert [intake.post(API, json=REFERRAL, headers=key(name)).status_code for _ in range(2)] == [201, 201]

    assert intake.post(API, json=REFERRAL | {"referrer_role": "Doctor"}, headers=key(name)).status_code == 409


@pytest.mark.asvs("2.3.3")
def test_a28_the_same_key_with_another_body_is_refused(world, intake, request):
    assert intake.post(API, json=REFERRAL, headers=key()).status_code == 201
    world.settle()
    request.getfixturevalue("unchanged")

    sent = intake.post(API, json=REFERRAL | {"referrer_role": "Doctor"}, headers=key())

    assert (sent.status_code, "sent before with other answers" in sent.json["detail"]) == (409, True)


@pytest.mark.asvs("8.4.1")
def test_a29_the_same_key_of_somebody_else_is_another(world, intake):
    def sent(who):
        before = stored(world)
        answer = intake.post(API, json=REFERRAL, headers=key(**acting(intake, who)))
        return answer, changes(before, stored(world))

    (first, made), (second, made_too), (again, made_again) = sent("lead-gp"), sent("lead-police"), sent("lead-gp")

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json["reference"], second.json["reference"]) == ("PPRG-2026-0001", "PPRG-2026-0002")
    assert "Idempotent-Replayed" not in second.headers
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    for each in (made, made_too):
        assert {each[f"intake.{table}"] for table in ("referrals", "people", "answers")} == {(1, 0)}, "one of each"
        assert not [name for name in each if not name.startswith("intake.")]
    assert made_again == {}


def hostile_referral():
    """Hostile text wherever text may stand."""
    names = ("referrer_name", "referrer_role", "what_happened", "authorised_by", "family", "location", "other_agencies")
    subject = REFERRAL["subjects"][0] | {"name": HOSTILE[:100]}
    return dict.fromkeys(names, HOSTILE) | {"subjects": [subject], "agencies": ["police"]}


@pytest.mark.asvs("1.1.2", "1.2.1", "1.2.3", "1.2.4", "1.3.7", "1.3.10")
def test_a31_a32_a33_what_is_typed_is_shown_as_text_on_every_page_and_in_no_letter(world):
    empty = stored(world)
    case = refer(world, **hostile_referral())
    made = changes(empty, stored(world))
    office = world.visitor("triage", "coordinator")
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)

    pages = [office.get(path) for path in (f"/cases/{case}", f"/cases/{case}/print", "/cases")]
    told = office.get(f"/api/v1/cases/{case}", headers=world.acting("coordinator"))

    assert {each.status_code for each in (*pages, told)} == {200}
    assert all(ESCAPED in each.text for each in pages[:2])
    assert not any(re.search("<script>alert|<img src=x", each.text) for each in pages)
    content = told.json["content"]
    texts = {name: text for name, text in (content | content["more"]).items() if name in hostile_referral()}
    texts = {name: text for name, text in texts.items() if isinstance(text, str)}
    assert texts == dict.fromkeys(("what_happened", "authorised_by", "family", "location", "other_agencies"), HOSTILE)
    assert content["subject_name"] == HOSTILE[:100]
    assert told.content_type == "application/json"
    assert {made[name] for name in ("intake.referrals", "triage.cases")} == {(1, 0)}, "one, whatever it says"
    assert changes(before, stored(world)) == {}, "and to look at it changes nothing"
    for each in (world.folder / "mailbox").glob("*.eml"):
        assert not re.search("script|7\\*7|__class__|OR 1=1", each.read_text("utf-8"))


@pytest.mark.asvs("1.2.4")
@pytest.mark.parametrize(
    ("service", "who", "path", "name", "words"),
    [
        row("A31-cases", "triage", "coordinator", "/cases", "reference", "No case has this reference"),
        row("A31-glass", "triage", "board-chair", "/cases/break-glass", "reference", "No case that you could open"),
        row("A31-who-saw", "triage", "governance", "/cases/who-saw", "reference", "No case has this reference"),
    ],
)
def test_whoever_looks_for_a_case_by_sql_finds_none(world, service, who, path, name, words):
    refer(world)
    client = world.visitor(service, who)
    answers = hidden(client, path) | {name: SQL, "reason": "Invented: a sister may come to harm tonight."}
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)

    sent = client.post(path, data=answers)

    assert (sent.status_code, words in sent.text) == (422, True)
    assert f'value="{SHOWN_SQL}"' in sent.text, "what was typed is kept"
    assert changes(before, stored(world)) == {}


@pytest.mark.asvs("1.2.4")
@pytest.mark.parametrize(
    ("service", "path", "name", "words"),
    [
        row("A31-agencies", "intake", "/agencies", "find", "No agency has this in its name"),
        row("A31-learning", "publisher", "/learning", "text", "Nothing found"),
    ],
)
def test_whoever_looks_for_anything_by_sql_finds_nothing(world, service, path, name, words):
    People(world).published()
    world.settle()
    client = world.visitor(service, "coordinator")
    client.get(path)
    before = stored(world)

    found = client.get(path, query_string={name: SQL})

    assert (found.status_code, words in found.text) == (200, True)
    assert SHOWN_SQL in found.text
    assert changes(before, stored(world)) == {}


def test_a31_people_are_looked_for_by_text_and_the_search_alone_is_kept(world):
    office = world.visitor("intake", "coordinator")
    before = stored(world)

    sent = office.post("/people", data=hidden(office, "/people") | {"find": SQL})
    found = office.get(sent.location)

    assert (sent.status_code, found.status_code) == (303, 200)
    assert "Nobody in the directory is called so, or begins so" in found.text
    assert not re.search("Robin Sample|Ashley Sample", found.text.partition("<main")[2])
    assert changes(before, stored(world)) == {"intake.searches": (1, 0)}


def test_a32_the_place_of_a_meeting_is_in_its_letter_as_it_was_typed(world, post, get):
    case = refer(world)
    meeting = {"day": "2026-12-08", "starts": "10:00", "ends": "11:00", "place": TEMPLATES}
    post("triage", f"/cases/{case}/meetings", meeting)
    world.settle()

    page = world.visitor("triage", "coordinator").get(f"/cases/{case}")
    letters = [message_from_bytes(each.read_bytes(), policy=default) for each in world.folder.rglob("*.eml")]
    texts = [part.get_content() for each in letters for part in each.walk() if not part.is_multipart()]

    assert (page.status_code, TEMPLATES in page.text) == (200, True)
    told = [each for each in texts if "1234" in each]
    assert len(told) > 1, "as a text and as an invitation"
    assert all(TEMPLATES in each.replace("\r\n ", "") for each in told)
    assert not re.search("7006652|&lt;class|<class", f"{page.text}{texts}")


@pytest.fixture
def people(world):
    return People(world)


@pytest.mark.asvs("1.2.1", "1.2.2", "1.2.4", "1.3.1", "1.3.5")
def test_a31_a32_a34_what_is_published_is_text_whatever_it_looks_like_and_is_found_as_text(people):
    html = f"<b onclick=x>Bold</b> <a href='javascript:alert(1)'>link</a> ' OR 1=1-- {TEMPLATES}"
    address = people.published(learning=html, summary=html, title="Injected ' OR 1=1--")
    other = people.published(title="Another")

    people.world.settle()
    people.everybody.get(address)
    before = stored(people.world)
    page = people.everybody.get(address)
    feed = people.everybody.get("/learning/feed.atom")
    found = people.everybody.get("/learning?text='+OR+1%3D1--")

    assert {each.status_code for each in (page, feed, found)} == {200}
    assert "&lt;b onclick=x&gt;Bold&lt;/b&gt; &lt;a href=&#39;javascript:alert(1)&#39;&gt;link&lt;/a&gt;" in page.text
    assert TEMPLATES in page.text
    assert not re.search("<b onclick|<a href='javascript|7006652", page.text + feed.text)
    assert (address in found.text, other in found.text) == (True, False)
    assert changes(before, stored(people.world)) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [row("A34-none", "", "Say what was learnt"), row("A34-control", "<b>\x07</b>", "cannot be printed")],
)
def test_what_cannot_be_published_is_refused_and_what_was_typed_is_kept_as_text(people, text, words, request):
    path, _ = people.draft()
    people.office.get(path)
    people.world.settle()
    before = stored(people.world)

    sent = send(people.office, path, **PUBLISHED | {"learning": text, "summary": "<b onclick=x>Bold</b>"}, _offer="1")

    assert (sent.status_code, words in sent.text) == (422, True)
    assert "&lt;b onclick=x&gt;Bold&lt;/b&gt;" in sent.text
    assert "<b onclick" not in sent.text
    assert changes(before, stored(people.world)) == {}


@pytest.mark.asvs("1.3.4", "5.2.2")
@pytest.mark.parametrize("kind", [row("A35-svg", "image/svg+xml"), row("A35-html", "text/html")])
def test_a_picture_that_is_a_program_is_not_taken(world, post, get, kind):
    post("intake", "/referrals", REFERRAL, "")
    (case,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (asked,) = get("intake", "/requests", "lead-police")["requests"]
    path, who = f"/api/v1/requests/{asked['id']}/chronology", world.acting("lead-police")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    before = stored(world)

    sent = world.client("intake").post(path, data=svg, content_type=kind, headers=key(**who))

    assert (sent.status_code, sent.content_type) == (415, "application/problem+json")
    assert "text/csv" in sent.json["detail"]
    assert world.client("intake").get(path, headers=who).status_code == 404
    world.settle()
    assert changes(before, stored(world)) == {}


@pytest.mark.asvs("1.2.9", "15.2.2")
@pytest.mark.parametrize("bomb", [row("A36-a", "(a+)+$" * 30), row("A36-b", "a" * 190 + "b"), row("A36-c", "%_" * 95)])
def test_no_search_takes_long(people, bomb, request):
    people.published(learning="a" * 400)
    people.everybody.get("/learning")
    people.world.settle()
    request.getfixturevalue("unchanged")
    took = []

    for _ in range(5):
        began = process_time()
        page = people.everybody.get("/learning", query_string={"text": bomb})
        took.append(process_time() - began)
        assert (page.status_code, "Nothing found" in page.text) == (200, True)

    assert median(took) < 0.2  # seconds of this process alone, whatever else runs


BOMBS = ("(a+)+$" * 30, "a" * 59 + "b" * 131, "%_" * 95)
#: Where those who signed in look for something by what they type: how it is sent, the field and its length, and how a
#: search is answered that finds nothing.
SEARCHES = [
    row("A36-people", "intake", "administrator", "POST", "/people", "find", 100, 303),
    row("A36-agencies", "intake", "administrator", "GET", "/agencies", "find", 190, 200),
    row("A36-cases", "triage", "coordinator", "POST", "/cases", "reference", 60, 422),
    row("A36-letters", "notifier", "coordinator", "GET", "/letters", "state", 190, 422),
]


@pytest.mark.asvs("1.2.9", "15.2.2")
@pytest.mark.parametrize(("service", "who", "method", "path", "field", "longest", "status"), SEARCHES)
def test_nor_does_a_search_behind_the_sign_in(world, post, service, who, method, path, field, longest, status):
    post("triage", "/cases/imports", {"text": f"Reference,Received\n{'a' * 60},1 May 2026\n"})
    browser, took = world.visitor(service, who), []
    form, before = hidden(browser, path), stored(world)

    for typed in ({field: each[:longest]} for each in BOMBS):
        began = process_time()
        sent = browser.post(path, data=form | typed) if method == "POST" else browser.get(path, query_string=typed)
        found = browser.get(sent.location) if status == 303 else sent
        took.append(process_time() - began)
        assert (sent.status_code, found.status_code) == (status, 200 if status == 303 else status)

    world.settle()
    assert changes(before, stored(world)) == ({"intake.searches": (len(BOMBS), 0)} if status == 303 else {})
    assert median(took) < 0.2  # seconds of this process alone, whatever else runs


@pytest.mark.asvs("1.2.2", "1.3.6")
def test_a37_an_address_that_points_inside_is_text_and_is_asked_for_by_nobody(world, people):
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        address = f"http://127.0.0.1:{inside.getsockname()[1]}/latest/meta-data"
        case = refer(world, what_happened=f"See {address} and file:///etc/passwd")
        public = people.published(learning=f"{PUBLISHED['learning']} See {address}")
        office = world.visitor("triage", "coordinator")
        world.clock.forward(hours=1)
        world.settle()  # what was read meanwhile has been recorded
        before = stored(world)
        pages = office.get(f"/cases/{case}"), people.everybody.get(public)
        told = changes(before, stored(world))
        world.settle()

        assert [(each.status_code, address in each.text) for each in pages] == [(200, True), (200, True)]
        assert "file:///etc/passwd" in pages[0].text
        assert not re.search(f'="({re.escape(address)}|file:)', pages[0].text + pages[1].text)
        assert told == {}
        with pytest.raises(TimeoutError):
            inside.accept()


NEWLINE = "=?utf-8?q?a=0D=0ABcc:_evil=40x.test?="
ONE_LINE = "Write the name in one line, and without “=?”"


@pytest.mark.asvs("1.3.11")
@pytest.mark.parametrize("name", [row("A51-encoded", NEWLINE), row("A51-bare", "a\r\nBcc: evil@x.test")])
def test_a_name_with_a_line_end_is_refused(intake, unchanged, name):
    answers = REFERRAL | {"referrer_name": name, "subjects": [REFERRAL["subjects"][0] | {"name": name}]}

    by_api = intake.post(API, json=answers, headers=key())
    by_form = intake.post(FORM, data=as_form(answers) | hidden(intake))

    assert (by_api.status_code, by_form.status_code) == (422, 422)
    assert {each["pointer"]: each["detail"] for each in by_api.json["errors"]} == {
        "/referrer_name": ONE_LINE,
        "/subjects/0/name": ONE_LINE,
    }
    assert f"Person 1: {ONE_LINE}" in by_form.text
    assert 'value="a' in by_form.text or 'value="=?utf-8' in by_form.text


@pytest.mark.asvs("1.3.11")
@pytest.mark.parametrize("text", [row("A51-encoded-role", NEWLINE), row("A51-bare-role", "a\r\nBcc: evil@x.test")])
def test_what_is_no_name_and_has_a_line_end_reaches_no_header(world, text):
    refer(world, referrer_role=text)

    letters = [message_from_bytes(each.read_bytes()) for each in (world.folder / "mailbox").glob("*.eml")]

    assert len(letters) > 1
    for each in letters:
        assert {"Bcc", "Cc"}.isdisjoint(each.keys())
        assert not re.search("evil|utf-8", str(each["To"]) + str(each["Subject"]) + str(each["From"]))


@pytest.mark.asvs("1.3.11", "2.2.1")
@pytest.mark.parametrize(
    "address",
    [
        row("A52-two", "b@x.example, evil@x.example"),
        row("A52-semicolon", "evil@x.example;b@x.example"),
        row("A52-quoted", '"b@x.example>,<evil@x.example" <c@x.example>'),
        row("A52-named", "Name <b@x.example>"),
        row("A52-line-end", "b@x.example\nevil@x.example"),
    ],
)
def test_what_is_not_one_plain_address_is_refused(intake, unchanged, address):
    sent = intake.post(API, json=REFERRAL | {"referrer_email": address}, headers=key())

    assert sent.status_code == 422
    assert {each["pointer"] for each in sent.json["errors"]} == {"/referrer_email"}
    assert "Enter one email address, such as name@agency.example" in sent.text


@pytest.mark.asvs("16.2.5")
def test_a55_a66_no_line_of_the_log_holds_what_was_typed_or_asked_for(world, lines):
    case = refer(world, referrer_name=SECRET, referrer_role=f"{SECRET}\n[31m", what_happened=f"{SECRET}'s account")
    office = world.visitor("triage", "coordinator")
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)
    odd = {"X-Request-ID": f"{SECRET}\t", "Referer": f"http://x/{SECRET}"}
    shown = office.get(f"/cases/{case}?name={SECRET}", headers=odd)
    found = world.client("publisher").get(f"/learning?text={SECRET}")
    nowhere = world.client("intake").get(f"/nowhere/{SECRET}%0d%0a%1b[31m")

    assert [each.status_code for each in (shown, found, nowhere)] == [200, 200, 404]
    assert ("Nothing found" in found.text, "Page not found" in nowhere.text) == (True, True)
    assert SECRET not in f"{shown.headers}{found.headers}{nowhere.headers}"
    assert not re.search(f"<title>[^<]*({SECRET}|{case})", shown.text + found.text + nowhere.text)
    assert changes(before, stored(world)) == {}
    told = json.dumps(lines, default=str)

    assert {"answered"} < {each["event"] for each in lines} | {"handled"}
    assert SECRET not in told
    assert case not in told
    assert {"/cases/<uuid:case_id>", "/learning", "-"} <= {each.get("route") for each in lines}


@pytest.mark.asvs("8.2.2", "8.4.1")
def test_a61_what_is_another_agency_s_is_not_there(world, lines):
    case = refer(world)
    asked = {"agencies": ["police"], "questions": "What did you do?"}
    world.client("triage").post(
        f"/api/v1/cases/{case}/requests", json=asked, headers=key(**world.acting("coordinator"))
    )
    world.settle()
    intake, theirs = world.client("intake"), world.acting("lead-police")
    (request,) = intake.get("/api/v1/requests", headers=theirs).json["requests"]

    def body(number, method="GET", **more):
        path = f"/api/v1/requests/{number}" + ("/nil-return" if method == "POST" else "")
        sent = intake.open(path, method=method, headers={**world.acting("lead-gp"), **key(str(uuid4()))}, **more)
        return sent.status_code, {k: v for k, v in sent.json.items() if k not in {"request_id", "instance"}}

    never = UUID(int=5)
    nil = {"author": "Somebody"}
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)
    status, told = body(request["id"])
    assert (status, told["title"]) == (404, "Page not found")
    assert (status, told) == body(never) == body(request["id"], "POST", json=nil) == body(never, "POST", json=nil)
    gp = str(world.services["intake"].profile.person("lead-gp").id)
    refused = [(each["problem"], each["person"]) for each in lines if each["event"] == "refused"]
    assert refused == [("not-found", gp)] * 4
    world.settle()
    assert changes(before, stored(world)) == {}
    assert intake.get(f"/api/v1/requests/{request['id']}", headers=theirs).status_code == 200


@pytest.mark.asvs("8.2.2", "8.4.1")
def test_a61_nor_is_another_s_search_another_agency_s_key_or_an_import_there_for_whom_it_is_not(world, post, lines):
    office, administrator = world.visitor("intake", "coordinator"), world.visitor("intake", "administrator")
    search = office.post("/people", data=hidden(office, "/people") | {"find": "Invented"}).location
    made = hidden(administrator, "/agencies/icb/keys") | {"name": "Theirs", "scopes": "answer", "days": "30"}
    assert administrator.post("/agencies/icb/keys", data=made).status_code == 200
    number = re.search(r"/agencies/icb/keys/([0-9a-f-]{36})", administrator.get("/agencies/icb/keys").text)[1]
    listed = post("triage", "/cases/imports", {"text": "Reference,Received\nX1,1 May 2026\n"})["location"]
    csrf = hidden(administrator, "/agencies/police/keys")
    world.clock.forward(minutes=5)
    world.settle()  # what was read meanwhile has been recorded
    before, never = stored(world), str(UUID(int=5))

    def told(service, who, method, path):
        client = administrator if who == "administrator" else world.visitor(service, who)
        said = []
        for each in (path, re.sub("[0-9a-f-]{36}", never, path)):
            page = client.open(each, method=method, data=csrf if method == "POST" else None)
            main = page.text.partition("<main")[2].partition("</main>")[0]
            said.append((page.status_code, re.sub("[0-9a-f-]{36}", "ID", main)))
        assert said[0] == said[1]
        return said[0][0]

    assert told("intake", "deputy", "GET", search) == told("intake", "administrator", "GET", search) == 404
    key_elsewhere = f"/agencies/police/keys/{number}"
    assert {told("intake", "administrator", each, key_elsewhere) for each in ("GET", "POST")} == {404}
    assert told("intake", "lead-police", "GET", f"/agencies/icb/keys/{number}") == 403
    assert told("triage", "chair", "GET", re.sub("^.*/cases", "/cases", listed)) == 403
    refused = [each["problem"] for each in lines if each["event"] == "refused"]
    assert refused == ["not-found"] * 8 + ["forbidden"] * 4
    world.settle()
    assert changes(before, stored(world)) == {}
    assert office.get(search).status_code == administrator.get(f"/agencies/icb/keys/{number}").status_code == 200


@pytest.mark.asvs("13.4.2", "16.3.4", "16.5.1")
@pytest.mark.parametrize("fault", [row("A76-any", RuntimeError), row("A76-value", ValueError)])
@pytest.mark.parametrize("path", ["/cases", "/api/v1/cases"])
def test_an_error_with_a_secret_in_it_gets_a_page_without(world, monkeypatch, lines, unchanged, fault, path):
    client = world.visitor("triage", "coordinator")

    def fail(*_all, **_more):
        raise fault(f"password={SECRET}")

    monkeypatch.setattr(type(world.services["triage"].database), "reading", fail)
    sent = client.get(path, headers=world.acting("coordinator"))
    monkeypatch.undo()

    assert sent.status_code == 500
    assert "Something went wrong on our side" in sent.text
    assert sent.headers["X-Request-ID"] in sent.text
    assert not re.search(f"{SECRET}|Traceback|{fault.__name__}|\\.py", sent.text)
    assert SECRET not in json.dumps(lines, default=str)
    assert [each["fault"] for each in lines if each["event"] == "unforeseen"] == [fault.__name__]


@pytest.mark.asvs("13.4.1", "13.4.2", "13.4.5")
@pytest.mark.parametrize(
    "path",
    [
        row(f"A77-{path.strip('/.') or 'front'}", path)
        for path in (
            "/metrics",
            "/healthz",
            "/readyz",
            "/debug",
            "/console",
            "/docs",
            "/.env",
            "/.git/config",
            "/server-status",
        )
    ],
)
def test_nothing_for_operators_is_open_to_everybody(world, unchanged, path):
    for name in world.services:
        page = world.client(name).get(path)
        assert (page.status_code, "Page not found" in page.text) == (404, True)


@pytest.mark.asvs("1.2.2", "3.7.2")
@pytest.mark.parametrize("to", [row("A78-host", "//evil.example"), row("A78-line", "/%0d%0aSet-Cookie:a=b")])
@pytest.mark.parametrize("path", ["/sign-out", "/exit"])
def test_nobody_writes_where_a_page_leads(intake, unchanged, path, to):
    there = f"{path}?next={to}&exit_to={to}&url={to}"
    sent = intake.get(there) if path == "/exit" else intake.post(there, data=hidden(intake, path))

    own = "https://www.bbc.co.uk/weather" if path == "/exit" else "/"
    assert (sent.status_code, sent.location) == (303, own)
    assert f'You should be redirected automatically to the target URL: <a href="{own}">' in sent.text
    assert not re.search("a=b|evil", f"{sent.headers}{sent.text}")


@pytest.mark.asvs("16.5.3")
def test_a79_an_event_that_nobody_sealed_is_parked_and_changes_nothing(world):
    refer(world)
    intake, triage = world.services["intake"], world.services["triage"]
    with intake.database.reading() as session:
        true = next(
            json.loads(bytes(each))
            for each in session.scalars(sa.select(outbox.c.body))
            if json.loads(bytes(each))["type"] == "referral.submitted.v1"
        )
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)

    forged = json.dumps(true | {"id": str(uuid4())}).encode()

    assert triage.arrival.receive([forged]) == [True]
    world.settle()
    (parked,) = listed(triage, "inbox", "parked", 10)
    assert parked["type"] == "referral.submitted.v1"
    told = CliRunner().invoke(boxes_commands(lambda: triage), ["list", "--state", "parked"])
    assert told.exit_code == 0, told.output
    assert re.fullmatch(rf"inbox {parked['id']} referral\.submitted\.v1 1 \S+ {re.escape(FORGED)}\n", told.output)
    assert re.search("forged.*nothing of it was taken over.*tell whoever answers for security.*boxes drop", told.output)
    assert not re.search(f"{SECRET}|{REFERRAL['subjects'][0]['name']}|{REFERRAL['what_happened']}", told.output)
    assert changes(before, stored(world)) == {"triage.inbox": (1, 0)}
