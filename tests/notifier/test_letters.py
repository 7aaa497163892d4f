"""Letters: what they say, how an invitation is built, and what becomes of one that a server does not take."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from pprg_notifier.delivery import Smtp
from pprg_notifier.message import Forged, build
from pprg_notifier.rules import LETTERS, Verdict, letter_id, verdict, wording
from pprg_shared.config import Settings

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FACTS = {
    "reference": "PPRG-2026-0001",
    "due_on": "2026-12-03",
    "starts_at": "2026-12-10T10:00:00+00:00",
    "ends_at": "2026-12-10T12:00:00+00:00",
    "place": "Room 1; north, wing\nBEGIN:VALARM",
    "sequence": "0",
    "uid": "abc",
    "link": "http://127.0.0.1:8000/requests/1",
}


def letter(**changes) -> bytes:
    parts = {
        "sender": "office@pprg.example",
        "to": "a@b.example",
        "subject": "OFFICIAL-SENSITIVE: PPRG-2026-0001, request",
        "text": "Hello",
        "message_id": "abc",
        "at": AT,
        "invitation": None,
    }
    return build(**(parts | changes))


@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_has_its_marking_reference_and_greeting(template):
    subject, text = wording(template, FACTS, "To the safeguarding lead, Police", "The partnership")

    assert subject.startswith("OFFICIAL-SENSITIVE: PPRG-2026-0001, ")
    assert text.startswith("To the safeguarding lead, Police,")
    assert "{" not in text


def test_a_request_says_by_when_and_where():
    _, text = wording("information_request", FACTS, "Hello", "P")

    assert "Thursday 3 December 2026" in text
    assert FACTS["link"] in text


def test_an_invitation_is_what_calendars_take():
    read = message_from_bytes(letter(invitation=FACTS), policy=SMTP)
    plain, calendar = read.iter_parts()
    event = Calendar.from_ical(calendar.get_content()).walk("VEVENT")[0]

    assert read.get_content_type() == "multipart/alternative"
    assert plain.get_content_type() == "text/plain"
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "REQUEST")
    assert calendar["Content-Transfer-Encoding"] in {"7bit", "8bit"}
    assert calendar["Content-Disposition"] is None
    assert event["UID"] == "abc@pprg.example"
    assert event["SEQUENCE"] == 0
    assert event["ORGANIZER"] == "mailto:office@pprg.example"
    assert event["ATTENDEE"] == "mailto:a@b.example"
    assert event["DTSTART"].to_ical() == b"20261210T100000Z"
    assert event["LOCATION"] == FACTS["place"]
    assert event["SUMMARY"] == "Practice review group, PPRG-2026-0001"


@given(st.text(max_size=80))
def test_no_text_becomes_a_header(words):
    try:
        raw = letter(subject=words)
    except (Forged, UnicodeEncodeError):
        return
    read = message_from_bytes(raw, policy=SMTP)

    assert set(read.keys()) <= {
        "Content-Type",
        "MIME-Version",
        "Content-Transfer-Encoding",
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
    }


@pytest.mark.parametrize(
    "words", ["a\nBcc: evil@x.example", "a\r\nBcc: evil@x.example", "=?utf-8?q?a=0ABcc:_e=40x.example?="]
)
def test_an_injected_header_never_leaves(words):
    try:
        raw = letter(subject=words)
    except Forged:
        return
    assert "Bcc" not in message_from_bytes(raw, policy=SMTP)


@pytest.mark.parametrize(
    ("code", "attempts", "unknown", "age", "expected"),
    [
        (250, 1, 0, timedelta(), Verdict(taken=True)),
        (451, 1, 0, timedelta(), Verdict(again_at=AT + timedelta(seconds=2))),
        (451, 20, 0, timedelta(), Verdict(again_at=AT + timedelta(hours=1))),
        (451, 20, 0, timedelta(days=5), Verdict(given_up="not taken for five days")),
        (550, 1, 0, timedelta(), Verdict(given_up="the mail server refused it for good (550)")),
        (None, 1, 0, timedelta(), Verdict(again_at=AT + timedelta(seconds=2), unknown=True)),
    ],
)
def test_what_becomes_of_a_letter(code, attempts, unknown, age, expected):
    assert verdict(code, attempts, unknown, AT - age, AT) == expected


def test_a_letter_of_unknown_fate_is_sent_at_most_eight_times():
    assert verdict(None, 8, 7, AT, AT).given_up


def test_the_same_matter_for_the_same_recipient_is_one_letter():
    event = UUID(int=1)

    assert letter_id(event, "t", "a") == letter_id(event, "t", "a")
    assert letter_id(event, "t", "a") != letter_id(event, "t", "b")


class Server:
    """A mail server with a script: prefix of a command to answer; None hangs up."""

    def __init__(self, script):
        self.script, self.heard = script, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        link, _ = self.socket.accept()
        with link, link.makefile("rwb") as wire:
            self._say(wire, b"220 hello")
            data = False
            for line in wire:
                self.heard.append(line)
                if data and line != b".\r\n":
                    continue
                verb = b"." if data else line.split()[0].upper()
                data = verb == b"DATA"
                answer = self.script.get(verb, b"354 go on" if data else b"250 ok")
                if answer is None:
                    return
                self._say(wire, answer)

    def _say(self, wire, answer):
        wire.write(answer + b"\r\n")
        wire.flush()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({}, 250),
        ({b"RCPT": b"450 later"}, 450),
        ({b"RCPT": b"550 never"}, 550),
        ({b".": b"451 later"}, 451),
        ({b".": None}, None),
    ],
)
def test_the_code_of_the_server_or_of_its_silence(script, expected):
    server = Server(script)
    port = server.socket.getsockname()[1]
    link = Smtp(Settings(mail_server="127.0.0.1", mail_port=port, mail_tls="none", mail_timeout=5))

    code = link.send(UUID(int=1), "office@pprg.example", "a@b.example", letter())

    assert code == expected
    assert [line for line in server.heard if line.startswith(b"rcpt")] == [b"rcpt TO:<a@b.example>\r\n"]
    link.close()
    server.socket.close()


def test_a_server_that_is_away_is_a_reason_to_try_again():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    link = Smtp(Settings(mail_server="127.0.0.1", mail_port=port, mail_tls="none", mail_timeout=2))

    assert link.send(None, "o@pprg.example", "a@b.example", b"") == 421
