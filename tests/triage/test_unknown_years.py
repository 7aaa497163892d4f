"""After the last year whose bank holidays are known cases still open, and pages say that clocks cannot be counted."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invented
from pprg_shared import calendar
from pprg_shared.health import ONLY_SAID, health
from pprg_triage import rules

LAST = calendar.horizon()
SAID = f"cannot be counted: bank holidays are known until {LAST}"
#: When the clock of a rapid review reaches into a year that nobody knows, when all of it lies there, and years later.
DAYS = [date(LAST, 12, 18), date(LAST, 12, 31), date(LAST + 1, 3, 6), date(LAST + 4, 1, 2)]
ADULT = {"subjects": [invented.SUBJECT | {"kind": "adult", "born": "1950"}], "routes": ["dhr"]}


def go_to(world, day):
    world.clock.forward(days=(day - world.clock().date()).days)


def send(world, service, path, body):
    headers = {**world.acting("coordinator" if service == "triage" else ""), "Idempotency-Key": str(uuid4())}
    answer = world.client(service).post(f"/api/v1{path}", json=body, headers=headers)
    world.settle()
    return answer


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("changes", [{}, ADULT, {"notified_on": "today", "la_aware_on": "today"}])
def test_cases_open_and_every_page_answers(world, day, changes):
    go_to(world, day)
    told = {name: str(day) if value == "today" else value for name, value in changes.items()}
    assert send(world, "intake", "/referrals", invented.REFERRAL | told).status_code == 201
    office = world.visitor("triage", "coordinator")
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    here = f"/cases/{case['id']}"

    noted = send(world, "triage", f"{here}/dates", {"trigger": "notified", "day": str(day)})
    told = send(world, "triage", f"{here}/dates", {"trigger": "csp_told", "day": str(day)})
    met = send(world, "triage", f"{here}/meetings/record", invented.HELD | {"held_on": str(day)})
    asked = send(world, "triage", f"{here}/requests", {"agencies": ["police"], "questions": "What?"})
    called = {"day": str(day + timedelta(days=8)), "starts": "10:00", "ends": "12:00", "place": "Room"}
    meets = send(world, "triage", f"{here}/meetings", called)

    assert [each.status_code for each in (noted, told, met)] == [201] * 3
    assert {asked.status_code, meets.status_code} <= {201, 409}
    pages = ("", "/print", "/history", "/dates/new", "/dates/taken-back", "/requests/new", "/meetings/new")
    assert [office.get(here + page).status_code for page in pages] == [200] * len(pages)
    for page in ("/cases", here, f"{here}/print") if changes is not ADULT else (here,):
        assert ("cannot be counted" if changes is ADULT else SAID) in office.get(page).text
    shown = world.client("triage").get(f"/api/v1{here}", headers=world.acting("coordinator")).json
    assert any("cannot be counted" in each["words"] for each in shown["clocks"])


def test_before_the_first_year_that_is_known_no_day_is_noted():
    assert rules.day_problem(date(1999, 1, 1), date(LAST, 1, 1)) == "Check the year: no clock can count from it"
    assert rules.day_problem(date(LAST + 1, 1, 3), date(LAST + 1, 1, 4)) is None


@given(st.dates(date(LAST - 3, 1, 1), date(LAST + 5, 12, 31)), st.dates(date(LAST - 3, 1, 1), date(LAST + 5, 12, 31)))
def test_a_clock_has_a_last_day_in_every_year_and_a_line(received, today):
    clock = rules.clock(received, invented.PROFILE.working_days())

    assert clock.due > received
    assert clock.submit is None or clock.submit.due == clock.due
    assert (clock.submit is None) == (clock.words() == SAID)
    assert rules.day_words(received, clock.due, today)


@given(st.dates(date(2015, 1, 1), date(LAST - 1, 12, 31)), st.integers(1, 40))
def test_where_nobody_knows_bank_holidays_a_day_comes_no_later(day, days):
    found = calendar.add_weekdays(day, days)

    assert found.weekday() < calendar.SATURDAY
    assert found <= calendar.add_working_days(day, days)


@pytest.mark.parametrize(
    ("day", "holds", "words"),
    [
        (date(LAST - 1, 12, 31), True, f"bank holidays are known until {LAST}"),
        (date(LAST, 1, 1), False, f"bank holidays are known until {LAST}: install a newer govuk-bank-holidays package"),
        (date(LAST + 1, 6, 1), False, f"bank holidays are known until {LAST}: install a newer"),
    ],
)
def test_readiness_says_for_a_year_that_bank_holidays_must_be_renewed_and_serves_on(world, day, holds, words):
    go_to(world, day)
    found = {name: (ok, said) for name, ok, said in health(world.services["triage"])}

    assert found["holidays"][0] is holds
    assert found["holidays"][1].startswith(words)
    assert "holidays" in ONLY_SAID
    assert isinstance(world.clock(), datetime)
