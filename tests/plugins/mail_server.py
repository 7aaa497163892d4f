"""A mail server that fails as its script says, and remembers what it took."""

import socketserver
import ssl
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes


class HangUp:
    """Instead of an answer."""


@dataclass(frozen=True)
class Late:
    """An answer that lets itself be waited for."""

    seconds: float
    answer: str


@dataclass(frozen=True)
class Taken:
    """A letter that the server has, whatever it told the client."""

    message_id: str
    recipients: list[str]
    raw: bytes


HANG_UP = HangUp()
Answer = str | HangUp | Late


class FaultyServer(socketserver.ThreadingTCPServer):
    """All is well but for what `script` says: pairs of a command and an answer, each for the next time it comes.

    Besides commands: CONNECT is the greeting, TEXT the first line of a letter, and the dot its end.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None, *, tls_at_once: bool = False) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.script: deque[tuple[str, Answer]] = deque()
        self.tls, self.tls_at_once, self.delay = tls, tls_at_once, 0.0
        self.heard: list[str] = []
        self.taken: list[Taken] = []
        self.connections = 0
        self.stopping = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def verbs(self) -> list[str]:
        return [line.split(":")[0].split()[0].upper() for line in self.heard]

    def answer(self, command: str, usual: str) -> Answer:
        if self.script and self.script[0][0] == command:
            return self.script.popleft()[1]
        return usual

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()


class Conversation(socketserver.BaseRequestHandler):
    server: FaultyServer

    def handle(self) -> None:
        self.server.connections += 1
        with suppress(OSError, EOFError):
            link = self._secure(self.request) if self.server.tls_at_once else self.request
            with link:
                self._greet(link)

    def _secure(self, link):
        self.offered = ()
        return self.server.tls.wrap_socket(link, server_side=True)

    def _greet(self, link) -> None:
        self.offered = ("STARTTLS",) if self.server.tls and not self.server.tls_at_once else ()
        with link.makefile("rwb") as self.wire:
            self._say("CONNECT", "220 mail.test ready")
            end = self._talk()
        if end == "STARTTLS":
            with self._secure(link) as secured, secured.makefile("rwb") as self.wire:
                self._talk()

    def _talk(self) -> str:
        """Until the client says goodbye, or wants to be understood by nobody else; which of the two."""
        while True:
            verb = self._listen().split(":")[0].split()[0].upper()
            if verb == "QUIT" or (verb == "STARTTLS" and self._say(verb, "220 go ahead").startswith("220")):
                return verb
            if verb != "STARTTLS":
                self._obey(verb)

    def _listen(self) -> str:
        line = self.wire.readline()
        if not line:
            raise EOFError
        self.server.heard.append(line.decode().strip())
        return self.server.heard[-1]

    def _obey(self, verb: str) -> None:
        if verb == "EHLO":
            lines = ["mail.test", "AUTH PLAIN", *self.offered, "8BITMIME"]
            self._say(verb, "\r\n".join(f"250-{each}" for each in lines) + "\r\n250 SIZE 10485760")
        elif verb == "DATA":
            if self._say(verb, "354 go on").startswith("354"):
                self._receive()
        else:
            if verb == "RCPT":
                self.recipients = [self.server.heard[-1].partition("<")[2].rstrip(">")]
            self._say(verb, "235 welcome" if verb == "AUTH" else "250-fine\r\n250 go on")

    def _receive(self) -> None:
        raw = self.wire.readline()
        if self.server.answer("TEXT", "") is HANG_UP:
            raise EOFError
        while (line := self.wire.readline()) != b".\r\n":
            if not line:
                raise EOFError
            raw += line.removeprefix(b".")
        answer = self.server.answer(".", "250 taken")
        if not (isinstance(answer, str) and answer[0] in "45"):
            self.server.taken.append(Taken(message_from_bytes(raw)["Message-ID"], self.recipients, raw))
        self._give(answer)

    def _say(self, command: str, usual: str) -> str:
        return self._give(self.server.answer(command, usual))

    def _give(self, answer: Answer) -> str:
        wait = self.server.delay
        if isinstance(answer, Late):
            wait, answer = answer.seconds, answer.answer
        if wait:
            self.server.stopping.wait(wait)
        if answer is HANG_UP:
            raise EOFError
        self.wire.write(answer.encode() + b"\r\n")
        self.wire.flush()
        if answer.startswith(("421", "554 no")) or not answer[:3].isdecimal():
            raise EOFError
        return answer
