"""A token for a program: shown once to who is signed in, good at the API for an hour, and gone with the session."""

import html
import re
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import REFERRAL
from linked import ask_code, enter
from pprg_intake.actions import directory
from pprg_intake.models import Person, Referral
from pprg_shared.boxes.tables import audit
from pprg_shared.identity import tokens
from pprg_shared.limits import CALLS, READS, limits
from signing import PASSWORD
from stored import changes, stored

PAGE = "/session/token"
SERVICES = ("intake", "triage", "notifier", "publisher")


def made(browser):
    """The token that is on the page."""
    found = re.search(r"<pre[^>]*><code>([^<]+)</code></pre>", browser.send(PAGE).text)
    return html.unescape(found[1])


@pytest.fixture
def program(world):
    """What each service answers a program that comes with a token."""

    def statuses(token, *services):
        return [each.status_code for each in answers(world, token, *services)]

    return statuses


def answers(world, token, *services):
    headers = {"Authorization": f"Bearer {token}"}
    return [
        world.client(each).get(f"/api/v1/{each}/events?subject=none", headers=headers) for each in services or SERVICES
    ]


def person(world, who="coordinator"):
    return world.services["intake"].profile.person(who)


def test_a_token_works_at_the_api_of_every_service_and_what_is_done_with_it_is_done_by_its_owner(
    world, office, program
):
    token = made(office)

    sent = world.client("intake").post(
        "/api/v1/referrals",
        json=REFERRAL,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
    )

    assert program(token) == [200] * 4
    assert program("") == [403] * 4
    assert sent.status_code == 201
    with world.services["intake"].database.reading() as session:
        who = session.scalars(sa.select(audit.c.person).where(audit.c.verb == "submit_referral")).all()
    assert set(who) == {person(world).id}


def test_it_is_shown_once_to_whoever_asked_and_kept_by_no_browser(office):
    page = office.client.get(PAGE)
    sent = office.send(PAGE)
    again = office.client.get(PAGE)

    assert [each.text.count("<pre") for each in (page, sent, again)] == [0, 1, 0]
    assert [each.headers["Cache-Control"] for each in (page, sent)] == ["no-store"] * 2
    assert "It works until Tuesday 24 November 2026, 10:30" in re.sub(r"\s+", " ", sent.text)


def test_it_opens_no_page_and_no_api_as_a_cookie(world, office):
    token = made(office)
    seen = office.client.get_cookie("pprg-seen").value
    other = world.client("intake")
    other.set_cookie("pprg", token)
    other.set_cookie("pprg-seen", seen)

    pages = [other.get(path).status_code for path in ("/session/sign-ins", PAGE)]
    api = other.get("/api/v1/intake/events?subject=none").status_code
    header = world.client("intake").get(PAGE, headers={"Authorization": f"Bearer {token}"}).status_code

    assert (pages, api, header) == ([403, 403], 403, 403)


def test_it_ends_after_an_hour(world, office, program):
    token = made(office)
    world.clock.forward(minutes=59, seconds=59)
    before = program(token)
    world.clock.forward(seconds=1)

    assert (before, program(token)) == ([200] * 4, [401] * 4)


def test_it_never_works_longer_than_the_sign_in_does(world, office, program):
    for _ in range(27):
        world.clock.forward(minutes=26)
        assert office.get("/session/sign-ins").status_code == 200
    keys = world.services["intake"].settings.sign_in_public_keys
    of_pages = tokens.read(office.client.get_cookie("pprg").value, keys, world.clock.at)

    token = made(office)
    of_programs = tokens.read(token, keys, world.clock.at, tokens.API)
    world.clock.forward(minutes=18)

    assert of_programs == replace(of_pages, use=tokens.API)
    assert program(token) == [401] * 4


