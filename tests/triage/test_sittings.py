"""Several cases at one meeting: who joins it, who leaves it, and what each who is invited holds in their calendar."""

import re
from email import message_from_bytes
from random import Random
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar

import invented
from beginnings import beginning

MEETING = {"day": "2026-12-10", "starts": "14:00", "ends": "16:00", "place": "County Hall"}
LATER = MEETING | {"day": "2026-12-11", "place": "Other Room"}
WHOLE = {"which": "whole"}


def person(code):
    """The id of somebody of the profile, by code."""
    return str(next(each.id for each in invented.PROFILE.people if each.code == code))


POLICE, COUNCIL, HEALTH = (person(f"partner-{each}") for each in ("police", "council", "health"))


class Cases:
    """Cases that were just referred, and what is done about each."""

    def __init__(self, world, ids, references):
        self.world, self.ids, self.references = world, ids, references

    def refer(self, key):
        headers = {"Idempotency-Key": key}
        self.world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, headers=headers)
        self.world.settle()
        listed = self.world.client("triage").get("/api/v1/cases", headers=self.world.acting("coordinator")).json
        (new,) = [each for each in listed["cases"] if each["id"] not in self.ids.values()]
        self.ids[key], self.references[key] = new["id"], new["reference"]
        return key

    def path(self, case):
        return f"/cases/{self.ids[case]}"

    def ask(self, case, what, body, who="coordinator"):
        headers = {**self.world.acting(who), "Idempotency-Key": str(uuid4())}
        answer = self.world.client("triage").post(f"/api/v1{self.path(case)}/{what}", json=body, headers=headers)
        self.world.settle()
        return answer

    def shown(self, case, who="coordinator"):
        return self.world.client("triage").get(f"/api/v1{self.path(case)}", headers=self.world.acting(who)).json

    def meeting(self, case, who="coordinator"):
        """Its newest meeting."""
        return self.shown(case, who)["meetings"][-1]

    def reference(self, case):
        return self.references[case]

    def letters(self, case):
        headers = self.world.acting("coordinator")
        found = self.world.client("notifier").get(f"/api/v1/letters?subject={self.ids[case]}", headers=headers).json
        return [each for each in found["letters"] if re.search("meeting|invitation", each["template"])]

    def told(self, case, who):
        """The kinds of letter about meetings that somebody got about a case."""
        return sorted(each["template"] for each in self.letters(case) if each["to"] == who)

    def calendars(self):
        """By person and UID: the sequence, the references (none once it is cancelled), start and place."""
        found, mailbox = {}, self.world.services["notifier"].parts["mailbox"]
        sent = {each["id"]: each for case in self.ids for each in self.letters(case) if each["state"] == "accepted"}
        for each in sent.values():
            for part in message_from_bytes(mailbox.read(UUID(each["id"]))).walk():
                if part.get_content_type() == "text/calendar":
                    whole = Calendar.from_ical(part.get_payload(decode=True))
                    (event,) = whole.walk("VEVENT")
                    key, sequence = (each["to"], event["UID"].partition("@")[0]), int(event["SEQUENCE"])
                    about = event["SUMMARY"].rpartition("group, ")[2] if whole["METHOD"] == "REQUEST" else ""
                    assert key not in found or found[key][0] != sequence, "two letters with one sequence"
                    if key not in found or found[key][0] < sequence:
                        found[key] = (sequence, about, event["DTSTART"].dt, str(event["LOCATION"]))
        return found

    def held_by(self, who):
        """What somebody has in their calendar: references, by UID."""
        return {uid: entry[1] for (to, uid), entry in self.calendars().items() if to == who and entry[1]}


@pytest.fixture
@beginning
def referred(world):
    """Three of them: their ids and their references."""
    found = Cases(world, {}, {})
    for each in "ABC":
        found.refer(each)
    return found.ids, found.references


