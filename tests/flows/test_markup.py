"""Markup, scripts and links that are programs (A33): in every field, an agency's name and a file's; text everywhere."""

import csv
import io
import re
from collections import Counter
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest

import invented
from beginnings import beginning
from publishing import People
from stored import changes, stored

SHORT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = f"{SHORT}<a href='javascript:alert(3)'>javascript:alert(3)</a>"
LINK = "javascript:alert(3)"
#: What is typed in fields whose text is long, or a name.
LONG = f"{HOSTILE} {LINK} and more than twenty letters"
FILE_NAME = f"{SHORT}{LINK}.csv"
#: What answers no question of this page, ends the walk, or asks for a code that nobody has.
LEFT_OUT = re.compile(r"/(sign-|exit|assets|session|api|.*/code)")
TYPED = ("source", "event", "action", "people", "voice", "outcome", "impact_note", "comment_analysis")


class Read(HTMLParser):
    """A page as a browser takes it: what would run, where its links lead, and what it says."""

    def __init__(self, page):
        super().__init__()
        self.runs, self.links, self.within, self.said = [], [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.within = tag
        about = dict(attrs)
        for name, value in attrs:
            if name.startswith("on") or ((value or "").strip().lower().startswith("javascript:") and name != "value"):
                self.runs.append((tag, name, value))
        ours = about.get("src", "").startswith("/assets/")
        if tag in {"script", "img"} and not ours:
            self.runs.append((tag, about))
        if tag == "a":
            self.links.append(about.get("href", ""))

    def handle_data(self, data):
        if self.within == "script" and "alert" in data:
            self.runs.append(("script", data))
        self.said.append(data)


@pytest.fixture
@beginning
def case(world, post, get):
    """A case in which every text that somebody may type is markup; its agency is called so, too."""
    people = {each: person(world, each) for each in ("administrator", "partner-police")}
    rename(world)
    subject = invented.SUBJECT | {"name": SHORT, "gp_practice": HOSTILE}
    names = ("referrer_name", "referrer_role", "authorised_by", "location", "family", "family_views", "other_agencies")
    criteria = [{"criterion": "died", "reply": "yes", "evidence": HOSTILE}]
    about = dict.fromkeys(names, HOSTILE) | {"what_happened": LONG, "subjects": [subject], "criteria": criteria}
    post("intake", "/referrals", invented.REFERRAL | about, "")
    path = f"/cases/{get('triage', '/cases')['cases'][0]['id']}"
    post("triage", f"{path}/members", {"person": people["partner-police"], "role": "member", "why": LONG})
    post("triage", f"{path}/requests", {"agencies": ["police"], "questions": LONG})
    (request,) = get("intake", "/requests", "lead-police")["requests"]
    upload(world, request["id"])
    row = dict.fromkeys(TYPED, HOSTILE) | {"date": "2016"}
    said = dict.fromkeys(("author", "voice_of_child_or_adult", "immediate_safety_actions", "records_secured"), HOSTILE)
    said |= {"summary": LONG, "rows": [row, row | {"event": LINK}], "what_worked": LINK}
    post("intake", f"/requests/{request['id']}/return", invented.ANSWERED | said, "lead-police")
    post("triage", f"{path}/requests/{request['id']}/query", {"query": LONG})
    meeting = {"day": "2026-12-08", "starts": "10:00", "ends": "11:00", "place": SHORT}
    post("triage", f"{path}/meetings", meeting)
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review", reasons=LONG))
    post("triage", "/cases/break-glass", {"reference": "PPRG-2026-0001", "reason": LONG}, "board-chair")
    return path


def person(world, who):
    return str(world.services["triage"].profile.person(who).id)


def send(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**hidden, "_end": "1", **answers})


def rename(world):
    """An agency and a person of the directory are called what no agency or person is."""
    administrator = world.visitor("intake", "administrator")
    lead = {"safeguarding_lead": "safeguarding-lead@police.example"}
    about = {"name": HOSTILE, "kind": "police", "area": LINK, "active": "yes", **lead}
    who = {"name": HOSTILE, "address": "hostile@police.example", "agency": "police", "roles": ["agency"]}
    for path, answers in (("/agencies/police/change", about), ("/people/new", who)):
        sent = send(administrator, path, **answers)
        assert sent.status_code == 303, path
    world.settle()


