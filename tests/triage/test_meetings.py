"""Meetings by their front doors: standing and extraordinary, moved, cancelled, held; and who is told what."""

import re
from uuid import uuid4

import pytest

import invented

MEETING = {"day": "2026-12-10", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
LATER = MEETING | {"day": "2026-12-11", "place": "Other Room"}


@pytest.fixture
def case(world):
    """The path of a case that was just referred."""
    world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, headers={"Idempotency-Key": "one"})
    world.settle()
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return f"/cases/{only['id']}"


@pytest.fixture
def ask(world, case):
    """Ask the API about the case and let everybody hear of it."""

    def post(what, body, who="coordinator", key=None):
        headers = {**world.acting(who), "Idempotency-Key": key or str(uuid4())}
        answer = world.client("triage").post(f"/api/v1{case}/{what}", json=body, headers=headers)
        world.settle()
        return answer

    return post


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def send(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**hidden, "_end": "1", **answers})


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def meetings(world, case):
    return world.client("triage").get(f"/api/v1{case}", headers=world.acting("coordinator")).json["meetings"]


def told(world, case):
    """The letters about meetings by kind and person, each once."""
    headers = world.acting("coordinator")
    letters = world.client("notifier").get(f"/api/v1/letters?subject={case.split('/')[-1]}", headers=headers).json
    return sorted((each["template"], each["to"]) for each in letters["letters"] if "meeting" in each["template"])


def test_the_standing_meetings_inside_the_clock_are_offered_and_the_first_is_chosen(case, office):
    page = office.get(f"{case}/meetings/new")

    assert "Tuesday 8 December 2026, 10:00 to 12:00, Room 1, Example House" in words(page)
    assert "January 2027" not in words(page)
    assert "An extraordinary meeting, on another day" in words(page)
    assert re.search(r'value="2026-12-08"\s+checked', page.text)


def test_the_target_counts_from_the_notification_once_that_is_known(case, ask, office):
    before = words(office.get(f"{case}/meetings/new"))
    ask("dates", {"trigger": "notified", "day": "2026-11-18"})
    after = words(office.get(f"{case}/meetings/new"))

    assert "The target is Thursday 10 December 2026." in before
    assert "The target is Friday 4 December 2026." in after
    assert "Target: Fri 4 Dec 2026." in words(office.get(case))


def test_a_standing_meeting_needs_no_more_than_its_choice(world, case, office):
    called = send(office, f"{case}/meetings/new", standing="2026-12-08")

    (meeting,) = meetings(world, case)
    assert (called.status_code, called.location) == (303, case)
    assert (meeting["starts_at"], meeting["ends_at"]) == ("2026-12-08T10:00:00+00:00", "2026-12-08T12:00:00+00:00")
    assert meeting["place"] == "Room 1, Example House, Exampleton, or by video"


def test_one_that_has_begun_is_not_offered(world, case, office, clock):
    clock.forward(days=14, hours=1)

    page = office.get(f"{case}/meetings/new")

    assert "8 December 2026, 10:00" not in words(page)
    assert "An extraordinary meeting" not in words(page)
    assert 'name="day"' in page.text


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["/day", "/starts", "/ends", "/place"]),
        ({"standing": "other"}, ["/day", "/starts", "/ends", "/place"]),
        ({"standing": "2026-12-09"}, ["/standing"]),
        ({"standing": 5}, ["/standing"]),
        ({"day": "2026-12-10", "starts": "10:00", "ends": "12:00"}, ["/place"]),
    ],
)
def test_a_meeting_without_day_time_or_place_is_refused_and_nothing_is_stored(world, case, ask, sent, pointers):
    refused = ask("meetings", sent)

    assert refused.status_code == 422
    assert sorted(each["pointer"] for each in refused.json["errors"]) == sorted(pointers)
    assert (meetings(world, case), told(world, case)) == ([], [])


def test_a_moved_meeting_is_told_to_exactly_those_who_were_invited(world, case, ask):
    ask("meetings", MEETING)
    moved = ask("meetings/move", LATER)
    (meeting,) = meetings(world, case)

    assert moved.status_code == 201
    assert (meeting["starts_at"], meeting["place"]) == ("2026-12-11T10:00:00+00:00", "Other Room")
    assert (meeting["sequence"], meeting["state"]) == (1, "called")
    wanted = [(kind, each) for kind in ("meeting_invitation", "meeting_moved") for each in meeting["invited"]]
    assert told(world, case) == sorted(wanted)


def test_the_same_move_sent_again_is_one(world, case, ask):
    ask("meetings", MEETING)
    first, again = (ask("meetings/move", LATER, key="move") for _ in range(2))
    refused = ask("meetings/move", LATER)

    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/day")
    assert [each["sequence"] for each in meetings(world, case)] == [1]


