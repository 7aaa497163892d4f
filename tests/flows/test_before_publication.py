"""Who has to do with a case is told before something about it is published, and told again when the day moves."""

import re
from email import message_from_bytes, policy
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_shared.boxes import publish
from pprg_shared.boxes.operations import replay
from pprg_shared.events.publisher import PublicationPlanned

FRIDAY = {"day": "2027-01-15", "at": "09:00"}
LATER = {"day": "2027-02-12", "at": "09:00", "why": "The inquest ends later."}
NOTICES = ("publication_notice", "publication_moved", "publication_called_off")
SAID = {"to_referrer": "Canary words for the referrer.", "to_agency": "Canary words for the agencies."}


class Case:
    """A case on which the police and health were asked and the group has decided; it leaves a draft to publish."""

    def __init__(self, world, post, get, reference, path, publication):
        self.world, self.post, self.get = world, post, get
        self.reference, self.path, self.publication = reference, path, publication

    def plan(self, **when):
        self.post("publisher", f"/publications/{self.publication}/plan", FRIDAY | when)

    def call_off(self):
        self.post("publisher", f"/publications/{self.publication}/calling-off", {"why": "A court hearing comes first."})

    def tell(self, status=201, publication=None):
        where = f"{self.path}/publications/{publication or self.publication}/letters"
        return self.post("triage", where, {}, status=status)

    def by_hand(self, whom, status=201, **more):
        where = f"{self.path}/publications/{self.publication}/by-hand"
        return self.post("triage", where, {"whom": whom, "day": "2026-11-24", **more}, status=status)

    def state(self):
        (only,) = self.get("triage", f"{self.path}/publications")["publications"]
        return only

    def letters(self, *kinds):
        """The notices of these kinds, or of all: kind and to whom."""
        found = self.get("notifier", f"/letters?subject={self.path.removeprefix('/cases/')}")["letters"]
        return sorted((each["template"], each["to"]) for each in found if each["template"] in (kinds or NOTICES))

    def mails(self):
        raw = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in self.mailbox()]
        return [each for each in raw if "publi" in each["Subject"]]

    def mailbox(self):
        return sorted(self.world.folder.glob("mailbox/*.eml"))

    def happened(self, who="coordinator"):
        return [(each["what"], each["who"]) for each in self.get("triage", f"{self.path}/history", who)["history"]]


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


@pytest.fixture
@beginning
def decided(post, get):
    """The reference of a case, its path, and what its decision is called."""
    reference = post("intake", "/referrals", invented.REFERRAL, "")["reference"]
    (only,) = get("triage", "/cases")["cases"]
    path = f"/cases/{only['id']}"
    post("triage", f"{path}/requests", {"agencies": ["police", "icb"], "questions": "What was your part?"})
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review") | SAID)
    (made,) = get("triage", path)["decisions"]
    post("triage", f"{path}/decisions/ratification", {"decision_id": made["id"]}, "partner-police")
    return reference, path, made["id"]


@pytest.fixture
def case(world, post, get, decided):
    return Case(world, post, get, *decided)


def expected(world, case):
    """The agencies that were asked, the group and its partners, and who is tied to the case, but for the office."""
    profile = world.services["triage"].profile
    roles = {"chair", "member", "partner"}
    people = [str(each.id) for each in profile.people if roles & set(each.roles)]
    return sorted([*people, "icb/safeguarding-lead", "police/safeguarding-lead"])


def test_agencies_and_group_get_one_letter_each_which_says_when_and_where_and_nothing_of_the_case(world, case):
    case.plan()
    before = case.state()
    case.tell()

    sent = case.letters()
    whole = [f"{each['Subject']} {each.get_content()}" for each in case.mails()]

    assert [to for _, to in sent] == expected(world, case)
    assert {kind for kind, _ in sent} == {"publication_notice"}
    assert before["not_told"] == case.state()["told"]
    assert case.state()["not_told"] == {"agencies": [], "people": []}
    assert len(whole) == len(sent)
    for text in whole:
        assert case.reference in text
        assert "Friday 15 January 2027, 09:00" in text
        assert re.search(r"read it here: https?://[^/]+/learning\s", text)
        assert not [each for each in ("Canary", "Invented", "rapid", "criteria") if each in text]
    assert (
        f"Told of publication, planned for Friday 15 January 2027, 09:00, by letter: 2 agencies and {len(sent) - 2} "
        "people",
        "Robin Sample",
    ) in case.happened()