@pytest.mark.asvs("7.4.1", "7.4.2")
@pytest.mark.parametrize("how", ["sign out", "everywhere", "left", "role"])
def test_it_ends_with_the_session_and_with_what_its_owner_was(world, office, program, visiting, how):
    token = made(office)
    before = program(token)
    if how == "sign out":
        office.send("/sign-out")
    elif how == "everywhere":
        other = visiting()
        other.sign_in()
        other.send("/session/end", which="everywhere", present=PASSWORD)
    else:
        with world.services["intake"].database.writing("action") as session:
            whose = session.get(Person, person(world).id)
            about = {"roles": ("member",)} if how == "role" else {"active": False}
            directory.keep_person(session, whose, replace(directory.person_state(whose), **about))
    at_once = program(token, "intake")
    world.settle()

    assert before == [200] * 4
    assert at_once == [401]
    assert program(token) == [401] * 4


NO_TOKEN = "This token does not work (any more). Sign in again, and make a new one under “Your sign-ins”."


@pytest.mark.asvs("7.2.1")
@pytest.mark.parametrize("how", ["ended", "signed out", "of a browser", "changed", "no token"])
def test_whoever_comes_with_what_is_no_token_any_more_is_told_at_every_service_to_make_another(world, office, how):
    token = made(office)
    if how == "ended":
        world.clock.forward(hours=1)
    elif how == "signed out":
        office.send("/sign-out")
        world.settle()
    token = {"of a browser": browser_token(office), "changed": f"{token}x", "no token": "x"}.get(how, token)

    before = stored(world, but=())
    refused = answers(world, token)

    assert changes(before, stored(world, but=())) == {}
    assert [each.status_code for each in refused] == [401] * 4
    assert {each.headers["WWW-Authenticate"] for each in refused} == {"Bearer"}
    assert {each.content_type for each in refused} == {"application/problem+json"}
    assert {(each.json["code"], each.json["detail"]) for each in refused} == {("signed-out", NO_TOKEN)}


def browser_token(office):
    cookie = office.client.get_cookie("pprg")
    return cookie.value if cookie else ""


@pytest.mark.parametrize("how", ["ended", "another kind"])
def test_what_everybody_may_send_is_taken_in_nobodys_name_only_of_whoever_names_nobody(world, office, how):
    """A program whose token has ended means somebody: a referral would else be in nobody's name."""
    header = f"Bearer {made(office)}" if how == "ended" else "Basic aW52ZW50ZWQ6aW52ZW50ZWQ="
    world.clock.forward(hours=1)
    headers = {"Authorization": header, "Idempotency-Key": str(uuid4())}

    sent = world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=headers)

    with world.services["intake"].database.reading() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(Referral))
    assert (sent.status_code, kept) == ((401, 0) if how == "ended" else (201, 1))


def asks(world, service, who="coordinator"):
    """What a service answers a program of somebody who has just signed in once more."""
    return world.client(service).get(f"/api/v1/{service}/events?subject=none", headers=world.acting(who))


@pytest.mark.both_databases("each counts what is asked in its own way")
@pytest.mark.asvs("2.4.1")
def test_the_programs_of_a_person_that_ask_too_much_wait_and_those_of_others_do_not(world):
    _, most, seconds = CALLS

    asked = [asks(world, "triage").status_code for _ in range(most)]
    over = asks(world, "triage")
    others = asks(world, "triage", "deputy"), asks(world, "notifier")
    world.clock.forward(seconds=seconds)

    assert asked == [200] * most
    assert (over.status_code, over.headers["Retry-After"], over.content_type) == (429, "60", "application/problem+json")
    assert over.json["code"] == "too-many"
    assert over.json["detail"] == "Wait 60 seconds, then try again. If it cannot wait, call us on 01632 960001."
    assert [each.status_code for each in others] == [200, 200]
    assert asks(world, "triage").status_code == 200


@pytest.mark.both_databases("each counts what is asked in its own way")
@pytest.mark.parametrize("service", SERVICES)
def test_every_service_counts_in_its_database_what_the_programs_of_a_person_ask(world, service):
    what, most, _ = CALLS
    first = asks(world, service).status_code
    mine = sa.update(limits).where(limits.c.what == what)
    with world.services[service].database.writing("action") as session:
        session.execute(mine.values(count=most - 1))
    before = stored(world)
    last, over = asks(world, service), asks(world, service)

    assert [first, last.status_code, over.status_code] == [200, 200, 429]
    assert changes(before, stored(world)) == {}
    with world.services[service].database.reading() as session:
        assert session.execute(sa.select(limits.c.what, limits.c.count)).all() == [(what, most + 1)]


