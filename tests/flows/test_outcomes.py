"""What was decided is read on a page by those it concerns, and a letter leads there once the page is there."""

import re
from email import message_from_bytes
from itertools import permutations
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_intake.models import Outcome
from pprg_shared.boxes import publish
from pprg_shared.boxes.operations import replay
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.triage import DecisionRatified
from pprg_triage.models import Decision

pytestmark = pytest.mark.both_databases
SAID = {"to_referrer": "Canary words\nfor the referrer.", "to_agency": "Canary words for the agencies."}
UNSURE = {"outcome": "insufficient_information", "answer_child": "not_sure"}
PARTNER = "partner-police"
KINDS = ("outcome_to_agency", "outcome_to_referrer")


class Case:
    """A case about which the group has met: the police refer it, and police and health are asked."""

    def __init__(self, world, reference="", number=""):
        self.world, self.reference, self.id = world, reference, number

    def play(self):
        self.reference = self.send("intake", "referrals", invented.REFERRAL, "")["reference"]
        (only,) = self.get("triage", "cases", "coordinator").json["cases"]
        self.id = only["id"]
        asked = {"agencies": ["police", "icb"], "questions": "What was your part?"}
        self.send("triage", f"cases/{self.id}/requests", asked, "coordinator")
        self.send("triage", f"cases/{self.id}/meetings/record", invented.HELD, "coordinator")
        return self.reference, self.id

    def send(self, service, path, body, who):
        headers = {**self.world.acting(who), "Idempotency-Key": str(uuid4())}
        answer = self.world.client(service).post(f"/api/v1/{path}", json=body, headers=headers)
        self.world.settle()
        assert answer.status_code == 201, answer.text
        return answer.json

    def get(self, service, path, who):
        return self.world.client(service).get(f"/api/v1/{path}", headers=self.world.acting(who))

    def propose(self, route="rapid_review", **changes):
        self.send("triage", f"cases/{self.id}/decisions", invented.decision(route) | SAID | changes, "coordinator")
        made = self.get("triage", f"cases/{self.id}", "coordinator").json["decisions"]
        return next(each["id"] for each in made if each["route"] == route and not each["ratified"])

    def decide(self, route="rapid_review", **changes):
        body = {"decision_id": self.propose(route, **changes)}
        self.send("triage", f"cases/{self.id}/decisions/ratification", body, PARTNER)

    def page(self, who):
        """The path of the page of an agency that was asked."""
        (request,) = self.get("intake", "requests", who).json["requests"]
        return f"requests/{request['id']}/outcome"

    def read(self, path, who):
        told = self.get("intake", path, who).json["outcomes"]
        return [(each["route"], each["outcome"], each["words"]) for each in told]

    def letters(self):
        found = self.get("notifier", f"letters?subject={self.id}", "coordinator").json["letters"]
        return sorted((each["template"], each["to"]) for each in found if each["template"] in KINDS)

    def mails(self):
        """The texts of the outcome letters."""
        raw = [message_from_bytes(each.read_bytes()) for each in sorted(self.world.folder.glob("mailbox/*.eml"))]
        return [each.get_payload(decode=True).decode() for each in raw if "decision" in each["Subject"]]


@pytest.fixture
@beginning
def played(world):
    """The reference of the case, and its id."""
    return Case(world).play()


@pytest.fixture
def case(world, played):
    return Case(world, *played)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


@pytest.mark.asvs("15.3.1")
def test_the_referrer_and_each_agency_read_their_own_words_and_nobody_else_reads_any(case):
    case.decide()
    referral, police, health = f"referrals/{case.reference}/outcome", case.page("lead-police"), case.page("lead-icb")

    assert case.read(referral, "lead-police") == [("rapid_review", "criteria_met", SAID["to_referrer"])]
    for path, who in ((police, "lead-police"), (health, "lead-icb")):
        assert case.read(path, who) == [("rapid_review", "criteria_met", SAID["to_agency"])]
    # To another agency, asked or not, it is as if it were not there; nor is it there for the office and for nobody.
    for path, who in ((referral, "lead-icb"), (referral, "lead-gp"), (police, "lead-icb"), (health, "lead-gp")):
        unknown = case.get("intake", path.replace(case.reference, "PPRG-2026-0999"), "lead-mental-health-trust")
        shown = case.get("intake", path, who)
        assert (shown.status_code, shown.json["detail"]) == (404, unknown.json["detail"])
    assert [case.get("intake", referral, who).status_code for who in ("", "coordinator", "ops")] == [403] * 3


