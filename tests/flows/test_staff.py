"""Who the members of staff are whom an agency names by role: sent apart, read by the office, in no print or file."""

import re
from uuid import UUID, uuid4

import pytest

import invented
from linked import ask_code, enter
from pprg_shared.boxes import publish
from pprg_shared.events.intake import StaffNamed, Worker

pytestmark = pytest.mark.both_databases
FIRST = {"code": "Social worker 1", "name": "Quillfeather", "role": "Duty team"}
SECOND = {"code": "Health visitor 1", "name": "Wrenbury"}
PLACES = ("/print", "/chronology", "/chronology.csv", "/chronology/print", "/history", "/access")
READERS = ("coordinator", "deputy")
OTHERS = ("chair", "partner-police", "board-chair", "lead-police", "ops", "administrator", "governance")


@pytest.fixture
def case(world, post, get):
    """The path of a case about which the police are asked."""
    post("intake", "/referrals", invented.REFERRAL)
    path = f"/cases/{get('triage', '/cases')['cases'][0]['id']}"
    post("triage", f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    return path


@pytest.fixture
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
        assert {each.status_code for who, each in found.items() if who in OTHERS} == {403}
    assert (other.status_code, FIRST["name"] in other.text) == (404, False)


@pytest.mark.parametrize("what", ["", *PLACES])
def test_no_other_page_print_or_file_of_a_case_holds_a_name_of_staff(world, case, request_path, post, what):
    post("intake", f"{request_path}/staff", {"staff": [FIRST]}, "lead-police")
    row = {"date": "2016", "source": "Notes of social worker 1", "event": "Invented visit."}
    post("intake", f"{request_path}/return", {"author": "A", "summary": "S", "rows": [row]}, "lead-police")

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
