"""An agency is told of everybody whom a case is about, with what finds them in its records, and answers about all."""

import re

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_intake import rules
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import NilReturnSubmitted
from pprg_shared.events.triage import InformationRequested
from pprg_triage import rules as triage_rules

pytestmark = pytest.mark.both_databases
MOTHER = {
    "kind": "adult",
    "name": "Invented Mother",
    "born": "1990",
    "also_known_as": "Maiden Canary",
    "nhs_number": "943 476 5919",
    "relation": "mother of both children",
    "local_id": "Police URN 4711",
}
PEOPLE = [
    invented.SUBJECT | {"name": "Invented First", "address": "1 Invented Row", "school_or_setting": "Invented School"},
    invented.SUBJECT | {"kind": "unborn", "name": "not known", "born": "March 2027", "relation": "sister of the first"},
    invented.UNKNOWN | MOTHER,
]
#: What of them an agency is told; of what else the referral says of their lives it is not.
TOLD = [
    {"kind": "child", "name": "Invented First", "born": "May 2016", "address": "1 Invented Row"},
    {
        "kind": "unborn",
        "name": "not known",
        "born": "March 2027",
        "address": "not known",
        "relation": "sister of the first",
    },
    MOTHER | {"address": "not known"},
]
EMPTY = dict.fromkeys(("also_known_as", "nhs_number", "address", "local_id", "relation"), "")
NAMES = [each["name"] for each in PEOPLE]


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def about(page):
    """The cards of those whom a request is about."""
    cards = page.text.split('<div class="govuk-summary-card">')[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", each.partition("</dl>")[0]).split()) for each in cards]


@pytest.fixture
@beginning
def asked(post, get):
    """The paths of a case about three people, and of what the police are asked about it at intake."""
    post("intake", "/referrals", invented.REFERRAL | {"subjects": PEOPLE}, "")
    (case,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (request,) = get("intake", "/requests", "lead-police")["requests"]
    return f"/cases/{case['id']}", f"/requests/{request['id']}"


def heard(world, service, box, event):
    """What an event says that lies in a box of a service, and its body as it lies there."""
    alive = world.services[service]
    with alive.database.reading() as session:
        (body,) = session.scalars(sa.select(box.c.body).where(box.c.type == event.event_type))
    return event.unwrap(Envelope.from_json(bytes(body)), alive.keys), bytes(body)


def test_an_agency_reads_of_everybody_what_finds_them_on_its_page_and_at_the_api(world, get, asked):
    _, request = asked

    page = world.visitor("intake", "lead-police").get(request)
    shown = get("intake", request, "lead-police")

    assert about(page) == [
        "Invented First Who A child Born May 2016 Address 1 Invented Row",
        "not known Who An unborn child Due March 2027 To the others sister of the first Address not known",
        "Invented Mother Who An adult Other names Maiden Canary Born 1990 To the others mother of both children "
        "NHS number 943 476 5919 Known to agencies as Police URN 4711 Address not known",
    ]
    assert "The 3 people whom it is about Please search your records for each of them." in words(page)
    assert "Invented School" not in page.text
    assert shown["subjects"] == [EMPTY | each for each in TOLD]
    assert (shown["subject_name"], shown["subject_born"]) == ("Invented First", "May 2016")


def test_the_office_is_told_what_agencies_learn_of_people_before_it_asks_them(world, asked):
    case, _ = asked

    page = world.visitor("triage", "coordinator").get(f"{case}/requests/new")

    assert "names, date of birth, NHS number and other numbers, address, and what they are to each other" in words(page)


def test_a_nil_return_is_about_all_of_them_and_says_so(world, post, get, asked):
    case, request = asked
    office, lead = world.visitor("triage", "coordinator"), world.visitor("intake", "lead-police")
    before = words(lead.get(request))

    post("intake", f"{request}/nil-return", {"author": "Invented Lead"}, "lead-police")
    (path,) = re.findall(rf'href="({case}/returns/[^"]+)"', office.get(case).text)
    pages = [words(office.get(path)), words(office.get(f"{case}/print"))]
    said, _ = heard(world, "triage", inbox, NilReturnSubmitted)

    assert "Your agency holds nothing about any of these people" in before
    assert f"send a return instead: {' '.join(NAMES)}" in before
    assert said.about == NAMES
    for page in pages:
        assert f"This agency holds nothing about any of these people: {' '.join(NAMES)}" in page


def test_whoever_decides_without_names_is_told_about_how_many_an_agency_holds_nothing(world, post, asked):
    case, request = asked
    post("intake", f"{request}/nil-return", {"author": "Invented Lead"}, "lead-police")
    chair = {"person": str(invented.PROFILE.person("board-chair").id), "role": "member", "why": "Invented."}
    post("triage", f"{case}/members", chair)
    reader = world.visitor("triage", "board-chair")
    (path,) = re.findall(rf'href="({case}/returns/[^"]+)"', reader.get(case).text)

    for page in (reader.get(path), reader.get(f"{case}/print")):
        assert "This agency holds nothing about any of the 3 people whom it was asked about." in words(page)
        assert [each for each in ("Invented First", "Invented Mother") if each in page.text] == []


def test_one_person_alone_is_spoken_of_as_one(world, post, get):
    post("intake", "/referrals", invented.REFERRAL, "")
    (case,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (request,) = get("intake", "/requests", "lead-police")["requests"]
    lead, office = world.visitor("intake", "lead-police"), world.visitor("triage", "coordinator")
    page = lead.get(f"/requests/{request['id']}")

    post("intake", f"/requests/{request['id']}/nil-return", {"author": "Invented Lead"}, "lead-police")
    (path,) = re.findall(rf'href="(/cases/{case["id"]}/returns/[^"]+)"', office.get(f"/cases/{case['id']}").text)

    assert "Whom it is about Invented Child Who A child Born May 2016" in words(page)
    assert "Your agency holds nothing about this person" in words(page)
    assert "This agency holds nothing about Invented Child ." in words(office.get(path))


def test_what_finds_people_is_sealed_in_the_events_and_in_no_mail(world, post, asked):
    _, request = asked
    post("intake", f"{request}/nil-return", {"author": "Invented Lead"}, "lead-police")
    world.settle()

    said, body = heard(world, "triage", outbox, InformationRequested)
    _, nil = heard(world, "intake", outbox, NilReturnSubmitted)
    mails = [each.read_bytes() for each in (world.folder / "mailbox").iterdir()]
    private = [
        "Invented First",
        "Maiden Canary",
        "Invented Mother",
        "943 476 5919",
        "Police URN",
        "1 Invented Row",
        "sister",
    ]

    assert [each.name for each in said.subjects] == NAMES
    assert len(mails) > 1
    for held in (body, nil, *mails):
        assert [each for each in private if each.encode() in held] == []


def test_a_request_from_before_there_were_several_is_about_the_one_that_it_names():
    old = {"subject_name": "Invented Child", "subject_born": "May 2016", "questions": "What?"}

    assert rules.sought(old) == [EMPTY | {"kind": "", "name": "Invented Child", "born": "May 2016"}]
    assert rules.sought(old | {"subjects": TOLD}) == TOLD


def amended(post, get, case, *people):
    """The office corrects whom the case is about."""
    shown = get("triage", case)
    sent = triage_rules.referred(shown["content"]) | {"subjects": list(people)}
    post("triage", f"{case}/amendments", sent | {"revision": shown["amendments"], "why": "The school rang."})


BROTHER = invented.UNKNOWN | {"kind": "child", "name": "Canary Brother", "born": "2019"}


def test_a_nil_return_is_not_taken_about_somebody_who_came_while_its_form_was_open(world, post, get, asked):
    case, request = asked
    lead = world.visitor("intake", "lead-police")
    page = lead.get(request)
    form = next(each for each in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if 'name="_nil"' in each)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {"author": "Canary Lead"}
    amended(post, get, case, *PEOPLE, BROTHER)

    refused = lead.post(request, data=fields)
    form = next(each for each in re.findall(r"<form.*?</form>", refused.text, re.DOTALL) if 'name="_nil"' in each)
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {"author": "Canary Lead"}
    state = get("intake", "/requests", "lead-police")["requests"][0]["state"]
    taken = lead.post(request, data=again)
    world.settle()

    assert refused.status_code == 409
    assert rules.OTHERS_SINCE in words(refused)
    assert "Canary Brother New Who A child" in words(refused)
    assert "Canary Brother (new)" in words(refused)
    assert words(refused).count("(new)") == 1
    assert 'value="Canary Lead"' in refused.text
    assert (state, taken.status_code) == ("opened", 303)
    said, _ = heard(world, "triage", inbox, NilReturnSubmitted)
    assert said.about == [*NAMES, "Canary Brother"]


def test_a_program_is_told_too_where_it_says_whom_it_has_seen(post, get, asked):
    case, request = asked
    seen = get("intake", request, "lead-police")["people_seen"]
    amended(post, get, case, *PEOPLE, BROTHER)
    body = {"author": "Invented Lead"}

    refused = post("intake", f"{request}/nil-return", body | {"people_seen": seen}, "lead-police", 409)
    now = get("intake", request, "lead-police")["people_seen"]
    post("intake", f"{request}/nil-return", body | {"people_seen": now}, "lead-police")

    assert refused["detail"] == rules.OTHERS_SINCE
    assert "Canary" not in str(refused)


ONE, SISTER = {"name": "Invented", "born": "2016"}, {"name": "Sister", "born": "2019"}


@pytest.mark.parametrize(
    ("seen", "now", "unseen"),
    [
        ([ONE], [ONE], []),
        ([ONE], [ONE, SISTER], [SISTER]),
        ([ONE, SISTER], [ONE], []),
        ([ONE, SISTER], [SISTER, ONE], []),
        ([ONE], [ONE | {"born": "2015"}], [ONE | {"born": "2015"}]),
        ([ONE], [ONE | {"address": ""}], []),
        ([], [ONE], []),
    ],
)
def test_who_was_not_seen_is_whoever_came_or_differs(seen, now, unseen):
    assert rules.unseen(now, rules.marks_of(seen)) == unseen
