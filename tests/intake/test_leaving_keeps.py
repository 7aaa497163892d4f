"""Leaving at once from a page with a form: what was typed is kept for who typed it, and nobody waits for that."""

import html
import sqlite3
import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from beginnings import beginning
from linked import ask_code, enter
from pprg_shared.identity.cookies import SEEN, TOKEN
from typing_in import REFER, Typed, led, left, ours

OUT = (200, "https://www.bbc.co.uk/weather")
STORY = "A canary that nobody else is to read."


def form(page):
    """What a browser would send of a page's first form that can be sent."""
    parts = page.text.partition("<main")[2].partition("</form>")[0].split('<input type="hidden" name="')[1:]
    return {each.split('"')[0]: html.unescape(each.split('value="')[1].split('"')[0]) for each in parts}


def kept(world):
    with world.services["intake"].database.reading() as session:
        return session.execute(sa.text("SELECT * FROM unsent_forms")).all()


@pytest.fixture
@beginning
def signed_in(accounts_for, visiting):
    """The coordinator has signed in, and the deputy may; what the browser was given to keep."""
    accounts_for("coordinator", "deputy")
    browser = visiting()
    browser.sign_in()
    return browser.cookies


@pytest.fixture
def office(signed_in, visiting):
    return visiting().holding(signed_in)


@pytest.mark.both_databases
@pytest.mark.asvs("14.3.1")
def test_what_was_typed_is_kept_sealed_and_offered_on_its_page_after_the_next_sign_in_once(world, office):
    page = office.get(REFER)

    gone = left(office.client, page, what_happened=STORY)
    after = ours(office.client)
    sealed = kept(world)
    office.sign_in()
    elsewhere = office.get("/requests")
    offer = office.get(REFER)
    on = office.client.post(REFER, data=form(offer))

    assert (led(gone), after) == (OUT, set())
    assert len(sealed) == 1
    assert "canary" not in str(sealed)
    assert STORY not in elsewhere.text
    assert STORY in html.unescape(offer.text)
    assert "You left this page by “Exit this page”." in offer.text
    assert (on.status_code, Typed(on).fields["what_happened"], "There is a problem" in on.text) == (200, STORY, False)
    assert kept(world) == []
    assert STORY not in office.get(REFER).text


def test_going_on_sends_nothing_and_leaving_again_keeps_it_again(world, office):
    left(office.client, office.get(REFER), what_happened=STORY)
    office.sign_in()
    on = office.client.post(REFER, data=form(office.get(REFER)))

    left(office.client, on)

    assert len(kept(world)) == 1
    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM referrals")) == 0


def test_it_can_be_thrown_away(world, office):
    left(office.client, office.get(REFER), what_happened=STORY)
    office.sign_in()
    offered = form(office.get(REFER))

    office.client.post(REFER, data={name: offered[name] for name in ("_csrf", "_unsent")} | {"_drop": "1", "_end": "1"})

    assert kept(world) == []


def test_nobody_else_is_offered_it_and_it_is_gone_the_next_day(world, office):
    left(office.client, office.get(REFER), what_happened=STORY)

    office.sign_in("deputy")
    others = office.get(REFER)
    world.clock.forward(hours=13)
    office.sign_in()
    late = office.get(REFER)
    world.settle()

    assert STORY not in html.unescape(others.text + late.text)
    assert kept(world) == []


@pytest.mark.parametrize("page", ["", "/extension", "/staff"])
def test_whoever_came_by_a_link_is_offered_it_after_the_next_code_for_the_same_thing(world, letters, page):
    browser = letters.browser()
    paths = {agency: f"/requests/{letters.ask(agency).request_id}" for agency in ("police", "icb")}
    opened(letters, browser, paths["police"])
    name = {"": "summary", "/extension": "reason", "/staff": "staff-0-name"}[page]

    gone = left(browser, browser.get(paths["police"] + page), **{name: STORY})
    opened(letters, browser, paths["icb"], "safeguarding-lead@icb.example")
    others = [browser.get(f"{each}{page}", follow_redirects=True).text for each in paths.values()]
    opened(letters, browser, paths["police"])

    assert (led(gone), len(kept(world))) == (OUT, 1)
    assert [text for text in others if "canary" in text] == []
    assert STORY in html.unescape(browser.get(paths["police"] + page).text)


def opened(letters, browser, path, to="safeguarding-lead@police.example"):
    ask_code(browser, f"{path}/code")
    assert enter(browser, f"{path}/code", letters.codes(to)[-1]).location == path


def test_another_thing_of_the_same_post_is_not_where_it_is_offered(world, letters):
    browser = letters.browser()
    one, other = (f"/requests/{letters.ask().request_id}" for _ in range(2))
    opened(letters, browser, one)
    left(browser, browser.get(one), summary=STORY)

    opened(letters, browser, other)
    shown = [browser.get(each, follow_redirects=True).text for each in (one, other)]

    assert [text for text in shown if "canary" in text] == []
    assert len(kept(world)) == 1


