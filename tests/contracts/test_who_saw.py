"""Whatever shows content of a case records that somebody saw it, and whatever records nothing shows none."""

import re
from inspect import unwrap
from types import CodeType, FunctionType
from uuid import uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_intake.actions.keys import make_key
from pprg_intake.actions.searching import keep_search
from pprg_intake.models import ApiKey
from pprg_shared.acting import saw
from pprg_shared.actor import Actor
from pprg_shared.audit.verifying import verified
from pprg_shared.boxes.tables import audit
from pprg_triage.models import Conflict, Decision, Meeting, Return
from pprg_triage.rules.access import LOOKS, TOLD
from signed import browser_of

#: GET routes that record nothing, and why they need not; every other one must record.
SHOWS_NOTHING = {
    **dict.fromkeys(["assets", "openapi", "pages.api_reference", "pages.problem"], "the program itself"),
    **dict.fromkeys(["pages.home", "pages.sign_in", "api.agencies"], "for everybody"),
    **dict.fromkeys([f"learning.{each}" for each in ("learning", "outcome", "feed", "catalogue")], "for everybody"),
    **dict.fromkeys(["api.learning", "learning.catalogue_json", "learning.catalogue_csv"], "for everybody"),
    "pages.own_interests": "references of cases that somebody has declared an interest in, to them alone",
    **dict.fromkeys(["pages.break_glass", "pages.find_who_saw"], "an empty form"),
    **dict.fromkeys(
        ["pages.code_for_request", "pages.code_for_outcome", "pages.code_for_begun"],
        "a reference that whoever asks has given",
    ),
    "pages.your_sign_ins": "moments, to whose they are",
    "pages.token_for_programs": "that a token can be made; making one is recorded",
    "pages.sign_out": "a button",
    **dict.fromkeys(["pages.reset", "pages.password_chosen", "pages.stay"], "nothing but how to sign in"),
    **dict.fromkeys(["pages.gate", "pages.refer"], "an empty form, or what the asker typed"),
    **dict.fromkeys(["pages.thanks", "pages.answered", "pages.template"], "a reference"),
    **dict.fromkeys(["pages.requests", "api.list_requests"], "references, agencies, days and states"),
    **dict.fromkeys(["pages.cases", "api.cases"], "references, routes and clocks"),
    "pages.read_list": "an empty form, and how many cases each list has made",
    **dict.fromkeys(["pages.agencies", "pages.one_agency", "pages.add_agency", "pages.change_agency"], "no case"),
    **dict.fromkeys(["pages.agency_keys", "pages.agency_key"], "names of programs"),
    **dict.fromkeys([f"pages.{each}" for each in ("people", "found_people", "one_person")], "who works with cases"),
    **dict.fromkeys(["pages.add_person", "pages.change_person"], "who works with cases"),
    "pages.own_caseload": "references, and who stands in",
    **dict.fromkeys(["events", "api.counted_steps"], "numbers"),
    **dict.fromkeys(["pages.all_letters", "api.list_letters"], "references, kinds, duties and states of letters"),
    **dict.fromkeys(["office.publications", "api.publications", "office.for_case"], "titles and states"),
    **dict.fromkeys(["importing.read", "importing.one_import"], "reviews that were published before"),
    **dict.fromkeys(["notices.privacy", "notices.cookies", "notices.accessibility"], "for everybody"),
}
#: Of these there is no page.
LEADS_AWAY = {"office.for_case", "pages.leave"}
#: Only for whoever has typed a password or a code of their own; tests/intake/test_signing_in.py and
#: tests/flows/test_begun.py go there.
SIGNING_IN = {
    f"pages.{each}"
    for each in (
        *("second_step", "new_password", "authenticator", "first", "enrol", "reset_code"),
        "go_on",
        *("change_password", "change_authenticator", "change_recovery_codes", "sign_out_elsewhere"),
    )
}
#: What a route wants behind its question mark.
QUERY = {
    "events": "?subject={case_id}",
    "api.publications": "?case={case_id}",
    "api.counted_steps": "?case={case_id}",
    "pages.refer": "?immediate_risk=no&reason_kind=concern",
}
PEOPLE = (
    "coordinator",
    "chair",
    "partner-police",
    "partner-health",
    "lead-police",
    "lead-gp",
    "ops",
    "administrator",
    "governance",
)
#: Who asks once more for what was there before anything was published: who reads most of a case, and who a part.
AGAIN = ("coordinator", "lead-police")
REFERRAL = invented.REFERRAL | {
    "subjects": [invented.SUBJECT | {"name": "Canary Child"}],
    "what_happened": "Canary account.",
    "agencies": ["police", "gp"],
}
STAFF = {"code": "Officer 1", "name": "Canary Officer"}
#: Words of a case, ids, and whatever is long enough to be a token.
SECRET = re.compile(r"Canary|[0-9a-f]{8}-[0-9a-f]{4}|[\w.-]{32,}")
MEET = {"day": "2026-12-08", "starts": "10:00", "ends": "12:00", "place": "Canary Room"}