def test_the_pages_show_what_the_api_tells(case, world):
    case.decide()
    police, health = (world.visitor("intake", who) for who in ("lead-police", "lead-icb"))

    to_referrer, to_agency = police.get(f"/referrals/{case.reference}/outcome"), health.get(f"/{case.page('lead-icb')}")
    request = health.get(f"/{case.page('lead-icb').removesuffix('/outcome')}")

    shown = "Rapid review: criteria met Canary words for the referrer. Decided on Tuesday 24 November 2026"
    assert shown in words(to_referrer)
    assert "Canary words\nfor the referrer." in to_referrer.text
    assert "Canary words for the agencies." in words(to_agency)
    assert "for the agencies" not in to_referrer.text
    assert "for the referrer" not in to_agency.text
    assert "OFFICIAL-SENSITIVE" in words(to_agency)
    assert f'href="/{case.page("lead-icb")}"' in request.text
    assert health.get(f"/referrals/{case.reference}/outcome").status_code == 404
    assert health.get(f"/{case.page('lead-police')}").status_code == 404


def test_before_a_decision_is_ratified_there_is_nothing_to_read_and_no_letter(case, world):
    case.propose()

    shown = [
        case.get("intake", path, "lead-police").status_code
        for path in (f"referrals/{case.reference}/outcome", case.page("lead-police"))
    ]
    request = world.visitor("intake", "lead-police").get(f"/{case.page('lead-police').removesuffix('/outcome')}")

    assert shown == [404, 404]
    assert "Read what was decided" not in request.text
    assert case.letters() == []


def test_each_gets_one_letter_that_leads_to_the_page_and_says_nothing_of_the_decision(case):
    case.decide()

    agencies = {f"/{case.page(who)}" for who in ("lead-police", "lead-icb")}
    links = {found for text in case.mails() for found in re.findall(r"https?://[^/]+(/\S+)", text)}
    assert [each if "/" in each[1] else each[:1] for each in case.letters()] == [
        ("outcome_to_agency", "icb/safeguarding-lead"),
        ("outcome_to_agency", "police/safeguarding-lead"),
        ("outcome_to_referrer",),
    ]
    assert links == {f"/referrals/{case.reference}/outcome"} | agencies
    assert [text for text in case.mails() if re.search("canary|rapid|criteria|reasons", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("reference", ["PPRG-2026-0999", "x", "%F0%9F%90%9B", "'--", "a" * 5000])
def test_a_reference_that_nobody_has_is_not_there(case, reference):
    assert case.get("intake", f"referrals/{reference}/outcome", "lead-police").status_code == 404


def test_decisions_on_two_routes_stand_on_the_same_page(case):
    case.decide()
    case.decide("lcspr", outcome="criteria_not_met", answer_child="no", to_referrer="Not this one.")

    referral = case.read(f"referrals/{case.reference}/outcome", "lead-police")

    assert sorted(referral) == [
        ("lcspr", "criteria_not_met", "Not this one."),
        ("rapid_review", "criteria_met", SAID["to_referrer"]),
    ]
    assert len(case.letters()) == 6


def test_what_is_decided_later_takes_the_place_of_what_could_not_be_said(case, world):
    case.decide(**UNSURE, to_agency="We cannot say yet.")
    before = case.read(case.page("lead-icb"), "lead-icb")
    world.clock.forward(days=2)
    case.decide(to_agency="Now we can.")

    assert before == [("rapid_review", "insufficient_information", "We cannot say yet.")]
    assert case.read(case.page("lead-icb"), "lead-icb") == [("rapid_review", "criteria_met", "Now we can.")]
    assert len(case.letters()) == 6
    with world.services["intake"].database.reading() as session:
        assert len(session.scalars(sa.select(Outcome)).all()) == 1


def ratified(case, revision, **words):
    return DecisionRatified(
        decision_id=uuid4(),
        case_id=UUID(case.id),
        reference=case.reference,
        route="rapid_review",
        outcome="criteria_met",
        decided_on=case.world.clock().date(),
        referrer_id=uuid4(),
        agencies=["icb"],
        reasons="Invented reasons.",
        revision=revision,
        **words,
    )


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))), ids=str)
def test_whatever_order_corrections_come_in_the_highest_holds_and_an_older_word_asks_for_no_letter(case, world, order):
    for revision in order:
        with world.services["triage"].database.writing("action") as session:
            publish(session, ratified(case, revision, to_agency=f"Correction {revision}."))
        world.settle()

    letters = [each for each in case.letters() if each[0] == "outcome_to_agency"]
    highest = [revision for at, revision in enumerate(order) if revision == max(order[: at + 1])]
    assert [each[2] for each in case.read(case.page("lead-icb"), "lead-icb")] == ["Correction 3."]
    assert len(letters) == len(highest)


