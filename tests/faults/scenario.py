"""What people and programs do while things break: a client that asks until it is answered, and the steps of a case."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import requests

import invented
from invented import ANSWERED, REFERRAL
from pprg_shared.calendar import add_working_days
from pprg_shared.profile import load_profile, notices
from signed import bearing
from waiting import eventually

PROFILE = load_profile(None)
AGENCIES = list(PROFILE.asked_agencies())
#: Without the one whose reviews are published only once others have had their copies.
ROUTES = [
    each for each in PROFILE.decided_routes() if not notices(PROFILE, PROFILE.routes[each].publishes or each, None)
]
PATIENCE = 60.0
#: Whoever asks all the time takes the processor from those who are to answer.
SECONDS_BETWEEN_TRIES = 0.1


@dataclass
class Told:
    """What the product has said yes to: all of it must be there, each once, and nothing else."""

    referrals: dict[str, str] = field(default_factory=dict)  #: reference: the referrer's address
    asked: list[tuple[str, str]] = field(default_factory=list)  #: reference, agency
    returns: list[tuple[str, str, str]] = field(default_factory=list)  #: reference, agency, kind
    rows: list[tuple[str, str, int]] = field(default_factory=list)  #: reference, agency, number
    early: list[tuple[str, str]] = field(default_factory=list)  #: as asked, but said by the test and not by intake
    reminded: list[tuple[str, str]] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    decisions: dict[tuple[str, str], list[str]] = field(default_factory=dict)  #: reference and route: agencies asked
    published: list[tuple[str, str]] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)  #: reference, phase: what counts as a coordinator's step


class Client:
    """Asks until it is answered, each time with the same key, as a careful program would."""

    def __init__(self, addresses: Mapping[str, Sequence[str]], sign_in_key: str) -> None:
        self.addresses, self._key = addresses, sign_in_key
        self.slowest = 0.0
        self._turns = count()

    def post(self, service: str, path: str, body: Mapping[str, Any], who: str) -> dict[str, str]:
        """Send until it is known to have been done; what was answered."""
        headers = {**self._acting(who), "Idempotency-Key": str(uuid4())}
        answer = self._ask("POST", service, path, headers=headers, json=body)
        assert answer.status_code == 201, f"{path} answered {answer.status_code}: {answer.text}"
        return answer.json()

    def get(self, service: str, path: str, who: str = "coordinator") -> dict[str, Any]:
        """Read."""
        answer = self._ask("GET", service, path, headers=self._acting(who))
        assert answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.text}"
        return answer.json()

    def _acting(self, who: str) -> dict[str, str]:
        return bearing(PROFILE.person(who), self._key, datetime.now(UTC))

    def _ask(self, method: str, service: str, path: str, **more: Any) -> requests.Response:
        def asked() -> requests.Response | None:
            here = self.addresses[service]
            began = time.monotonic()
            try:
                answer = requests.request(method, here[next(self._turns) % len(here)] + path, timeout=15, **more)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                return None
            self.slowest = max(self.slowest, time.monotonic() - began)
            return None if "Retry-After" in answer.headers else answer

        # An answer that is an error is false to requests, so it is wrapped.
        return eventually(lambda: (found := asked()) is not None and [found], PATIENCE, every=SECONDS_BETWEEN_TRIES)[0]


class Office:
    """The steps of a case, as its people take them."""

    def __init__(self, client: Client) -> None:
        self.client, self.told = client, Told()
        self._cases: dict[str, str] = {}

    def refer(self) -> str:
        """Somebody refers; the reference."""
        address = f"referrer-{uuid4().hex[:12]}@agency.example"
        referral = REFERRAL | {"referrer_email": address}
        reference = self.client.post("intake", "/api/v1/referrals", referral, "")["reference"]
        self.told.referrals[reference] = address
        return reference

    def case(self, reference: str) -> str:
        """The id of a case, once triage has opened it."""

        def known() -> str | None:
            if reference not in self._cases:
                cases = self.client.get("triage", "/api/v1/cases")["cases"]
                self._cases |= {each["reference"]: each["id"] for each in cases}
            return self._cases.get(reference)

        return eventually(known, PATIENCE, every=SECONDS_BETWEEN_TRIES)

    def ask(self, reference: str, *agencies: str) -> None:
        """The coordinator asks agencies."""
        asked = {"agencies": agencies, "questions": "What was your part?"}
        self.client.post("triage", f"/api/v1/cases/{self.case(reference)}/requests", asked, "coordinator")
        self.told.asked += [(reference, each) for each in agencies]
        self.told.forms.append((reference, "requests"))

    def page(self, reference: str, agency: str) -> str:
        """Where an agency answers, once the page is there."""
        case = self.case(reference)

        def there() -> str | None:
            asked = self.client.get("intake", "/api/v1/requests", f"lead-{agency}")["requests"]
            return next((each["id"] for each in asked if each["case_id"] == case), None)

        return f"/api/v1/requests/{eventually(there, PATIENCE, every=SECONDS_BETWEEN_TRIES)}"

    def answer(self, reference: str, agency: str, rows: int = 2) -> None:
        """An agency answers with a summary and rows, or with nothing when there are no rows."""
        path, lead = self.page(reference, agency), f"lead-{agency}"
        if rows == 0:
            self.client.post("intake", f"{path}/nil-return", {"author": "Invented Lead"}, lead)
        else:
            row = {"source": "Case record", "event": "An invented visit", "action": "none"}
            sent = [row | {"date": f"{number + 1:02}/2025"} for number in range(rows)]
            answers = ANSWERED | {"author": "Invented Lead", "summary": "An invented summary.", "rows": sent}
            self.client.post("intake", f"{path}/return", answers, lead)
        self.told.returns.append((reference, agency, "return" if rows else "nil"))
        self.told.rows += [(reference, agency, number) for number in range(rows)]

    def meet(self, reference: str) -> None:
        """The coordinator calls the group, about each case in a room of its own."""
        case = self.case(reference)
        received = date.fromisoformat(self.client.get("triage", f"/api/v1/cases/{case}")["received_on"])
        day = add_working_days(received, PROFILE.clocks["rr.meeting"].number)
        form = {"day": str(day), "starts": "10:00", "ends": "12:00", "place": f"Room {reference}"}
        self.client.post("triage", f"/api/v1/cases/{case}/meetings", form, "coordinator")
        self.told.meetings.append(reference)
        self.told.forms.append((reference, "meeting"))

    def decide(self, reference: str, route: str = ROUTES[0]) -> None:
        """The coordinator writes down that the group has met and what it proposes, a partner ratifies."""
        path = f"/api/v1/cases/{self.case(reference)}"
        group = {"attended": [str(each.id) for each in PROFILE.people_with_role("partner")]}
        held_on = self.client.get("triage", path)["received_on"]
        self.client.post("triage", f"{path}/meetings/record", group | {"held_on": held_on}, "coordinator")
        self.told.forms.append((reference, "meeting"))
        proposed = invented.decision(route)
        self.client.post("triage", f"{path}/decisions", proposed, "coordinator")
        judged = [name for name in proposed if name.startswith("answer_")]
        self.told.forms += [(reference, "decision")] * len(judged)
        made = self.client.get("triage", path)["decisions"]
        (decision,) = [each["id"] for each in made if each["route"] == route]
        self.client.post("triage", f"{path}/decisions/ratification", {"decision_id": decision}, ratifier(route))
        asked = [agency for name, agency in [*self.told.asked, *self.told.early] if name == reference]
        self.told.decisions[reference, route] = asked

    def draft(self, reference: str, route: str) -> str:
        """The id of a publication, once its draft is there; that of the decision it tells of."""
        case = self.case(reference)
        made = self.client.get("triage", f"/api/v1/cases/{case}")["decisions"]
        (decision,) = [each["id"] for each in made if each["route"] == route]

        def there() -> bool:
            drafts = self.client.get("publisher", f"/api/v1/publications?case={case}")["publications"]
            return decision in [each["id"] for each in drafts]

        eventually(there, PATIENCE, every=SECONDS_BETWEEN_TRIES)
        return decision

    def publish(self, reference: str, route: str = ROUTES[0], plan: Mapping[str, str] | None = None) -> None:
        """The coordinator offers what was learnt on one route, and may plan for when; the chair releases it."""
        draft = self.draft(reference, route)
        words = {
            "type": route,
            "label": f"Child {uuid4().hex}",
            "year": 2026,
            "title": f"Learning {uuid4().hex}",
            "summary": "An invented case of an invented child.",
            "learning": "This case is invented. Sharing earlier would have helped, and that is what was learnt.",
            "themes": ["information-sharing"],
        }
        path = f"/api/v1/publications/{draft}"
        self.client.post("publisher", f"{path}/offer", words, "coordinator")
        if plan:
            self.client.post("publisher", f"{path}/plan", plan, "coordinator")
            self.told.forms.append((reference, "publishing"))
        self.client.post("publisher", f"{path}/release", {}, "chair")
        self.told.published.append((reference, route))
        self.told.forms.append((reference, "publishing"))

    def whole_case(self) -> str:
        """One case from referral to published outcome."""
        reference = self.refer()
        self.ask(reference, *AGENCIES[:2])
        self.answer(reference, AGENCIES[0])
        self.answer(reference, AGENCIES[1], rows=0)
        self.meet(reference)
        self.decide(reference)
        self.publish(reference)
        return reference


def ratifier(route: str) -> str:
    """Somebody of the body that ratifies decisions on a route."""
    body = PROFILE.bodies[PROFILE.routes[route].ratified_by or ""]
    return PROFILE.people_with_role(*body.ratifies)[0].code
