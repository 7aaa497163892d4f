"""The demo: one case played by people who sign in, and by those whom a link and a code let in."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest
from click.testing import CliRunner

from faults.origin import one_origin
from pprg_embedded.__main__ import main
from pprg_embedded.ahead import Ahead
from pprg_embedded.demo import play
from pprg_embedded.demo.browser import Browser, Failed
from pprg_embedded.demo.others import THEIRS
from pprg_embedded.demo.people import OTHERS, Signers, read_people, routes_played, who_signs_in
from pprg_embedded.ports import free_ports
from pprg_embedded.world import SERVICES
from pprg_intake.actions.trial import trial_people
from pprg_shared.database import utcnow
from pprg_shared.profile import load_profile
from served import served

#: What whoever reads the demo's figures by a program counts on.
PROMISED = {"case", "requests", "returns", "nil_returns", "rows", "letters", "meeting", "decision", "publication"}
PROMISED |= {"events", "coordinator_steps", "steps_by_phase", "typed_mails", "seconds", "checks", "routes", "clocks"}
PPRG = (sys.executable, "-m", "pprg_embedded")
#: What a browser or a program sends by itself, and how it says who it is: cookies that it was given, or a token.
HEADERS = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-type", "content-length"}
HEADERS |= {"cookie", "authorization", "idempotency-key"}
#: Those who play a part, and one of each other role.
SIGN_IN = ("coordinator", "chair", "partner", *OTHERS)
LETTERS_WITH_LINKS = ("information_request", "outcome_to_referrer")
SOMEBODY = json.dumps({"coordinator": dict.fromkeys(("name", "address", "password", "totp_secret"), "x")})
RETURNS = (("late", "returns"), ("extra", "requests"), ("corrected", "returns"))
AREAS = {"SSP": "swindon", "SSCP": "salford"}
PROFILES = Path(__file__).parent.parent.parent / "deploy/profiles"
CANARIES = ("Invented Child", "invented account", "invented summary", "reasons are invented")


def passed(found):
    """What the demo found, every check of which holds."""
    assert [each for each in found["checks"] if not each["ok"]] == []
    return found


@pytest.fixture
def play_at_home(tmp_path):
    """Play in a product that the demo starts itself; what it found, and what it said besides."""

    def play_it(agencies):
        command = (*PPRG, "demo", "--json", "--agencies", str(agencies))
        env = os.environ | {"TMPDIR": str(tmp_path)}
        played = subprocess.run(command, capture_output=True, text=True, timeout=110, env=env, check=False)
        assert played.returncode == 0, played.stdout + played.stderr[-3000:]
        return passed(json.loads(played.stdout)), played.stderr

    return play_it


@pytest.fixture(scope="module")
def product(migrated, sealed_with):
    """Serves a product from a folder, by a profile and a clock: where it is, and how its invented people sign in."""

    @contextmanager
    def serve(folder, path="", clock=utcnow):
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        settings = dataclasses.replace(sealed_with, var=str(folder), profile=path)
        with served(settings, clock) as here:
            intake = here.services["intake"]
            people = trial_people(intake, *who_signs_in(intake.profile))
            yield here.address, json.dumps({each.code: each.as_json() for each in people})

    return serve


@pytest.mark.parametrize("agencies", [8, *(pytest.param(count, marks=pytest.mark.long) for count in (2, 13))])
def test_the_demo_plays_a_case_from_referral_to_published_outcome(play_at_home, agencies):
    found, said = play_at_home(agencies)

    nil, checked = len(range(3, agencies, 4)), {each["name"] for each in found["checks"]}
    told = ("requests", "returns", "nil_returns", "rows")
    assert tuple(found[name] for name in told) == (agencies, agencies - nil, nil, 3 * (agencies - nil))
    assert found["coordinator_steps"] == sum(found["steps_by_phase"].values()) == 24
    assert found["decision"] == found["routes"][0]["outcome"] == "criteria_met"
    assert len(found["routes"]) == 2
    assert set(found) >= PROMISED
    assert [found[f"{name}_{what}"] for name, what in RETURNS] == [1, 1, 1]
    assert {"an agency that needs longer gets another day", "an agency that lets its day pass is reminded"} <= checked
    people = len(load_profile().people_with_role("chair", "member")) + 1
    assert found["invitations"] == dict.fromkeys(("meeting_invitation", "meeting_moved", "meeting_cancelled"), people)
    assert {"members and referrer are told: move", "each change has a higher sequence"} <= checked
    assert {name: list(found[name][0]) for name in ("routes", "clocks")} == {
        "routes": ["route", "outcome", "mandate", "next_step", "body", "ratified"],
        "clocks": ["code", "day_zero", "due", "state"],
    }
    assert {each["state"] for each in found["clocks"]} == {"met", "met_late", "runs", "waits", "ended"}
    read = ("the referrer reads what was decided", "each agency that was asked reads what was decided")
    let_in = {f"a code from a letter opens what its link names: {each}" for each in LETTERS_WITH_LINKS}
    assert checked > {*read, *let_in, *(name for name, _, _ in THEIRS.values()), "what is for another is not there"}
    assert found["typed_mails"] == 0
    assert [each for each in CANARIES if each in said] == []
    assert "%" not in said  # a bar is for a terminal


@pytest.mark.parametrize("prefix", AREAS)
def test_so_it_does_by_the_profiles_of_the_other_areas_that_ship(product, tmp_path, prefix):
    path = str(PROFILES / f"{AREAS[prefix]}.toml")
    profile, clock = load_profile(path), Ahead(tmp_path / "ahead")

    with product(tmp_path / "var", path, clock) as (base, people):
        signers = Signers(base, read_people(people), clock)
        here = passed(play(base, profile, signers, 2, lambda _words: None, None, clock))

    routes = routes_played(profile)
    assert here["case"].startswith(f"{prefix}-20")
    assert [(each["route"], each["ratified"]) for each in here["routes"]] == [(each, True) for each in routes]
    bodies = [profile.bodies[profile.routes[each].ratified_by].short for each in routes]
    assert [each["body"] for each in here["routes"]] == bodies
    assert (here["requests"], here["returns"], here["late_returns"]) == (2, 2, 1)
    assert here["publication"].startswith("/learning/")


@pytest.mark.parametrize(
    ("left_out", "played"),
    [
        ((), ["rapid_review", "lcspr"]),
        (("rapid_review",), ["lcspr", "dhr"]),
        (("rapid_review", "dhr", "local_learning_review", "good_practice_review"), ["lcspr"]),
    ],
)
def test_its_routes_are_the_profiles_first_ones_for_a_child(left_out, played):
    whole = load_profile()
    off = {each: replace(whole.routes[each], enabled=False) for each in left_out}

    assert routes_played(replace(whole, routes={**whole.routes, **off})) == played


def demo(*options, people=None):
    """Play at a product that runs elsewhere."""
    return CliRunner().invoke(main, ["demo", "--json", *options], input=people)


@dataclass
class Origin:
    """A product that runs elsewhere, as the demo sees it, and all that it was asked."""

    agencies: int
    #: How often the demo is played there.
    times: int
    program: Path
    people: str = ""
    address: str = ""
    seen: list = field(default_factory=list)

    def played(self):
        done = self.play()
        assert done.returncode == 0, done.stdout + done.stderr[-3000:]
        return passed(json.loads(done.stdout))

    def play(self, **own):
        where = ("--url", self.address, "--people", "-", "--agencies", str(self.agencies))
        command, env = (self.program, "demo", "--json", *where), os.environ | own
        return subprocess.run(command, input=self.people, capture_output=True, text=True, env=env, check=False)


@pytest.fixture(scope="module")
def origin(product, programs, tmp_path_factory, request):
    found = Origin(*request.param, programs / "pprg")
    with (
        product(tmp_path_factory.mktemp("elsewhere")) as (base, found.people),
        one_origin({each.name: [base] for each in SERVICES}, found.seen.append) as found.address,
    ):
        yield found


NEWCOMER = {"name": "Sam Example", "address": "sam@council.example"}


def printed(world):
    """What a first start prints for a newcomer: where the first administrator begins, and how the coordinator does."""
    told = "".join(takewhile(lambda line: "for that nobody signs in" not in line, world.stdout))
    first = re.search(r"first administrator: (http://[^/]+)(/\S+) with the code (\S+) ", told)
    coordinator = re.search(r"sign in at (http://[^/]+)(/\S+) as (.+), coordinator, who is invented:\s+(.+)\n", told)
    address, password, code = re.fullmatch(r"(\S+), password (\S+), code now (\d{6})", coordinator[4]).groups()
    return first.groups(), (*coordinator.groups()[:3], address, password, code)


def test_what_the_first_start_prints_leads_the_first_administrator_in_and_the_coordinator(tmp_path):
    """As a newcomer follows it: by what is printed, and nothing else, to a page that is theirs."""
    own = dict(zip(("PORT", "OPS_PORT"), map(str, free_ports(2)), strict=True))
    own |= {"VAR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen((*PPRG, "run"), env=os.environ | own, stdout=subprocess.PIPE, text=True) as world:
        try:
            administrator, coordinator = printed(world)
            signs_in(*coordinator)
            becomes_the_first_administrator(*administrator)
        finally:
            world.terminate()
            world.wait(30)


def signs_in(base, path, name, address, password, code):
    browser = Browser(base)
    second = browser.send(path, {"address": address, "password": password}, holding="password")
    onward = browser.send(second, {"code": code}, holding="code")

    assert (path, second, onward, browser.leads_to(onward)) == ("/sign-in", "/sign-in/code", "/cases", "")
    assert f"You are signed in as {name}" in browser.says("/sign-out")


def becomes_the_first_administrator(base, path, code):
    browser = Browser(base)
    assert "Become its first administrator" in browser.says("/sign-in")
    chosen = browser.send(path, NEWCOMER | {"code": code}, holding="code")
    enrolling = browser.send(chosen, {"password": "four words nobody guesses"}, holding="password")
    secret = re.search(r'<code class="pprg-key">([A-Za-z0-9-]+)</code>', browser.open(enrolling))[1]
    now = pyotp.TOTP(secret.replace("-", "").upper()).now()
    enrolled = browser.post_form(browser.filled(enrolling, {"code": now}, holding="code"))
    (onward,) = {"/letters"} & set(re.findall(r'href="([^"]+)"', enrolled.text))

    assert (path, chosen, enrolling) == ("/sign-in/first", "/sign-in/password", "/sign-in/authenticator")
    assert browser.leads_to(onward) == ""
    assert "You are signed in as Sam Example" in browser.says("/sign-out")


def cookies(text):
    return {each.strip() for each in text.split(";") if each.strip()}


def not_given(seen):
    """Requests that carried anything about who sent them which no answer before had given."""
    given, shown = set(), ""
    for each in seen:
        sent = {name.lower(): value for name, value in each.sent.items()}
        token = sent.get("authorization", "").removeprefix("Bearer ")
        if set(sent) - HEADERS or cookies(sent.get("cookie", "")) - given or token not in shown:
            yield each.method, each.path
        given |= {value.partition(";")[0] for name, value in each.given if name.lower() == "set-cookie"}
        shown += each.content.decode() if each.path == "/session/token" else ""


def doors(seen):
    """How many went in by the second step of a sign-in, and how many by the code of a link."""
    ways = [each.path.partition("?")[0] for each in seen if (each.method, each.status) == ("POST", 303)]
    ways = [way for way in ways if way.endswith("/code")]
    signed_in = ways.count("/sign-in/code")
    return signed_in, (len(ways) - signed_in) // 2


#: How many agencies play, and how often.
ONCE, TWICE, MANY = (2, 1), (2, 2), (13, 2)


@pytest.mark.parametrize(
    "origin", [ONCE, *(pytest.param(each, marks=pytest.mark.long) for each in (TWICE, MANY))], indirect=True, ids=str
)
def test_nobody_in_the_demo_carries_anything_but_what_the_product_gave_them(origin):
    cases = [origin.played()["case"] for _ in range(origin.times)]

    assert cases == sorted(set(cases))
    assert list(not_given(origin.seen)) == []
    assert doors(origin.seen) == (origin.times * len(SIGN_IN), origin.times * (origin.agencies + 1))


@pytest.mark.long
@pytest.mark.parametrize("origin", [ONCE], indirect=True, ids=str)
def test_what_the_demo_does_not_find_as_it_should_be_ends_it_with_1(origin, tmp_path):
    for each in PROFILES.glob("*.toml"):
        text = each.read_text("utf-8").replace('prefix = "PPRG"', 'prefix = "OTHER"')
        (tmp_path / each.name).write_text(text, "utf-8")

    done = origin.play(PROFILE=str(tmp_path / "wiltshire.toml"))

    assert done.returncode == 1
    (wrong,) = [each for each in json.loads(done.stdout)["checks"] if not each["ok"]]
    assert wrong["name"] == "the receipt has a reference"
    assert wrong["detail"].startswith("PPRG-")


@pytest.mark.parametrize("origin", [ONCE], indirect=True, ids=str)
def test_who_seeks_too_many_codes_is_told_in_plain_words_how_long_to_wait(origin):
    with pytest.raises(Failed, match=r"from here: play again in \d\d minutes"):
        for _ in range(31):
            Browser(origin.address).send(f"/requests/{uuid4()}", {}, holding="_ask")


@pytest.mark.parametrize(
    ("options", "people", "words"),
    [
        (("--url", "http://127.0.0.1:9"), None, "--url and --people belong together"),
        (("--people", "-"), "{}", "--url and --people belong together"),
        (("--url", "http://127.0.0.1:9", "--people", "-"), "[]", "`pprg-intake admin trial-people --out FILE`"),
        (("--url", "http://127.0.0.1:9", "--people", "-"), "{}", "coordinator is not among the people"),
        (("--url", "http://127.0.0.1:9", "--people", "-"), SOMEBODY, "http://127.0.0.1:9 does not answer"),
    ],
)
def test_the_demo_says_what_it_needs_to_play_elsewhere(options, people, words):
    done = demo(*options, people=people)

    assert done.exit_code > 0
    assert words in " ".join(done.stderr.split())
