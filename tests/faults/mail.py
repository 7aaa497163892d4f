"""A mail server that takes everything and keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Mail:
    """One mail as it was taken: the part of its Message-ID that is the letter's, and its one recipient."""

    message_id: str
    to: str
    subject: str = ""
    text: str = ""

    def as_maildev(self) -> dict[str, Any]:
        """What MailDev would answer of it."""
        return {"subject": self.subject, "to": [{"address": self.to}], "text": self.text}


class Taken(list[Mail]):
    """What was taken, in order."""

    refuses = False

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nothing is taken while the block runs, but may be sent again later."""
        self.refuses = True
        yield
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuses:
            return "451 not now"
        (to,) = envelope.rcpt_tos
        message = message_from_bytes(envelope.content, policy=SMTP)
        assert message["To"] == to
        text = message.get_body(("plain",)).get_content()
        letter = message["Message-ID"].strip("<>").partition("@")[0]
        self.append(Mail(letter, to, message["Subject"], text))
        return "250 taken"


@contextmanager
def catcher(port: int) -> Iterator[Taken]:
    """Listens while the block runs."""
    taken = Taken()
    controller = Controller(taken, "127.0.0.1", port)
    controller.start()
    yield taken
    controller.stop()
