"""A wire between a service and its server, at which a test can lose one reply."""

import socket
import threading
from contextlib import suppress


class Wire:
    """Listens on a port of its own and passes everything on, until it is told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._beyond = (host, port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._words: bytes | None = None
        #: Set once a reply was lost.
        self.lost = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_the_reply_to(self, words: bytes) -> None:
        """Let the next message with these words through, and cut the connection in place of the reply."""
        self._words = words

    def close(self) -> None:
        self._door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._beyond)
                doomed = threading.Event()
                threading.Thread(target=self._ask, args=(near, far, doomed), daemon=True).start()
                threading.Thread(target=self._reply, args=(near, far, doomed), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        with near, far, suppress(OSError):
            while said := near.recv(65536):
                if self._words and self._words in said:
                    self._words = None
                    doomed.set()
                far.sendall(said)

    def _reply(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while said := far.recv(65536):
                if doomed.is_set():
                    self.lost.set()
                    break
                near.sendall(said)
            for each in (near, far):
                each.shutdown(socket.SHUT_RDWR)
