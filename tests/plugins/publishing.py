"""Drafts that decisions leave, and people who lead them to the public."""

import html
import re
from datetime import date
from uuid import uuid4

from invented import PUBLISHED
from pprg_shared.boxes import publish
from pprg_shared.events.triage import CaseMember, CaseMembersChanged, DecisionRatified


class People:
    """The office and the chair at the publisher, and everybody; drafts, and what becomes of them."""

    def __init__(self, world):
        self.world, self.number = world, 0
        self.office = world.visitor("publisher", "coordinator")
        self.deputy = world.visitor("publisher", "deputy")
        self.chair = world.visitor("publisher", "chair")
        self.everybody = world.client("publisher")

    def draft(self, case_id=None, **changes):
        """The page of the draft that a ratified decision leaves, and the id of its case."""
        self.number += 1
        case_id = case_id or uuid4()
        decided = {"route": "rapid_review", "outcome": "criteria_met"} | changes
        decision = DecisionRatified(
            decision_id=uuid4(),
            case_id=case_id,
            reference=f"PPRG-2026-{self.number:04}",
            **decided,
            decided_on=date(2026, 11, 24),
            referrer_id=uuid4(),
            agencies=["police"],
            reasons="Invented reasons <b>for the office</b>.",
        )
        with self.world.services["triage"].database.writing("action") as session:
            publish(session, decision)
            publish(session, CaseMembersChanged(case_id=case_id, revision=1, members=[self.member("chair")]))
        self.world.services["triage"].drain()
        return f"/publications/{decision.decision_id}", case_id

    def member(self, who, role="chair"):
        """What triage says of somebody who is tied to a case."""
        person = self.world.services["publisher"].profile.person(who).id
        return CaseMember(person=person, role=role, since=self.world.clock())

    def offered(self, **other):
        path, _ = self.draft()
        answers = PUBLISHED | {"label": f"Child {self.number}"} | other
        assert send(self.office, path, _offer="1", **answers).status_code == 303
        return path

    def published(self, **other):
        """The public address of a publication that the chair has released."""
        path = self.offered(**other)
        return send(self.chair, path, f"{path}/release").location


def send(client, page, to=None, **answers):
    """Open a page, fill the form that goes to a place and send it."""
    text = client.get(page).text
    forms = re.findall(r'<form method="post"(?: action="([^"]*)")?(.*?)</form>', text, re.DOTALL)
    inner = next((inner for action, inner in forms if action == (to or "")), "")
    hidden = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', inner)}
    kept = {name: value for name, value in hidden.items() if name in {"_csrf", "_key", "_end", "text", "type"}}
    return client.post(to or page, data=kept | answers)


def words(page):
    """The text of a page without tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
