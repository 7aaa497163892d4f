"""An agency says who its staff are, and the office looks at it, at both widths."""

import pytest

from invented import REFERRAL

pytestmark = pytest.mark.browser


@pytest.fixture
def case(api):
    """A case about which the police are asked: its reference, its path, and that of the request."""
    reference, path = api.refer(REFERRAL)
    api.post(f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    return reference, path, api.there("requests", reference, "lead-police")


def test_an_agency_says_who_its_staff_are_and_the_office_reads_it(visit, case):
    reference, path, request = case
    lead, office = visit(), visit()
    lead.sign_in("lead-police")
    office.sign_in("coordinator")

    lead.open(request)
    lead.follow("Say who they are")
    lead.sees(f"Names of staff for {reference}")
    lead.fill({"staff-0-code": "Officer 1", "staff-0-name": "Invented Officer", "staff-0-role": "Night shift"})
    lead.fill({"staff-1-code": "Officer 2"})
    lead.press("Send the list")
    lead.sees(f"Error: Names of staff for {reference}", 422)
    assert lead.problems == ["Member of staff 2: Enter their name"]
    lead.fill({"staff-1-name": "Another Officer"})
    lead.press("Send the list")
    lead.sees(f"Request {reference}")

    office.open(f"{path}/staff")
    office.until(lambda: "Another Officer" in office.page.locator("main").inner_text())
    office.sees(f"Names of staff, {reference}")
    office.open(path)
    office.follow("See who the staff are")
    office.sees(f"Names of staff, {reference}")
