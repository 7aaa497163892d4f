"""What nginx passes on, seen by something that stands where a service stands and says what it was told."""

import json
import os

import pytest

from waiting import eventually

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(1500)]
ECHO = """
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.headers.items()).encode())
http.server.ThreadingHTTPServer(("", 8000), Echo).serve_forever()
"""
ASK = """
import http.client, json, sys
link = http.client.HTTPConnection("proxy", 8080, timeout=10)
link.request("GET", "/", headers=json.loads(sys.argv[1]))
print(link.getresponse().read().decode())
"""


@pytest.fixture
def told(stack, docker, root):
    """Ask nginx, with some headers; the headers that reached the other side, names in lower case."""
    mark = f"pprg-proxy-{os.getpid()}"
    echo, proxy = f"{mark}-echo", f"{mark}-nginx"
    alone = ("run", "--detach", "--network", mark)
    nginx = os.environ.get("NGINX_IMAGE", "nginx:stable")
    docker("network", "create", "--internal", mark)
    docker(*alone, "--name", echo, "--network-alias", "intake", "--entrypoint", "python", stack.image, "-c", ECHO)
    mount = ("--volume", f"{root}/deploy/nginx:/etc/pprg:ro")
    docker(
        *alone,
        "--name",
        proxy,
        "--network-alias",
        "proxy",
        *mount,
        nginx,
        "nginx",
        "-c",
        "/etc/pprg/nginx.conf",
        "-g",
        "daemon off;",
    )

    def ask(headers):
        answer = docker("exec", echo, "python", "-c", ASK, json.dumps(headers))
        return {name.lower(): value for name, value in json.loads(answer)} if answer.startswith("[") else None

    eventually(lambda: ask({}), stack.patience, every=0.5)
    yield ask
    docker("rm", "--force", echo, proxy)
    docker("network", "rm", mark)


@pytest.mark.asvs("4.1.3", "15.3.4")
def test_what_only_the_proxy_may_say_is_overwritten(told):
    forged = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix")
    forged += ("X-Real-IP", "Forwarded", "X_Forwarded_Host", "X-Request-ID")

    heard = told(dict.fromkeys(forged, "evil") | {"Host": "asked.example"})

    address, name = heard.pop("x-forwarded-for"), heard.pop("x-request-id")
    assert heard == {"host": "asked.example", "x-forwarded-proto": "http", "accept-encoding": "identity"}
    assert address.count(".") == 3
    assert len(name) == 32


def test_a_request_that_has_a_name_keeps_it(told):
    assert told({"X-Request-ID": "a-name-of-its-own"})["x-request-id"] == "a-name-of-its-own"
