"""Tokens and cookies of who signed in, and the copies of people by which they are measured."""

import base64
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import ended_sessions
from pprg_shared.events.intake import PersonChanged, SessionEnded
from pprg_shared.identity import cookies, tokens
from pprg_shared.identity.people import Known
from pprg_shared.identity.present import present

KEY = tokens.new_signing_key()
PUBLIC = tokens.public_key(KEY)
SESSION = UUID(int=7)


@pytest.fixture
def made(world):
    """A token of the coordinator for pages."""
    person = world.services["triage"].profile.person("coordinator")
    ends_at = world.clock.at + timedelta(hours=12)
    return tokens.Token(person.id, SESSION, frozenset(person.roles), person.agency, 1, ends_at)


def test_a_token_says_what_was_signed_to_whoever_holds_the_public_key(made, world):
    keys = f"{tokens.public_key(tokens.new_signing_key())},{PUBLIC}"

    assert tokens.read(tokens.issue(made, KEY), keys, world.clock.at) == made


@pytest.mark.asvs("7.2.1", "9.1.1", "9.1.2")
def test_a_token_that_was_changed_is_none(made, world):
    head, body, signature = tokens.issue(made, KEY).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"roles": ["administrator"]}).encode()).decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")

    for text in (f"{head}.{changed}.{signature}", f"{unsigned}.{body}.", f"{unsigned}.{body}.{signature}", head, ""):
        assert tokens.read(text, PUBLIC, world.clock.at) is None


@pytest.mark.asvs("9.2.1", "9.2.2", "9.2.4")
@pytest.mark.parametrize(
    ("keys", "later", "use"),
    [
        (tokens.public_key(tokens.new_signing_key()), 0, tokens.PAGES),
        (PUBLIC, 12, tokens.PAGES),
        (PUBLIC, 0, tokens.API),
    ],
    ids=["another's key", "ended", "for something else"],
)
def test_a_token_is_none_to_whom_it_is_not_meant(made, world, keys, later, use):
    assert tokens.read(tokens.issue(made, KEY), keys, world.clock.at + timedelta(hours=later), use) is None


REVISIONS = st.integers(1, 3)
ROLES = st.frozensets(st.sampled_from(["coordinator", "chair", "agency"]), min_size=1)


@given(ROLES, ROLES, REVISIONS, REVISIONS, st.booleans())
def test_the_newer_of_token_and_copy_decides(then, since, signed, heard, active):
    token = tokens.Token(UUID(int=1), SESSION, then, "police", signed, None)
    known = Known(UUID(int=1), "Robin", "robin@police.example", "police", since, active, heard)

    found = present(token, known)

    if heard <= signed or (active and since == then):
        assert (found.roles, found.session, found.name) == (then, SESSION, "Robin")
    else:
        assert found is None


@pytest.fixture
def browser(world, token, made):
    """A browser in which the coordinator has just signed in; it goes where triage is."""
    client, secret = world.client("triage"), world.services["triage"].settings.session_keys

    def sign_in():
        with client.application.test_request_context() as here:
            answer = client.application.response_class()
            cookies.begin(here.request, answer, token(session=SESSION), made, secret, world.clock.at)
        for header in answer.headers.getlist("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            client.set_cookie(name, value)
        return client

    return sign_in


def test_whoever_is_signed_in_acts_on_pages(browser):
    page = browser().get("/cases")

    assert page.status_code == 200
    assert "Robin Sample" in page.text


@pytest.mark.asvs("9.2.2", "9.2.3")
def test_a_token_for_pages_is_no_use_at_the_api_nor_the_other_way_round(world, token, browser):
    client = world.client("triage")

    def asks(use):
        return client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token(use=use)}"}).status_code

    assert (asks(tokens.API), asks(tokens.PAGES)) == (200, 401)
    visitor = browser()
    visitor.set_cookie(cookies.TOKEN, token(session=SESSION, use=tokens.API))
    assert visitor.get("/cases").status_code == 403


@pytest.mark.asvs("7.3.1")
def test_half_an_hour_without_a_page_ends_it_and_each_page_begins_it_anew(world, browser):
    client = browser()

    def after(minutes):
        world.clock.forward(minutes=minutes)
        return client.get("/cases").status_code

    assert [after(29), after(29), after(29), after(31), after(0)] == [200, 200, 200, 401, 401]


@pytest.mark.asvs("7.3.2")
def test_twelve_hours_end_it_however_busy_somebody_is(world, browser):
    client = browser()
    codes = []
    for _ in range(25):
        world.clock.forward(minutes=29)
        codes.append(client.get("/cases").status_code)

    assert codes == [200] * 24 + [401]


def say(world, event):
    with world.services["intake"].database.writing("action") as session:
        publish(session, event)
    world.settle()


def change(world, **about):
    person = world.services["triage"].profile.person("coordinator")
    whole = {
        "person_id": person.id,
        "agency": person.agency,
        "roles": list(person.roles),
        "active": True,
        "revision": 2,
    }
    say(world, PersonChanged(**whole | {"name": "Robin Sample", "address": person.address} | about))


@pytest.mark.asvs("7.4.2")
@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({"name": "Robin Example"}, 200),
        ({"active": False}, 401),
        ({"roles": ["member"]}, 401),
        ({"agency": "police"}, 401),
        ({"active": False, "revision": 1}, 200),
    ],
    ids=["another name", "left", "another role", "another agency", "heard before"],
)
def test_who_has_left_or_is_something_else_is_no_longer_signed_in(world, browser, about, status):
    client = browser()
    change(world, **about)

    assert client.get("/cases").status_code == status


@pytest.mark.asvs("7.4.1")
def test_a_session_that_was_ended_lets_nobody_in_and_is_forgotten_when_its_token_would_have_ended(world, browser):
    client = browser()
    say(world, SessionEnded(person_id=uuid4(), sessions=[SESSION, uuid4()]))

    assert client.get("/cases").status_code == 401

    world.clock.forward(hours=14)
    world.settle()
    with world.services["triage"].database.reading() as session:
        assert session.execute(ended_sessions.select()).all() == []
