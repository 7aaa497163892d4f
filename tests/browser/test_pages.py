"""What people meet off the straight way: the keyboard alone, forms left open too long, errors, paper."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.browser

ACCOUNT = "An invented account.\nIts second line."
TEXTS = {
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_email": "referrer@agency.example",
    "authorised_by": "Invented Lead, safeguarding lead",
    "subjects-0-name": "Invented Adult",
    "subjects-0-born": "1961",
    "subjects-0-sex": "U",
    "subjects-0-ethnicity": "NOBT",
    "subjects-0-address": "not known",
    "family_knows": "not known",
    "incident_on": "2026",
    "what_happened": ACCOUNT,
    "safety": "Nobody else is known to be at risk.",
}
FORM = "/referrals/new?immediate_risk=no&reason_kind=concern&about=adult"
DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
TOO_MUCH = "document.querySelector('#what_happened').value = 'x'.repeat(1100000)"
CUT_SHORT = "document.querySelector('[name=_end]').remove()"
ELSEWHERE = "document.querySelector('form').action = '/'"


@pytest.fixture
def mode(narrow_mode):
    return narrow_mode


def filled_in(visitor):
    visitor.open(FORM)
    visitor.fill(TEXTS)
    visitor.choose("An adult", "Housing", DECLARED)
    visitor.page.get_by_label("Your agency", exact=True).select_option("Housing")
    visitor.page.get_by_label("What was it?", exact=True).select_option("Near miss")
    return visitor


def tab_to(visitor, name):
    """Press the tabulator until this field has the focus."""
    for _ in range(120):
        visitor.page.keyboard.press("Tab")
        if visitor.focus("name") == name:
            return visitor.page.keyboard
    pytest.fail(f"the keyboard does not reach {name}")


def test_a_referral_can_be_made_with_the_keyboard_alone(visit):
    visitor = visit()
    visitor.open(FORM)
    page, keys = visitor.page, visitor.page.keyboard

    keys.press("Tab")
    assert (visitor.focus("textContent").strip(), visitor.focus("className")) == (
        "Skip to main content",
        "govuk-skip-link",
    )
    keys.press("Enter")
    for name in ("referrer_name", "referrer_role"):
        tab_to(visitor, name).type(TEXTS[name])
    tab_to(visitor, "referrer_agency").type("Housing")
    for name in ("referrer_email", "authorised_by", "subjects-0-name", "subjects-0-born"):
        tab_to(visitor, name).type(TEXTS[name])
    for name in ("subjects-0-sex", "subjects-0-ethnicity"):
        tab_to(visitor, name).type("Not")
    for name in ("subjects-0-address", "family_knows", "incident_on"):
        tab_to(visitor, name).type(TEXTS[name])
    tab_to(visitor, "incident").type("Near")
    for name in ("what_happened", "safety"):
        tab_to(visitor, name).type(TEXTS[name])
    for name in ("agencies", "declaration"):
        tab_to(visitor, name).press("Space")
    while visitor.focus("textContent").strip() != "Send referral":
        keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")

    assert visitor.title == "Referral sent"


def test_a_form_whose_token_ran_out_is_offered_again_with_what_was_typed(visit):
    visitor = filled_in(visit())
    visitor.page.context.clear_cookies()

    visitor.press("Send referral")
    visitor.sees("You cannot do this", 403)
    visitor.press("Send again")
    visitor.sees("Referral sent")

    reference = visitor.page.locator(".govuk-panel strong").inner_text()
    visitor.sign_in("deputy")
    visitor.until(lambda: reference in visitor.text)
    visitor.follow(reference)
    assert ACCOUNT in visitor.text


@pytest.mark.parametrize(
    ("act", "status", "title", "words"),
    [
        (TOO_MUCH, 413, "This is too large", "Shorten what you typed"),
        (CUT_SHORT, 400, "This could not be read", "The form did not arrive whole"),
        (ELSEWHERE, 405, "That cannot be done here", "use the links and buttons"),
    ],
)
def test_a_form_that_cannot_be_taken_gets_a_page_that_says_what_to_do(visit, act, status, title, words):
    visitor = filled_in(visit())
    visitor.page.evaluate(act)

    visitor.press("Send referral")

    visitor.sees(title, status)
    assert words in visitor.text


def test_errors_are_pages_like_any_other_and_lead_on(visit):
    stranger, office = visit(), visit()
    office.sign_in("coordinator")

    stranger.open("/nowhere")
    stranger.sees("Page not found", 404)
    stranger.open("/cases")
    stranger.sees("You cannot do this", 403)
    with stranger.page.expect_navigation():
        stranger.page.locator("main").get_by_role("link", name="Sign in").click()
    assert stranger.title == "Sign in"
    office.open(f"/publications/for-case/{uuid4()}")
    office.sees("This cannot be done now", 409)


def test_paper_shows_the_page_without_menu_buttons_and_addresses(visit):
    visitor = visit(anew=True)
    visitor.open("/")

    visitor.page.emulate_media(media="print")

    names = ("nav", ".govuk-button", ".pprg-trial", "h1", "main a[href='/requests']")
    shown = {each: visitor.page.locator(each).first.is_visible() for each in names}
    after = visitor.page.locator(names[-1]).evaluate("link => getComputedStyle(link, '::after').content")
    assert list(shown.values()) == [False, False, False, True, True]
    assert after == "none"
