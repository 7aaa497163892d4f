"""Leaving: whoever signs out or exits is nobody at once, and the exit says nothing about where one was."""

import re

import pytest

from pprg_shared.identity.cookies import TOKEN
from stored import changes, stored

EXIT = "https://www.bbc.co.uk/weather"


@pytest.fixture
def lead(world):
    return world.visitor("intake", "lead-gp")


def hidden(client, path):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text)) | {"_end": "1"}


@pytest.mark.asvs("7.4.1", "14.3.1")
def test_a67_whoever_signs_out_is_nobody_and_the_browser_forgets_what_it_was_shown(world, lead):
    asked = lead.get("/sign-out")

    gone = lead.post("/sign-out", data=hidden(lead, "/sign-out"))

    assert "You are signed in as Harper Invented" in asked.text
    assert '<a class="govuk-link" href="/sign-out">Sign out</a>' in asked.text
    assert (gone.status_code, gone.location) == (303, "/")
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert lead.get_cookie(TOKEN) is None
    world.settle()
    before = stored(world)
    back, front = lead.get("/requests"), lead.get("/").text
    assert (back.status_code, "somebody who is not signed in" in back.text) == (403, True)
    assert ("Sign in" in front, "Harper Invented" in back.text + front) == (True, False)
    world.settle()
    assert changes(before, stored(world)) == {}


def test_a_page_that_only_asks_ends_nothing(lead):
    lead.get("/sign-out")

    refused = lead.post("/sign-out", data={"_end": "1", "_csrf": "another's"})

    assert refused.status_code == 403
    assert lead.get("/requests").status_code == 200


@pytest.mark.parametrize(("before", "forgotten"), [("deputy", False), ("coordinator", True), (None, False)])
def test_the_browser_forgets_when_another_signs_in(world, accounts_for, visiting, before, forgotten):
    accounts_for("deputy", "coordinator")
    browser = visiting()
    if before:
        browser.sign_in(before)

    world.clock.forward(minutes=1)
    after = browser.sign_in("deputy")

    assert after.status_code == 303
    assert ("Clear-Site-Data" in after.headers) == forgotten


@pytest.mark.asvs("3.7.2", "14.3.1")
def test_a67_the_exit_leads_to_the_page_of_the_profile_and_whoever_comes_back_is_nobody(lead):
    gone = lead.get("/exit")

    assert (gone.status_code, gone.location) == (303, EXIT)
    assert gone.headers["Cache-Control"] == "no-store"
    assert gone.headers["Referrer-Policy"] == "no-referrer"
    assert lead.get_cookie(TOKEN) is None
    back = lead.get("/requests")
    assert (back.status_code, "somebody who is not signed in" in back.text) == (403, True)
    assert "Harper Invented" not in back.text


@pytest.mark.parametrize(
    ("service", "path", "there"),
    [
        ("intake", "/", True),
        ("intake", "/referrals/start", True),
        ("intake", "/requests", True),
        ("publisher", "/learning", True),
        ("publisher", "/privacy", True),
        ("triage", "/cases", False),
        ("notifier", "/letters", False),
    ],
)
def test_public_pages_and_forms_offer_the_exit_as_a_link(world, service, path, there):
    page = world.visitor(service, "partner-police").get(path).text

    assert (re.search(r'<a class="[^"]*govuk-js-exit-this-page-button" href="/exit"', page) is not None) == there