@pytest.mark.both_databases("each counts what is asked in its own way")
@pytest.mark.asvs("2.4.1")
@pytest.mark.parametrize(("service", "path"), [("intake", "/api/v1/agencies"), ("publisher", "/api/v1/learning")])
def test_who_reads_in_nobodys_name_is_counted_by_address_and_waits_and_pages_do_not(world, service, path):
    what, most, _ = READS

    def ask(address="192.0.2.7", where=path):
        return world.client(service).get(where, environ_overrides={"REMOTE_ADDR": address})

    first = ask().status_code
    with world.services[service].database.writing("action") as session:
        session.execute(sa.update(limits).where(limits.c.what == what).values(count=most - 1))
    before = stored(world)
    last, over, another = ask(), ask(), ask("192.0.2.8")

    assert [first, last.status_code, over.status_code, another.status_code] == [200, 200, 429, 200]
    assert (over.headers["Retry-After"], over.json["code"]) == ("60", "too-many")
    assert changes(before, stored(world)) == {}
    assert ask(where={"intake": "/", "publisher": "/learning"}[service]).status_code == 200


@pytest.mark.parametrize("limited", [True, False])
def test_a_load_test_is_not_slowed_whatever_it_comes_with(world, limited):
    intake = world.services["intake"]
    intake.settings = replace(intake.settings, limits=limited)
    what, most, _ = READS
    world.client("intake").get("/api/v1/agencies")
    with intake.database.writing("action") as session:
        session.execute(sa.update(limits).where(limits.c.what == what).values(count=most))

    assert world.client("intake").get("/api/v1/agencies").status_code == (429 if limited else 200)


def test_pages_and_whoever_names_nobody_are_not_counted_as_programs(world, office):
    made(office)
    world.client("intake").get("/api/v1/agencies")

    with world.services["intake"].database.reading() as session:
        assert CALLS[0] not in session.scalars(sa.select(limits.c.what)).all()


def test_whoever_came_by_a_personal_link_makes_none(letters):
    browser, path = letters.browser(), f"/requests/{letters.ask().request_id}"
    ask_code(browser, path)
    enter(browser, path, letters.codes()[-1])
    token = re.search(r'name="_csrf" value="([^"]+)"', browser.get(path).text)[1]

    seen, sent = browser.get(PAGE), browser.post(PAGE, data={"_csrf": token, "_end": "1"})

    assert browser.get(path).status_code == 200
    assert (seen.status_code, sent.status_code) == (404, 404)


def test_who_is_not_signed_in_makes_none(world, visiting, unchanged):
    stranger = visiting()
    token = re.search(r'name="_csrf" value="([^"]+)"', stranger.client.get("/sign-in").text)[1]

    seen, sent = stranger.client.get(PAGE), stranger.client.post(PAGE, data={"_csrf": token, "_end": "1"})

    assert (seen.status_code, sent.status_code) == (403, 403)


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize("form", [{}, {"_csrf": "0" * 64}, {"_csrf": ""}])
def test_what_another_site_sends_makes_none(office, unchanged, form):
    sent = office.client.post(PAGE, data={**form, "_end": "1"})

    assert (sent.status_code, "<pre" in sent.text) == (403, False)


def test_it_stands_among_the_sign_ins_of_its_owner(world, office):
    made(office)

    with world.services["intake"].database.reading() as session:
        chosen = sa.select(audit.c.person, audit.c.subject).where(audit.c.verb == "make_token")
        (row,) = session.execute(chosen).all()

    assert row == (person(world).id, str(person(world).id))
    assert "Made a token for a program" in office.get("/session/sign-ins").text.partition("The newest first")[2]
