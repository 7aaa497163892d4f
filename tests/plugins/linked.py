"""Whoever has nothing but a link in a letter: requests that triage makes, and browsers that ask for codes."""

import re
from datetime import date
from uuid import uuid4

import pytest

from pprg_shared.boxes import publish
from pprg_shared.events.triage import DecisionRatified, InformationChanged, InformationRequested

NAMES = {"police": "Invented Child", "icb": "Another Child"}


class Letters:
    """What triage asks, and the mailboxes of the try-out."""

    def __init__(self, world):
        self.world = world

    def say(self, event):
        with self.world.services["triage"].database.writing("action") as session:
            publish(session, event)
        self.world.settle()

    def ask(self, agency="police", case_id=None):
        """A request to an agency; the address of its page."""
        about = {"case_id": case_id or uuid4(), "reference": "PPRG-2026-0001", "agency": agency}
        person = {"subject_name": NAMES[agency], "subject_born": "May 2016", "questions": "What was your part?"}
        asked = InformationRequested(request_id=uuid4(), due_on=date(2026, 12, 3), **about, **person)
        self.say(asked)
        return asked

    def change(self, asked, state):
        about = {"request_id": asked.request_id, "case_id": asked.case_id, "reference": asked.reference}
        self.say(
            InformationChanged(**about, agency=asked.agency, due_on=asked.due_on, state=state, revision=1, query="")
        )

    def decide(self, asked, referrer_id=None):
        about = {"decision_id": uuid4(), "case_id": asked.case_id, "reference": asked.reference}
        what = {"route": "rapid_review", "outcome": "criteria_met", "decided_on": self.world.clock().date()}
        who = {"referrer_id": referrer_id or uuid4(), "agencies": [asked.agency], "reasons": "Invented."}
        self.say(DecisionRatified(**about, **what, **who))

    def codes(self, to="safeguarding-lead@police.example"):
        """The codes that came to an address, the newest last."""
        self.world.settle()
        files = sorted(self.world.folder.glob("mailbox/*.eml"), key=lambda each: each.stat().st_mtime_ns)
        letters = [each.read_text("utf-8").replace("\r", "") for each in files]
        return [
            found[1] for each in letters if f"\nTo: {to}\n" in each and (found := re.search(r"Code: (\d{6})", each))
        ]

    def browser(self, address="192.0.2.1"):
        client = self.world.client("intake")
        client.environ_base["REMOTE_ADDR"] = address
        return client


def send(client, path, **answers):
    """Open a page with a code form and send it."""
    page = client.get(path, follow_redirects=True)
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page.text))
    return client.post(page.request.full_path.rstrip("?"), data={**answers, **hidden, "_end": "1"})


def ask_code(client, path):
    return send(client, path, _ask="1")


def enter(client, path, code):
    return send(client, path, code=code)


@pytest.fixture
def letters(world):
    return Letters(world)