def test_what_was_said_before_words_travelled_is_told_in_the_standard_words(case, world):
    with world.services["triage"].database.writing("action") as session:
        publish(session, ratified(case, 1))
    world.settle()

    ((_, _, words),) = case.read(case.page("lead-icb"), "lead-icb")

    assert words.startswith("The criteria for this are met: Rapid review.")


def test_a_decision_that_comes_before_the_request_waits_for_it(case, world):
    early = ratified(case, 1)
    early = DecisionRatified(**{**vars(early), "agencies": ["icb", "gp"], "to_agency": "Wait for it."})
    with world.services["triage"].database.writing("action") as session:
        publish(session, early)
    world.settle()
    before = case.letters()
    asked = {"agencies": ["gp"], "questions": "What was your part?"}
    case.send("triage", f"cases/{case.id}/requests", asked, "coordinator")
    world.clock.forward(minutes=5)
    world.settle()

    assert before == []
    assert [each[2] for each in case.read(case.page("lead-gp"), "lead-gp")] == ["Wait for it."]
    assert len(case.letters()) == 3


def test_what_is_heard_again_builds_lost_words_anew_and_sends_no_letter_twice(case, world):
    case.decide()
    sent = case.letters(), len(case.mails())
    intake, triage = world.services["intake"], world.services["triage"]
    with intake.database.writing("action") as session:
        session.execute(sa.delete(Outcome))
        session.execute(sa.delete(outbox).where(outbox.c.type == "outcome.ready.v1"))
        session.execute(sa.delete(inbox).where(inbox.c.type == "decision.ratified.v1"))
    lost = case.get("intake", case.page("lead-icb"), "lead-icb").status_code

    replay(triage, "intake", case.id, lambda _: None)
    world.settle()

    assert lost == 404
    assert [each[2] for each in case.read(case.page("lead-icb"), "lead-icb")] == [SAID["to_agency"]]
    assert (case.letters(), len(case.mails())) == sent


def test_the_words_lie_sealed_in_the_table_and_in_every_box(case, world):
    case.decide()

    for name in ("intake", "triage", "notifier"):
        with world.services[name].database.reading() as session:
            for table in (inbox, outbox):
                bodies = [bytes(each or b"") for each in session.scalars(sa.select(table.c.body))]
                assert [each for each in bodies if b"canary words" in each.lower()] == []
    with world.services["intake"].database.reading() as session:
        (row,) = session.execute(sa.text("SELECT * FROM outcomes")).all()
        said = [Envelope.from_json(bytes(b)) for b in session.scalars(sa.select(outbox.c.body)) if b]
    (ready,) = (each for each in said if each.type == "outcome.ready.v1")
    assert "canary" not in str(row).lower()
    public = {"decision_id", "case_id", "reference", "decided_on", "referrer_id", "requests", "has_address"}
    assert set(ready.public) == public
    assert ready.sealed == {}
    with world.services["triage"].database.reading() as session:
        assert len(session.scalars(sa.select(Decision)).all()) == 1


def correct(case, **changes):
    """Correct the words of the newest decision, and what the office is answered."""
    decision = case.get("triage", f"cases/{case.id}", "coordinator").json["decisions"][-1]
    body = {"decision_id": decision["id"], **SAID, "why": "A date was wrong."} | changes
    headers = {**case.world.acting(body.pop("who", "coordinator")), "Idempotency-Key": str(uuid4())}
    path = f"/api/v1/cases/{case.id}/decisions/correction"
    answer = case.world.client("triage").post(path, json=body, headers=headers)
    case.world.settle()
    return answer