def test_a_cancelled_meeting_makes_room_for_another(world, case, ask):
    ask("meetings", MEETING)
    cancelled, another = ask("meetings/cancellation", {}), ask("meetings", LATER)
    first, second = meetings(world, case)

    assert (cancelled.status_code, another.status_code) == (201, 201)
    assert [(each["state"], each["sequence"]) for each in (first, second)] == [("cancelled", 1), ("called", 0)]
    kinds = [kind for kind, _ in told(world, case)]
    people = len(first["invited"])
    assert [kinds.count(each) for each in ("meeting_invitation", "meeting_cancelled")] == [2 * people, people]


@pytest.mark.parametrize("what", ["move", "cancellation"])
def test_only_a_meeting_that_is_called_can_change(world, case, ask, what):
    assert ask(f"meetings/{what}", LATER if what == "move" else {}).status_code == 404
    ask("meetings", MEETING)
    assert ask("meetings/record", invented.HELD | {"held_on": "2026-11-24"}).status_code == 201
    assert ask("meetings/cancellation", {}).status_code == 201
    assert ask(f"meetings/{what}", LATER if what == "move" else {}).status_code == 404


@pytest.mark.parametrize("path", ["new", "move", "cancel", "held"])
def test_only_the_office_calls_and_changes_meetings(world, case, ask, path):
    ask("meetings", MEETING)

    assert world.visitor("triage", "partner-police").get(f"{case}/meetings/{path}").status_code == 403


def test_a_meeting_is_moved_and_cancelled_on_pages(case, office):
    send(office, f"{case}/meetings/new", **MEETING)
    form = office.get(f"{case}/meetings/move")
    moved = send(office, f"{case}/meetings/move", **LATER)
    after = words(office.get(case))
    shown = words(office.get(f"{case}/meetings/cancel"))
    cancelled = send(office, f"{case}/meetings/cancel")

    assert 'value="Thursday 10 December 2026"' in form.text
    assert (moved.status_code, cancelled.status_code) == (303, 303)
    assert "Friday 11 December 2026, 10:00 to 12:00, Other Room. It was moved. Invited: Morgan Trial" in after
    assert "Friday 11 December 2026, 10:00 to 12:00, Other Room" in shown
    assert "Cancelled: Friday 11 December 2026, 10:00 to 12:00, Other Room." in words(office.get(case))


@pytest.mark.parametrize(
    ("changes", "pointer", "status"),
    [
        ({"held_on": "2026-11-25"}, "/held_on", 409),
        ({"held_on": "2026-11-23"}, "/held_on", 409),
        ({"held_on": None}, "/held_on", 409),
        ({"attended": []}, "/attended", 422),
        ({"attended": [str(uuid4())]}, "/attended", 409),
        ({"conflicts": [str(uuid4())], "interests": "Managed the case."}, "/conflicts", 409),
        ({"conflicts": invented.HELD["attended"][:1]}, "/interests", 422),
        ({"interests": "Managed the case."}, "/conflicts", 422),
    ],
)
def test_a_record_of_a_meeting_that_cannot_be_is_refused(world, case, ask, changes, pointer, status):
    refused = ask("meetings/record", invented.HELD | changes)

    assert (refused.status_code, [each["pointer"] for each in refused.json["errors"]]) == (status, [pointer])
    assert meetings(world, case) == []


def test_a_meeting_is_held_on_the_day_it_was_called_for(world, case, ask, office, clock):
    ask("meetings", MEETING)
    without_a_day = {"attended": invented.HELD["attended"]}
    too_early = ask("meetings/record", without_a_day)
    clock.forward(days=16, hours=4)

    held = ask("meetings/record", without_a_day)
    (meeting,) = meetings(world, case)

    assert (too_early.status_code, held.status_code) == (409, 201)
    assert (meeting["state"], meeting["record"]["held_on"]) == ("held", "2026-12-10")
    assert "The group met on Thursday 10 December 2026. There Jamie Trial, Casey Trial, Rowan Trial" in words(
        office.get(case)
    )


def test_who_declared_an_interest_is_listed_and_does_not_count_for_the_quorum(world, case, ask, office):
    one = invented.HELD["attended"][0]
    ask("meetings/record", invented.HELD | {"conflicts": [one], "interests": "Managed the case in 2025."})
    page = words(office.get(case))
    refused = ask("decisions", invented.decision("rapid_review"))

    assert "Declared an interest Jamie Trial What was declared Managed the case in 2025." in page
    assert refused.status_code == 409
    assert "not quorate: nobody who may decide was there for police" in refused.json["detail"]
