"""What MailDev answers when it is asked for the mails that it has caught, said by a test that can see them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@contextmanager
def maildev(mails: Callable[[], list[dict[str, Any]]]) -> Iterator[str]:
    """The address at which the mails of the moment can be read, while the block runs."""

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(mails()).encode() if self.path == "/email" else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
