"""Delivery: take a letter under a lease, act, then mark; one recipient a transaction."""

import os
import smtplib
import ssl
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.message import build
from pprg_notifier.models import Agency, Person, letters
from pprg_shared.boxes import publish
from pprg_shared.boxes.work import take_many
from pprg_shared.config import Settings
from pprg_shared.crashpoints import crashpoint
from pprg_shared.database import unseal
from pprg_shared.errors import NotYet
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.logs import log
from pprg_shared.service import Runtime

TAKEN = 250


class Mailbox:
    """The try-out mailbox: letters are kept in a folder and go nowhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: UUID, _sender: str, _to: str, raw: bytes) -> int:
        """Keep a letter, whole or not at all; 250."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{letter}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self.folder / f"{letter}.eml")
        return TAKEN

    def read(self, letter: UUID) -> bytes | None:
        """A kept letter."""
        path = self.folder / f"{letter}.eml"
        return path.read_bytes() if path.exists() else None


class Smtp:
    """A mail server: verified TLS, a time limit, one kept connection that is opened anew when it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._link: smtplib.SMTP | None = None

    def send(self, _letter: UUID, sender: str, to: str, raw: bytes) -> int | None:
        """Hand over one letter; the server's code, or None when the link broke and nobody knows."""
        try:
            link = self._link or self._open()
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail server away", fault=type(error).__name__)
            return rules.TEMPORARY + 21
        try:
            link.sendmail(sender, [to], raw)
        except smtplib.SMTPRecipientsRefused as error:
            (code, _), *_ = error.recipients.values()
            return int(code)
        except smtplib.SMTPServerDisconnected:
            self._link = None
            return None
        except smtplib.SMTPResponseException as error:
            return int(error.smtp_code)
        except OSError:
            self._link = None
            return None
        return TAKEN

    def close(self) -> None:
        """Let go of the kept connection."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _open(self) -> smtplib.SMTP:
        s = self._settings
        verified = ssl.create_default_context()
        link: smtplib.SMTP
        if s.mail_tls == "tls":
            link = smtplib.SMTP_SSL(s.mail_server, s.mail_port, timeout=s.mail_timeout, context=verified)
        else:
            link = smtplib.SMTP(s.mail_server, s.mail_port, timeout=s.mail_timeout)
        if s.mail_tls == "starttls":
            link.starttls(context=verified)
        if s.mail_username:
            link.login(s.mail_username, s.mail_password)
        self._link = link
        return link


class Letters:
    """The box of letters."""

    name = "letters"

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.database = runtime.database
        self.mailbox: Mailbox = runtime.parts["mailbox"]
        self.server = Smtp(runtime.settings) if runtime.settings.mail_server else None

    def drain(self) -> int:
        """Send all that is due, one at a time."""
        count = 0
        while rows := take_many(self.database, letters, 1):
            for row in rows:
                self._deliver(row)
                count += 1
        return count

    def _deliver(self, row: Any) -> None:
        try:
            with self.database.reading() as session:
                to, greeting = address_of(session, row)
        except NotYet as error:
            wait = rules.verdict(rules.TEMPORARY, row.attempts, row.unknown, row.created_at, self.runtime.clock())
            self._mark(row, wait, str(error), "")
            return
        facts = dict(row.facts)
        if "path" in facts:
            facts["link"] = self.runtime.settings.base_url + facts["path"]
        subject, text = rules.wording(row.type, facts, greeting, self.runtime.profile.name)
        raw = build(
            sender=self.runtime.settings.mail_from,
            to=to,
            subject=subject,
            text=text,
            message_id=row.message_id,
            at=row.created_at,
            invitation=facts if row.type == "meeting_invitation" else None,
        )
        crashpoint("notifier.letters.before_send")
        code = self._send(row.id, to, raw)
        crashpoint("notifier.letters.after_send")
        after = rules.verdict(code, row.attempts, row.unknown, row.created_at, self.runtime.clock())
        self._mark(row, after, f"the mail server said {code}" if code else "the link broke", to)

    def _send(self, letter: UUID, to: str, raw: bytes) -> int | None:
        """Invented addresses never leave the house, but for a try-out with a mail catcher of its own."""
        settings = self.runtime.settings
        if self.server is None or (to.endswith(".example") and not settings.trial):
            return self.mailbox.send(letter, settings.mail_from, to, raw)
        return self.server.send(letter, settings.mail_from, to, raw)

    def _mark(self, row: Any, after: rules.Verdict, problem: str, to: str) -> None:
        at = self.runtime.clock()
        values: dict[str, Any] = {"unknown": row.unknown + after.unknown, "problem": problem[:500]}
        if after.taken:
            place = f"column:letters:{row.id}:sent"
            values |= {"done_at": at, "problem": None}
            values["sent"] = self.runtime.keys["contact"].seal(to.encode(), place)
        elif after.given_up:
            values |= {"failed_at": at, "problem": after.given_up}
        else:
            values["due_at"] = after.again_at
        waiting = (letters.c.id == row.id, letters.c.done_at.is_(None))
        with self.database.writing("letters-mark") as session:
            changed = session.execute(sa.update(letters).where(*waiting).values(**values))
            if not changed.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
                return
            if after.taken:
                about = {"letter_id": row.id, "about": row.subject, "template": row.type}
                publish(session, LetterAccepted(**about, typed=False))
            elif after.given_up:
                publish(
                    session,
                    LetterFailed(letter_id=row.id, about=row.subject, template=row.type, reason=after.given_up),
                )


def address_of(session: Session, row: Any) -> tuple[str, str]:
    """Where a letter goes today, and whom it greets; raises NotYet for nobody we know of."""
    if row.person_id is not None:
        person = session.get(Person, row.person_id)
        if person is None or not person.active:
            raise NotYet("the directory has no such person, or they have left")
        return unseal(session, person, "content")["address"], "Dear colleague"
    agency = session.get(Agency, row.agency)
    duties = unseal(session, agency, "content") if agency and agency.active else {}
    if agency is None or row.duty not in duties:
        raise NotYet(f"the directory has no {row.duty} at {row.agency}")
    return duties[row.duty]["address"], f"To the {duties[row.duty]['label']}, {agency.name}"


__all__ = ["Letters", "Mailbox", "Smtp", "address_of"]
