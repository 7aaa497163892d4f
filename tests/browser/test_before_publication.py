"""A coordinator plans a publication, tells agencies and group before it, notes that the family knows, calls it off."""

from datetime import date, timedelta

import pytest

import invented
from waiting import eventually

pytestmark = pytest.mark.browser
SAID = {"to_referrer": "Words for the referrer.", "to_agency": "Words for the agencies."}


def test_those_whom_a_case_concerns_are_told_before_publication(visit, api, case):
    reference, path = case
    office = visit()
    office.sign_in("coordinator")
    api.post(f"{path}/requests", {"agencies": ["police", "icb"], "questions": "What was your part?"})
    today = str(date.today())  # noqa: DTZ011 -- the services and the test share a machine in London
    api.post(f"{path}/meetings/record", invented.HELD | {"held_on": today})
    api.post(f"{path}/decisions", invented.decision("rapid_review") | SAID)
    (made,) = api.get(path)["decisions"]
    api.post(f"{path}/decisions/ratification", {"decision_id": made["id"]}, "partner-police")
    publication = f"/publications/{made['id']}"
    eventually(lambda: office.page.request.get(f"{office.base}{publication}").status == 200, every=0.1)

    office.open(f"{publication}/plan")
    office.fill({"day": str(date.fromisoformat(today) + timedelta(days=30)), "at": "09:00"})
    office.press("Plan this")
    eventually(lambda: api.get(f"{path}/publications")["publications"], every=0.1)
    office.open(path)
    office.sees(f"Case {reference}")
    office.follow("Tell them, or note who was told")
    office.sees(f"Who is told before publication, {reference}")
    office.follow("Note that somebody was told by hand")
    office.press("Note it")
    office.sees(f"Error: Somebody was told before publication, {reference}", 422)
    office.fill({"whom": "family", "day": today, "how": "At home, by the family liaison officer."})
    office.press("Note it")
    office.open(f"{path}/publications")
    assert "At home, by the family liaison officer." in office.text
    office.press("by letter")
    office.sees(f"Case {reference}")
    office.open(f"{path}/publications")
    office.sees(f"Who is told before publication, {reference}")
    assert "Wiltshire Police" in office.text

    office.open(publication)
    office.follow("Call this day off")
    office.sees(f"Call the planned day off, {reference}")
    office.fill({"why": "A court hearing comes first."})
    office.press("Call it off")
    eventually(lambda: api.get(f"{path}/publications")["publications"][0]["planned_at"] is None, every=0.1)
    office.open(f"{path}/publications")
    office.sees(f"Who is told before publication, {reference}")
    assert "No day is planned." in office.text
    office.open(f"{path}/history")
    office.sees(f"What happened, {reference}")
    assert "is off, by letter" in office.text