@pytest.fixture
@beginning
def played(world, post):
    """A case with something of everything; what the parts of addresses stand for."""
    post("intake", "/referrals", REFERRAL)
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    path = f"/cases/{case['id']}"
    post("triage", f"{path}/requests", {"agencies": ["police", "gp"], "questions": "Canary question?"})
    requests = {each["agency"]: each["id"] for each in asked_of(world, path)}
    summary = invented.ANSWERED | {"author": "Canary Author", "summary": "Canary summary."}
    row = {"date": "2016", "source": "Log", "event": "Canary event."}
    post("intake", f"/requests/{requests['police']}/return", summary | {"rows": [row, row]}, "lead-police")
    file = b"Date,Source,Event\r\n2016,Log,Canary event.\r\n"
    about = f"/requests/{requests['gp']}/chronology"
    post("intake", about, None, "lead-gp", data=file, content_type="text/csv")
    post("intake", f"/requests/{requests['police']}/staff", {"staff": [STAFF]}, "lead-police")
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review"))
    post("triage", f"{path}/meetings", MEET)
    decision = ids(world, Decision)
    return {
        "case_id": case["id"],
        "reference": case["reference"],
        "request_id": [requests["gp"], requests["police"]],
        "return_id": ids(world, Return),
        "conflict_id": ids(world, Conflict),
        "decision_id": decision,
        "meeting_id": ids(world, Meeting),
        "route": "rapid_review",
        "code": "police",
        "agency": "police",
        "key_id": keyed(world),
        "person_id": str(world.services["intake"].profile.person("chair").id),
        "search_id": searched(world),
        "begun_id": str(uuid4()),
    }


def administrator(world):
    return Actor(world.services["intake"].profile.person("administrator").id, "", frozenset({"administrator"}), None)


def searched(world):
    """A search of the administrator."""
    with world.services["intake"].database.writing("action") as session:
        return str(keep_search(session, administrator(world), find="sample", of=""))


def keyed(world):
    """A key for a program of the police."""
    about = {"agency": "police", "name": "Invented program", "scopes": ["refer"], "days": "30", "digest": "0" * 64}
    with world.services["intake"].database.writing("action") as session:
        make_key(session, administrator(world), **about)
        return str(session.scalar(sa.select(ApiKey.id)))


def asked_of(world, path):
    return world.client("triage").get(f"/api/v1{path}", headers=world.acting("coordinator")).json["requests"]


def ids(world, model):
    with world.services["triage"].database.reading() as session:
        return [str(each) for each in session.scalars(sa.select(model.id))]


@pytest.fixture
def publish(world, played, post):
    """Ratifies and publishes; then the same, with what is known only then."""
    return lambda: published(world, played, post)


def published(world, played, post):
    (decision,) = played["decision_id"]
    post("triage", f"/cases/{played['case_id']}/decisions/ratification", {"decision_id": decision}, "partner-health")
    post("publisher", f"/publications/{decision}/plan", {"day": "2027-01-15", "at": "09:00"})
    post("publisher", f"/publications/{decision}/lifting", {"why": "Everybody concerned has agreed."})
    post("publisher", f"/publications/{decision}/offer", invented.PUBLISHED)
    slug = post("publisher", f"/publications/{decision}/release", {}, "chair")["location"].rpartition("/")[2]
    batch = post(
        "publisher", "/publications/imports", {"text": "Title,Published\nLCSPR Child X: Full Report,March 2022\n"}
    )
    text = "Ref,Date received,Name,Type\nR/1,3 November 2026,Canary Child,SAR\n"
    cases = post("triage", "/cases/imports", {"text": text})["location"].rpartition("/")[2]
    letters = world.client("notifier").get("/api/v1/letters", headers=world.acting("coordinator")).json["letters"]
    more = {"publication_id": decision, "slug": [slug, "not-found"], "letter_id": letters[0]["id"], "name": "pprg.css"}
    return played | more | {"import_id": [batch["location"].rpartition("/")[2], cases]}