@pytest.fixture
def cases(world, referred):
    return Cases(world, *referred)


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def send(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**hidden, "_end": "1", **answers})


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def test_a_case_that_is_called_for_the_time_and_place_of_another_joins_its_meeting(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING | {"place": "  county  hall"})
    cases.ask("C", "meetings", MEETING | {"place": "Other Room"})
    a, b, c = (cases.meeting(each) for each in "ABC")

    assert a["sitting_id"] == b["sitting_id"] == a["id"]
    assert c["sitting_id"] == c["id"]
    assert (a["also"], b["also"], c["also"]) == ([cases.reference("B")], [cases.reference("A")], [])
    both = ", ".join(sorted([cases.reference("A"), cases.reference("B")]))
    assert cases.held_by(POLICE) == {
        UUID(a["id"]).hex: both,
        UUID(c["id"]).hex: cases.reference("C"),
    }


def test_the_page_offers_the_meetings_that_other_cases_have_and_says_which_cases(cases, office):
    cases.ask("A", "meetings", MEETING | {"day": "2026-12-07"})
    cases.ask("B", "meetings", {"standing": "2026-12-08"})
    page = office.get(f"{cases.path('C')}/meetings/new")

    a, b = cases.reference("A"), cases.reference("B")
    assert f"Monday 7 December 2026, 14:00 to 16:00, County Hall: also {a}" in words(page)
    assert (
        f"Tuesday 8 December 2026, 10:00 to 12:00, Room 1, Example House, Exampleton, or by video: also {b}"
        in words(page)
    )
    assert page.text.count("2026-12-08") == 1, "a standing meeting is offered once"
    assert re.search(r'value="2026-12-08"\s+checked', page.text), "nobody joins others by chance"


def test_a_coordinator_joins_a_meeting_by_one_choice_and_one_step(cases, office):
    cases.ask("A", "meetings", MEETING)
    sitting = cases.meeting("A")["sitting_id"]
    called = send(office, f"{cases.path('B')}/meetings/new", standing=sitting)
    b = cases.meeting("B")

    assert called.status_code == 303
    assert (b["sitting_id"], b["starts_at"], b["place"]) == (sitting, "2026-12-10T14:00:00+00:00", "County Hall")
    assert f"The group hears {cases.reference('A')} at the same meeting." in words(office.get(cases.path("B")))
    headers = cases.world.acting("coordinator")
    steps = cases.world.client("triage").get(f"/api/v1{cases.path('B')}/steps", headers=headers).json
    assert steps["by_phase"]["meeting"] == 1


