"""`make run` as the README says it, on a machine that has Python and make and nothing else of ours."""

import json
import os
import subprocess
from pathlib import Path
from time import monotonic

import pytest

from waiting import eventually

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(900)]
#: The last that is printed of how somebody signs in.
READY = "for that nobody signs in"
#: From the command to a newcomer who has signed in, all that is downloaded and installed before included: they wait
#: for that, too.
NEWCOMER_SECONDS = 120
#: Debian with its own Python, where the engine has it; elsewhere the public image of the oldest Python that will do.
DEBIAN, PUBLIC = "local/python:3.11", "python:3.11-slim"
MAKE = "command -v make || { apt-get update && apt-get install -y --no-install-recommends make; }"
START = "make run >>said 2>&1; echo $? >ended"
ASK = """import sys, urllib.request as u
print(u.urlopen(sys.argv[1], timeout=10).read().decode())"""
PEOPLE = ".venv/bin/pprg intake admin trial-people --out /people"
#: As the coordinator would, who signs in with what the command has written.
SIGN_IN_AND_ASK = """import pathlib, sys
from pprg_embedded.demo.people import read_people, signed_in
people = read_people(pathlib.Path("/people").read_text())
print(signed_in("http://127.0.0.1:8000", people["coordinator"]).api(sys.argv[1]))"""


class Machine:
    """A container with a clean copy of the tree."""

    def __init__(self, docker):
        self.docker = docker
        self.name = f"pprg-bare-{os.getpid()}"

    def make(self, root):
        there = DEBIAN if self.docker("images", "--quiet", DEBIAN).strip() else PUBLIC
        image = os.environ.get("PYTHON_IMAGE") or there
        tree = subprocess.run(["git", "archive", "HEAD"], cwd=root, capture_output=True, check=True).stdout
        self.docker("run", "--detach", "--init", "--name", self.name, "--workdir", "/pprg", image, "sleep", "infinity")
        self.sh(MAKE)
        subprocess.run(["docker", "cp", "-", f"{self.name}:/pprg"], input=tree, capture_output=True, check=True)
        for each in ("in_hand.py", "as_printed.py"):
            self.docker("cp", str(Path(__file__).with_name(each)), f"{self.name}:/{each}")

    def sh(self, command, *options):
        return self.docker("exec", *options, self.name, "sh", "-c", command)

    def python(self, *arguments):
        return self.docker("exec", self.name, ".venv/bin/python", *arguments)

    def start(self):
        """Give the command of the README and wait for its word."""
        self.sh("rm -f said ended")
        self.sh(START, "--detach")
        eventually(lambda: READY in self.sh("cat said") or self.ended(), 300, every=0.5)

    def said(self):
        return self.sh("cat said").splitlines()

    def ended(self):
        """The exit code of make, as text; nothing while it runs."""
        return self.sh("cat ended 2>/dev/null").strip()

    def end(self, process, referral):
        """End a process while half a referral has been sent: status and reference, exit code, last words."""
        answer = self.python("/in_hand.py", json.dumps(referral), process).split()
        return answer, eventually(self.ended, 60), [line for line in self.said() if "stopped" in line]


@pytest.fixture
def machine(docker, root):
    bare = Machine(docker)
    try:
        bare.make(root)
        yield bare
    finally:
        docker("rm", "--force", "--volumes", bare.name)


def test_make_run_leads_a_newcomer_in_serves_and_ends_with_what_is_in_hand_done(machine, referral):
    compilers = machine.sh("for each in gcc cc clang git node; do command -v $each; done")
    began = monotonic()
    machine.start()
    signed_in, took = machine.python("/as_printed.py"), monotonic() - began
    ready = json.loads(machine.python("-c", ASK, "http://127.0.0.1:8001/readyz"))
    (status, reference), code, words = machine.end("pprg", referral)

    machine.start()
    machine.sh(PEOPLE)
    cases = machine.python("-c", SIGN_IN_AND_ASK, "/api/v1/cases")
    (second_status, second), second_code, second_words = machine.end("make", referral)

    assert compilers == ""
    assert signed_in == "True"
    assert took < NEWCOMER_SECONDS
    assert ready["ready"]
    assert sorted(ready["services"]) == ["intake", "notifier", "publisher", "triage"]
    assert (status, code, len(words)) == ("201", "0", 1)
    assert reference in cases
    # make passes the signal on and waits, then ends by it itself, as any program does that has no say in the matter
    assert (second_status, second_code, len(second_words)) == ("201", str(128 + 15), 1)
    assert second > reference
