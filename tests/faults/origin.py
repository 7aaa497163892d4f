"""The one origin in front of four services, as nginx makes it: the first path segment says whose page it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from pprg_embedded.world import SERVICES

OWNERS = {segment: each.name for each in SERVICES for segment in each.segments}
OWNERS |= {each.name: each.name for each in SERVICES}
#: What belongs to one connection and must not be passed on.
HOPS = {"connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Passed:
    """A request that was passed on, and its answer."""

    method: str
    path: str
    sent: dict[str, str]
    status: int
    given: list[tuple[str, str]]
    content: bytes


def owner(path: str) -> str:
    """Whose page it is."""
    first, *more = urlsplit(path).path.strip("/").split("/")
    noun = {"assets": more[:1], "api": more[1:2]}.get(first, [first])
    return OWNERS.get("".join(noun), OWNERS[""])


@contextmanager
def one_origin(
    addresses: Mapping[str, Sequence[str]], look: Callable[[Passed], None] = lambda _passed: None
) -> Iterator[str]:
    """The address of the origin, while the block runs; somebody may look at all that passes."""

    class Pass(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            link = HTTPConnection(urlsplit(addresses[owner(self.path)][0]).netloc, timeout=30)
            link.request(self.command, self.path, body, dict(self.headers))
            answer = link.getresponse()
            content = answer.read()
            link.close()
            look(Passed(self.command, self.path, dict(self.headers), answer.status, answer.getheaders(), content))
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOPS:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = pass_on  # noqa: N815 -- names of http.server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pass)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
