"""Signing in as people do it: with password and authenticator, and what happens when nobody touches anything."""

import time

import pyotp
import pytest

pytestmark = pytest.mark.browser


narrow = pytest.mark.parametrize("mode", [0], indirect=True, ids=["without-script"])
wide = pytest.mark.parametrize("mode", [1], indirect=True, ids=["with-script"])


def signs_in(visitor, person, next_page=""):
    """Both steps; each half minute's code is taken once, so whoever comes too early waits for the next."""
    visitor.open(f"/sign-in{next_page}")
    visitor.fill({"address": person["address"], "password": person["password"]})
    visitor.press("Continue")
    code = pyotp.TOTP(person["totp_secret"])
    for ahead in (-1, 0, 1):
        visitor.fill({"code": code.at(time.time() + 30 * ahead)})
        visitor.press("Sign in")
        if visitor.title != "Error: Your code":
            return


def proves(visitor, person, button):
    """Password and code once more; the next code is taken early, or waited for where that one was taken before."""
    for _ in range(4):
        code = pyotp.TOTP(person["totp_secret"]).at(time.time() + 30)
        visitor.fill({"present": person["password"], "code": code})
        visitor.press(button)
        if not visitor.title.startswith("Error"):
            return
        visitor.page.wait_for_timeout(10_000)


@narrow
def test_password_and_authenticator_lead_in_and_every_page_is_as_it_must_be(visit, people):
    visitor, chair = visit(), people["chair"]
    visitor.open("/sign-in")
    visitor.sees("Sign in")
    visitor.press("Continue")
    visitor.sees("Error: Sign in", 422)
    visitor.fill({"address": chair["address"], "password": "wrong"})
    visitor.press("Continue")
    visitor.sees("Error: Sign in", 422)
    visitor.fill({"password": chair["password"]})
    visitor.press("Continue")
    visitor.sees("Your code")
    visitor.fill({"code": "000000"})
    visitor.press("Sign in")
    visitor.sees("Error: Your code", 422)
    signs_in(visitor, chair)
    visitor.sees("Cases")

    visitor.follow("Your sign-ins")
    visitor.sees("Your sign-ins")
    visitor.follow("Take another authenticator")
    visitor.sees("Another authenticator")
    proves(visitor, chair, "Continue")
    visitor.sees("Your authenticator app")
    secret = visitor.page.locator(".pprg-key").inner_text().replace("-", "").upper()
    visitor.fill({"code": pyotp.TOTP(secret).now()})
    visitor.press("Continue")
    visitor.sees("Your recovery codes")
    assert visitor.page.locator(".pprg-key").count() == 10

    visitor.open("/session/sign-ins")
    visitor.follow("Sign out somewhere else, or everywhere")
    visitor.sees("Sign out somewhere else")
    visitor.press("Sign out")
    visitor.sees("Error: Sign out somewhere else", 422)
    visitor.page.get_by_label("Everywhere").check()
    visitor.fill({"present": chair["password"]})
    visitor.press("Sign out")
    visitor.sees("Start")
    visitor.open("/cases")
    assert visitor.status == 403


@narrow
def test_a_forgotten_password_is_asked_for(visit):
    visitor = visit()
    visitor.open("/sign-in")
    visitor.follow("First time here, or forgotten your password?")
    visitor.sees("A new password")
    visitor.fill({"address": "nobody@pprg-office.example"})
    visitor.press("Send me a code")
    visitor.sees("The code from your email")


@pytest.fixture
def typing(visit, people):
    """Somebody who is signed in, on a page with a form; the time of their page is ours to move."""
    visitor = visit(anew=True)
    visitor.page.clock.install()
    return visitor


@wide
def test_who_stays_is_asked_once_more_later_and_who_does_not_is_led_to_sign_in(typing, people):
    signs_in(typing, people["coordinator"], "?next=/cases")
    page, box = typing.page, typing.page.locator("#pprg-idle")

    page.clock.run_for(26 * 60_000)
    assert not box.is_visible()
    page.clock.run_for(2 * 60_000)
    box.wait_for(state="visible")
    typing.sees("Cases")
    box.get_by_role("button", name="Stay signed in").click()
    box.wait_for(state="hidden")
    page.clock.run_for(28 * 60_000)
    box.wait_for(state="visible")
    page.clock.run_for(2 * 60_000)  # a page whose time runs on may begin to leave twice: where it arrives counts
    page.wait_for_url("**/sign-in*")

    assert typing.title == "Sign in"


@wide
def test_what_was_typed_stays_on_the_page_hidden(typing, people):
    signs_in(typing, people["deputy"], "?next=/referrals/new?immediate_risk=no")
    page, box = typing.page, typing.page.locator("#pprg-idle")
    typing.fill({"what_happened": "An invented account"})

    page.clock.run_for(30 * 60_000)
    box.get_by_text("You have been signed out").wait_for(state="visible")
    hidden = not page.locator("main h1").is_visible()
    box.get_by_role("button", name="I have signed in").click()
    box.wait_for(state="hidden")

    assert hidden
    assert typing.typed("what_happened") == ["An invented account"]