@pytest.mark.parametrize("page", ["", "/extension", "/staff"])
def test_a_form_that_nobody_typed_into_leaves_nothing_behind(world, letters, page):
    lead = world.visitor("intake", "lead-police")
    shown = lead.get(f"/requests/{letters.ask().request_id}{page}")

    assert (shown.status_code, led(left(lead, shown)), kept(world)) == (200, OUT, [])


def test_a_referral_that_nobody_typed_into_leaves_nothing_behind(world, office):
    page = office.get(REFER)

    assert led(left(office.client, page)) == OUT
    assert kept(world) == []


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize("spoilt", ["0" * 64, ""])
def test_what_another_site_sends_is_not_kept(world, office, spoilt):
    page = office.get(REFER)

    gone = left(office.client, page, what_happened=STORY, _csrf=spoilt)

    assert (led(gone), kept(world)) == (OUT, [])


def test_whoever_came_by_the_link_of_something_else_is_told_at_the_public_form_what_everybody_is_told(
    letters, visiting
):
    browser, path = letters.browser(), f"/requests/{letters.ask().request_id}"
    opened(letters, browser, path)

    pages = [each.get(REFER) for each in (browser, visiting())]

    for page in pages:
        words = " ".join(page.text.split())
        assert "nothing stays in this browser. If you have typed your work email address by then" in words
        assert "Otherwise what you typed is gone." in words
        assert len(Typed(page).exits) == 2


def test_what_such_a_visitor_typed_into_the_public_form_is_not_kept_for_the_post_whose_link_it_was(world, letters):
    browser, path = letters.browser(), f"/requests/{letters.ask().request_id}"
    opened(letters, browser, path)

    left(browser, browser.get(REFER), what_happened=STORY)

    assert kept(world) == []


def test_a_sign_in_that_has_ended_meanwhile_keeps_it_all_the_same(world, office):
    page = office.get(REFER)
    world.clock.forward(minutes=45)

    left(office.client, page, what_happened=STORY)

    assert len(kept(world)) == 1


@pytest.mark.parametrize("trouble", ["too large", "cut off", "no such page"])
def test_whatever_is_wrong_with_the_form_leaving_is_the_same(world, office, trouble):
    page = office.get(REFER)
    form = Typed(page).fields | {"what_happened": STORY}
    path = "/referrals/new"
    if trouble == "too large":
        form["what_happened"] = "x" * 1_100_000
    elif trouble == "cut off":
        form = {}
    else:
        path = "/requests/nowhere/at/all"

    with office.client.post(f"{path}?_exit", data=form) as gone:
        pass

    assert (led(gone), kept(world)) == (OUT, [])
    assert ours(office.client) == set()


def test_leaving_is_as_quick_and_the_same_when_the_database_is_busy_or_gone(world, office, lines):
    page = office.get(REFER)
    form = Typed(page)
    signed_in = {name: office.client.get_cookie(name).value for name in (TOKEN, SEEN, "pprg-form-intake")}
    data = form.fields | form.exits[0] | {"what_happened": STORY}
    intake = world.services["intake"]

    with closing(sqlite3.connect(intake.database.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        busy = office.client.post(f"{page.request.path}?_exit", data=data)
        seconds = time.monotonic() - begun
        other.execute("ROLLBACK")
    busy.close()
    sealed = kept(world)
    with intake.database.writing("action") as session:
        session.execute(sa.text("ALTER TABLE unsent_forms RENAME TO away"))
    for name, value in signed_in.items():
        office.client.set_cookie(name, value)
    away = office.client.post(f"{page.request.path}?_exit", data=data)
    away.close()

    assert (led(busy), len(sealed)) == (OUT, 1)
    assert seconds < 0.5
    assert led(away) == OUT
    assert [each["event"] for each in lines if each["event"].startswith("not kept")] == ["not kept for whoever left"]
    assert "canary" not in str(lines)


@pytest.mark.parametrize("page", ["", "/extension", "/staff", "/chronology", "/thanks"])
@pytest.mark.parametrize("state", ["asked", "withdrawn"])
def test_an_exit_that_is_a_button_belongs_to_a_form_that_is_there(world, letters, page, state):
    asked = letters.ask()
    if state != "asked":
        letters.change(asked, state)
    shown = world.visitor("intake", "lead-police").get(f"/requests/{asked.request_id}{page}")

    assert bool(Typed(shown).exits) == ('id="typed"' in shown.text)
    assert (Typed(shown).exits != []) == ('href="/exit"' not in shown.text)