def test_who_may_not_see_a_case_is_not_told_that_it_is_heard_and_joins_it_all_the_same(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("A", "interests", {"person": person("deputy"), "why": "Managed the case in 2025."})
    deputy = cases.world.visitor("triage", "deputy")
    page = deputy.get(f"{cases.path('B')}/meetings/new")
    cases.ask("B", "meetings", MEETING, who="deputy")

    assert cases.reference("A") not in page.text
    assert cases.meeting("B", "deputy")["also"] == []
    assert cases.meeting("B")["also"] == [cases.reference("A")]


def test_a_meeting_outside_its_clock_is_not_offered_to_a_case(cases, office):
    cases.ask("A", "meetings", MEETING | {"day": "2027-01-20"})
    before = words(office.get(f"{cases.path('B')}/meetings/new"))
    cases.ask("B", "dates", {"trigger": "notified", "day": "2026-11-24"})

    assert "20 January 2027" in before
    assert "20 January 2027" not in words(office.get(f"{cases.path('B')}/meetings/new"))
    refused = cases.ask("B", "meetings", {"standing": cases.meeting("A")["sitting_id"]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/standing")


def test_one_letter_a_person_tells_of_the_case_that_joins(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING | {"left_out": [HEALTH]})

    assert cases.told("A", POLICE) == ["meeting_cases", "meeting_invitation"]
    assert cases.told("B", POLICE) == ["meeting_cases"]
    assert cases.told("A", HEALTH) == ["meeting_invitation"]
    assert cases.told("B", HEALTH) == []
    assert [*cases.held_by(HEALTH).values()] == [cases.reference("A")]


def test_a_case_that_moves_alone_leaves_the_meeting_to_the_others(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("A", "meetings/move", LATER)
    a, b = (cases.meeting(each) for each in "AB")

    assert a["sitting_id"] != b["sitting_id"]
    assert (a["also"], b["also"], b["sequence"]) == ([], [], 0)
    assert cases.held_by(POLICE) == {
        UUID(a["sitting_id"]).hex: cases.reference("A"),
        UUID(b["sitting_id"]).hex: cases.reference("B"),
    }


def test_a_case_that_is_alone_keeps_its_entry_when_it_moves_and_joins_another_where_one_is(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", LATER)
    before = cases.meeting("A")["sitting_id"]
    cases.ask("A", "meetings/move", MEETING | {"starts": "13:00"})
    moved = cases.meeting("A")["sitting_id"]
    cases.ask("A", "meetings/move", LATER)

    assert moved == before
    assert cases.meeting("A")["sitting_id"] == cases.meeting("B")["sitting_id"]
    both = ", ".join(sorted(cases.reference(each) for each in "AB"))
    assert cases.held_by(POLICE) == {UUID(cases.meeting("B")["sitting_id"]).hex: both}


def test_a_longer_time_for_one_case_is_the_same_meeting(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("B", "meetings/move", MEETING | {"ends": "17:00"})

    assert cases.meeting("A")["sitting_id"] == cases.meeting("B")["sitting_id"]
    assert len(cases.held_by(POLICE)) == 1


def test_the_whole_meeting_moves_in_one_step_and_keeps_its_entry(cases, office):
    for each in "ABC":
        cases.ask(each, "meetings", MEETING)
    form = words(office.get(f"{cases.path('A')}/meetings/move"))
    moved = send(office, f"{cases.path('A')}/meetings/move", standing="other", **LATER, which="whole")
    cases.world.settle()

    others = ", ".join(cases.reference(each) for each in "BC")
    assert f"What is to be moved? Only {cases.reference('A')} The whole meeting, with {others}" in form
    assert moved.status_code == 303
    sittings = {cases.meeting(each)["sitting_id"] for each in "ABC"}
    assert sittings == {cases.meeting("A")["id"]}
    assert {cases.meeting(each)["starts_at"] for each in "ABC"} == {"2026-12-11T14:00:00+00:00"}
    assert [kind for kind in cases.told("A", POLICE) if kind == "meeting_moved"] == ["meeting_moved"]
    headers = cases.world.acting("coordinator")
    paths = [f"/api/v1{cases.path(each)}/steps" for each in "ABC"]
    counted = [cases.world.client("triage").get(each, headers=headers).json["by_phase"]["meeting"] for each in paths]
    assert counted == [2, 1, 1]


def test_the_whole_meeting_is_cancelled_and_everybody_is_told_once(cases, office):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    shown = words(office.get(f"{cases.path('B')}/meetings/cancel"))
    cases.ask("B", "meetings/cancellation", WHOLE)

    assert f"The whole meeting, with {cases.reference('A')}" in shown
    assert {cases.meeting(each)["state"] for each in "AB"} == {"cancelled"}
    assert cases.held_by(POLICE) == {}
    assert cases.told("A", POLICE).count("meeting_cancelled") == 1


def test_what_is_done_to_the_others_stands_in_their_record_too(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("A", "meetings/cancellation", WHOLE)
    cases.world.clock.forward(minutes=2)
    cases.world.settle()
    headers = cases.world.acting("coordinator")
    entries = cases.world.client("triage").get(f"/api/v1{cases.path('B')}/access", headers=headers).json["entries"]

    assert "Did: cancel meeting" in {each["what"] for each in entries}


def test_of_the_whole_meeting_a_case_that_is_closed_to_whoever_moves_it_stays(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("C", "meetings", MEETING)
    cases.ask("C", "interests", {"person": person("deputy"), "why": "Managed the case in 2025."})
    form = cases.world.visitor("triage", "deputy").get(f"{cases.path('A')}/meetings/move").text
    cases.ask("A", "meetings/move", LATER | WHOLE, who="deputy")
    a, b, c = (cases.meeting(each) for each in "ABC")

    assert cases.reference("C") not in form
    assert a["sitting_id"] == b["sitting_id"] != c["sitting_id"]
    assert c["starts_at"] == "2026-12-10T14:00:00+00:00"
    both = ", ".join(sorted(cases.reference(each) for each in "AB"))
    assert cases.held_by(POLICE) == {
        UUID(a["sitting_id"]).hex: both,
        UUID(c["sitting_id"]).hex: cases.reference("C"),
    }


def test_a_whole_meeting_does_not_move_outside_the_clock_of_one_of_its_cases(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("B", "dates", {"trigger": "notified", "day": "2026-11-24"})
    refused = cases.ask("A", "meetings/move", LATER | WHOLE | {"day": "2026-12-17"})

    assert refused.status_code == 409
    assert f"{cases.reference('B')}: The meeting must be inside the clock" in refused.json["detail"]
    assert {cases.meeting(each)["starts_at"] for each in "AB"} == {"2026-12-10T14:00:00+00:00"}


def test_nothing_is_asked_about_other_cases_where_there_are_none(cases, office):
    cases.ask("A", "meetings", MEETING)
    for page in ("move", "cancel"):
        assert 'name="which"' not in office.get(f"{cases.path('A')}/meetings/{page}").text
    assert cases.ask("A", "meetings/move", LATER | WHOLE).status_code == 201


@pytest.mark.parametrize("wrong", [{"which": "some"}, {"which": 5}, {"which": None}])
def test_another_choice_than_these_is_refused(cases, wrong):
    cases.ask("A", "meetings", MEETING)
    for what, body in (("move", LATER), ("cancellation", {})):
        refused = cases.ask("A", f"meetings/{what}", body | wrong)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/which")
    assert (cases.meeting("A")["sequence"], cases.meeting("A")["state"]) == (0, "called")


def test_an_interest_in_one_case_leaves_the_invitation_to_the_others(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("A", "interests", {"person": POLICE, "why": "Managed the case in 2025."})
    one = cases.held_by(POLICE)
    cases.ask("B", "interests", {"person": POLICE, "why": "Managed the case in 2025."})

    assert [*one.values()] == [cases.reference("B")]
    assert cases.held_by(POLICE) == {}
    assert len(cases.held_by(COUNCIL)) == 1
    assert cases.told("B", POLICE)[0] == "invitation_withdrawn"


def test_a_case_whose_meeting_was_held_stays_in_it_when_another_is_cancelled(cases, world):
    cases.ask("A", "meetings", MEETING | {"day": "2026-11-24", "starts": "10:00", "ends": "12:00"})
    cases.ask("B", "meetings", MEETING | {"day": "2026-11-24", "starts": "10:00", "ends": "12:00"})
    cases.ask("A", "meetings/record", {"attended": invented.HELD["attended"]})
    cases.ask("B", "meetings/cancellation", WHOLE)

    assert [cases.meeting(each)["state"] for each in "AB"] == ["held", "cancelled"]
    assert [*cases.held_by(POLICE).values()] == [cases.reference("A")]


def test_the_agenda_has_the_cases_of_a_meeting_in_order_and_leads_to_each(cases, office):
    for each in "BA":
        cases.ask(each, "requests", {"agencies": ["police", "icb"], "questions": "What was your part?"})
        cases.ask(each, "meetings", MEETING)
    cases.ask("C", "meetings", LATER)
    cases.ask("A", "meetings/record", invented.HELD)
    cases.ask("A", "decisions", invented.decision("rapid_review"))
    here = f"{cases.path('A')}/meetings/{cases.meeting('A')['id']}/agenda"
    page, paper = office.get(here), words(office.get(f"{here}/print"))
    a, b, c = (cases.reference(each) for each in "ABC")
    shown = words(page)

    assert f'href="{here}"' in office.get(cases.path("A")).text
    assert "Thursday 10 December 2026, 14:00 to 16:00, County Hall. 2 cases." in shown
    assert f"1. Case {a}" in shown
    assert f"2. Case {b} About Invented Child Clock Day 0 of 15" in shown
    assert re.search(r"Agencies 0 of 2 have answered Awaited [^,]+, Wiltshire Police ", shown)
    assert "Decisions Rapid review: criteria met, proposed" in shown
    assert "Invited" in shown
    assert c not in shown
    assert f'href="{cases.path("B")}"' in page.text
    assert f"1. Case {a}" in paper
    assert f"{cases.shown('A')['marking']}, agenda, printed" in paper


def test_each_reader_sees_on_the_agenda_the_cases_that_they_may_see(cases):
    cases.ask("A", "meetings", MEETING | {"added": [person("board-chair")]})
    cases.ask("B", "meetings", MEETING | {"left_out": [POLICE]})
    here = f"{cases.path('A')}/meetings/{cases.meeting('A')['id']}/agenda"
    theirs = f"{cases.path('B')}/meetings/{cases.meeting('B')['id']}/agenda"
    cases.world.clock.forward(days=14)
    visitors = (cases.world.visitor("triage", each) for each in ("partner-police", "partner-health", "board-chair"))
    police, health, ratifier = visitors

    assert "1 case." in words(police.get(here))
    assert cases.reference("B") not in police.get(here).text
    assert cases.reference("B") not in police.get(cases.path("A")).text
    assert police.get(theirs).status_code == 404
    assert "2 cases." in words(health.get(here))
    assert "About Invented Child" in words(police.get(here))
    assert "1 case." in words(ratifier.get(here))
    assert "Invented Child" not in ratifier.get(here).text, "who only ratifies reads no names"


def test_a_case_that_an_interest_closes_is_not_on_the_agenda_of_whoever_declared_it(cases):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    cases.ask("B", "interests", {"person": person("deputy"), "why": "Managed the case in 2025."})
    headers = cases.world.acting("deputy")
    path = f"/api/v1{cases.path('A')}/meetings/{cases.meeting('A')['id']}/agenda"
    agenda = cases.world.client("triage").get(path, headers=headers).json
    whole = cases.world.client("triage").get(path, headers=cases.world.acting("coordinator")).json

    assert [each["reference"] for each in agenda["cases"]] == [cases.reference("A")]
    assert [each["reference"] for each in whole["cases"]] == [cases.reference(each) for each in "AB"]
    assert whole["cases"][0]["names"] == ["Invented Child"]


def test_the_agenda_is_recorded_for_each_case_that_it_shows(cases, office):
    cases.ask("A", "meetings", MEETING)
    cases.ask("B", "meetings", MEETING)
    office.get(f"{cases.path('A')}/meetings/{cases.meeting('A')['id']}/agenda")
    cases.world.clock.forward(minutes=2)
    cases.world.settle()
    headers = cases.world.acting("coordinator")

    for each in "AB":
        entries = cases.world.client("triage").get(f"/api/v1{cases.path(each)}/access", headers=headers).json["entries"]
        assert "Saw: the agenda of a meeting" in {one["what"] for one in entries}


def test_there_is_no_agenda_of_what_is_not_held(cases, office):
    cases.ask("A", "meetings", MEETING)
    meeting = cases.meeting("A")["id"]
    cases.ask("A", "meetings/cancellation", {})

    assert office.get(f"{cases.path('A')}/meetings/{meeting}/agenda").status_code == 404
    assert office.get(f"{cases.path('A')}/meetings/{uuid4()}/agenda").status_code == 404
    assert office.get(f"{cases.path('B')}/meetings/{meeting}/agenda/print").status_code == 404


def test_whatever_is_done_each_holds_in_the_end_what_the_cases_say(cases):
    """A walk of calls, moves and cancellations, alone and whole: after each the calendars agree."""
    chance = Random(38)
    times = [MEETING, LATER, MEETING | {"starts": "13:00"}]
    people = [POLICE, COUNCIL, HEALTH]
    for _ in range(24):
        cases.world.clock.forward(minutes=2)
        case = chance.choice("ABC")
        called = cases.shown(case)["meeting"] is not None
        which = chance.choice([{}, WHOLE])
        if not called:
            cases.ask(case, "meetings", chance.choice(times) | {"left_out": chance.sample(people, chance.randrange(3))})
        elif chance.random() < 0.7:
            cases.ask(case, "meetings/move", chance.choice(times) | which)
        else:
            cases.ask(case, "meetings/cancellation", which)
        agree(cases, people)


def agree(cases, people):
    """Each person holds, at each sitting, exactly the cases for which they are invited, when and where these are."""
    wanted = {}
    for case in "ABC":
        shown = cases.shown(case)
        meeting = shown["meetings"][-1] if shown["meeting"] else None
        for each in people:
            if meeting and each in meeting["invited"]:
                key = each, UUID(meeting["sitting_id"]).hex
                period = meeting["starts_at"], meeting["place"]
                before, references = wanted.get(key, (period, []))
                assert before == period, "a sitting is at one time and place"
                wanted[key] = period, sorted([*references, cases.reference(case)])
    found = {
        key: ((starts.isoformat(), place), about.split(", "))
        for key, (_, about, starts, place) in cases.calendars().items()
        if about and key[0] in people
    }
    assert found == wanted
