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
from pprg_embedded.ports import free_port
from pprg_shared.profile import load_profile
from signed import bearing
from waiting import eventually

ROOT = Path(__file__).parent.parent.parent
SERVICES = ("intake", "triage", "notifier", "publisher")
#: Seconds in which a crowded machine brings a container to health.
PATIENCE = 120
PARTS = ("nginx", *SERVICES, "postgres", "rabbitmq", "maildev")


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

    def __init__(self, secrets):
        self.secrets = secrets
        self.project, port = f"pprg-deployed-{os.getpid()}", free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {"COMPOSE_PROJECT_NAME": self.project, "PORT": str(port), "SECRETS": str(secrets), "TAG": "deployed"}
        self.environment = os.environ | own

    def compose(self, *arguments, **options):
        return run("docker-compose", "--ansi", "never", *arguments, env=self.environment, **options)

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
    secrets = tmp_path_factory.mktemp("deployed") / "secrets"
    run(sys.executable, "-m", "pprg_embedded", "secrets", str(secrets))
    whole = Stack(secrets)
    try:
        whole.compose("build", "--quiet", seconds=900)
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
