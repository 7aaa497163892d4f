"""A client that keeps its connections and asks again as soon as it is answered; what it takes itself is not counted."""

import selectors
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from rounds import percentile

SECONDS = 60
PIECE = 1 << 18


@dataclass(frozen=True)
class Answer:
    """What came back, and how long after the question."""

    status: int
    seconds: float
    body: bytes


def post(path, body, **headers):
    """A question that brings something, as it goes over the wire."""
    about = {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    return _head("POST", path, about) + body


def get(path, **headers):
    """A question that only asks."""
    return _head("GET", path, headers)


def _head(verb, path, about):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in about.items())
    return f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def listens(port):
    """Whether a server takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def ask(port, questions: Iterable[bytes], connections):
    """All questions over so many connections; the answers, in the order in which they came."""
    waiting, answers = iter(questions), []
    with selectors.DefaultSelector() as chosen:
        for question in islice(waiting, connections):
            line = Line(port)
            chosen.register(line.socket, selectors.EVENT_READ, line)
            line.send(question)
        while chosen.get_map():
            ready = chosen.select(SECONDS)
            assert ready, f"nothing came for {SECONDS} seconds"
            for key, _ in ready:
                if (answer := key.data.take()) is None:
                    continue
                answers.append(answer)
                if (question := next(waiting, None)) is not None:
                    key.data.send(question)
                else:
                    chosen.unregister(key.data.socket)
                    key.data.socket.close()
    return answers


class Line:
    """A connection with at most one question on its way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, question):
        self._came, self._began = bytearray(), time.monotonic()
        self.socket.sendall(question)

    def take(self):
        """The answer, once all of it has come."""
        piece = self.socket.recv(PIECE)
        assert piece, "the server hung up"
        self._came += piece
        end = self._came.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._came[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self._came) < end + 4 + length:
            return None
        return Answer(int(head.split()[1]), time.monotonic() - self._began, bytes(self._came[end + 4 :]))


def waits(answers):
    """How long answers took, in milliseconds."""
    spent = [each.seconds * 1000 for each in answers]
    return {f"p{round(part * 100)} ms": percentile(spent, part) for part in (0.5, 0.99)}
