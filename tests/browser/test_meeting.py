"""Others are invited, somebody stood in for a member, and two cases are heard at one meeting: narrow and wide."""

from datetime import UTC, datetime

import pytest

from invented import REFERRAL, SUBJECT
from pprg_shared.calendar import add_working_days, london_date, long

pytestmark = pytest.mark.browser

POLICE = "Jamie Trial, Wiltshire Police"
MOTHER = SUBJECT | {"kind": "adult", "name": "Invented Mother", "born": "1994", "died_on": "May 2026"}
DIED = [
    {"criterion": name, "reply": "yes"} for name in ("died", "violence_or_abuse", "relative_or_household", "in_area")
]


@pytest.fixture
def refer(api):
    """Refer a case; its reference and path."""
    return lambda: api.refer(REFERRAL | {"subjects": [MOTHER, SUBJECT], "criteria": DIED, "incident_on": "May 2026"})


@pytest.fixture
def case(refer):
    """A case that was just referred: its reference and path."""
    return refer()


def test_a_stand_in_is_written_down_and_others_are_invited(visit, case):
    reference, path = case
    office = visit()
    office.sign_in("coordinator")
    office.open(f"{path}/meetings/new")
    office.page.get_by_text("Change who is invited").click()
    office.page.get_by_role("group", name="Who else is to come?").get_by_label("Alex Invented").check()
    office.page.get_by_role("group", name="Who is not to be invited?").get_by_label("Rowan Trial").check()
    office.sees(f"Call the meeting, {reference}")
    office.press("Send invitations")
    office.sees(f"Case {reference}")
    assert "For the adult:" in office.text

    office.open(f"{path}/meetings/held")
    office.page.get_by_role("group", name="Who was there?").get_by_label("Casey Trial").check()
    office.page.get_by_text("Write down who else was there").click()
    office.page.get_by_label("Who?").first.select_option(label="Alex Invented, Wiltshire Police")
    office.page.get_by_label("For which member did they stand in?").first.select_option("")
    office.press("Save")
    office.sees(f"Error: Write down that the group has met, {reference}", 422)
    office.page.get_by_label("For which member did they stand in?").first.select_option(label=POLICE)
    office.fill({"held_on": long(london_date(datetime.now(UTC)))})
    office.press("Save")
    office.sees(f"Case {reference}")
    assert "Casey Trial, Alex Invented (stood in for Jamie Trial)" in office.text


def test_a_case_joins_the_meeting_of_another_and_the_whole_of_it_is_moved_and_cancelled(visit, refer):
    (first, path), (second, other) = refer(), refer()
    office = visit()
    office.sign_in("coordinator")
    place = f"Hall of {first}"
    day = long(add_working_days(london_date(datetime.now(UTC)), 3))
    office.open(f"{path}/meetings/new")
    office.fill({"day": day, "starts": "14:00", "ends": "16:00", "place": place})
    if office.page.get_by_label("An extraordinary meeting, on another day").count():
        office.page.get_by_label("An extraordinary meeting, on another day").check()
    office.press("Send invitations")
    office.sees(f"Case {first}")

    office.open(f"{other}/meetings/new")
    office.page.get_by_label(f"{day}, 14:00 to 16:00, {place}: also {first}").check()
    office.sees(f"Call the meeting, {second}")
    office.press("Send invitations")
    office.sees(f"Case {second}")
    assert f"The group hears {first} at the same meeting." in office.text

    office.follow("Read the agenda")
    office.sees(f"Agenda, {day}, 14:00")
    assert office.text.index(f"Case {first}") < office.text.index(f"Case {second}")
    office.follow("Print the agenda")
    office.sees(f"Agenda, {day}, 14:00, on paper")

    office.open(f"{other}/meetings/move")
    office.page.get_by_label("Starts at").fill("13:00")
    office.page.get_by_label(f"The whole meeting, with {first}").check()
    office.sees(f"Move the meeting, {second}")
    office.press("Move the meeting")
    office.sees(f"Case {second}")
    assert "13:00 to 16:00" in office.text

    office.open(f"{path}/meetings/cancel")
    office.page.get_by_label(f"The whole meeting, with {second}").check()
    office.sees(f"Cancel the meeting, {first}")
    office.press("Cancel the meeting")
    office.sees(f"Case {first}")
    assert "Cancelled: " in office.text
