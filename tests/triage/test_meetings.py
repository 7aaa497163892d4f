"""Meetings by their front doors: standing and extraordinary, moved, cancelled, held; and who is told what."""

import re
from uuid import UUID, uuid4

import pytest

import invented
from beginnings import beginning
from pprg_triage.models import Case

MEETING = {"day": "2026-12-10", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
LATER = MEETING | {"day": "2026-12-11", "place": "Other Room"}


@pytest.fixture
@beginning
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
    return sorted(
        (each["template"], each["to"])
        for each in letters["letters"]
        if re.search("meeting|invitation", each["template"])
    )


def test_the_standing_meetings_inside_the_clock_are_offered_and_the_first_is_chosen(case, ask, office):
    ask("dates", {"trigger": "notified", "day": "2026-11-24"})
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


def test_one_that_has_begun_is_not_offered(world, case, ask, office, clock):
    ask("dates", {"trigger": "notified", "day": "2026-11-24"})
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


def person(code):
    """The id of somebody of the profile, by code."""
    return str(next(each.id for each in invented.PROFILE.people if each.code == code))


POLICE, COUNCIL, HEALTH = (person(f"partner-{each}") for each in ("police", "council", "health"))
CHAIR, COLLEAGUE, NURSE = person("chair"), person("lead-police"), person("lead-acute-trust")
WITHOUT_POLICE = invented.HELD | {"attended": [COUNCIL, HEALTH]}
STOOD_IN = {"others": [{"person": COLLEAGUE, "stood_in_for": POLICE}]}


def test_who_stands_in_for_a_member_counts_for_the_quorum_and_is_named_as_such(world, case, ask, office):
    recorded = ask("meetings/record", WITHOUT_POLICE | STOOD_IN)
    (meeting,) = meetings(world, case)
    decided = ask("decisions", invented.decision("rapid_review"))

    assert (recorded.status_code, decided.status_code) == (201, 201)
    assert meeting["record"]["attended"] == [COUNCIL, HEALTH, COLLEAGUE]
    assert meeting["record"]["stand_ins"] == {COLLEAGUE: POLICE}
    assert "There Casey Trial, Rowan Trial, Alex Invented (stood in for Jamie Trial)" in words(office.get(case))


def test_who_was_invited_as_a_guest_may_have_stood_in(world, case, ask, office):
    ask("meetings", MEETING | {"added": [COLLEAGUE]})
    form = office.get(f"{case}/meetings/held").text
    ask("meetings/record", {**WITHOUT_POLICE, **STOOD_IN, "attended": [COUNCIL, HEALTH, COLLEAGUE]})
    held = next(each for each in meetings(world, case) if each["state"] == "held")

    assert form.count("Alex Invented") == 3, "ticked as invited, as with an interest, and named as a stand-in"
    assert held["record"]["attended"] == [COUNCIL, HEALTH, COLLEAGUE]
    assert ask("decisions", invented.decision("rapid_review")).status_code == 201


def test_a_guest_of_an_agency_is_there_and_does_not_count(world, case, ask, office):
    recorded = ask("meetings/record", WITHOUT_POLICE | {"others": [{"person": COLLEAGUE}]})
    refused = ask("decisions", invented.decision("rapid_review"))

    assert (recorded.status_code, refused.status_code) == (201, 409)
    assert "nobody who may decide was there for police" in refused.json["detail"]
    assert "There Casey Trial, Rowan Trial, Alex Invented Declared" in words(office.get(case))


def test_who_stood_in_and_declared_an_interest_does_not_count(world, case, ask, office):
    other = {"person": COLLEAGUE, "stood_in_for": POLICE, "interest": True}
    ask("meetings/record", WITHOUT_POLICE | {"others": [other], "interests": "Knows the family."})
    refused = ask("decisions", invented.decision("rapid_review"))

    assert "nobody who may decide was there for police" in refused.json["detail"]
    assert "Declared an interest Alex Invented" in words(office.get(case))


@pytest.mark.parametrize(
    ("attended", "others", "words_of_it"),
    [
        ([POLICE, COUNCIL], [{"person": COLLEAGUE, "stood_in_for": POLICE}], "Nobody stands in for a member who was"),
        ([COUNCIL], [{"person": COLLEAGUE, "stood_in_for": HEALTH}], "the same kind of agency"),
        ([COUNCIL], [{"person": COLLEAGUE, "stood_in_for": NURSE}], "from the list"),
        ([COUNCIL], [{"person": COLLEAGUE}, {"person": COLLEAGUE}], "Say of each person once"),
        ([COUNCIL], [{"person": COUNCIL}], "Choose people in the list"),
        ([COUNCIL], [{"person": NURSE}], "Choose people in the list"),
        ([COUNCIL], [{"person": each, "stood_in_for": HEALTH} for each in (COLLEAGUE, person("lead-icb"))], "Only one"),
    ],
)
def test_a_stand_in_that_cannot_be_is_refused(world, case, ask, attended, others, words_of_it):
    refused = ask("meetings/record", invented.HELD | {"attended": attended, "others": others})

    assert refused.status_code in {409, 422}
    assert words_of_it in refused.text
    assert refused.json["errors"][0]["pointer"] == "/others"
    assert meetings(world, case) == []


def test_others_are_invited_and_some_are_left_out(world, case, ask, office):
    ask("requests", {"agencies": ["acute-trust"], "questions": "Invented question"})
    form = office.get(f"{case}/meetings/new").text
    called = ask("meetings", MEETING | {"added": [NURSE, person("deputy")], "left_out": [HEALTH]})
    (meeting,) = meetings(world, case)
    ask("meetings/move", LATER)

    assert "Eden Invented, " in form
    assert called.status_code == 201
    assert {NURSE, person("deputy"), CHAIR, POLICE, COUNCIL} <= set(meeting["invited"])
    assert HEALTH not in meeting["invited"]
    wanted = [(kind, each) for kind in ("meeting_invitation", "meeting_moved") for each in meeting["invited"]]
    assert told(world, case) == sorted(wanted)
    assert world.visitor("triage", "partner-health").get(case).status_code == 404


def test_a_page_calls_with_others_and_without_some(world, case, office):
    called = send(office, f"{case}/meetings/new", **MEETING, added=[COLLEAGUE], left_out=[CHAIR, POLICE])
    (meeting,) = meetings(world, case)

    assert called.status_code == 303
    assert COLLEAGUE in meeting["invited"]
    assert not {CHAIR, POLICE} & set(meeting["invited"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"added": [NURSE]}, "/added"),  # of an agency that nobody asked
        ({"added": [str(uuid4())]}, "/added"),
        ({"added": [POLICE]}, "/added"),  # invited anyway
        ({"left_out": [COLLEAGUE]}, "/left_out"),
        ({"added": "everybody"}, "/added"),
    ],
)
def test_an_invitation_to_somebody_whom_nobody_offers_is_refused(world, case, ask, changes, pointer):
    refused = ask("meetings", MEETING | changes)

    assert refused.status_code in {409, 422}
    assert refused.json["errors"][0]["pointer"].startswith(pointer)
    assert (meetings(world, case), told(world, case)) == ([], [])


