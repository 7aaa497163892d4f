"""A mail server, reached by Flask-Mail: verified TLS, time limits, one kept connection, its word at each step."""

import re
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress

from flask_mail import Connection, Mail

from pprg_notifier.rules import Answer, Step
from pprg_shared import tls
from pprg_shared.config import Settings
from pprg_shared.logs import log

#: Servers hang up on those who are silent for some minutes; be first.
IDLE_SECONDS = 30.0
#: RFC 5321, 4.5.3.2.6, lets a server think for ten minutes about a whole letter: MAIL_END_TIMEOUT is as long.
#: Most waits of one attempt before its end: connecting, greetings, STARTTLS, login, and the steps of a letter.
COMMANDS = 16
TAKEN, GO_ON, SHUTTING_DOWN = 2, 3, 421


class Link(Connection):
    """Flask-Mail's connection, kept from letter to letter; unlike its parent it verifies whom it talks to."""

    def __init__(self, settings: Settings) -> None:
        mail = Mail()
        mail.state = mail.init_mail(
            {
                "MAIL_SERVER": settings.mail_server,
                "MAIL_PORT": settings.mail_port,
                "MAIL_USERNAME": settings.mail_username,
                "MAIL_PASSWORD": settings.mail_password,
                "MAIL_USE_TLS": settings.mail_tls == "starttls",
                "MAIL_USE_SSL": settings.mail_tls == "tls",
            }
        )
        super().__init__(mail)
        self.seconds, self.end_seconds = settings.mail_timeout, settings.mail_end_timeout
        self._used, self._trust = 0.0, tls.trusting(settings.mail_ca, "MAIL_CA")

    @property
    def slowest(self) -> float:
        """Seconds that one attempt may take."""
        return COMMANDS * self.seconds + self.end_seconds

    def configure_host(self) -> smtplib.SMTP:
        """Connect, with a certificate that holds and a time limit, and log in; raises OSError or SMTPException."""
        mail = self.mail
        host: smtplib.SMTP
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, timeout=self.seconds, context=self._trust)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=self.seconds)
        try:
            if mail.use_tls:
                host.starttls(context=self._trust)
            if mail.username:
                host.login(mail.username, mail.password)
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        return host

    def attempt(self, sender: str, to: str, raw: bytes) -> Answer:
        """Hand over one letter to one recipient; the server's last word on it, and how far the letter had come."""
        kept = self.host
        try:
            host = self.host = kept or self.configure_host()
        except (OSError, smtplib.SMTPException) as error:
            advice = tls.advice(error, "MAIL_SERVER", "MAIL_CA") or None
            log.warning("mail server away", fault=type(error).__name__, advice=advice)
            return Answer(Step.CONNECT, getattr(error, "smtp_code", None))
        answer = self._transaction(host, sender, to, raw)
        self._tidy(host, answer)
        if kept and answer in {Answer(Step.SENDER), Answer(Step.SENDER, SHUTTING_DOWN)}:
            return self.attempt(sender, to, raw)  # the server had let go of the kept connection
        return answer

    def _transaction(self, host: smtplib.SMTP, sender: str, to: str, raw: bytes) -> Answer:
        steps: tuple[tuple[Step, int, Callable[[], tuple[int, bytes]]], ...] = (
            (Step.SENDER, TAKEN, lambda: host.mail(sender)),
            (Step.RECIPIENT, TAKEN, lambda: host.rcpt(to)),
            (Step.TEXT, GO_ON, lambda: host.docmd("DATA")),
        )
        step = Step.SENDER
        try:
            for step, wanted, command in steps:
                code, _ = command()
                if code // 100 != wanted:
                    return Answer(step, code)
            host.send(re.sub(rb"(?m)^\.", b"..", raw) + b".\r\n")
            step = Step.END  # all of it is in the kernel's hands: from here on silence says nothing
            return Answer(step, self._end(host))
        except (OSError, smtplib.SMTPException):
            return Answer(step)

    def _end(self, host: smtplib.SMTP) -> int:
        """The server's word on the whole letter, for which it may take longer."""
        host.sock.settimeout(self.end_seconds)  # type: ignore[union-attr]  # a letter has just gone through it
        code, _ = host.getreply()
        host.sock.settimeout(self.seconds)  # type: ignore[union-attr]  # and an answer came back
        return code

    def _tidy(self, host: smtplib.SMTP, answer: Answer) -> None:
        """Leave the connection as the next letter needs it, or let go of it."""
        self._used = time.monotonic()
        fit = bool(answer.hundred) and answer.code != SHUTTING_DOWN
        if not fit or (answer.step is not Step.END and not _reset(host)):
            host.close()
            self.host = None

    def rest(self) -> None:
        """Say goodbye when there has been nothing to say for a while."""
        if self.host and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """Say goodbye, and do not insist on an answer."""
        if self.host:
            with suppress(OSError, smtplib.SMTPException):
                self.host.quit()
            self.host.close()
            self.host = None


def _reset(host: smtplib.SMTP) -> bool:
    """Whether the server has put away the letter that it refused half way."""
    try:
        code, _ = host.rset()
    except (OSError, smtplib.SMTPException):
        return False
    return code // 100 == TAKEN
