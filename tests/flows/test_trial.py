"""Where the product is only tried out, every page that a person gets to says so."""

import dataclasses
import html
import re
from collections import deque

import pytest
from werkzeug.test import Client

import invented
from beginnings import beginning
from pprg_shared.app import Origin, create_app
from signed import cookies_of, secrets_of

BANNER = "<strong>Trial:</strong> invented people. Enter no real case."
LINK = re.compile(r'href="(/[^"#?]*)')
#: What links lead to besides pages; the way out ends who is signed in.
NO_PAGES = re.compile(r"^/(assets|api/v1)/|^/exit$|\.(csv|xml|json|pdf|ics)$")


@pytest.fixture
@beginning
def case(world, post):
    """A case about which agencies were asked; its path."""
    post("intake", "/referrals", invented.REFERRAL, "", key="one")
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police"], "questions": "What did you do?"})
    post("triage", f"/cases/{case['id']}/meetings/record", invented.HELD)
    return f"/cases/{case['id']}"


@pytest.fixture
def origin(world, case):
    """All four services at one address, with the case."""
    return Origin({name: world.app(name) for name in world.services}, None, 1)


def browser(world, origin, who):
    """Of one of the invented people, at all services; or of nobody."""
    client = Client(origin)
    if who:
        alive = world.services["intake"]
        found = cookies_of(alive.profile.person(who), secrets_of(alive.settings), world.clock())
        for name, value in found.items():
            client.set_cookie(name, value)
    return client


def pages(client):
    """Every page that links lead to from the first, with what it says."""
    found, seen, waiting = {}, set(), deque(["/"])
    while waiting:
        path = waiting.popleft()
        if path in seen or NO_PAGES.search(path):
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.location:
            waiting += [answer.location.partition("?")[0]] if answer.location.startswith("/") else []
        elif answer.mimetype == "text/html":
            found[path] = answer.text
            waiting += map(html.unescape, LINK.findall(answer.text))
    return found


@pytest.mark.parametrize(
    ("who", "at_least"), [("", 8), ("coordinator", 25), ("lead-police", 10), ("administrator", 20), ("chair", 12)]
)
def test_every_page_that_links_lead_to_says_that_this_is_a_trial(world, origin, who, at_least):
    found = pages(browser(world, origin, who))

    assert [path for path, text in found.items() if BANNER not in text] == []
    assert len(found) >= at_least, sorted(found)


@pytest.mark.parametrize("who", ["", "coordinator"])
@pytest.mark.parametrize("path", ["/requests", "/cases", "/letters", "/learning"])
def test_so_does_every_page_that_says_no(world, origin, who, path):
    client = browser(world, origin, who)
    answers = [
        client.get(f"{path}/no-such-thing"),
        client.delete(path),
        client.get(path, headers={"Host": "elsewhere.example"}),
        client.post("/sign-in", data={"address": "x"}),
        client.post("/referrals/new", data={"_end": "1"}),
    ]

    assert {each.status_code // 100 for each in answers} <= {3, 4}
    assert [each.status for each in answers if each.status_code >= 400 and BANNER not in each.text] == []
    assert sum(each.status_code >= 400 for each in answers) >= 4


def test_in_earnest_no_page_speaks_of_a_trial(world):
    alive = world.services["publisher"]
    alive.settings = dataclasses.replace(alive.settings, trial=False)
    client = create_app(alive).test_client()

    assert [BANNER in client.get(path).text for path in ("/learning", "/learning/nothing")] == [False, False]
