"""The bytes of a letter and of an invitation, as mail programs and calendars read them."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from pprg_notifier.message import HEADERS, Forged, build
from pprg_notifier.rules import wording
from pprg_shared.profile import load_profile

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SHIPPED = load_profile()
PROFILE = replace(SHIPPED, partnership=replace(SHIPPED.partnership, name="The partnership"))
HERE = Path(__file__).parent
FACTS = {
    "reference": "PPRG-2026-0001",
    "starts_at": "2026-12-10T10:00:00+00:00",
    "ends_at": "2026-12-10T12:00:00+00:00",
    "place": "Room 1; north, wing",
    "sequence": "0",
    "uid": "0123456789abcdef0123456789abcdef",
    "method": "REQUEST",
    "marking": "OFFICIAL-SENSITIVE",
}
MOVED = {
    "starts_at": "2026-12-11T14:00:00+00:00",
    "ends_at": "2026-12-11T15:30:00+00:00",
    "place": "By video, and in the long room on the second floor of Example House, north wing",
    "sequence": "1",
}
#: Each kind of letter about a meeting, in the order in which they would be sent.
KINDS = {
    "meeting_invitation": {},
    "meeting_moved": MOVED,
    "meeting_cases": MOVED | {"references": "PPRG-2026-0001, PPRG-2026-0003, PPRG-2026-0012"},
    "meeting_cancelled": MOVED | {"sequence": "2", "method": "CANCEL"},
    "invitation_withdrawn": MOVED | {"sequence": "2", "method": "CANCEL"},
}


def letter(**changes) -> bytes:
    parts = {
        "sender": "office@pprg.example",
        "to": "lead@police.example",
        "subject": "OFFICIAL-SENSITIVE: PPRG-2026-0001, request for information",
        "text": "Hello\n",
        "message_id": "fedcba9876543210fedcba9876543210",
        "at": AT,
        "invitation": None,
    }
    return build(**(parts | changes))


def invitation(kind="meeting_invitation", **changes) -> bytes:
    facts = FACTS | KINDS[kind] | changes
    subject, text = wording(PROFILE, kind, facts, PROFILE.letters.kinds[kind].greets)
    return letter(subject=subject, text=text, invitation=facts)


@pytest.mark.parametrize(
    ("name", "greeting"),
    [("code_to_agency", "To the safeguarding lead, Wiltshire Police"), ("code_to_referrer", "")],
)
def test_a_letter_with_a_code_is_these_bytes(name, greeting):
    facts = {"reference": "PPRG-2026-0001", "code": "012345", "until": "2026-11-24T09:40:00+00:00"}
    subject, text = wording(PROFILE, "code", facts, greeting or PROFILE.letters.kinds["code"].greets)

    assert letter(subject=subject, text=text) == (HERE / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("kind", ["form_kept", "code_for_form"])
def test_a_letter_about_a_form_that_was_left_is_these_bytes_and_says_nothing_of_the_form(kind):
    link = "https://reviews.example/referrals/begun/00000000-0000-4000-8000-000000000001"
    facts = {"reference": "", "code": "012345", "until": "2026-11-25T20:00:00+00:00", "link": link}
    subject, text = wording(PROFILE, kind, facts, PROFILE.letters.kinds[kind].greets)

    assert letter(to="sister@hospital.example", subject=subject, text=text) == (HERE / f"{kind}.eml").read_bytes()


def test_a_letter_about_a_glass_that_was_broken_is_these_bytes():
    facts = {"reference": "PPRG-2026-0001", "who": "board chair", "at": "2026-11-24T09:30:00+00:00"}
    facts["link"] = "https://reviews.example/cases/00000000-0000-4000-8000-000000000001"
    subject, text = wording(PROFILE, "glass_broken", facts, PROFILE.letters.kinds["glass_broken"].greets)

    assert letter(subject=subject, text=text) == (HERE / "glass_broken.eml").read_bytes()


def read(raw: bytes):
    return message_from_bytes(raw, policy=SMTP)


def event_in(raw: bytes):
    _, calendar = read(raw).iter_parts()
    return Calendar.from_ical(calendar.get_content()).walk("VEVENT")[0]


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_a_letter_about_a_meeting_is_these_bytes(kind):
    assert invitation(kind) == (HERE / f"{kind.removeprefix('meeting_')}.eml").read_bytes()


@every_kind
def test_an_invitation_and_its_changes_have_the_form_that_calendars_look_for(kind):
    method = KINDS[kind].get("method", "REQUEST")
    whole = read(invitation(kind))
    plain, calendar = whole.iter_parts()

    assert whole.get_content_type() == "multipart/alternative"
    assert plain.get_content_type() == "text/plain"
    assert calendar["Content-Type"] == f'text/calendar; method="{method}"; charset="utf-8"'
    assert Calendar.from_ical(calendar.get_content())["METHOD"] == method
    assert {part["Content-Transfer-Encoding"] for part in (plain, calendar)} == {"7bit"}
    assert [part["Content-Disposition"] for part in (plain, calendar)] == [None, None]


@pytest.mark.parametrize(
    ("kind", "greeting", "page"),
    [
        ("outcome_to_referrer", "", "/referrals/PPRG-2026-0001/outcome"),
        ("outcome_to_agency", "To the safeguarding lead, Wiltshire Police", f"/requests/{UUID(int=7)}/outcome"),
    ],
)
def test_a_letter_about_an_outcome_is_these_bytes(kind, greeting, page):
    facts = {"reference": "PPRG-2026-0001", "on": "2026-11-24", "link": f"https://reviews.pprg.example{page}"}
    subject, text = wording(PROFILE, kind, facts, PROFILE.letters.kinds[kind].greets or greeting)

    assert letter(subject=subject, text=text) == (HERE / f"{kind}.eml").read_bytes()


@every_kind
def test_the_calendar_has_lines_of_75_octets_that_end_as_the_standard_says(kind):
    _, calendar = read(invitation(kind)).iter_parts()
    lines = calendar.get_payload(decode=True).split(b"\r\n")

    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])


def test_a_change_and_a_cancellation_find_the_meeting_in_the_calendar_again():
    events = [event_in(invitation(kind)) for kind in KINDS]

    assert len({each["UID"] for each in events}) == 1
    assert [each["SEQUENCE"] for each in events] == [0, 1, 1, 2, 2]
    assert [each["STATUS"] for each in events] == ["CONFIRMED"] * 3 + ["CANCELLED"] * 2
    assert [each["ATTENDEE"].params.get("RSVP") for each in events] == ["TRUE"] * 3 + [None] * 2
    assert {each["ORGANIZER"] for each in events} == {"mailto:office@pprg.example"}
    assert events[1]["LOCATION"] == MOVED["place"]


@every_kind
def test_a_letter_about_a_meeting_says_nothing_of_the_case(kind):
    text = invitation(kind).decode()

    assert "PPRG-2026-0001" in text
    assert [word for word in ("child", "review type", "decision", "referrer", "/cases/") if word in text.lower()] == []


def test_an_invitation_comes_from_its_organizer_in_utc_with_a_number_that_stays():
    raw = invitation(starts_at="2026-06-10T11:00:00+01:00", ends_at="2026-06-10T13:00:00+01:00", sequence="3")
    event = event_in(raw)

    assert event["ORGANIZER"] == f"mailto:{read(raw)['From']}"
    assert event["ATTENDEE"] == "mailto:lead@police.example"
    assert (event["UID"], event["SEQUENCE"]) == (f"{FACTS['uid']}@pprg.example", 3)
    assert event["UID"] == event_in(invitation())["UID"]
    assert [event[each].to_ical() for each in ("DTSTART", "DTEND", "DTSTAMP")] == [
        b"20260610T100000Z",
        b"20260610T120000Z",
        b"20261124T093000Z",
    ]
    assert event["SUMMARY"] == "OFFICIAL-SENSITIVE: Practice review group, PPRG-2026-0001"


def test_an_invitation_to_several_cases_names_each_in_the_letter_and_in_the_calendar():
    three = KINDS["meeting_cases"]["references"]
    raw = invitation("meeting_cases")
    plain, _ = read(raw).iter_parts()

    assert event_in(raw)["SUMMARY"] == f"OFFICIAL-SENSITIVE: Practice review group, {three}"
    assert f"Reference: {three}" in plain.get_content().splitlines()
    assert read(raw)["Subject"] == f"OFFICIAL-SENSITIVE: {three}, cases of a meeting of the practice review group"


def test_a_meeting_about_very_many_cases_still_fits_a_letter():
    many = ", ".join(f"PPRG-2026-{number:04}" for number in range(1, 101))
    raw = invitation("meeting_cases", references=many)

    assert event_in(raw)["SUMMARY"].endswith(many)
    assert many in read(raw)["Subject"]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=200).map(str.strip)
)
def test_a_place_reads_back_as_it_was_written_and_is_sent_in_ascii(place):
    raw = invitation(place=place)

    assert str(event_in(raw).get("LOCATION", "")) == place
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.asvs("1.1.2")
@pytest.mark.parametrize("place", ["Room\nBEGIN:VALARM", "Room\r\nATTENDEE:mailto:evil@x.example", "a;b,c:d\\n"])
def test_a_place_adds_nothing_to_an_invitation(place):
    event = event_in(invitation(place=place))

    assert "VALARM" not in event
    assert event["ATTENDEE"] == "mailto:lead@police.example"
    assert event.subcomponents == []


def test_a_letter_is_the_same_whenever_it_is_built():
    assert letter() == letter()
    assert invitation() == invitation()


def test_text_beyond_ascii_arrives_as_it_was_written():
    raw = letter(text="Naïve – “quoted” £5\nsecond line\n.\nFrom here\n")

    assert raw.isascii()
    assert read(raw).get_content().splitlines() == ["Naïve – “quoted” £5", "second line", ".", "From here"]


@pytest.mark.asvs("1.3.11")
@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(["subject", "to", "sender"]))
def test_no_text_becomes_a_header(words, place):
    try:
        raw = letter(**{place: words})
    except Forged:
        return

    headers = read(raw).items()
    assert {name for name, _ in headers} <= HEADERS
    assert len(headers) == len({name for name, _ in headers})


@pytest.mark.parametrize("name", ["to", "sender"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        '"',
        "nobody",
        "a b@x.example",
        "Name <a@x.example>",
        "a@x.example, b@x.example",
        "a@x.example>",
        "@x.example",
    ],
)
def test_only_one_plain_address_is_written_to_and_from(name, address):
    with pytest.raises(Forged, match="not one plain address"):
        letter(**{name: address})


@pytest.mark.asvs("1.3.11")
@pytest.mark.parametrize("name", ["subject", "to", "sender"])
@pytest.mark.parametrize(
    "words",
    [
        "a\nBcc: evil@x.example",
        "a\r\nBcc: evil@x.example",
        "a\rBcc: evil@x.example",
        "a\u2028Bcc: evil@x.example",
        "a\x85Bcc: evil@x.example",
        "a\x00",
        "=?utf-8?q?a=0ABcc:_evil=40x.example?=",
        "é@x.example",
        "\ud800",
    ],
)
def test_what_could_become_a_header_never_leaves(name, words):
    with pytest.raises(Forged):
        letter(**{name: words})
