"""A coordinator notes dates, sees which clocks were met and what lies outside, takes one back, and closes a case."""

from datetime import date, timedelta

import pytest

from pprg_shared.calendar import add_working_days, short

pytestmark = pytest.mark.browser


def test_clocks_end_and_dates_are_taken_back(visit, api, case):
    reference, path = case
    office = visit()
    office.sign_in("coordinator")
    today = date.today()  # noqa: DTZ011 -- the services and the test share a machine in London
    outside = add_working_days(today, 14)
    meeting = {"day": str(outside), "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
    api.post(f"{path}/meetings", meeting)
    started = today - timedelta(days=7)

    office.open(path)
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

    office.open(f"{path}/dates/new")
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


def test_a_case_is_closed_without_a_review_and_opened_again(visit, case):
    reference, path = case
    office = visit()
    office.sign_in("coordinator")

    office.open(path)
    office.follow("Close it without a review")
    office.sees(f"Close without a review, {reference}")
    office.press("Close the case")
    office.sees(f"Error: Close without a review, {reference}", 422)
    office.choose("It is not for this group")
    office.fill({"why": "Passed on to the safeguarding team."})
    office.press("Close the case")
    office.sees(f"Case {reference}")
    assert "Closed without a review on" in office.text
    assert "It is not for this group. Passed on to the safeguarding team." in office.text

    office.follow("Open the case again")
    office.sees(f"Open the case again, {reference}")
    office.fill({"why": "It is for this group after all."})
    office.press("Open the case again")
    office.sees(f"Case {reference}")
    assert "Closed without a review" not in office.text
