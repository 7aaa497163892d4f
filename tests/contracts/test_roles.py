"""Who may do what: every route of every service by every method, as every kind of person, of everybody's things (A62).

What must come of it stands in docs/reference/access.md; the rules of the services are not asked.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
import roles
from beginnings import beginning
from pprg_intake.actions import keys
from pprg_intake.models import Person
from pprg_notifier.models import letters
from pprg_shared.actor import Actor
from pprg_shared.identity import tokens
from pprg_shared.web.reference import read
from pprg_triage.models import Conflict, Decision, Meeting, Request, Return, Tie
from signed import Browser, bearing, cookies_of, secrets_of, token_of
from stored import NOTED, changes, stored

PAGE = (Path(__file__).parent.parent.parent / "docs/reference/access.md").read_text("utf-8")
#: One of each kind; who has the same rules as another need not be asked.
PEOPLE = (
    *("coordinator", "chair", "partner-police", "board-chair", "lead-police", "lead-gp", "ops", "administrator"),
    *("governance", "nobody"),
)
#: Roles that nobody in the profile has without another; who has one of them alone is added to the directory.
ALONE = ("partner", "member")
OPENING = ("chair", "partner-police", "board-chair")
SAME = {"deputy": "coordinator", "community-chair": "board-chair"}
#: Kinds of things by their place in an address, and the part of a case that each is.
PLACES = (
    *("case_id", "request_id", "return_id", "decision_id", "tie_id", "conflict_id", "publication_id"),
    *("letter_id", "reference"),
)

#: Roles of people who are named to no case and declare no interest in any.
UNTIED = {"governance", "ops", "administrator"}
#: Answers to what is not there that are none of 404: a page that says there is nothing yet.
NOTHING_YET = {"office.for_case"}
#: Routes whose thing is looked for among what one may have to do with oneself, whatever one's roles.
OWN = {"pages.withdraw", "api.withdraw_interest"}
FILE = {"data": b"Date,Source,Event\r\n2016,Log,An invented call.\r\n", "content_type": "text/csv"}
#: What a change of a request wants to be sent.
SAID = {
    "accept": {},
    "query": {"query": "What else?"},
    "move": {"due_on": "2026-12-10", "reason": "Invented."},
    "decline": {"reason": "Invented."},
    "waive": {"reason": "Invented."},
}
#: What a key for each scope opens, and the part of an address that names what a link is to.
SCOPES = {"refer": {"refer"}, "answer": {"answer", "read outcomes"}}
PLACE_OF = {"request": "request_id", "reference": "reference"}
NOT_THERE = {each: str(uuid4()) for each in PLACES} | {"reference": "PPRG-2026-9999"}
#: A part of an address: one of several words, or a thing.
PLACE = re.compile(r"<(?:any\(([^)]*)\):|\w+:)?(\w+)>")
NOT_OPEN, NOT_FOUND = "This is not open to", "Page not found"
#: Besides what is NOTED: the office is told that somebody tried in spite of an interest, which test_members looks at.
TRIED = NOTED | {"news"}
VARIES = re.compile(r'nonce="[^"]+"|value="[0-9a-f-]{36,64}"|_of-[0-9a-f]{8}')


def tables(page):
    """The rows below each heading of the page, as dicts by the heads of their columns."""
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE):
        lines = [[cell.strip(" `") for cell in each.split("|")[1:-1]] for each in text.splitlines() if each[:1] == "|"]
        head, _, *rows = lines
        yield title, [dict(zip(head, row, strict=True)) for row in rows]


class Rules:
    """What the page says of one service."""

    def __init__(self, service):
        found = dict(tables(PAGE))
        verbs, addresses = (found[f"{service.capitalize()}: {each}"] for each in ("verbs", "addresses"))
        self.verbs = {row.pop("verb"): row for row in verbs}
        self.routes = {(row["method"], row["address"]) for row in addresses}

    def relations(self, verb, of):
        cells = [self.verbs[verb].get(role, "") for role in (*of, "everybody")]
        return {each for cell in cells for each in cell.split(", ")} - {""}


class Added(NamedTuple):
    """Somebody who is no example of the profile, as far as a sign-in names them."""

    id: UUID
    roles: tuple[str, ...]
    agency: str


@pytest.fixture
@beginning
def alone(world):
    """People of the directory with one role each, by that role."""
    browser = world.visitor("intake", "administrator")
    found = {}
    for role in ALONE:
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', browser.get("/people/new").text))
        who = {"name": f"Invented {role}", "address": f"{role}@alone.example", "agency": "police", "roles": [role]}
        made = browser.post("/people/new", data={**hidden, **who, "state": "active", "_end": "1"})
        assert made.status_code == 303, made.text
        found[role] = Added(UUID(made.location.rpartition("/")[2]), (role,), "police")
    world.settle()
    return found


@pytest.fixture
@beginning
def cases(world, post, get, alone):
    """Things of three cases by relation: one that all who may be are named to, one nobody is, one closed to all."""
    found = {}
    for relation in ("theirs", "others'", "closed"):
        agency = "gp" if relation == "others'" else "police"
        about = {"agencies": ["police"], "referrer_agency": agency}
        reference = post("intake", "/referrals", invented.REFERRAL | about)["reference"]
        listed = get("triage", "/cases")["cases"]
        found[relation] = {"reference": reference}
        found[relation]["case_id"] = next(each["id"] for each in listed if each["reference"] == reference)
        play(world, post, found[relation], agency)
    for each in (*(str(one.id) for one in alone.values()), *readers(world)):
        tie(post, found["theirs"], "members", {"person": each, "role": "member"})
        tie(post, found["closed"], "interests", {"person": each})
    take_off(post, get, found["others'"])
    world.settle()
    return found


def play(world, post, case, agency):
    """A case with something of everything; what its parts are called."""
    path, case["agency"] = f"/cases/{case['case_id']}", agency
    post("triage", f"{path}/requests", {"agencies": [agency], "questions": "What was your part?"})
    case["request_id"] = one(world, Request, case)
    answer = invented.ANSWERED | {
        "author": "A",
        "summary": "S",
        "rows": [{"date": "2016", "source": "Log", "event": "Twice."}] * 2,
    }
    post("intake", f"/requests/{case['request_id']}/return", answer, f"lead-{agency}")
    case["conflict_id"] = one(world, Conflict, case)
    post("triage", f"{path}/requests/{case['request_id']}/query", SAID["query"])
    post("intake", f"/requests/{case['request_id']}/chronology", None, f"lead-{agency}", **FILE)
    case["return_id"] = one(world, Return, case)
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review"))
    case["decision_id"] = case["publication_id"] = one(world, Decision, case)
    post("triage", f"{path}/decisions/ratification", {"decision_id": case["decision_id"]}, "partner-health")
    post("publisher", f"/publications/{case['publication_id']}/plan", {"day": "2027-01-15", "at": "09:00"})
    post("triage", f"{path}/meetings", {"day": "2026-12-08", "starts": "10:00", "ends": "12:00", "place": "Room 2"})
    case["tie_id"] = one(world, Tie, case)
    case["meeting_id"] = one(world, Meeting, case)
    with world.services["notifier"].database.reading() as session:
        case["letter_id"] = str(session.scalar(sa.select(letters.c.id).where(letters.c.subject == case["case_id"])))


def one(world, model, case):
    with world.services["triage"].database.reading() as session:
        found = session.scalars(sa.select(model.id).where(model.case_id == UUID(case["case_id"])))
        return str(found.first())


def readers(world):
    """The coordinator last, so that they can close the case to the others first."""
    names = ("deputy", "chair", "partner-police", "partner-health", "board-chair", "community-chair", "coordinator")
    return [str(world.services["triage"].profile.person(each).id) for each in names]


def tie(post, case, what, body):
    post("triage", f"/cases/{case['case_id']}/{what}", body | {"why": "Invented for this test."})


def take_off(post, get, case):
    for each in get("triage", f"/cases/{case['case_id']}/members")["members"]:
        if not each["ended"]:
            post("triage", f"/cases/{case['case_id']}/members/{each['id']}/end", {})


class Walk:
    """Asks one service everything as everybody, and notes where the answer is not what the page says."""

    def __init__(self, world, alive, things, people=None):
        self.people = people or {}  # besides those of the profile
        self.world, self.held = world, stored(world, but=TRIED)
        self.alive, self.things, self.app = alive, things, world.app(alive.service.name)
        self.name, self.rules, self.wrong, self.asked = alive.service.name, Rules(alive.service.name), [], Counter()
        self.examples = read()[self.name]["paths"]
        self.reads, self.tokens = 0, {}
        self.cookies = (f"pprg-form-{self.name}", "pprg", "pprg-seen")
        for engine in {alive.database.engine, alive.database._single}:
            sa.event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, _connection, _cursor, statement, *_):
        self.reads += statement.startswith("SELECT")

    def go(self, people=PEOPLE):
        for who in people:
            for route in self._routes():
                self._ask_as(route, who)
            self._nothing_is_stored(who)

    def _nothing_is_stored(self, who, rightly=()):
        """What is refused or only read has left no row and no file in any service, whoever asked, but `rightly`."""
        now = stored(self.world, but=TRIED)
        if (found := changes(self.held, now)) and found not in rightly:
            self.wrong.append((self.name, who, "stored", found))
        self.held = now

    def go_by_link(self, kind, who):
        """As whoever came by a personal link to one thing: that is open, and all else as if it were not there."""
        person, own = self._person(who), self.things["theirs"]
        only = f"{kind}:{own[PLACE_OF[kind]]}"
        for route in self._routes():
            client = self._browser(person, only)
            nothing, fewer = self._send(client, route, NOT_THERE, right=False)
            if self.rules.relations(route.verb, ()):
                self._expect(route, only, "everybody", nothing.status_code not in {403, 404}, nothing.status_code)
                continue
            opens = f"{PLACE_OF[kind]}>" in route.path and self.rules.relations(route.verb, person.roles)
            for relation, thing in self._things().items():
                answer, reads = self._send(client, route, thing, right=False)
                if opens and relation == "theirs":
                    fine = answer.status_code == 200 if route.method == "GET" else answer.status_code not in {403, 404}
                else:
                    fine = self._body(answer) == self._body(nothing) and not_there(answer) and not_there(nothing)
                    self._expect(route, only, f"{relation}: queries", reads == fewer, reads, fewer)
                self._expect(route, only, relation, fine, answer.status_code, nothing.status_code)
        self._nothing_is_stored(only)

    def go_by_key(self, key, verbs):
        """As a program of an agency: its scope opens verbs at the API of intake, and its key nothing anywhere else."""
        for route in self._routes():
            client = self.app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
            client.set_cookie(f"pprg-form-{self.name}", "walk")
            api = route.path.startswith("/api/")
            counts = self.name == "intake" and api
            everybody = bool(self.rules.relations(route.verb, ())) and not counts
            named = any(f"{each}>" in route.path for each in PLACES)
            not_mine = {}
            for relation, thing in (self._things() | {"nothing": NOT_THERE | {"agency": "nobody's"}}).items():
                mine = not named or thing["agency"] == "police"
                answer, reads = self._send(client, route, thing, right=not mine)
                status = answer.status_code
                if api and not counts:
                    fine = status == 401 and self.answer.headers["WWW-Authenticate"] == "Bearer"
                elif everybody or (counts and route.verb in verbs):
                    fine = status not in {403, 404} if mine or everybody else status == 404
                else:
                    told = f"{NOT_OPEN} {'a program with this key' if counts else 'somebody who is not signed in'}."
                    refused = status == 403 and told in self.answer.text
                    fine = refused or (not counts and status == 303 and not_there(self.answer))
                self._expect(route, f"key for {verbs}", relation, fine, status)
                if not mine:
                    not_mine[relation] = reads
            same = len(set(not_mine.values())) < 2
            self._expect(route, f"key for {verbs}", "queries", same, not_mine)
        used = {"intake.api_keys": (1, 1)}  # when it was last used
        self._nothing_is_stored(f"key for {verbs}", rightly=[used])

    def _things(self):
        """All of them where something may be open to a link or a key; elsewhere one stands for all."""
        return self.things if self.name == "intake" else {"theirs": self.things["theirs"]}

    def _person(self, who):
        return self.people.get(who) or self.alive.profile.person(who)

    def _routes(self):
        return [each for each in roles.routes(self.app) if each.verb and not each.why_open]

    def _browser(self, person, only):
        """Of whoever came by a link, or, at the API, a program with such a token, which intake would never make."""
        client, at = self.app.test_client(), self.alive.clock()
        kept = cookies_of(person, secrets_of(self.alive.settings), at, only=only)
        for name, value in kept.items():
            client.set_cookie(name, value)
        client.set_cookie(f"pprg-form-{self.name}", "walk")
        token = token_of(person, self.alive.settings.sign_in_key, at, only=only, use=tokens.API)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    def _ask_as(self, route, who):
        person = self._person(who)
        allowed = self.rules.relations(route.verb, person.roles if person else ())
        client = self._client(route, person)
        if not allowed:
            for thing in (self.things.get("theirs", {}), NOT_THERE):
                answer, _ = self._send(client, route, thing)
                asked_for_a_code = person is None and (answer.location or "").partition("?")[0].endswith("/code")
                told = f"{NOT_OPEN} {'you' if person else 'somebody who is not signed in'}."
                refused = answer.status_code == 403 and told in answer.text
                self._expect(route, who, "no role", refused or asked_for_a_code, answer.status_code)
            return
        if not any(f"{each}>" in route.path for each in PLACES) or route.endpoint in OWN:
            status = self._send(client, route, {}, right=False)[0].status_code
            self._expect(route, who, "any", status != 403, status)
            return
        nothing = self._send(client, route, NOT_THERE)
        for relation, thing in self.things.items():
            seen = self._relation(relation, person)
            self._compare(
                route, who, seen, self._send(client, route, thing, right=seen not in allowed), nothing, allowed
            )

    def _relation(self, relation, person):
        """What a person has to do with a thing: at intake by their agency; and nobody names some roles to a case."""
        if self.name == "intake":
            return "theirs" if person and person.agency == self.things[relation]["agency"] else "others'"
        return "others'" if person and UNTIED & set(person.roles) else relation

    def _compare(self, route, who, relation, answer, nothing, allowed):
        (response, reads), (not_there, fewer) = answer, nothing
        if relation in allowed:
            fine = response.status_code == 200 if route.method == "GET" else response.status_code not in {403, 404}
            fine = fine or route.endpoint in NOTHING_YET or response.status_code in {303, 409}
            self._expect(route, who, relation, fine, response.status_code)
            return
        same = (response.status_code, self._body(response)) == (not_there.status_code, self._body(not_there))
        said = NOT_FOUND in not_there.text
        status = (not_there.status_code == 404 and said) or route.endpoint in NOTHING_YET
        self._expect(route, who, relation, same and status, response.status_code, not_there.status_code)
        self._expect(route, who, f"{relation}: queries", relation == "closed" or reads == fewer, reads, fewer)

    def _expect(self, route, who, relation, fine, *more):
        self.asked[route.endpoint] += 1
        if not fine:
            self.wrong.append((self.name, route.method, route.path, who, relation, *more))

    def _client(self, route, person):
        plain = self.app.test_client()
        client = Browser(self.app, self.app.response_class).begin(person, self.alive) if person else plain
        if route.path.startswith("/api/"):
            sent = bearing(person, self.alive.settings.sign_in_key, self.alive.clock())
            client.environ_base |= {f"HTTP_{name.upper()}": value for name, value in sent.items()}
        client.set_cookie(f"pprg-form-{self.name}", "walk")
        return client

    def _send(self, client, route, thing, *, right=True):
        """The answer, and how often the database was read for it; what is not `right` no action takes."""
        path = self._address(route.path, thing)
        before, headers = self.reads, {"X-Request-ID": "walking-through", "Idempotency-Key": str(uuid4())}
        if route.method == "GET":
            answer = client.get(path, headers=headers)
        elif route.path.startswith("/api/"):
            body = json.dumps(self._example(route)) if right else "["
            answer = client.post(path, data=body, headers=headers, content_type="application/json")
        else:
            form = {"_csrf": self._token(client)} | ({"_end": "1"} if right else {})
            before = self.reads
            answer = client.post(path, data=form, headers=headers)
        answer.get_data()
        answer.close()
        self.answer = answer
        return answer, self.reads - before

    def _token(self, client):
        """Of a form that this browser has open."""
        kept = "; ".join(f"{name}={client.get_cookie(name).value}" for name in self.cookies if client.get_cookie(name))
        if kept not in self.tokens:
            with self.app.test_request_context(headers={"Cookie": kept}):
                self.tokens[kept] = self.app.jinja_env.globals["csrf_token"]()
        return self.tokens[kept]

    @staticmethod
    def _address(path, thing):
        known = {
            **NOT_THERE,
            **dict.fromkeys(["agency", "code"], "police"),
            "route": "rapid_review",
            **thing,
        }
        return PLACE.sub(
            lambda found: found[1].split(",")[0] if found[1] else known.get(found[2]) or str(uuid4()), path
        )

    def _example(self, route):
        what = route.path.rpartition("/")[2]
        if what in SAID and "/requests/" in route.path:
            return SAID[what]
        plain = PLACE.sub(r"{\2}", route.path)
        ((_, content),) = self.examples[plain]["post"]["requestBody"]["content"].items()
        return content.get("example", {})

    @staticmethod
    def _body(answer):
        """The body without what differs from request to request, and without the ids of the address."""
        text = VARIES.sub("", answer.text)
        for each in re.findall(r"[0-9a-f-]{36}|PPRG-\d{4}-\d{4}", answer.request.path):
            text = text.replace(each, "ID")
        return text


def not_there(answer):
    """Whether a page says that there is nothing, or, of what a link may lead to, asks for a code as of anything."""
    return answer.status_code == 404 or (answer.location or "").partition("?")[0].endswith("/code")


def keys_of_police(world):
    """A key for each scope, and the verbs that it opens."""
    administrator = Actor(world.services["intake"].profile.person("administrator").id, "", frozenset(), None)
    found = {keys.new_key(): scope for scope in SCOPES}
    with world.services["intake"].database.writing("action") as session:
        for key, scope in found.items():
            about = {"agency": "police", "name": scope, "scopes": [scope], "days": "30", "digest": keys.digest(key)}
            keys.make_key(session, administrator, **about)
    return {key: SCOPES[scope] for key, scope in found.items()}


@pytest.mark.attack("A62")
@pytest.mark.asvs("8.2.1")
def test_every_route_has_a_rule_and_the_page_lists_it(world):
    for name in world.services:
        listed, found = Rules(name), roles.routes(world.app(name))

        assert [each for each in found if not each.verb and not each.why_open] == [], "call needs(), or say why not"
        assert {(each.method, each.path) for each in found} == listed.routes, "run make docs"
        assert {each.verb for each in found if each.verb} <= set(listed.verbs), "no rule names these verbs"
        if name != "notifier":
            for one_role, same in SAME.items():
                assert all(row.get(one_role, "") == row.get(same, "") for row in listed.verbs.values())


@pytest.mark.attack("A61", "A62")
@pytest.mark.asvs("8.2.1", "8.2.2", "8.3.1", "8.4.1")
def test_every_answer_is_what_the_page_says(world, cases, post):
    made = keys_of_police(world)
    walks = [Walk(world, alive, cases) for alive in world.services.values()]

    for walk in walks:
        walk.held = stored(world, but=TRIED)
        walk.go()
        walk.go_by_link("request", "lead-police")
        for key, verbs in made.items():
            walk.go_by_key(key, verbs)
    walks[0].go_by_link("reference", "lead-police")
    glass = {"reference": cases["others'"]["reference"], "reason": "Invented: somebody may come to harm."}
    for who in OPENING:
        post("triage", "/cases/break-glass", glass, who)
    opened = Walk(world, world.services["triage"], {"opened": cases["others'"]})
    opened.go(OPENING)

    wrong = [str(each) for walk in (*walks, opened) for each in walk.wrong]
    assert not wrong, "\n".join(wrong)
    for walk in walks:
        wanted = {each.endpoint for each in roles.routes(walk.app) if each.verb}
        assert wanted == set(walk.asked)


@pytest.mark.attack("A62")
@pytest.mark.asvs("8.2.1", "8.2.2")
def test_who_has_one_role_alone_may_do_what_the_page_says_of_it(world, cases, alone):
    with world.services["intake"].database.reading() as session:
        referrer = session.scalar(sa.select(Person.id).where(Person.roles == "referrer", Person.agency == "police"))
    people = alone | {"referrer": Added(referrer, ("referrer",), "police")}
    walks = [Walk(world, alive, cases, people) for alive in world.services.values()]

    for walk in walks:
        walk.held = stored(world, but=TRIED)
        walk.go(ALONE)
        walk.go_by_link("reference", "referrer")

    wrong = [str(each) for walk in walks for each in walk.wrong]
    assert not wrong, "\n".join(wrong)
