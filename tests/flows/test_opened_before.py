"""A form belongs to the sign-in that it was opened in: sent in another it does nothing, and nothing typed is lost."""

import html
import re

import pytest
import sqlalchemy as sa

from invented import REFERRAL, as_form
from linked import ask_code, enter
from signing import PASSWORD, address

REFER = "/referrals/new?immediate_risk=no"
STORY = "A canary that nobody else is to read."
TYPED = as_form(REFERRAL | {"agencies": ["police"], "what_happened": STORY})


def form(page):
    """What a browser would send of a page's first form."""
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page.text.partition("</form>")[0])
    return {name: html.unescape(value) for name, value in found}


def own(page):
    """The hidden answers that every form of ours has."""
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page.text))


def rows(world, service, table):
    with world.services[service].database.reading() as session:
        return session.execute(sa.text(f"SELECT * FROM {table}")).all()


@pytest.fixture
def office(accounts_for, visiting):
    """The browser of the coordinator, who has an account and is not signed in."""
    accounts_for("coordinator", "deputy")
    return visiting()


@pytest.mark.asvs("3.5.1", "7.2.4")
@pytest.mark.both_databases
def test_a_form_that_was_opened_before_the_sign_in_is_offered_and_sent_by_whoever_signed_in_since(world, office):
    opened = own(office.client.get(REFER))
    office.sign_in()

    held = office.client.post(REFER, data=TYPED | opened | {"_end": "1"})
    nothing_yet = rows(world, "intake", "referrals")
    sealed = rows(world, "intake", "unsent_forms")
    sent = office.client.post(REFER, data=form(held) | TYPED | form(held))

    assert (held.status_code, "Send this as yourself?" in held.text) == (409, True)
    assert "You opened this page before you signed in as Robin Sample." in " ".join(held.text.split())
    assert nothing_yet == []
    assert len(sealed) == 1
    assert STORY not in str(sealed)
    assert STORY in html.unescape(held.text)
    assert sent.status_code == 303
    assert len(rows(world, "intake", "referrals")) == 1
    assert rows(world, "intake", "unsent_forms") == []


def test_it_is_offered_too_where_the_page_is_opened_again_and_can_be_thrown_away(world, office):
    opened = own(office.client.get(REFER))
    office.sign_in()
    office.client.post(REFER, data=TYPED | opened | {"_end": "1"})

    offer = office.client.get(REFER)
    number = form(offer)
    dropped = office.client.post(
        REFER, data={"_csrf": number["_csrf"], "_unsent": number["_unsent"], "_drop": "1", "_end": "1"}
    )

    assert "You had not sent this" in offer.text
    assert (dropped.status_code, rows(world, "intake", "unsent_forms")) == (303, [])


def test_a_form_of_an_earlier_sign_in_of_the_same_person_does_nothing_by_itself(world, office):
    office.sign_in()
    opened = own(office.client.get(REFER))
    office.sign_in()

    held = office.client.post(REFER, data=TYPED | opened | {"_end": "1"})

    assert (held.status_code, rows(world, "intake", "referrals")) == (409, [])
    assert office.client.post(REFER, data=form(held)).status_code == 303


def test_what_somebody_else_typed_here_is_kept_for_them_and_not_shown_to_whoever_signed_in_since(world, office):
    office.sign_in()
    opened = own(office.client.get(REFER))
    office.sign_in("deputy")

    held = office.client.post(REFER, data=TYPED | opened | {"_end": "1"})
    again = office.client.get(REFER)
    office.sign_in()
    offer = office.client.get(REFER)

    assert (held.status_code, "Somebody else had opened this page" in held.text) == (403, True)
    assert STORY not in html.unescape(held.text + again.text)
    assert STORY in html.unescape(offer.text)
    assert rows(world, "intake", "referrals") == []


def test_what_was_typed_is_kept_where_a_browser_has_forgotten_the_sign_in_and_not_the_form(world, office):
    office.sign_in()
    opened = own(office.client.get("/session/end"))
    for name in ("pprg", "pprg-seen"):
        office.client.delete_cookie(name)

    refused = office.client.post("/session/end", data=opened | {"which": "everywhere", "_end": "1"})

    assert (refused.status_code, "What you typed is kept" in refused.text) == (401, True)
    assert len(rows(world, "intake", "unsent_forms")) == 1


def test_whoever_signs_in_in_two_tabs_is_let_in_by_both(world, office):
    first = own(office.client.get("/sign-in"))
    office.sign_in()

    second = office.client.post(
        "/sign-in", data=first | {"address": address(world, "coordinator"), "password": PASSWORD, "_end": "1"}
    )

    assert (second.status_code, second.location) == (303, "/sign-in/code")


def test_a_button_without_anything_typed_is_asked_for_once_more_and_nothing_is_kept(world, office):
    office.sign_in()
    opened = own(office.client.get("/sign-out"))
    office.sign_in()

    held = office.client.post("/sign-out", data=opened | {"_end": "1"})
    still = office.client.get("/session/sign-ins").status_code
    out = office.client.post("/sign-out", data=form(held))

    assert (held.status_code, still, out.status_code) == (409, 200, 303)
    assert rows(world, "intake", "unsent_forms") == []


def test_who_opens_a_second_link_by_a_code_may_send_the_form_of_the_code_that_was_open(letters):
    browser, path = letters.browser(), f"/requests/{letters.ask().request_id}"
    ask_code(browser, path)
    opened = own(browser.get(f"{path}/code"))
    enter(browser, path, letters.codes()[-1])

    asked = browser.post(f"{path}/code", data=opened | {"_ask": "1", "_end": "1"})

    assert asked.status_code == 303


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    "change", [lambda it: it[:64], lambda it: f"{it[:-1]}{it[-1] == '0':d}", lambda it: "é" * 64 + it[64:]]
)
def test_no_part_of_a_token_does_for_the_whole(world, office, change):
    office.sign_in()
    opened = own(office.client.get(REFER))

    refused = office.client.post(REFER, data=TYPED | opened | {"_csrf": change(opened["_csrf"]), "_end": "1"})

    assert (refused.status_code, rows(world, "intake", "referrals")) == (403, [])
