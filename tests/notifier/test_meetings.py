"""Letters about a meeting that is called, moved and cancelled: each person is left with the last word."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from itertools import permutations
from uuid import UUID

import pytest
from icalendar import Calendar

from pprg_shared.events.intake import PersonChanged
from pprg_shared.events.triage import MeetingCancelled, MeetingMoved, MeetingScheduled

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
