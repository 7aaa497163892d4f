"""The whole grown form in containers, in a compose project of its own with fresh secrets and a free port."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from invented import REFERRAL
from maildev import maildev
from pprg_embedded.certificates import issue
from pprg_embedded.ports import free_port
from pprg_shared.profile import load_profile
from signed import bearing
from waiting import eventually

ROOT = Path(__file__).parent.parent.parent
SERVICES = ("intake", "triage", "notifier", "publisher")
#: Seconds in which a crowded machine brings a container to health.
PATIENCE = 120
#: MailDev as a mail server that takes nothing in clear.
MAIL = """
services:
  maildev:
    command: [maildev, --smtp, "1025", --web, "1080", --incoming-secure, --incoming-cert, /run/mail/certificate.pem,
              --incoming-key, /run/mail/key.pem]
    volumes: ["{folder}/mail:/run/mail:ro"]
"""
PARTS = ("nginx", *SERVICES, "postgres", "rabbitmq", "maildev")


def fresh_secrets(folder):
    """A folder of secrets, as `pprg secrets` writes them."""
    run(sys.executable, "-m", "pprg_embedded", "secrets", str(folder))
    return folder


def run(*command, check=True, seconds=120, env=None, text=None):
    """Run a program; its output, with what it complained about when it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env=env, input=text, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert not check or done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Stack:
    """One compose project."""

    services, parts, patience = SERVICES, PARTS, PATIENCE
    image = "pprg-intake:deployed"

    def __init__(self, secrets, over=(), **settings):
        """With its secrets in a folder, perhaps files over docker-compose.yml, and settings for all of them."""
        self.secrets = secrets
        self.project, port = f"pprg-deployed-{'real-' if over else ''}{os.getpid()}", free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {"COMPOSE_PROJECT_NAME": self.project, "PORT": str(port), "SECRETS": str(secrets), "TAG": "deployed"}
        self.environment = os.environ | own | settings
        self.files = [word for file in ("docker-compose.yml", *over) for word in ("--file", str(file))]

    def compose(self, *arguments, **options):
        return run("docker-compose", "--ansi", "never", *self.files, *arguments, env=self.environment, **options)

    def up(self):
        """Bring everything up and wait until all say that they are healthy."""
        try:
            self.compose("up", "--detach", seconds=400)
            eventually(lambda: all(self.health(part) == "healthy" for part in PARTS), PATIENCE, every=0.5)
        except (AssertionError, subprocess.TimeoutExpired):
            sys.stderr.write(self.compose("logs", "--tail=40", check=False))
            raise

    def about(self, part):
        """What the engine knows of a container."""
        return json.loads(run("docker", "inspect", f"{self.project}_{part}_1"))[0]

    def state(self, part):
        return self.about(part)["State"]

    def health(self, part):
        return self.state(part)["Health"]["Status"]

    def inside(self, part, *command, check=True):
        """Run a program in a running container, as whoever the container runs as."""
        return self.compose("exec", "-T", part, *command, check=check)

    def fetch(self, part, url):
        """Ask over HTTP from inside a container of ours: status and text."""
        program = (
            "import sys, urllib.request as u, urllib.error as e\n"
            "try: answer = u.urlopen(sys.argv[1], timeout=10)\n"
            "except e.HTTPError as error: answer = error\n"
            "print(answer.status); print(answer.read().decode())"
        )
        status, _, text = self.inside(part, "python", "-c", program, url).partition("\n")
        return int(status), text

    def get(self, path, who="coordinator", **options):
        return requests.get(self.url + path, headers=self.acting(who), timeout=30, **options)

    def acting(self, who):
        """What a program of one of the invented people, who has signed in, sends with everything."""
        key = (self.secrets / "intake" / "SIGN_IN_KEY").read_text("ascii").strip()
        return bearing(load_profile().person(who), key, datetime.now(UTC))

    def refer(self, referral):
        headers = {"Idempotency-Key": str(uuid4())}
        answer = requests.post(f"{self.url}/api/v1/referrals", json=referral, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        return answer.json()["reference"]

    def references(self):
        """The references of all cases that triage knows; None while it is away."""
        answer = self.get("/api/v1/cases")
        return {each["reference"] for each in answer.json()["cases"]} if answer.ok else None

    def letters(self):
        """Everything that MailDev has caught."""
        status, text = self.fetch("notifier", "http://maildev:1080/email")
        assert status == 200
        return json.loads(text)


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def docker():
    """A command of the engine; what it said on either channel."""

    def command(*arguments, text=None):
        done = subprocess.run(
            ["docker", *arguments],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.stdout

    return command


@pytest.fixture
def referral():
    return dict(REFERRAL)


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    whole = Stack(fresh_secrets(tmp_path_factory.mktemp("deployed") / "secrets"))
    try:
        whole.compose("build", "--quiet", seconds=900)
        whole.up()
        yield whole
    finally:
        whole.compose("down", "--volumes", "--remove-orphans", "--timeout", "10")


@pytest.fixture(scope="session")
def real(stack, tmp_path_factory):  # after the other, whose images it takes
    """The same for real people: deploy/for-real.yml, names and certificates, and a mail server that speaks TLS."""
    folder = tmp_path_factory.mktemp("real")
    secrets = fresh_secrets(folder / "secrets")
    issuer, issued = issue(("localhost", "maildev"))
    for name, host in (("certificate", "localhost"), ("mail", "maildev")):
        (folder / name).mkdir()
        (folder / name / "certificate.pem").write_text(issued[host].certificate)
        (folder / name / "key.pem").write_text(issued[host].key)
    (folder / "certificate" / "name.conf").write_text("server_name localhost;\n")
    (secrets / "notifier" / "MAIL_PASSWORD").write_text("")
    for place in (folder / "issuer.pem", secrets / "notifier" / "mail.pem"):
        place.write_text(issuer)
    mail = folder / "mail.yml"
    mail.write_text(MAIL.format(folder=folder))
    ports = {name: str(free_port()) for name in ("HTTPS_PORT", "HTTP_PORT")}
    whole = Stack(
        secrets,
        ("deploy/for-real.yml", mail),
        COMPOSE_PROFILES="trial",
        CERTIFICATE=str(folder / "certificate"),
        HOST_NAME="localhost",
        MAIL_SERVER="maildev",
        MAIL_PORT="1025",
        MAIL_TLS="tls",
        MAIL_CA="/run/secrets/mail.pem",
        MAIL_FROM="reviews@partnership.test",
        **ports,
    )
    whole.secure, whole.plain = (
        f"{scheme}://localhost:{ports[f'{scheme.upper()}_PORT']}" for scheme in ("https", "http")
    )
    whole.issuer = folder / "issuer.pem"
    try:
        whole.up()
        yield whole
    finally:
        whole.compose("down", "--volumes", "--remove-orphans", "--timeout", "10")


@pytest.fixture(scope="session")
def played(stack):
    """The demo, played through the one origin, by people whom intake names and with what MailDev has caught."""
    people = stack.inside("intake", "pprg-intake", "admin", "trial-people", "--out", "-")
    with maildev(stack.letters) as mailbox:
        command = (sys.executable, "-m", "pprg_embedded", "demo", "--url", stack.url, "--people", "-")
        command += ("--mailbox", mailbox, "--json")
        done = subprocess.run(command, input=people, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout) | {"exit": done.returncode}
