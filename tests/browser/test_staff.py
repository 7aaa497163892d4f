"""An agency says who its staff are, and the office looks at it, at both widths."""

from uuid import uuid4

import pytest

from invented import REFERRAL
from waiting import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def case(visit):
    """A case about which the police are asked: its reference, its path, and that of the request."""

    def api(path, body=None, who="coordinator"):
        about = {"headers": {**visitor.acting(who), "Idempotency-Key": str(uuid4())}}
        request, url = visitor.page.request, f"{visitor.base}/api/v1{path}"
        return (request.post(url, data=body, **about) if body else request.get(url, **about)).json()

    visitor = visit()
    reference = api("/referrals", REFERRAL)["reference"]
    found = eventually(lambda: [each for each in api("/cases")["cases"] if each["reference"] == reference])
    path = f"/cases/{found[0]['id']}"
    api(f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    asked = eventually(
        lambda: [each for each in api("/requests", who="lead-police")["requests"] if each["case_id"] == found[0]["id"]]
    )
    return reference, path, f"/requests/{asked[0]['id']}"


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
    eventually(lambda: office.again() and "Another Officer" in office.page.locator("main").inner_text())
    office.sees(f"Names of staff, {reference}")
    office.open(path)
    office.follow("See who the staff are")
    office.sees(f"Names of staff, {reference}")