def test_words_of_a_ratified_decision_are_corrected_and_everybody_reads_the_new_ones_without_a_letter(case, world):
    case.decide()
    before = case.letters()
    world.clock.forward(days=2)
    office = world.visitor("triage", "coordinator")
    (path,) = re.findall(rf'href="(/cases/{case.id}/decision/[^"]+/words)"', office.get(f"/cases/{case.id}").text)
    form = office.get(path)
    given = dict(re.findall(r'name="(_csrf|_key|decision_id)" value="([^"]+)"', form.text))
    sent = office.post(path, data=given | SAID | {"to_agency": "Other words.", "why": "A date was wrong.", "_end": "1"})
    world.settle()

    told = case.get("intake", case.page("lead-icb"), "lead-icb").json["outcomes"]
    shown = words(world.visitor("intake", "lead-icb").get(f"/{case.page('lead-icb')}"))
    happened = case.get("triage", f"cases/{case.id}/history", "coordinator").json["history"]

    assert (form.text.count("Canary words"), sent.status_code) == (2, 303)
    assert [(each["words"], each["decided_on"], each["corrected_on"]) for each in told] == [
        ("Other words.", "2026-11-24", "2026-11-26")
    ]
    corrected = "Decided on Tuesday 24 November 2026. These words were corrected on Thursday 26 November 2026"
    assert f"Other words. {corrected}" in shown
    assert case.letters() == before
    assert [(each["what"], each["who"]) for each in happened[-1:]] == [
        ("Words that others read about a decision corrected: Rapid review", "Robin Sample")
    ]
    kept = words(office.get(f"/cases/{case.id}"))
    assert "What the agencies read before Canary words for the agencies." in kept
    assert "A date was wrong." in kept
    with world.services["publisher"].database.reading() as session:
        assert session.scalars(sa.select(inbox.c.type).where(inbox.c.done_at.is_(None))).all() == []


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({}, 409, "/to_referrer"),
        ({"to_agency": "About Invented Child."}, 409, "/to_agency"),
        ({"to_agency": ""}, 422, "/to_agency"),
        ({"to_agency": "Other words.", "why": ""}, 422, "/why"),
        ({"to_agency": "Other words.", "decision_id": str(uuid4())}, 404, ""),
        ({"to_agency": "Other words.", "who": "chair"}, 403, ""),
    ],
)
def test_words_that_cannot_be_corrected_so_are_refused_and_stay(case, changes, status, pointer):
    case.decide()

    refused = correct(case, **changes)

    assert refused.status_code == status
    assert [each["pointer"] for each in refused.json.get("errors", [])] == [pointer] * bool(pointer)
    assert case.read(case.page("lead-icb"), "lead-icb") == [("rapid_review", "criteria_met", SAID["to_agency"])]


def test_words_are_corrected_of_what_was_ratified_last(case):
    case.propose(**UNSURE)
    too_early = correct(case, to_agency="Other words.")
    (first,) = case.get("triage", f"cases/{case.id}", "coordinator").json["decisions"]
    case.send("triage", f"cases/{case.id}/decisions/ratification", {"decision_id": first["id"]}, PARTNER)
    case.decide()
    made = case.get("triage", f"cases/{case.id}", "coordinator").json["decisions"]
    (newest,) = (each["id"] for each in made if each["id"] != first["id"])

    overtaken = correct(case, decision_id=first["id"], to_agency="Other words.")
    done = [correct(case, decision_id=newest, to_agency=f"Words {n}.").status_code for n in (1, 2)]

    assert (too_early.status_code, overtaken.status_code, done) == (409, 409, [201, 201])
    assert [each[2] for each in case.read(case.page("lead-icb"), "lead-icb")] == ["Words 2."]
    assert len(case.letters()) == 6


def test_a_correction_that_comes_first_waits_for_what_it_corrects_so_that_letters_go_out_once(case, world):
    for revision, more in ((2, {"corrected_on": world.clock().date()}), (1, {})):
        with world.services["triage"].database.writing("action") as session:
            publish(session, ratified(case, revision, to_agency=f"Words {revision}.", **more))
        world.settle()
    before = case.read(case.page("lead-icb"), "lead-icb")
    world.clock.forward(minutes=5)
    world.settle()

    assert [each[2] for each in before] == ["Words 1."]
    assert [each[2] for each in case.read(case.page("lead-icb"), "lead-icb")] == ["Words 2."]
    assert len([each for each in case.letters() if each[0] == "outcome_to_agency"]) == 1