def test_nobody_is_told_twice_of_one_moment_and_who_is_asked_later_is_told_alone(case):
    case.plan()
    case.tell()
    first = case.letters()

    refused = case.tell(409)
    case.post("triage", f"{case.path}/requests", {"agencies": ["gp"], "questions": "What was your part?"})
    case.tell()

    assert "has been told of this moment" in refused["detail"]
    assert [each for each in case.letters() if each not in first] == [("publication_notice", "gp/safeguarding-lead")]


def test_who_declared_an_interest_is_not_told(world, case):
    closed = next(each for each in world.services["triage"].profile.people if "member" in each.roles)
    about = {"person": str(closed.id), "why": "Managed the case of the family."}
    case.post("triage", f"{case.path}/interests", about)
    case.plan()
    case.tell()

    assert str(closed.id) not in [to for _, to in case.letters()]
    assert [to for _, to in case.letters()] == [each for each in expected(world, case) if each != str(closed.id)]


@pytest.mark.both_databases
def test_when_the_day_moves_those_who_knew_hear_it_and_when_it_is_off_too(world, case):
    case.plan()
    case.tell()
    late = next(each for each in world.services["triage"].profile.people if "member" in each.roles)
    case.post("triage", f"{case.path}/interests", {"person": str(late.id), "why": "Managed the case of the family."})
    case.plan(**LATER)
    moved = case.letters("publication_moved")
    case.call_off()
    off = case.letters("publication_called_off")

    assert [to for _, to in moved] == [each for each in expected(world, case) if each != str(late.id)]
    assert [to for _, to in off] == [to for _, to in moved]
    texts = {each["Subject"].rpartition(", ")[2]: each.get_content() for each in case.mails()}
    assert "Planned for, now: Friday 12 February 2027, 09:00" in texts["another day of publication"]
    assert "It was planned for: Friday 12 February 2027, 09:00" in texts["publication is off for now"]
    told = {what.partition(", by letter")[0] for what, _ in case.happened()}
    assert told >= {
        "Told of publication, planned for Friday 15 January 2027, 09:00",
        "Told that publication is moved to Friday 12 February 2027, 09:00",
        "Told that publication, planned for Friday 12 February 2027, 09:00, is off",
    }
    assert ("Publication called off: Friday 12 February 2027, 09:00", "Robin Sample") in case.happened()
    assert case.state()["planned_at"] is None
    assert "No day is planned" in case.tell(409)["detail"]


def test_once_it_is_off_a_new_day_is_told_by_a_person_again(case):
    case.plan()
    case.tell()
    case.call_off()
    count = len(case.letters())
    case.plan(**LATER | {"why": ""})

    assert len(case.letters()) == count
    assert case.state()["told"] == {"agencies": [], "people": []}
    case.tell()
    assert len(case.letters("publication_notice")) == count


def test_copies_that_are_noted_for_the_same_day_are_told_to_nobody(case):
    case.plan()
    case.tell()
    count = len(case.letters())
    case.plan(copies_on="2026-11-24")

    assert len(case.letters()) == count


@pytest.mark.both_databases
def test_a_replay_sends_nothing_twice(world, case):
    case.plan()
    case.tell()
    case.plan(**LATER)
    sent, count = case.letters(), len(case.mailbox())
    subject = case.path.removeprefix("/cases/")
    again = [
        replay(world.services[service], to, subject, lambda _: None)
        for service, to in (("publisher", "triage"), ("triage", "notifier"))
    ]
    world.settle()

    assert all(again)
    assert (case.letters(), len(case.mailbox())) == (sent, count)


def test_the_family_is_told_by_a_person_and_again_when_the_day_moves(world, case):
    case.plan()
    waiting = {each["whom"]: each["told_on"] for each in case.state()["by_hand"]}
    case.by_hand("family", how="At home, by Canary Officer.")
    told = case.state()["by_hand"]
    page = words(world.visitor("triage", "coordinator").get(f"{case.path}/publications"))
    case.plan(**LATER)
    again = words(world.visitor("triage", "coordinator").get(f"{case.path}/publications"))

    assert waiting == {"family": None, "reviewer": None}
    assert {each["whom"]: each["told_on"] for each in told} == {"family": "2026-11-24", "reviewer": None}
    assert "The family Told On Tuesday 24 November 2026. At home, by Canary Officer." in page
    assert "The family Told On Tuesday 24 November 2026, of another day. Tell them again" in again
    said = "Told of publication, planned for Friday 15 January 2027, 09:00, by a person: the family, on Tue 24 Nov 2026"
    assert (f"{said}\nAt home, by Canary Officer.", "Robin Sample") in case.happened()
    assert all("Canary" not in each.get_content() for each in case.mails())