def upload(world, request):
    """A chronology under a name that is a program: first with a row that is refused, then taken, and dropped."""
    lead, path = world.visitor("intake", "lead-police"), f"/requests/{request}/chronology"
    for day, status in (("someday", 422), ("1 May 2016", 303)):
        file = (io.BytesIO(f'Date,Source,Event\r\n{day},"{HOSTILE}","{HOSTILE}"\r\n'.encode()), FILE_NAME)
        lead.get(path)
        before = stored(world)
        sent = send(lead, path, file=file)
        assert sent.status_code == status, day
        assert bool(changes(before, stored(world))) == (status == 303), "what is refused is nowhere"
        assert Read(sent.text).runs == []
        assert FILE_NAME not in "".join(Read(sent.text).said), "it is nowhere to be seen"
    assert FILE_NAME not in "".join(Read(lead.get(path).text).said)
    assert send(lead, path, _drop="1").status_code == 303


def walked(world, who, *starts):
    """Every page that somebody gets to by links, of every service: its answer by its path."""
    browsers = {name: world.visitor(name, who) if who else world.client(name) for name in world.services}
    found, waiting = {}, list(starts)
    while waiting:
        path = waiting.pop().partition("#")[0]
        name = next((each for each, client in browsers.items() if serves(client, path)), None)
        if path in found or name is None or LEFT_OUT.match(path):
            continue
        answer = found[path] = browsers[name].get(path)
        if answer.mimetype == "text/html":
            waiting += Read(answer.text).links
    return found


def serves(client, path):
    return client.application.url_map.bind("localhost").test(path.partition("?")[0], "GET")


@pytest.mark.attack("A33")
@pytest.mark.asvs("1.1.2", "1.2.1", "1.2.2", "3.4.3")
def test_no_page_that_anybody_gets_to_and_no_letter_runs_what_was_typed(world, case):
    people = People(world)
    people.published(title=SHORT, learning=LONG, summary=LONG, label=SHORT)
    starts = ("/cases", "/letters", "/publications", "/people", "/agencies", "/requests", "/learning", case)

    pages = {
        (who, path): answer
        for who in ("coordinator", "lead-police", "administrator", "board-chair", None)
        for path, answer in walked(world, who, *starts).items()
    }

    statuses = {path: each.status_code for (_, path), each in pages.items() if path not in starts}
    wrong = {path: status for path, status in statuses.items() if status not in {200, 422}}
    assert [path for path in wrong if case in path or not path.startswith("/cases/")] == [], (
        "what is published here is of cases that triage has not heard of, and nothing else is not there"
    )
    html = {name: Read(each.text) for name, each in pages.items() if each.mimetype == "text/html"}
    assert {name: each.runs for name, each in html.items() if each.runs} == {}
    shown = Counter(who for (who, _), each in html.items() if "alert(1)" in "".join(each.said))
    linked = Counter(who for (who, _), each in html.items() if LINK in "".join(each.said))
    assert shown["coordinator"] > 15
    assert linked["coordinator"] > 10
    assert min(shown["lead-police"], shown["administrator"], shown["board-chair"], shown[None]) > 1
    letters = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in world.folder.rglob("*.eml")]
    parts = [part for each in letters for part in each.walk() if not part.is_multipart()]
    assert len(letters) > 5
    assert {part.get_content_type() for part in parts} == {"text/plain", "text/calendar"}, (
        "no program shows either as a page"
    )
    assert not re.search("script|alert|onerror", " ".join(str(value) for each in letters for value in each.values()))
    holding = [each for each in letters if "<script>" in str(each.get_body(("plain",)).get_content())]
    assert holding, "where a meeting is stands in the letter, as it was typed"


@pytest.mark.attack("A33")
@pytest.mark.asvs("1.1.2", "1.2.1", "3.2.1")
def test_a_file_of_values_holds_what_was_typed_as_text_for_saving(world, case):
    People(world).published(title=SHORT, learning=LONG, summary=LONG)
    files = (
        ("coordinator", "triage", f"{case}/chronology.csv", HOSTILE),
        ("administrator", "intake", "/agencies/list.csv", HOSTILE),
        ("administrator", "intake", "/people/list.csv", HOSTILE),
        ("coordinator", "publisher", "/learning/catalogue.csv", SHORT),
    )
    for who, service, path, typed in files:
        answer = world.visitor(service, who).get(path)

        cells = [cell for line in csv.reader(io.StringIO(answer.text)) for cell in line]
        assert (path, answer.status_code, answer.mimetype) == (path, 200, "text/csv")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (path, typed in cells) == (path, True)
