"""Exit this page: by its button or three presses of Shift, and Back shows nothing of what was there."""

import re

import pytest

from invented import REFERRAL
from waiting import eventually

pytestmark = pytest.mark.browser

ELSEWHERE = "https://www.bbc.co.uk/weather"
FORM = "/referrals/new?immediate_risk=no&reason_kind=concern&about=adult"
TYPED = "An invented account that nobody else is to see."
#: More than browsers carry for a page that is gone: on its way each of these letters takes six.
LONG = "\u00e9" * 15_000
WEATHER = "<link rel=icon href=data:,><title>Weather</title>"
EXIT = ".govuk-js-exit-this-page-button"


def arrived(visitor):
    """Somebody who came by the gate and is typing; what lies behind the exit is given here and asked of nobody."""

    def elsewhere(route):
        sent = route.fetch(max_redirects=0)
        assert (sent.status, sent.headers["location"]) == (303, ELSEWHERE)
        route.fulfill(body=WEATHER, content_type="text/html")

    visitor.page.route("**/exit", elsewhere)
    visitor.page.route(ELSEWHERE, lambda route: route.fulfill(body=WEATHER, content_type="text/html"))
    visitor.open("/referrals/start")
    visitor.open(FORM)
    visitor.fill({"what_happened": TYPED})
    return visitor.page


def pressed(page):
    page.locator(EXIT).click()


def three_times_shift(page):
    for _ in range(3):
        page.keyboard.press("Shift")


def skip_link(page):
    page.locator(".govuk-js-exit-this-page-skiplink").focus()
    page.keyboard.press("Enter")


def offered(visitor, typed=TYPED):
    """Whoever left signs in again and goes on with what they had typed."""
    visitor.sign_in("deputy")
    visitor.page.context.add_cookies([{"name": "pprg-unsent", "value": "1", "url": visitor.base}])
    eventually(lambda: visitor.open(FORM) or visitor.title == "You had not sent this")
    visitor.sees("You had not sent this")
    visitor.press("Go on with it")
    visitor.sees("Refer a case")
    assert visitor.typed("what_happened") == [typed]
    visitor.open(FORM)
    visitor.sees("Refer a case")


@pytest.mark.parametrize("mode", [1], indirect=True, ids=["with-script"])
@pytest.mark.parametrize("leave", [pressed, three_times_shift, skip_link])
def test_with_scripts_back_leads_away_again_and_shows_nothing(visit, leave):
    visitor = visit(anew=True)
    visitor.sign_in("deputy")
    page = arrived(visitor)

    leave(page)
    page.wait_for_url("**/exit")
    entries = page.evaluate("history.length")
    with page.expect_response("**/exit"):
        page.evaluate("history.back()")
    page.wait_for_load_state()

    assert page.title() == "Weather"
    assert page.evaluate("history.length") == entries
    assert "pprg" not in {each["name"] for each in page.context.cookies()}
    visitor.open("/")
    visitor.sees("Start")
    offered(visitor)


@pytest.mark.parametrize("mode", [1], indirect=True, ids=["with-script"])
def test_with_scripts_a_form_that_is_too_long_to_be_carried_is_kept_whole_and_back_shows_nothing(visit):
    visitor = visit(anew=True)
    visitor.sign_in("deputy")
    page = arrived(visitor)
    visitor.fill({"what_happened": LONG})

    pressed(page)
    page.wait_for_url(ELSEWHERE)
    cookies = {each["name"] for each in page.context.cookies()}
    page.go_back()
    page.wait_for_url("**/exit")

    assert page.title() == "Weather"
    assert [each for each in cookies if each.startswith("pprg")] == []
    offered(visitor, LONG)


@pytest.mark.parametrize("mode", [0], indirect=True, ids=["without-script"])
@pytest.mark.parametrize("leave", [pressed, skip_link])
def test_without_scripts_the_exit_sends_the_form_along_and_back_shows_neither_the_person_nor_what_was_typed(
    visit, leave
):
    visitor = visit(anew=True)
    visitor.sign_in("deputy")
    page = arrived(visitor)

    leave(page)
    page.wait_for_url(ELSEWHERE)
    cookies = {each["name"] for each in page.context.cookies()}
    page.go_back()

    assert [each for each in cookies if each.startswith("pprg")] == []
    assert "You are not signed in." in page.content()
    assert "Ashley" not in page.content()
    assert visitor.typed("what_happened") == [""]
    offered(visitor)