@pytest.mark.parametrize(
    ("whom", "more", "status", "advice"),
    [
        ("nobody", {}, 422, "Choose who was told in the list"),
        ("family", {"day": "2026-11-25"}, 409, "This day lies in the future"),
        ("somebody", {}, 409, "Say whom, and how"),
    ],
)
def test_what_cannot_be_noted_says_why(case, whom, more, status, advice):
    case.plan()

    assert advice in str(case.by_hand(whom, status, **more))


def test_an_agency_without_an_address_is_told_by_hand(world, case, post):
    agency = case.get("intake", "/agencies/icb", "administrator")
    case.plan()
    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.text("UPDATE agencies SET active = false WHERE id = 'icb'"))
    case.tell()

    assert agency is not None
    assert "icb/safeguarding-lead" not in [to for _, to in case.letters()]
    assert {"whom": "agency:icb", "told_on": None} in case.state()["by_hand"]
    case.by_hand("agency:icb")
    assert {"whom": "agency:icb", "told_on": "2026-11-24"} in case.state()["by_hand"]


def test_of_another_case_or_after_its_day_nothing_is_told(world, case):
    case.plan()
    elsewhere = case.tell(404, publication=uuid4())
    world.clock.forward(days=60)
    late = case.tell(409)

    assert elsewhere["status"] == 404
    assert "has passed. Plan another day first" in late["detail"]
    assert case.letters() == []


def test_the_office_alone_tells(case):
    case.plan()
    where = f"{case.path}/publications/{case.publication}/letters"

    assert {case.post("triage", where, {}, who, 403)["status"] for who in ("chair", "partner-police")} == {403}


def test_by_page_it_is_one_step(world, case):
    case.plan()
    office = world.visitor("triage", "coordinator")
    shown = office.get(f"{case.path}/publications")
    button = re.search(r"Tell (\d+ agencies and \d+ people) by letter", shown.text)
    form = re.search(r'action="([^"]+/letters)"(.*?)</form>', shown.text, re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]))
    gone = office.post(form[1], data=fields)
    again = office.post(form[1], data=fields)
    world.settle()

    assert (gone.status_code, gone.location) == (303, case.path)
    assert again.status_code == 303
    assert len(case.letters()) == len(expected(world, case))
    assert f"Told by letter {button[1]}" in words(office.get(case.path))
    assert "Still to tell by hand 2, such as the family" in words(office.get(case.path))


def test_by_page_what_was_typed_stays_where_something_is_wrong(world, case):
    case.plan()
    office = world.visitor("triage", "coordinator")
    path = f"{case.path}/publications/{case.publication}/by-hand"
    shown = office.get(path)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    wrong = office.post(path, data=fields | {"whom": "family", "day": "tomorrow", "how": "At home, by Canary Officer."})
    right = office.post(path, data=fields | {"whom": "family", "day": "24 November 2026"})

    assert (wrong.status_code, right.status_code, right.location) == (422, 303, case.path)
    assert "At home, by Canary Officer." in wrong.text
    assert "Enter the day with its month and year" in wrong.text


@pytest.mark.both_databases
def test_a_plan_that_comes_after_a_later_one_tells_nobody(world, case):
    case.plan()
    case.tell()
    case.plan(**LATER)
    sent = case.letters()
    about = {"publication_id": UUID(case.publication), "case_id": UUID(case.path.removeprefix("/cases/"))}
    about |= {"reference": case.reference, "publication_type": "rapid_review", "planned_at": world.clock()}
    with world.services["publisher"].database.writing("action") as session:
        publish(session, PublicationPlanned(**about, planned_by=uuid4(), revision=1))
    world.settle()

    assert case.letters() == sent
    assert case.state()["planned_at"] == "2027-02-12T09:00:00+00:00"
