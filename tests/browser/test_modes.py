"""A short walk in the other windows: narrow with scripts, where the menu folds, and wide without, where it does not."""

import pytest

pytestmark = pytest.mark.browser
ANSWERS = {
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_email": "referrer@agency.example",
    "authorised_by": "Invented Lead, safeguarding lead",
    "subjects-0-name": "Invented Child",
    "subjects-0-born": "May 2016",
    "subjects-0-sex": "U",
    "subjects-0-ethnicity": "NOBT",
    "subjects-0-address": "not known",
    "family_knows": "not known",
    "incident_on": "2026",
    "what_happened": "An invented account.",
    "safety": "Nobody else is known to be at risk.",
}
WHY = "Somebody died or was harmed, and agencies may learn from it"
DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."


@pytest.mark.parametrize("mode", [2, 3], indirect=True, ids=["320-with-script", "1280-without-script"])
def test_start_gate_form_case_and_learning_work_in_the_other_windows_too(visit, mode):
    visitor, office = visit(), visit()

    reference = refer(visitor)
    office.sign_in("coordinator")
    office.until(lambda: reference in office.text)
    office.sees("Cases")
    look_at_the_menu(office, mode)
    office.follow(reference)
    office.sees(f"Case {reference}")

    visitor.open("/learning")
    visitor.sees("What was learnt")


def refer(visitor):
    visitor.open("/")
    visitor.sees("Start")
    visitor.press("Start a referral")
    visitor.sees("Before you refer")
    visitor.choose("No", WHY, "A child")
    visitor.press("Continue")
    visitor.sees("Refer a case")
    visitor.press("Send referral")
    visitor.sees("Error: Refer a case", 422)
    visitor.fill(ANSWERS)
    visitor.choose("A child", "Neglect", "Wiltshire Police", DECLARED)
    visitor.page.get_by_label("Your agency", exact=True).select_option("GP practices")
    visitor.page.get_by_label("What was it?", exact=True).select_option("Death")
    visitor.press("Send referral")
    visitor.sees("Referral sent")
    return visitor.page.locator(".govuk-panel strong").inner_text()


def look_at_the_menu(office, mode):
    """It is folded where it would fill a narrow screen and can be unfolded; elsewhere it lies open."""
    entry = office.page.get_by_role("link", name="Letters", exact=True)
    if not mode.scripts:
        assert entry.is_visible()
        assert office.page.get_by_role("button", name="Menu").count() == 0
        return
    button = office.page.get_by_role("button", name="Menu")
    assert (button.get_attribute("aria-expanded"), entry.is_visible()) == ("false", False)
    button.click()
    assert (button.get_attribute("aria-expanded"), entry.is_visible()) == ("true", True)
    office.sees("Cases")
    button.click()
    assert not entry.is_visible()