class Walk:
    """Asks every GET route of every service as everybody, and notes what was shown and what was recorded."""

    def __init__(self, world):
        self.world, self.opened, self.silent, self.shown = world, set(), set(), set()
        self.every, self.titles = set(), set()

    def go(self, values, again=PEOPLE):
        """As everybody; what has been opened before, as these people."""
        before = frozenset(self.opened)
        for alive in self.world.services.values():
            app = self.world.app(alive.service.name)
            for rule in app.url_map.iter_rules():
                if "GET" in rule.methods:
                    self.every.add(rule.endpoint)
                    for person in again if rule.endpoint in before else PEOPLE:
                        self._ask(self._visitor(app, rule, person), alive, rule, values)

    def _visitor(self, app, rule, person):
        if rule.rule.startswith("/api/"):
            return lambda path: app.test_client().get(path, headers=self.world.acting(person))
        return browser_of(app, person).get

    def _ask(self, get, alive, rule, values):
        for path in addresses(rule, values):
            before = count(alive)
            answer = get(path + QUERY.get(rule.endpoint, "").format(**values))
            text = answer.text
            answer.close()
            self.titles |= {(rule.endpoint, each) for each in re.findall(r"<title>([^<]*)</title>", text)}
            if answer.status_code != 200:
                continue
            self.opened.add(rule.endpoint)
            if count(alive) == before:
                self.silent.add(rule.endpoint)
                if "Canary" in text:
                    self.shown.add(rule.endpoint)


def addresses(rule, values):
    """The addresses of a route, one for each thing that there is of its kind."""
    needed = rule.arguments - set(rule.defaults or ())
    wanted = {name: values[name] for name in needed if name in values}
    if set(wanted) != needed:
        return
    many = max((len(each) for each in wanted.values() if isinstance(each, list)), default=1)
    for number in range(many):
        chosen = {
            name: each[min(number, len(each) - 1)] if isinstance(each, list) else each for name, each in wanted.items()
        }
        path = rule.rule
        for name, value in chosen.items():
            path = re.sub(rf"<(\w+:)?{name}>", str(value), path)
        yield path


def count(alive):
    with alive.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(audit))


def looked(world):
    """How every look is called that any service has recorded."""
    chosen = sa.select(audit.c.verb).where(audit.c.kind.in_(LOOKS)).distinct()
    found = set()
    for alive in world.services.values():
        with alive.database.reading() as session:
            found |= set(session.scalars(chosen))
    return found


def looking(world):
    """How every look would be called that any page or answer records, those of forms that are only sent too."""
    views = {}
    for alive in world.services.values():
        views |= world.app(alive.service.name).view_functions
    return {endpoint.rpartition(".")[2] for endpoint, view in views.items() if calls_saw(unwrap(view), set())}


def calls_saw(function, seen):
    """Whether a function calls acting.saw(), itself or by what it calls by name."""
    if function in seen or not isinstance(function, FunctionType):
        return False
    seen.add(function)
    called = [function.__globals__.get(each) for each in names_in(function.__code__)]
    ours = [unwrap(each) for each in called if getattr(each, "__module__", "").startswith("pprg_") and callable(each)]
    return saw in ours or any(calls_saw(each, seen) for each in ours)


def names_in(code):
    """The names that a function uses, within what it defines too."""
    return [*code.co_names, *(each for one in code.co_consts if isinstance(one, CodeType) for each in names_in(one))]


def test_every_page_that_records_a_look_is_told_in_words(world):
    assert looking(world) == TOLD.keys() - {"who_saw"}, "give each words in rules/access.py of triage"


@pytest.mark.attack("A66")
@pytest.mark.parametrize("again", [AGAIN, pytest.param(PEOPLE, marks=pytest.mark.long)], ids=["some", "all"])
def test_every_page_and_answer_that_shows_a_case_is_recorded(world, played, publish, again):
    walk = Walk(world)
    walk.go(played)
    walk.go(publish(), again)

    assert walk.shown == set(), "these show a case and record nothing: call acting.saw()"
    assert walk.silent <= set(SHOWS_NOTHING), "these record nothing: call acting.saw(), or say here why they need not"
    assert walk.opened >= walk.every - LEADS_AWAY - SIGNING_IN, "nobody could open these: play more of a case here"
    assert set(SHOWS_NOTHING) <= walk.every
    assert looked(world) <= TOLD.keys(), "these are told by their own name: give them words in rules/access.py"
    assert {endpoint for endpoint, _ in walk.titles} >= {"pages.case", "pages.staff", "pages.one_person"}
    assert [each for each in walk.titles if SECRET.search(each[1])] == [], "a title lies in the history of a browser"
    for alive in world.services.values():
        assert verified(alive.database, []).whole
