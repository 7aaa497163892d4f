"""A finished letter: bytes built with email.mime, an invitation where there is one, read again before it leaves."""

from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime

from icalendar import Calendar, Event, vCalAddress, vText

HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
HEADERS |= {"Auto-Submitted"}


class Forged(Exception):
    """A finished letter does not read back as it was meant: it must not leave."""


def build(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    message_id: str,
    at: datetime,
    invitation: Mapping[str, str] | None,
) -> bytes:
    """The bytes of a letter to one address; raises Forged when they read back otherwise."""
    plain = MIMEText(text, "plain", "utf-8")
    whole: MIMEBase = plain
    if invitation:
        whole = MIMEMultipart("alternative")
        whole.attach(plain)
        whole.attach(_calendar_part(invitation, sender, to, at))
    host = sender.rpartition("@")[2]
    for name, value in (
        ("From", sender),
        ("To", to),
        ("Subject", subject),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{message_id}@{host}>"),
        ("Auto-Submitted", "auto-generated"),
    ):
        if any(each < " " for each in value):
            raise Forged(f"{name} holds a control character")
        whole[name] = value
    raw = whole.as_bytes(policy=SMTP)
    read = message_from_bytes(raw, policy=SMTP)
    names = [name for name, _ in read.items()]
    if set(names) - HEADERS or len(names) != len(set(names)) or read["To"] != to or read["From"] != sender:
        raise Forged("the finished letter has headers that were not meant")
    return raw


def _calendar_part(facts: Mapping[str, str], sender: str, to: str, at: datetime) -> MIMEText:
    part = MIMEText(calendar(facts, sender, to, at), "calendar", "utf-8")
    part.set_param("method", "REQUEST")
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = "8bit"
    part.set_payload(calendar(facts, sender, to, at).encode().decode("utf-8"))
    return part


def calendar(facts: Mapping[str, str], sender: str, to: str, at: datetime) -> str:
    """An iCalendar REQUEST in UTC with a stable UID; the summary is the reference and nothing else."""
    host = sender.rpartition("@")[2]
    whole = Calendar()
    for name, value in (("prodid", "-//PPRG//Practice reviews//EN"), ("version", "2.0"), ("method", "REQUEST")):
        whole.add(name, value)
    event = Event()
    event.add("uid", f"{facts['uid']}@{host}")
    event.add("sequence", int(facts["sequence"]))
    event.add("dtstamp", at)
    event.add("dtstart", datetime.fromisoformat(facts["starts_at"]))
    event.add("dtend", datetime.fromisoformat(facts["ends_at"]))
    event.add("summary", f"Practice review group, {facts['reference']}")
    event.add("location", facts["place"])
    event.add("status", "CONFIRMED")
    event["organizer"] = vCalAddress(f"mailto:{sender}")
    attendee = vCalAddress(f"mailto:{to}")
    for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "TRUE")):
        attendee.params[name] = vText(value)
    event.add("attendee", attendee, encode=False)
    whole.add_component(event)
    text: str = whole.to_ical().decode()
    return text
