"""Who the members of staff are whom an agency names by role: sent apart, read by the office, in no print or file."""

import re
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from linked import ask_code, enter
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import outbox
from pprg_shared.events.intake import StaffNamed, Worker
from pprg_triage import rules

pytestmark = pytest.mark.both_databases
WHY = "Invented: the report is about how these people worked together."
FIRST = {"code": "Social worker 1", "name": "Quillfeather", "role": "Duty team"}
SECOND = {"code": "Health visitor 1", "name": "Wrenbury"}
PLACES = ("/print", "/chronology", "/chronology.csv", "/chronology/print", "/history", "/access")
READERS = ("coordinator", "deputy")
#: Who may be granted them, and was not.
GROUP = {"chair", "partner-police", "board-chair"}
OTHERS = ("chair", "partner-police", "board-chair", "lead-police", "ops", "administrator", "governance")


@pytest.fixture
@beginning
def case(world, post, get):
    """The path of a case about which the police are asked."""
    post("intake", "/referrals", invented.REFERRAL)
    path = f"/cases/{get('triage', '/cases')['cases'][0]['id']}"
    post("triage", f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    return path


@pytest.fixture
@beginning
def request_path(get, case):
    """The path of the request to the police."""
    return f"/requests/{get('intake', '/requests', 'lead-police')['requests'][0]['id']}"


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def fill(client, path, *staff, **more):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    rows = {f"staff-{n}-{name}": text for n, each in enumerate(staff) for name, text in each.items()}
    return {**hidden, **rows, "_end": "1", **more}


def send(client, path, *staff, **more):
    return client.post(path, data=fill(client, path, *staff, **more))


def test_an_agency_says_who_its_staff_are_and_the_office_reads_it(world, case, request_path):
    lead, office = world.visitor("intake", "lead-police"), world.visitor("triage", "coordinator")
    before = words(office.get(f"{case}/staff"))

    sent = send(lead, f"{request_path}/staff", FIRST, SECOND)
    world.settle()
    shown = words(office.get(f"{case}/staff"))

    assert "No agency has sent a list yet." in before
    assert (sent.status_code, sent.location) == (303, request_path)
    assert "who 2 of your staff are, on Tuesday 24 November 2026" in words(lead.get(request_path))
    assert "Named as Social worker 1 Name Quillfeather Post and team Duty team" in shown
    assert "Named as Health visitor 1 Name Wrenbury Post and team Not said" in shown
    assert f'href="{case}/staff"' in office.get(case).text
    assert ['value="Quillfeather"' in lead.get(f"{request_path}/staff").text] == [True]


def test_a_later_list_takes_the_place_of_the_one_before_and_may_be_empty(world, case, request_path, get):
    lead = world.visitor("intake", "lead-police")
    for staff in ((FIRST, SECOND), (SECOND,)):
        send(lead, f"{request_path}/staff", *staff)
    world.settle()
    known = get("triage", f"{case}/staff")["agencies"]

    taken_back = send(lead, f"{request_path}/staff")
    world.settle()

    assert known == [{"agency": "police", "named_on": "2026-11-24", "staff": [SECOND | {"role": ""}]}]
    assert taken_back.status_code == 303
    assert get("triage", f"{case}/staff") == {"agencies": []}


def test_lists_that_arrive_in_another_order_leave_the_newest(world, case, request_path, get):
    number = get("triage", case)["requests"][0]["id"]
    about = {"request_id": UUID(number), "case_id": UUID(case.rpartition("/")[2]), "reference": "PPRG-2026-0001"}
    for revision, name in ((2, "Newer"), (1, "Older")):
        with world.services["intake"].database.writing("action") as session:
            said = {"agency": "police", "named_on": world.clock().date(), "staff": [Worker("Officer 1", name)]}
            publish(session, StaffNamed(**about, **said, revision=revision))
        world.settle()

    assert [each["name"] for each in get("triage", f"{case}/staff")["agencies"][0]["staff"]] == ["Newer"]


def test_what_is_wrong_with_a_list_is_said_beside_it_and_nothing_is_stored(world, request_path, unchanged):
    lead = world.visitor("intake", "lead-police")
    path = f"{request_path}/staff"

    nobody, nameless = send(lead, path), send(lead, path, {"code": "Officer 1", "role": "Night shift"})
    twice = send(lead, path, FIRST, SECOND | {"code": "social worker 1"})
    many = send(lead, path, *({"code": f"Officer {n}", "name": "Somebody"} for n in range(201)))

    assert [each.status_code for each in (nobody, nameless, twice, many)] == [422] * 4
    assert "List at least one member of staff, or close this page." in words(nobody)
    assert "Member of staff 1: Enter their name" in words(nameless)
    assert 'value="Night shift"' in nameless.text
    assert "Member of staff 2: Somebody else is called so already" in words(twice)
    assert "List at most 200" in words(many)


def test_a_row_is_added_without_scripts_below_those_that_were_sent(world, request_path):
    lead = world.visitor("intake", "lead-police")
    send(lead, f"{request_path}/staff", *({"code": f"Officer {n}", "name": "Somebody"} for n in range(4)))

    page = lead.get(f"{request_path}/staff")
    added = send(lead, f"{request_path}/staff", FIRST, SECOND, _add="staff")

    assert page.text.count("<legend") == 4
    assert added.text.count("<legend") == 3
    assert 'value="Wrenbury"' in added.text


@pytest.mark.asvs("8.2.2", "8.2.3")
def test_nobody_but_the_office_and_the_agency_itself_reads_a_list(world, case, request_path, post):
    post("intake", f"{request_path}/staff", {"staff": [FIRST]}, "lead-police")
    address = f"/api/v1{case}/staff"

    pages = {who: world.visitor("triage", who).get(f"{case}/staff") for who in READERS + OTHERS}
    answers = {who: world.client("triage").get(address, headers=world.acting(who)) for who in READERS + OTHERS}
    other = world.visitor("intake", "lead-gp").get(f"{request_path}/staff")

    for found in (pages, answers):
        assert {who for who, each in found.items() if each.status_code == 200} == set(READERS)
        assert {who for who, each in found.items() if FIRST["name"] in each.text} == set(READERS)
        assert {who for who, each in found.items() if each.status_code == 404} == GROUP
        assert {each.status_code for who, each in found.items() if who in set(OTHERS) - GROUP} == {403}
    assert (other.status_code, FIRST["name"] in other.text) == (404, False)


@pytest.fixture
def reviewer(world, case, request_path, post):
    """Name somebody of the group, to whom the names of staff would be of use, as this or that in the case."""
    post("intake", f"{request_path}/staff", {"staff": [FIRST]}, "lead-police")
    person = str(world.services["triage"].profile.person("partner-police").id)

    def name(role, status=201, **more):
        return post("triage", f"{case}/members", {"person": person, "role": role, "why": WHY, **more}, status=status)

    return name


@pytest.fixture
def reads(world, case):
    """What the reviewer gets by the page and by the API, and whether the case's page leads there."""
    page, program = world.visitor("triage", "partner-police"), world.client("triage")

    def found():
        shown = page.get(f"{case}/staff")
        answer = program.get(f"/api/v1{case}/staff", headers=world.acting("partner-police"))
        assert {shown.status_code == 200, FIRST["name"] in shown.text, FIRST["name"] in answer.text} in (
            {True},
            {False},
        )
        assert (f'href="{case}/staff"' in page.get(case).text) == (shown.status_code == 200)
        return shown.status_code, answer.status_code

    return found


def end(post, get, case, role):
    (tie,) = [
        each for each in get("triage", f"{case}/members")["members"] if (each["role"], each["ended"]) == (role, False)
    ]
    post("triage", f"{case}/members/{tie['id']}/end", {})


@pytest.mark.asvs("8.2.3", "8.2.2")
def test_who_reviews_a_case_reads_the_names_once_the_office_grants_it_for_a_reason_and_until_it_takes_it_back(
    world, case, post, get, reviewer, reads
):
    too_soon = reviewer("staff-names", 409)
    reviewer("reviewer")
    named = reads()
    reviewer("staff-names")
    granted = reads()
    office = world.visitor("triage", "coordinator")
    members, happened = words(office.get(f"{case}/members")), words(office.get(f"{case}/history"))
    end(post, get, case, "staff-names")
    world.clock.forward(seconds=5)
    world.settle()

    assert too_soon["errors"][0]["detail"].startswith("Only who reviews the case is granted the names of staff")
    assert (named, granted, reads()) == ((404, 404), (200, 200), (404, 404))
    assert "Reads the names of staff" in members
    assert WHY in members
    assert "Reads the names of staff" in happened
    told = words(office.get(f"{case}/access"))
    assert "Saw: the names of staff" in told
    with world.services["triage"].database.reading() as session:
        assert not [each for each in session.scalars(sa.select(outbox.c.body)) if b"staff-names" in bytes(each)]


def test_a_grant_ends_with_the_role_that_it_was_for_and_does_not_come_back_with_it(case, post, get, reviewer, reads):
    reviewer("reviewer", until="2026-12-01")
    reviewer("staff-names", until="2027-12-01")
    until = {each["role"]: each["until"] for each in get("triage", f"{case}/members")["members"]}
    first = reads()
    end(post, get, case, "reviewer")
    between = reads()
    reviewer("reviewer")

    assert until["staff-names"] == until["reviewer"]
    assert (first, between, reads()) == ((200, 200), (404, 404), (404, 404))


@pytest.mark.parametrize("who", ["coordinator", "deputy"])
def test_the_office_is_granted_nothing_for_it_reads_them_anyway(world, case, post, who, unchanged):
    said = {"person": str(world.services["triage"].profile.person(who).id), "role": "staff-names", "why": WHY}

    refused = post("triage", f"{case}/members", said, status=409)

    assert refused["errors"] == [
        {"pointer": "/person", "detail": "The office reads the names of staff anyway. Choose who reviews the case"}
    ]


def test_an_interest_takes_the_names_away_with_the_case(world, case, post, reviewer):
    reviewer("reviewer")
    reviewer("staff-names")
    post("triage", f"{case}/interests", {"why": WHY}, "partner-police")

    assert world.visitor("triage", "partner-police").get(f"{case}/staff").status_code == 404


@pytest.mark.parametrize("role", ["member", "reviewer", "invited"])
def test_the_office_is_told_that_who_reads_the_case_is_called_as_somebody_who_worked_on_it(
    world, case, request_path, post, role
):
    staff = [FIRST, {"code": "Police officer 2", "name": "Sgt. TRIAL, Jámie"}]
    post("intake", f"{request_path}/staff", {"staff": staff}, "lead-police")
    office, person = world.visitor("triage", "coordinator"), world.services["triage"].profile.person("partner-police")
    before = words(office.get(f"{case}/members"))
    if role == "invited":
        post("triage", f"{case}/meetings", {"day": "2026-12-10", "starts": "10:00", "ends": "12:00", "place": "Room 2"})
    else:
        post("triage", f"{case}/members", {"person": str(person.id), "role": role, "why": WHY})
    shown = words(office.get(f"{case}/members"))
    post("triage", f"{case}/interests", {"person": str(person.id), "why": WHY})

    told = "Jamie Trial is called as the Police officer 2 whom Wiltshire Police names."
    assert [told in each for each in (before, shown)] == [False, True]
    assert shown.count("is called as the") == 1
    assert "is called as the" not in words(office.get(f"{case}/members"))
    assert "Police officer 2" not in world.visitor("triage", "chair").get(case).text


@pytest.mark.parametrize(
    ("name", "called", "expected"),
    [
        ("Jamie Trial", "Jamie Trial", True),
        ("Jamie Trial", "TRIAL, Jamie", True),
        ("Jamie Trial", "Dr J. Trial", True),
        ("J Trial", "Jamie Ann Trial", True),
        ("Zoë O’Neill-Trial", "Zoe O'Neill Trial", True),
        ("Jamie Trial", "Jamie Trail", False),
        ("Jamie Trial", "Trial", False),
        ("Jamie Trial", "Robin Trial", False),
        ("Jamie Trial", "J T", False),
        ("Jamie Trial", "", False),
    ],
)
def test_names_may_be_those_of_one_person_when_all_words_of_the_shorter_are_in_the_other(name, called, expected):
    assert (rules.may_be(name, called), rules.may_be(called, name)) == (expected, expected)


@pytest.mark.parametrize("what", ["", *PLACES])
def test_no_other_page_print_or_file_of_a_case_holds_a_name_of_staff(world, case, request_path, post, what):
    post("intake", f"{request_path}/staff", {"staff": [FIRST]}, "lead-police")
    row = {"date": "2016", "source": "Notes of social worker 1", "event": "Invented visit."}
    post(
        "intake",
        f"{request_path}/return",
        invented.ANSWERED | {"author": "A", "summary": "S", "rows": [row]},
        "lead-police",
    )

    page = world.visitor("triage", "coordinator").get(case + what)

    assert (page.status_code, FIRST["name"] in page.text) == (200, False)


def test_that_somebody_looked_at_the_names_is_recorded(world, case, request_path, post):
    post("intake", f"{request_path}/staff", {"staff": [FIRST]}, "lead-police")
    world.visitor("triage", "coordinator").get(f"{case}/staff")
    world.clock.forward(seconds=5)
    world.settle()

    told = words(world.visitor("triage", "coordinator").get(f"{case}/access"))

    assert "Saw: the names of staff" in told
    assert "Did: names of staff, for the office" in told


def test_whoever_came_by_a_link_says_who_the_staff_are(world, letters):
    path, browser = f"/requests/{letters.ask().request_id}", letters.browser()
    ask_code(browser, path)
    enter(browser, path, letters.codes()[-1])

    sent = send(browser, f"{path}/staff", FIRST)

    assert (sent.status_code, browser.get(f"{path}/staff").status_code) == (303, 200)
    assert browser.get(f"/requests/{uuid4()}/staff").status_code == 303  # to the page that offers a code
