"""A coordinator notes dates with references, sees which clocks were met and what lies outside, and takes one back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

import invented
from pprg_shared.calendar import add_working_days, short
from waiting import eventually

pytestmark = pytest.mark.browser


def test_clocks_end_and_dates_are_taken_back(visit):
    office = visit()
    office.sign_in("coordinator")
    case, reference = refer(office)
    today = date.today()  # noqa: DTZ011 -- the services and the test share a machine in London
    outside = add_working_days(today, 14)
    meeting = {"day": str(outside), "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
    post(office, f"/api/v1{case}/meetings", meeting)
    started = today - timedelta(days=7)

    office.open(case)
    office.sees(f"Case {reference}")
    office.follow("Note a date that has become known")
    office.sees(f"Note a date, {reference}")
    office.press("Note this date")
    office.sees(f"Error: Note a date, {reference}", 422)
    office.fill({"trigger": "notified", "day": short(started), "reference": "INVENTED-1"})
    office.press("Note this date")
    office.sees(f"Case {reference}")
    last = add_working_days(started, 15)
    assert f"The meeting on {short(outside)} lies after the last day of the rapid review, {short(last)}." in office.text

    office.open(f"{case}/dates/new")
    office.fill({"trigger": "panel_sent", "day": short(today), "reference": "INVENTED-2"})
    office.press("Note this date")
    office.sees(f"Case {reference}")
    assert f"Met on {short(today)}" in " ".join(office.text.split())
    office.page.get_by_text("Dates that were noted: 2").click()
    assert ["Notification date", short(started), "INVENTED-1"] in office.rows
    office.sees(f"Case {reference}")

    office.follow("Take back a date that was noted by mistake")
    office.sees(f"Take back a date, {reference}")
    office.press("Take this date back")
    office.sees(f"Error: Take back a date, {reference}", 422)
    office.fill({"trigger": "panel_sent", "why": "It was sent for another case."})
    office.press("Take this date back")
    office.sees(f"Case {reference}")
    assert "lies after the last day" in office.text
    office.follow("See what happened")
    office.sees(f"What happened, {reference}")
    assert "Taken back: date the report was sent to the Panel. It was sent for another case." in office.text


def refer(office):
    """The path and the reference of a new case."""
    sent = office.page.request.post(
        f"{office.base}/api/v1/referrals", data=invented.REFERRAL, headers={"Idempotency-Key": str(uuid4())}
    )
    assert sent.status == 201, sent.text()
    cases = f"{office.base}/api/v1/cases"
    reference = sent.json()["reference"]

    def opened():
        found = office.page.request.get(cases, headers=office.acting("coordinator")).json()["cases"]
        return next((f"/cases/{each['id']}" for each in found if each["reference"] == reference), None)

    return eventually(opened), reference


def post(office, path, body):
    headers = {**office.acting("coordinator"), "Idempotency-Key": str(uuid4())}
    sent = office.page.request.post(office.base + path, data=body, headers=headers)
    assert sent.status == 201, sent.text()
