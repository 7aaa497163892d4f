"""Letters about a meeting that is called, moved and cancelled: each person is left with the last word."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from pprg_notifier import rules
from pprg_shared.events.intake import PersonChanged
from pprg_shared.events.triage import CaseHeard, MeetingCancelled, MeetingMoved, MeetingScheduled, SittingChanged
from visiting import Visitor

CASE, PERSON, OTHER = UUID(int=7), UUID(int=8), UUID(int=10)
OTHERS_ADDRESS = "other@icb.example"
STARTS = datetime(2026, 12, 10, 10, tzinfo=UTC)
MEETING = UUID(int=9)
OVERTAKEN = "not sent: the meeting has changed since, and another letter says so"
WORDS = (MeetingScheduled, MeetingMoved, MeetingCancelled)


def said(event, sequence):
    about = {"meeting_id": MEETING, "case_id": CASE, "reference": "PPRG-2026-0001", "sequence": sequence}
    starts = STARTS + timedelta(days=sequence)
    period = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
    return event(**about, **period, place="Room 1", invited=[PERSON])


def left(sequence):
    """The meeting takes place, without PERSON."""
    about = {"meeting_id": MEETING, "case_id": CASE, "reference": "PPRG-2026-0001", "sequence": sequence}
    period = {"starts_at": STARTS, "ends_at": STARTS + timedelta(hours=2)}
    return MeetingCancelled(**about, **period, place="Room 1", invited=[PERSON], only=True)


def hear(notifier, *events):
    """What arrives, in this order; the ears of the notifier take each for themselves."""
    for each in events:
        notifier.hear(each)


def sent(mail_server):
    """Method and sequence of each calendar part that a mail server took, in order, and whose calendar it is for."""
    found = []
    for each in mail_server.taken:
        for part in message_from_bytes(each.raw).walk():
            if part.get_content_type() == "text/calendar":
                whole = Calendar.from_ical(part.get_payload(decode=True))
                (event,) = whole.walk("VEVENT")
                to = event["ATTENDEE"].removeprefix("mailto:")
                found.append((to, (str(whole["METHOD"]), int(event["SEQUENCE"]))))
    return found


def invitations(mail_server):
    return [found for _, found in sent(mail_server)]


ALL = [said(event, sequence) for sequence, event in enumerate(WORDS)]
LAST = ("CANCEL", 2)
ORDERS = list(permutations(range(3)))


def test_who_is_invited_gets_each_change_of_the_same_meeting(notifier, mail_server):
    for each in ALL:
        hear(notifier, each)
        notifier.send()

    assert invitations(mail_server) == [("REQUEST", 0), ("REQUEST", 1), LAST]
    assert {row.type for row in notifier.rows()} == {"meeting_invitation", "meeting_moved", "meeting_cancelled"}
    assert notifier.fates() == [("accepted", None)] * 3


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_whatever_order_they_come_in_the_highest_sequence_is_the_last_word(notifier, mail_server, order):
    hear(notifier, *[ALL[each] for each in order])
    notifier.send()

    assert invitations(mail_server) == [LAST]
    assert Counter(notifier.fates()) == {("accepted", None): 1, ("accepted", OVERTAKEN): 2}
    assert [event for event, _ in notifier.said()] == ["letter.accepted.v1"]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_a_late_word_about_a_meeting_that_has_changed_since_is_not_sent(notifier, mail_server, order):
    for each in order:
        hear(notifier, ALL[each])
        notifier.send()

    sequences = [sequence for _, sequence in invitations(mail_server)]
    assert sequences == sorted(sequences)
    assert sequences[-1] == 2


def test_a_change_that_comes_twice_is_told_once(notifier, mail_server):
    about = {"source": "test", "correlation_id": "test", "time": notifier.clock()}
    body = ALL[1].wrap(notifier.keys, **about).to_json()

    for _ in range(2):
        notifier.runtime.arrival.receive([body])
        notifier.send()

    assert invitations(mail_server) == [("REQUEST", 1)]


def test_an_invitation_that_waited_for_the_mail_server_is_dropped_when_the_meeting_has_moved(notifier, mail_server):
    mail_server.script.append(("RCPT", "450 4.2.1 greylisted"))
    hear(notifier, ALL[0])
    notifier.send()

    notifier.wait_for_next_try()
    hear(notifier, ALL[1])
    notifier.send()

    assert invitations(mail_server) == [("REQUEST", 1)]
    assert ("accepted", OVERTAKEN) in notifier.fates()


def test_another_meeting_of_the_case_is_another_matter(notifier, mail_server):
    hear(notifier, said(MeetingScheduled, 0), ALL[2])
    about = {"case_id": CASE, "reference": "PPRG-2026-0001", "sequence": 0, "invited": [PERSON], "place": "Room 2"}
    other = {"meeting_id": UUID(int=10), "starts_at": STARTS, "ends_at": STARTS + timedelta(hours=1)}
    hear(notifier, MeetingScheduled(**about, **other))
    notifier.send()

    assert sorted(invitations(mail_server)) == [LAST, ("REQUEST", 0)]


@pytest.fixture
def other(notifier):
    """Somebody else who is invited."""
    about = {"agency": "icb", "roles": [], "active": True, "revision": 1}
    notifier.hear(PersonChanged(person_id=OTHER, **about, name="Other Name", address=OTHERS_ADDRESS))


@pytest.mark.usefixtures("other")
def test_who_is_no_longer_invited_is_told_alone_and_nothing_to_the_others_is_overtaken(notifier, mail_server):
    hear(notifier, replace(said(MeetingScheduled, 0), invited=[PERSON, OTHER]), left(1))
    notifier.send()

    theirs = {to: found for to, found in sent(mail_server) if to != OTHERS_ADDRESS}
    assert [found for to, found in sent(mail_server) if to == OTHERS_ADDRESS] == [("REQUEST", 0)]
    assert list(theirs.values()) == [("CANCEL", 1)]
    assert Counter(notifier.fates()) == {("accepted", None): 2, ("accepted", OVERTAKEN): 1}
    assert "You are no longer invited to this meeting" in "".join(each.raw.decode() for each in mail_server.taken)


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_who_is_no_longer_invited_is_left_with_that_whatever_comes_first(notifier, mail_server, order):
    called = replace(said(MeetingScheduled, 0), invited=[PERSON, OTHER])
    moved = replace(said(MeetingMoved, 2), invited=[OTHER])
    for each in order:
        hear(notifier, (called, left(1), moved)[each])
        notifier.send()

    others = [found for to, found in sent(mail_server) if to == OTHERS_ADDRESS]
    theirs = [found for to, found in sent(mail_server) if to != OTHERS_ADDRESS]
    assert theirs[-1] == ("CANCEL", 1)
    assert others[-1] == ("REQUEST", 2)
    assert {method for method, _ in others} == {"REQUEST"}


A, B, C = (UUID(int=number) for number in (7, 70, 71))
REFERENCES = {A: "PPRG-2026-0001", B: "PPRG-2026-0003", C: "PPRG-2026-0012"}
BOTH = f"{REFERENCES[A]}, {REFERENCES[B]}"


def sitting(revision, cases, *, day=0, place="Room 1", sitting_id=MEETING):
    """How a sitting stands: who is invited for each of its cases."""
    starts = STARTS + timedelta(days=day)
    period = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "place": place}
    heard = [CaseHeard(UUID(int=each.int + 1000), each, REFERENCES[each], people) for each, people in cases.items()]
    return SittingChanged(sitting_id=sitting_id, revision=revision, **period, cases=heard)


def entries(mail_server):
    """What stands in the calendar of each person: by UID the last that was sent, as programs keep it."""
    found = {}
    for each in mail_server.taken:
        for part in message_from_bytes(each.raw).walk():
            if part.get_content_type() == "text/calendar":
                whole = Calendar.from_ical(part.get_payload(decode=True))
                (event,) = whole.walk("VEVENT")
                key = event["ATTENDEE"].removeprefix("mailto:"), UUID(event["UID"].partition("@")[0])
                before = found.get(key)
                assert before is None or event["SEQUENCE"] > before[0], "a calendar would pass over it"
                about = event["SUMMARY"].rpartition("group, ")[2] if whole["METHOD"] == "REQUEST" else ""
                found[key] = (event["SEQUENCE"], about, event["DTSTART"].dt, str(event["LOCATION"]))
    return found


def about(mail_server, who):
    """The references of which somebody holds an entry in their calendar."""
    return [entry[1] for (to, _), entry in entries(mail_server).items() if to == who and entry[1]]


MEMBER = "member@police.example"


def test_who_is_invited_for_a_second_case_gets_an_update_of_the_same_invitation(notifier, mail_server):
    for revision, cases in enumerate(({A: [PERSON]}, {A: [PERSON], B: [PERSON]})):
        hear(notifier, sitting(revision, cases))
        notifier.send()

    assert invitations(mail_server) == [("REQUEST", 0), ("REQUEST", 1)]
    assert about(mail_server, MEMBER) == [BOTH]
    assert {row.type for row in notifier.rows()} == {"meeting_invitation", "meeting_cases"}


def test_two_cases_that_are_called_before_a_letter_leaves_are_one_letter(notifier, mail_server):
    hear(notifier, sitting(0, {A: [PERSON]}), sitting(1, {A: [PERSON], B: [PERSON]}))
    notifier.send()

    assert invitations(mail_server) == [("REQUEST", 1)]
    assert about(mail_server, MEMBER) == [BOTH]


@pytest.mark.usefixtures("other")
def test_each_is_told_of_their_own_cases_alone(notifier, mail_server):
    hear(notifier, sitting(0, {A: [PERSON, OTHER]}))
    notifier.send()
    hear(notifier, sitting(1, {A: [PERSON, OTHER], B: [PERSON]}))
    notifier.send()

    assert (about(mail_server, MEMBER), about(mail_server, OTHERS_ADDRESS)) == ([BOTH], [REFERENCES[A]])
    assert [found for to, found in sent(mail_server) if to == OTHERS_ADDRESS] == [("REQUEST", 0)]
    theirs = "".join(each.raw.decode() for each in mail_server.taken if OTHERS_ADDRESS in each.raw.decode())
    assert REFERENCES[B] not in theirs


def test_of_a_case_that_an_interest_closes_to_them_nobody_is_told_whoever_invited_them(notifier, mail_server):
    notifier.know_interest(PERSON)  # in A
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}))
    notifier.send()

    assert about(mail_server, MEMBER) == [REFERENCES[B]]
    assert REFERENCES[A] not in "".join(each.raw.decode() for each in mail_server.taken)


@pytest.mark.parametrize(
    ("after", "kind", "method", "held"),
    [
        ({B: [PERSON]}, "meeting_cases", "REQUEST", [REFERENCES[B]]),
        ({C: [OTHER]}, "invitation_withdrawn", "CANCEL", []),
        ({}, "meeting_cancelled", "CANCEL", []),
    ],
)
@pytest.mark.usefixtures("other")
def test_when_one_of_several_leaves_it_is_an_update_and_with_the_last_a_cancellation(
    notifier, mail_server, after, kind, method, held
):
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}))
    notifier.send()
    hear(notifier, sitting(1, after))
    notifier.send()

    assert [found for to, found in sent(mail_server) if to == MEMBER] == [("REQUEST", 0), (method, 1)]
    assert about(mail_server, MEMBER) == held
    assert {row.type for row in notifier.rows() if row.person_id == PERSON} == {"meeting_invitation", kind}


def test_a_cancellation_names_what_stood_in_the_calendar(notifier, mail_server):
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}, place="Room 1"))
    notifier.send()
    hear(notifier, sitting(1, {}, day=3, place="Room 9"))
    notifier.send()

    last = mail_server.taken[-1].raw.decode()
    assert BOTH in last
    assert "Room 9" not in last
    assert "Thursday 10 December 2026" in last


def test_a_whole_meeting_that_moves_is_one_letter_a_person(notifier, mail_server):
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}))
    notifier.send()
    hear(notifier, sitting(1, {A: [PERSON], B: [PERSON]}, day=1))
    notifier.send()

    assert invitations(mail_server) == [("REQUEST", 0), ("REQUEST", 1)]
    assert {row.type for row in notifier.rows()} == {"meeting_invitation", "meeting_moved"}


def test_who_comes_back_after_a_cancellation_finds_the_same_entry_again(notifier, mail_server):
    for revision, cases in enumerate(({A: [PERSON]}, {B: [OTHER]}, {A: [PERSON], B: [OTHER]})):
        hear(notifier, sitting(revision, cases))
        notifier.send()

    assert [found for to, found in sent(mail_server) if to == MEMBER] == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


def test_a_letter_about_several_cases_is_a_letter_about_each(notifier):
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}))
    notifier.send()
    office = Visitor(notifier, "coordinator")

    listed = [office.get(f"/api/v1/letters?subject={each}").json["letters"] for each in (A, B)]
    (letter,) = listed[0]
    shown = office.get(f"/letters/{letter['id']}")

    assert listed[0] == listed[1]
    assert (letter["template"], letter["reference"]) == ("meeting_invitation", BOTH)
    assert BOTH in shown.text
    assert [event for event, _ in notifier.said() if event.startswith("letter")] == ["letter.accepted.v1"] * 2


def test_how_a_letter_fares_is_closed_to_whom_one_of_its_cases_is(notifier):
    hear(notifier, sitting(0, {A: [PERSON], B: [PERSON]}))
    notifier.send()
    (letter,) = notifier.rows()
    notifier.know_interest(notifier.runtime.profile.person("coordinator").id)  # in A
    office = Visitor(notifier, "coordinator")

    assert office.get(f"/letters/{letter.id}").status_code == 404
    assert office.get(f"/api/v1/letters?subject={B}").json["letters"] == []


def test_a_meeting_from_before_there_were_sittings_goes_on_under_its_number(notifier, mail_server):
    hear(notifier, said(MeetingScheduled, 0))
    notifier.send()
    hear(notifier, sitting(1, {A: [PERSON]}))  # nothing has changed for them
    notifier.send()
    hear(notifier, sitting(2, {A: [PERSON], B: [PERSON]}))
    notifier.send()

    assert invitations(mail_server) == [("REQUEST", 0), ("REQUEST", 2)]
    assert about(mail_server, MEMBER) == [BOTH]


def test_what_is_said_of_a_meeting_for_its_case_writes_nothing_where_the_sitting_tells(notifier):
    hear(notifier, *[replace(each, sitting_id=MEETING) for each in ALL])

    assert notifier.rows() == []


PEOPLE = {PERSON: MEMBER, OTHER: OTHERS_ADDRESS}
whom = st.lists(st.sampled_from([PERSON, OTHER]), unique=True)
states = st.tuples(
    st.dictionaries(st.sampled_from([A, B, C]), whom), st.integers(0, 2), st.sampled_from(["Here", "There"])
)


@pytest.mark.usefixtures("other")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(states, min_size=1, max_size=6), st.data())
def test_whatever_happens_in_whatever_order_each_holds_their_cases_in_the_end(notifier, mail_server, series, data):
    number = uuid4()
    said_of_it = [
        sitting(revision, cases, day=day, place=place, sitting_id=number)
        for revision, (cases, day, place) in enumerate(series)
    ]
    for each in data.draw(st.permutations(said_of_it)):
        hear(notifier, each)
        if data.draw(st.booleans()):
            notifier.send()
    notifier.send()

    cases, day, place = series[-1]
    for person, address in PEOPLE.items():
        theirs = ", ".join(sorted(REFERENCES[each] for each, people in cases.items() if person in people))
        entry = entries(mail_server).get((address, number), (0, "", None, ""))
        assert entry[1] == theirs
        assert not theirs or entry[2:] == (STARTS + timedelta(days=day), place)


entry = st.builds(
    rules.Entry,
    starts_at=st.sampled_from([STARTS, STARTS + timedelta(days=1)]),
    ends_at=st.just(STARTS + timedelta(days=2)),
    place=st.sampled_from(["Here", "There"]),
    cases=st.dictionaries(st.sampled_from("abc"), st.just("PPRG-2026-0001")),
)


@given(st.lists(entry, max_size=8), st.booleans())
def test_what_somebody_is_told_always_leaves_them_with_what_is_so(series, held):
    kept, calendar = None, None
    for each in series:
        kind = rules.change(kept, each, held=held)
        if kind:
            kept, calendar = each, each if each.cases else None

        assert calendar == (each if each.cases else None)
        assert (kind in {"invitation_withdrawn", "meeting_cancelled"}) == bool(kind and not each.cases)
