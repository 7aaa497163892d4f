"""A wire between a service and its server, at which a test loses one reply, holds one direction back, or cuts it."""

import select
import socket
import struct
import threading
from contextlib import suppress
from itertools import cycle
from typing import Literal

Way = Literal["questions", "answers"]
#: Closed like this, a connection is reset.
AT_ONCE = struct.pack("ii", 1, 0)
LOOK_MILLISECONDS = 20


class Wire:
    """Listens on a port of its own and passes everything on, until it is told otherwise.

    With several ports beyond it, each connection goes to the next that takes it, as behind a balancer.
    """

    def __init__(self, host: str, *ports: int) -> None:
        self._beyond, self._ends = cycle([(host, port) for port in ports]), len(ports)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._words: bytes | None = None
        self._held: Way | None = None
        self._cuts = 0
        #: Whether whoever comes is sent away, and how many have come.
        self.refusing, self.knocks = False, 0
        #: Set once a reply was lost.
        self.lost = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_the_reply_to(self, words: bytes) -> None:
        """Let the next message with these words through, and cut the connection in place of the reply."""
        self._words = words

    def hold_back(self, way: Way) -> None:
        """Let nothing of this through until `let_go`; both ends stay open."""
        self._held = way

    def let_go(self) -> None:
        """Pass on what was held back."""
        self._held = None

    def cut(self) -> None:
        """Reset every connection."""
        self._cuts += 1

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # whoever waits at it would not notice that it is closed
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self.knocks += 1
                if self.refusing:
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                    near.close()
                else:
                    threading.Thread(target=self._carry, args=(near, self._cuts), daemon=True).start()

    def _carry(self, near: socket.socket, cuts: int) -> None:
        """Until either side ends, a reply is lost or the wire is cut."""
        doomed = False
        with near, suppress(OSError), self._far() as far:
            while cuts == self._cuts:
                for said, asks in self._heard(near, far):
                    if not said:
                        return
                    if asks:
                        doomed = doomed or self._dooms(said)
                        far.sendall(said)
                    elif doomed:
                        self.lost.set()
                        return
                    else:
                        near.sendall(said)
            for each in (near, far):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)

    def _far(self) -> socket.socket:
        for _ in range(self._ends):
            with suppress(OSError):
                far = socket.create_connection(next(self._beyond), 5)
                far.settimeout(None)
                return far
        raise OSError("nobody is there beyond the wire")

    def _heard(self, near: socket.socket, far: socket.socket) -> list[tuple[bytes, bool]]:
        """What has come, and whether it is a question; of what is held back, not even the end."""
        ways: dict[int, tuple[Way, socket.socket]] = {
            near.fileno(): ("questions", near),
            far.fileno(): ("answers", far),
        }
        ear = select.poll()
        for number, (way, _) in ways.items():
            if way != self._held:
                ear.register(number, select.POLLIN)
        ready = [ways[number] for number, _ in ear.poll(LOOK_MILLISECONDS)]
        return [(each.recv(65536), way == "questions") for way, each in ready if way != self._held]

    def _dooms(self, said: bytes) -> bool:
        if self._words and self._words in said:
            self._words = None
            return True
        return False
