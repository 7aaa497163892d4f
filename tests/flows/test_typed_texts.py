"""What people typed is shown isolated on every page: marks of direction turn nothing but themselves (A10)."""

import re
from html.parser import HTMLParser
from uuid import uuid4

import pytest

import invented
from beginnings import beginning
from invented import ANSWERED, REFERRAL

MARK = "\u202e"
#: A mark in these turns nothing around it: a block of its own, or the text of a field.
APART = {"bdi", "textarea", "td", "dd", "title", "option", "h1"}


class Reader(HTMLParser):
    """Finds texts with a mark, and in which elements each stands."""

    def __init__(self):
        super().__init__()
        self.within, self.marked = [], []

    def handle_starttag(self, tag, _attributes):
        if tag not in {"br", "input", "link", "meta", "img", "hr"}:
            self.within.append(tag)

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        if MARK in data:
            whole = data.strip().startswith(f"{MARK}typed")
            self.marked.append("bdi" in self.within or (whole and self.within[-1] in APART))


@pytest.fixture
@beginning
def case(world):
    """A case in which every text that somebody may type holds a mark."""
    person = REFERRAL["subjects"][0] | {"name": f"{MARK}typed name", "gp_practice": f"{MARK}typed practice"}
    texts = dict.fromkeys(
        ("referrer_role", "authorised_by", "location", "what_happened", "family", "family_views"), f"{MARK}typed"
    )
    criteria = [{"criterion": "died", "reply": "yes", "evidence": f"{MARK}typed evidence"}]
    post(world, "intake", "/api/v1/referrals", REFERRAL | texts | {"subjects": [person], "criteria": criteria}, "")
    (case,) = get(world, "triage", "/api/v1/cases", "coordinator")["cases"]
    path = f"/api/v1/cases/{case['id']}"
    post(world, "triage", f"{path}/requests", {"agencies": ["police"], "questions": f"{MARK}typed"}, "coordinator")
    (request,) = get(world, "intake", "/api/v1/requests", "lead-police")["requests"]
    answer(world, request["id"])
    query = {"query": f"{MARK}typed query"}
    post(world, "triage", f"{path}/requests/{request['id']}/query", query, "coordinator")
    meeting = {"day": "2026-12-08", "starts": "10:00", "ends": "11:00", "place": f"{MARK}typed place"}
    post(world, "triage", f"{path}/meetings", meeting, "coordinator")
    post(world, "triage", f"{path}/meetings/record", invented.HELD, "coordinator")
    decision = invented.decision("rapid_review", reasons=f"{MARK}typed reasons of at least twenty letters")
    post(world, "triage", f"{path}/decisions", decision, "coordinator")
    return f"/cases/{case['id']}", f"/requests/{request['id']}"


def answer(world, request):
    texts = ("source", "event", "action", "people", "voice", "outcome", "impact_note", "comment_analysis")
    row = dict.fromkeys(texts, f"{MARK}typed") | {"date": "2016"}
    said = ANSWERED | {"author": f"{MARK}typed author", "summary": f"{MARK}typed summary", "rows": [row, row]}
    more = ("voice_of_child_or_adult", "what_worked", "other_agencies_to_ask", "quality_assured_by", "records_secured")
    view = {"route": "rapid_review", "view": "met", "reason": f"{MARK}typed reason"}
    said |= dict.fromkeys(more, f"{MARK}typed more") | {"agency_view_on_criteria": [view]}
    post(world, "intake", f"/api/v1/requests/{request}/return", said, "lead-police")


def post(world, service, path, body, who):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    sent = world.client(service).post(path, json=body, headers=headers)
    world.settle()
    assert sent.status_code == 201, sent.text


def get(world, service, path, who):
    return world.client(service).get(path, headers=world.acting(who)).json


def marked(client, path):
    page = client.get(path)
    assert page.status_code == 200, path
    reader = Reader()
    reader.feed(page.text)
    return reader.marked


@pytest.mark.attack("A10")
def test_marks_of_direction_turn_nothing_around_them(world, case):
    here, request = case
    office, lead = world.visitor("triage", "coordinator"), world.visitor("intake", "lead-police")
    shown = office.get(here).text
    paths = [here, f"{here}/print", f"{here}/chronology", f"{here}/chronology/print", f"{here}{request}"]
    paths += [f"{here}/meetings/cancel", f"{here}/conflicts"]
    paths += set(re.findall(rf"{here}/conflicts/[\w-]+", office.get(f"{here}/conflicts").text))
    paths += set(re.findall(rf"{here}/returns/[\w-]+", shown))

    found = {path: marked(office, path) for path in paths} | {request: marked(lead, request)}

    assert len(paths) == 9
    assert {path: all(each) and bool(each) for path, each in found.items()} == dict.fromkeys(found, True)
