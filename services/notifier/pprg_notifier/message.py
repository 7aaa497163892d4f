"""A finished letter: bytes built with email.mime, an invitation where there is one, read again before it leaves."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.charset import QP, Charset
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime

from icalendar import Calendar, Event, vCalAddress, vText

from pprg_shared.errors import Refused

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
#: The plain old policy: the newer one decodes and writes headers anew, which costs more and has let line ends through.
AS_MEANT = compat32.clone(linesep="\r\n")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class Forged(Refused):
    """A finished letter does not read back as it was meant: it must not leave."""


def _charset(body_encoding: int | None) -> Charset:
    """UTF-8 in this form; Flask-Mail changes what the standard library does when it is not told."""
    charset = Charset("utf-8")
    charset.body_encoding = body_encoding  # type: ignore[assignment]  # None is 7bit, as the library documents
    return charset


AS_IT_IS, QUOTED = _charset(None), _charset(QP)


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
    """The bytes of a letter to one address, the same whenever it is built; raises Forged when they read back wrong."""
    headers = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": f"<{message_id}@{_host(sender)}>",
        "Auto-Submitted": "auto-generated",
    }
    for name, value in headers.items():
        if not (value.isprintable() and value.isascii()) or "=?" in value:
            raise Forged(f"{name} holds what no header of a letter may hold")
    if not (_ADDRESS.fullmatch(sender) and _ADDRESS.fullmatch(to)):
        raise Forged("an address of the letter is not one plain address")
    whole: MIMEMultipart | MIMENonMultipart = _filled(MIMENonMultipart("text", "plain"), text)
    if invitation:
        part = MIMENonMultipart("text", "calendar", method=_method(invitation))
        whole = MIMEMultipart(
            "alternative", f"=_{message_id}", [whole, _filled(part, calendar(invitation, sender, to, at))]
        )
    for name, value in headers.items():
        whole[name] = value
    raw = whole.as_bytes(policy=AS_MEANT)
    _check(raw, headers)
    return raw


def _check(raw: bytes, headers: Mapping[str, str]) -> None:
    """Read a finished letter as a mail program does: it has the headers that were meant, each once, and no other."""
    read = message_from_bytes(raw, policy=AS_MEANT)
    names = [name for name, _ in read.items()]
    if set(names) - HEADERS or len(names) != len(set(names)):
        raise Forged("the finished letter has headers that were not meant")
    if changed := [name for name, value in headers.items() if "".join(read[name].splitlines()) != value]:
        raise Forged(f"the finished letter does not read back as it was meant: {', '.join(changed)}")


def _filled(part: MIMENonMultipart, text: str) -> MIMENonMultipart:
    """Text as mail programs take it everywhere: lines of ASCII, without a disposition that makes it an attachment."""
    part.set_payload(text, AS_IT_IS if text.isascii() else QUOTED)
    return part


def _host(sender: str) -> str:
    return sender.rpartition("@")[2]


def _method(facts: Mapping[str, str]) -> str:
    """What the invitation does to a calendar; letters written before there were changes ask."""
    return facts.get("method", "REQUEST")


def calendar(facts: Mapping[str, str], sender: str, to: str, at: datetime) -> str:
    """An iCalendar REQUEST or CANCEL in UTC with a stable UID; the summary is marking and references alone."""
    whole = Calendar()
    method = _method(facts)
    cancelled = method == "CANCEL"
    for name, value in (("prodid", "-//PPRG//Practice reviews//EN"), ("version", "2.0"), ("method", method)):
        whole.add(name, value)
    event = Event()
    event.add("uid", f"{facts['uid']}@{_host(sender)}")
    event.add("sequence", int(facts["sequence"]))
    event.add("dtstamp", at)
    for name, fact in (("dtstart", "starts_at"), ("dtend", "ends_at")):
        event.add(name, datetime.fromisoformat(facts[fact]).astimezone(UTC))
    about = facts.get("references", facts["reference"])
    event.add("summary", f"{facts['marking']}: Practice review group, {about}")
    event.add("location", facts["place"])
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event["organizer"] = vCalAddress(f"mailto:{sender}")
    event.add("attendee", _attendee(to, asked=not cancelled), encode=False)
    whole.add_component(event)
    text: str = whole.to_ical().decode()
    return text


def _attendee(to: str, *, asked: bool) -> vCalAddress:
    """Who is invited, and whether an answer is asked for: of a cancelled meeting none is."""
    attendee = vCalAddress(f"mailto:{to}")
    wanted = (("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "TRUE")) if asked else ()
    for name, value in (("ROLE", "REQ-PARTICIPANT"), *wanted):
        attendee.params[name] = vText(value)
    return attendee