def mail(folder, to, words):
    """What the newest letter to a mailbox says in which these words stand."""

    def found():
        files = sorted(folder.glob("mailbox/*.eml"), key=lambda each: each.stat().st_mtime_ns)
        texts = [each.read_text("utf-8").replace("\r", "") for each in files]
        return next((each for each in reversed(texts) if f"To: {to}\n" in each and words in each), None)

    return eventually(found)


def test_whoever_is_not_signed_in_goes_on_by_the_letter_that_comes_to_their_mailbox(visit, mode, folder):
    visitor, hers = visit(anew=True), f"sister-{mode.name}@hospital.example"
    page = arrived(visitor)
    visitor.fill({"referrer_email": hers})
    visitor.sees("Refer a case")

    pressed(page)
    page.wait_for_url("**/exit" if mode.scripts else ELSEWHERE)
    left = [each["name"] for each in page.context.cookies() if each["name"].startswith("pprg")]
    link = re.search(r"http://\S+(/referrals/begun/\S+)", mail(folder, hers, "a form that was left"))[1]
    visitor = visit()
    visitor.open(link)
    visitor.sees("Open a page with a code")
    visitor.press("Send me a code")
    visitor.sees("Open a page with a code")
    visitor.fill({"code": re.search(r"Code: (\d{6})", mail(folder, hers, "your code"))[1]})
    visitor.press("Open the page")
    visitor.sees("You had not sent this")
    visitor.press("Go on with it")
    visitor.sees("Refer a case")

    office = visit()
    office.sign_in("coordinator")
    office.open("/letters")
    office.follow("A form that was left")
    office.sees("A form that was left")

    assert left == []
    assert "The address in the form" in office.text
    assert TYPED not in office.text
    assert visitor.typed("what_happened", "referrer_email") == [TYPED, hers]
    visitor.press("Send referral")
    visitor.sees("Error: Refer a case", 422)
    assert visitor.typed("what_happened", "referrer_email") == [TYPED, hers]


@pytest.mark.parametrize("mode", [0], indirect=True, ids=["without-script"])
def test_without_scripts_back_shows_nothing_to_whoever_sits_there_next(visit):
    visitor = visit(anew=True)
    page = arrived(visitor)

    pressed(page)
    page.wait_for_url(ELSEWHERE)
    page.go_back()

    assert visitor.typed("what_happened") == [""]
    assert "nothing stays in this browser" in page.content()


def test_return_in_a_field_sends_the_form_and_leads_nowhere_else(visit):
    visitor = visit(anew=True)
    visitor.sign_in("deputy")
    arrived(visitor)

    with visitor.page.expect_navigation():
        visitor.page.locator("main form input[type=text], main form input.govuk-input").first.press("Enter")

    visitor.sees("Error: Refer a case", 422)


@pytest.mark.attack("A67")
@pytest.mark.asvs("14.3.1", "14.3.2")
def test_after_signing_out_back_shows_nothing_of_a_case_however_often_it_is_pressed(visit, case):
    reference, path = case
    visitor, child = visit(anew=True), REFERRAL["subjects"][0]["name"]
    visitor.sign_in("coordinator")
    seen = [path, f"{path}/print", f"{path}/history", path]
    for each in seen:
        visitor.open(each)
        assert visitor.status == 200
        assert reference in visitor.page.content()
    visitor.sees(f"Case {reference}")
    assert child in visitor.text

    visitor.follow("Sign out")
    visitor.press("Sign out")
    visitor.sees("Start")

    shown = []
    for _ in (*seen, "the question whether to sign out"):
        visitor.page.go_back()
        shown.append((visitor.page.url.removeprefix(visitor.base), visitor.page.content()))
    assert [each for each, _ in shown if each.startswith(path)] == seen[::-1]
    for _, page in shown:
        assert not re.search(f"{child}|{REFERRAL['what_happened']}|{reference}|Robin", page)
    for each, page in shown[1:]:
        assert (each, "You cannot do this" in page) == (each, True)
    visitor.page.go_forward()
    assert not re.search(f"{child}|{reference}|Robin", visitor.page.content())
    assert [each for each in visitor.page.context.cookies() if each["name"] == "pprg"] == []


def test_the_pages_that_offer_it_are_as_every_page_must_be(visit):
    visitor = visit()
    for path, title in (("/", "Start"), ("/referrals/start", "Before you refer"), ("/learning", "What was learnt")):
        visitor.open(path)
        visitor.sees(title)
    visitor.sign_in("deputy")
    visitor.open("/sign-out")
    visitor.sees("Sign out")
    visitor.press("Sign out")
    visitor.sees("Start")