def test_nobody_is_left_to_invite(world, case, ask):
    everybody = [
        *(str(each.id) for each in invented.PROFILE.people_with_role("chair", "member")),
        referrer(world, case),
    ]

    refused = ask("meetings", MEETING | {"left_out": everybody})

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/left_out")


def referrer(world, case):
    """The id of whoever referred the case: the one who is invited and stands in no profile."""
    with world.services["triage"].database.reading() as session:
        return str(session.get(Case, UUID(case.rpartition("/")[2])).referrer_id)


def declare(ask, who, why="Managed the case in 2025."):
    return ask("interests", {"person": who, "why": why})


def test_who_declared_an_interest_is_neither_invited_nor_added(world, case, ask, office):
    declare(ask, POLICE)
    declare(ask, person("deputy"))
    refused = ask("meetings", MEETING | {"added": [person("deputy")]})
    again = ask("meetings", MEETING | {"added": [POLICE]})
    form = office.get(f"{case}/meetings/new").text
    ask("meetings", MEETING)
    (meeting,) = meetings(world, case)

    assert [each.json["errors"][0]["pointer"] for each in (refused, again)] == ["/added", "/added"]
    assert "Jamie Trial" not in form
    assert "Ashley Sample" not in form
    assert POLICE not in meeting["invited"]
    assert {COUNCIL, HEALTH, CHAIR} <= set(meeting["invited"])
    assert POLICE not in [to for _, to in told(world, case)]
    assert (ask("meetings/record", WITHOUT_POLICE | {"others": [{"person": person("deputy")}]}).status_code) == 409


def test_who_declares_an_interest_later_alone_is_told_that_they_are_not_invited(world, case, ask):
    ask("meetings", MEETING)
    declared = declare(ask, POLICE)
    (meeting,) = meetings(world, case)
    after = told(world, case)
    ask("meetings/move", LATER)
    (moved,) = meetings(world, case)

    assert declared.status_code == 201
    assert (meeting["sequence"], meeting["state"], POLICE in meeting["invited"]) == (1, "called", False)
    assert [each for each in after if each[0] != "meeting_invitation"] == [("invitation_withdrawn", POLICE)]
    assert moved["sequence"] == 2
    assert sorted(to for kind, to in told(world, case) if kind == "meeting_moved") == sorted(moved["invited"])


def test_a_meeting_that_has_begun_keeps_whom_it_had_invited(world, case, ask, clock):
    ask("meetings", MEETING)
    clock.forward(days=16, hours=1)
    declare(ask, POLICE)
    (meeting,) = meetings(world, case)

    assert (meeting["sequence"], POLICE in meeting["invited"]) == (0, True)


def test_a_member_with_an_interest_sends_somebody_else(case, ask):
    declare(ask, POLICE)

    assert ask("meetings/record", WITHOUT_POLICE | STOOD_IN).status_code == 201
    assert ask("decisions", invented.decision("rapid_review")).status_code == 201
