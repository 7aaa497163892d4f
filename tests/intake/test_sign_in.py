"""Who acts, what the menu offers them, and that no form is lost to an error that may pass."""

import re
import sqlite3
from contextlib import closing

import pytest

from invented import REFERRAL, as_form
from pprg_shared import database

FORM = as_form(REFERRAL | {"agencies": ["police"]})
REFER = "/referrals/new?immediate_risk=no"


@pytest.fixture
def visitor(world):
    return world.client("intake")


def fill(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return {**answers, **hidden, "_end": "1"}


def menu(page):
    return re.findall(r'class="govuk-service-navigation__link" href="([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("person", "first_page"),
    [
        ("coordinator", "/cases"),
        ("chair", "/cases"),
        ("partner-police", "/cases"),
        ("lead-gp", "/requests"),
        ("ops", "/letters"),
        ("administrator", "/letters"),
        ("governance", "/cases/who-saw"),
    ],
)
def test_whoever_signs_in_is_led_to_a_page_that_is_theirs(accounts_for, visiting, person, first_page):
    accounts_for(person)
    browser = visiting()

    led = browser.sign_in(person)

    service = {"/requests": "intake", "/letters": "notifier"}.get(first_page, "triage")
    assert (led.status_code, led.location) == (303, first_page)
    assert browser.get(first_page, service).status_code == 200


def test_a_name_that_we_did_not_sign_is_nobody(visitor):
    visitor.set_cookie("pprg", "ImFib3V0Ig.forged")

    assert "You are not signed in." in visitor.get("/").text


@pytest.mark.parametrize(
    ("who", "places"),
    [
        (None, []),
        ("lead-gp", ["/requests"]),
        ("chair", ["/cases", "/publications"]),
        ("partner-police", ["/requests", "/cases"]),
        ("coordinator", ["/cases", "/letters", "/publications", "/people", "/agencies"]),
        ("ops", ["/letters"]),
    ],
)
def test_the_menu_offers_what_is_of_use_to_a_person(world, who, places):
    client = world.visitor("intake", who) if who else world.client("intake")

    assert menu(client.get("/")) == [*places, "/referrals/start", "/learning"]


def test_a_receipt_and_the_pages_about_problems_are_there_for_everybody(visitor):
    assert "PPRG-2026-0001" in visitor.get("/referrals/PPRG-2026-0001/thanks").text
    assert "Some answers need changing" in visitor.get("/problems/invalid").text
    assert visitor.get("/problems/anything").status_code == 404
    assert visitor.get("/referrals/Call 0800 000 000/thanks").status_code == 404


@pytest.fixture
def impatient(monkeypatch):
    """Whoever waits for a database gives up sooner; that it is five seconds is shown in tests/database."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)


def test_a_form_that_meets_a_database_that_is_away_is_not_lost(impatient, world, visitor):
    form = fill(visitor, REFER, **FORM)
    path = world.services["intake"].database.engine.url.database
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        away = visitor.post(REFER, data=form)
        other.execute("ROLLBACK")

    again = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', away.text))
    sent = visitor.post(REFER, data=again)

    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert "What you typed is not lost: you can send it again." in away.text
    assert (sent.status_code, sent.location) == (303, "/referrals/PPRG-2026-0001/thanks")


@pytest.mark.parametrize(("site", "offered"), [("same-origin", True), ("cross-site", False), ("same-site", False)])
def test_only_what_our_own_pages_sent_is_offered_again(visitor, site, offered):
    refused = visitor.post(REFER, data=FORM | {"_end": "1"}, headers={"Sec-Fetch-Site": site})

    assert refused.status_code == 403
    assert ("Send again" in refused.text) == offered
    assert ("An invented account." in refused.text) == offered
