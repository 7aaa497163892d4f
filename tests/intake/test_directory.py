"""The directory by its pages: who may read and change it, what is said and recorded, and how people are looked for."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from linked import ask_code, enter
from pprg_intake.actions.directory import agency_state, seed_directory
from pprg_intake.models import Agency, Person, Search
from pprg_shared.boxes.tables import audit, outbox
from pprg_shared.contract import Envelope
from pprg_shared.directory import contact
from pprg_shared.identity import tokens

AGENCY = {
    "name": "Invented Hospice",
    "kind": "health",
    "area": "North",
    "active": "yes",
    "safeguarding_lead": "lead@hospice.example",
    "domains": "hospice.example",
}
PERSON = {
    "name": "Róisín O'Neill",
    "address": "Roisin@Hospice.example",
    "agency": "invented-hospice",
    "roles": ["agency"],
    "state": "active",
}


@pytest.fixture
def administrator(world):
    return world.visitor("intake", "administrator")


def send(client, path, answers=(), action=None):
    """Fill the form on a page as a browser does."""
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(action or path, data={**hidden, "_end": "1", **dict(answers)})


def words(page):
    """The text of a page's main part, on one line."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def added(client, **about):
    """The path of a person who was added."""
    return send(client, "/people/new", PERSON | about).location


@pytest.fixture
@beginning
def hospice(world, administrator):
    path = send(administrator, "/agencies/new", AGENCY).location
    world.settle()
    return path


def said(world, name, subject):
    """What was said about an agency or a person, the public parts in the order in which they were said."""
    chosen = sa.select(outbox.c.body).where(outbox.c.type == name, outbox.c.subject == subject)
    with world.services["intake"].database.reading() as session:
        bodies = session.scalars(chosen.order_by(outbox.c.created_at)).all()
    found = [Envelope.from_json(bytes(body)).public for body in bodies]
    return sorted(found, key=lambda each: each["revision"])


def recorded(world):
    chosen = sa.select(audit.c.verb, audit.c.subject).where(audit.c.kind == "directory", audit.c.person.is_not(None))
    with world.services["intake"].database.reading() as session:
        return [tuple(row) for row in session.execute(chosen.order_by(audit.c.sequence))]


@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [("administrator", 200, 200), ("coordinator", 200, 403), ("ops", 403, 403), ("lead-gp", 403, 403)],
)
def test_administrators_change_the_directory_and_coordinators_read_it(world, who, reads, changes):
    client, someone = world.visitor("intake", who), world.services["intake"].profile.person("chair").id
    read = ["/agencies", "/agencies/police", "/people", f"/people/{someone}"]
    change = ["new", "list", "list.csv"]
    changing = [f"/{what}/{each}" for what in ("agencies", "people") for each in change]
    changing += ["/agencies/police/change", f"/people/{someone}/change"]

    assert {client.get(each).status_code for each in read} == {reads}
    assert {client.get(each).status_code for each in changing} == {changes}


@pytest.mark.both_databases
def test_a_new_agency_is_said_recorded_and_known_to_all(world, administrator, hospice):
    world.settle()

    assert hospice == "/agencies/invented-hospice"
    (told,) = said(world, "agency.changed.v1", "invented-hospice")
    assert (told["revision"], told["area"], told["secure_domains"]) == (1, "North", ["hospice.example"])
    assert "lead@hospice.example" not in str(told)
    assert recorded(world) == [("add_agency", "invented-hospice")]
    assert "Letters to the safeguarding lead lead@hospice.example" in words(administrator.get(hospice))
    for each in world.services.values():
        assert each.agencies.asked()["invented-hospice"] == "Invented Hospice"


def test_an_agency_that_is_changed_has_the_next_revision_and_one_that_is_not_says_nothing(
    world, administrator, hospice
):
    same = send(administrator, f"{hospice}/change", AGENCY)
    other = send(administrator, f"{hospice}/change", AGENCY | {"name": "Hospice of St Example", "active": "no"})

    assert (same.status_code, other.status_code) == (303, 303)
    assert [(each["revision"], each["active"]) for each in said(world, "agency.changed.v1", "invented-hospice")] == [
        (1, True),
        (2, False),
    ]
    assert "invented-hospice" not in world.services["intake"].agencies.asked()


NO_AGENCY = [
    ({"name": ""}, "Enter the name that people use"),
    ({"name": "wiltshire POLICE"}, "An agency of this name is in the directory already. Change that one."),
    ({"kind": "pub"}, "Choose what kind of agency it is"),
    ({"safeguarding_lead": ""}, "Enter the address of the safeguarding lead: letters go there."),
    ({"deputy": "a@hospice.example, b@evil.example"}, "Enter one email address"),
    ({"escalation": "x@elsewhere.example"}, "This is not within the secure domains of Invented Hospice"),
    ({"domains": "hospice"}, "“hospice” is no domain"),
]


def test_what_makes_no_sense_about_an_agency_is_refused_in_words(administrator, unchanged):
    for about, advice in NO_AGENCY:
        page = send(administrator, "/agencies/new", AGENCY | about)

        assert page.status_code == 422
        assert advice in words(page)
        assert ('value="North"' in page.text, "Error: " in page.text) == (True, True)


def test_there_is_one_office_and_its_posts_alone_are_changed(administrator, world):
    where = send(administrator, "/agencies/pprg-office/change", {"name": "Office", "coordinator": "c@pprg.example"})
    other = send(administrator, "/agencies/new", AGENCY | {"kind": "office"})
    without = send(administrator, "/agencies/pprg-office/change", {"name": "Office"})

    assert "Kind The practice review office" in words(administrator.get(where.location))
    assert (other.status_code, without.status_code) == (422, 422)
    assert "There is an office already." in words(other)
    assert "Enter the address of the practice review coordinator: letters go there." in words(without)


@pytest.mark.both_databases
def test_a_new_person_is_said_recorded_and_copied_with_a_name_that_is_sealed(world, administrator, hospice):
    where = added(administrator)
    person = where.rpartition("/")[2]
    world.settle()

    (told,) = said(world, "person.changed.v1", person)
    assert (told["roles"], told["agency"], told["revision"]) == (["agency"], "invented-hospice", 1)
    assert "Róisín" not in str(told)
    assert recorded(world)[-1] == ("add_person", person)
    page = words(administrator.get(where))
    assert "Róisín O'Neill" in page.replace("&#39;", "'")
    assert "roisin@hospice.example" in page
    with world.services["triage"].database.reading() as session:
        assert world.services["triage"].service.known(session, UUID(person)).name == "Róisín O'Neill"


NOBODY = [
    ({"address": "b@x.example, evil@x.example"}, "Enter one email address"),
    ({"address": "evil@x.example;b@x.example"}, "Enter one email address"),
    ({"address": '"b@x.example>,<evil@x.example" <c@x.example>'}, "Enter one email address"),
    ({"address": "roisin@elsewhere.example"}, "This is not within the secure domains of Invented Hospice"),
    ({"agency": "nobody"}, "Choose an agency from the list"),
    ({"roles": []}, "Choose what the person does"),
    ({"roles": ["referrer"]}, "Choose what the person does"),
]


def test_what_makes_no_sense_about_a_person_is_refused_in_words(administrator, hospice, unchanged):
    for about, advice in NOBODY:
        page = send(administrator, "/people/new", PERSON | about)

        assert page.status_code == 422
        assert advice in words(page)
        assert "O&#39;Neill" in page.text


def test_two_people_who_are_there_have_two_addresses(administrator, hospice):
    first = added(administrator)
    second = send(administrator, "/people/new", PERSON | {"name": "Another"})
    send(administrator, f"{first}/change", PERSON | {"state": "left"})
    third = send(administrator, "/people/new", PERSON | {"name": "Another"})

    assert second.status_code == 422
    assert "Somebody else in the directory has this address." in words(second)
    assert third.status_code == 303


@pytest.mark.asvs("7.4.2")
def test_a_role_that_is_taken_away_ends_what_was_opened_with_it(world, administrator, token):
    chair = world.services["intake"].profile.person("chair")
    signed = {"Authorization": f"Bearer {token('chair', use=tokens.API)}"}
    answers = {"name": chair.name, "address": chair.address, "agency": chair.agency, "roles": ["member"]}

    before = world.client("triage").get("/api/v1/cases", headers=signed).status_code
    send(administrator, f"/people/{chair.id}/change", answers | {"state": "active"})
    world.settle()
    after = world.client("triage").get("/api/v1/cases", headers=signed).status_code

    assert (before, after) == (200, 401)


@pytest.mark.both_databases
def test_whoever_leaves_leaves_their_place_at_the_agency_to_the_deputy(world, administrator, hospice):
    contacts = {"single_point": "roisin@hospice.example", "deputy": "deputy@hospice.example"}
    send(administrator, f"{hospice}/change", AGENCY | contacts)
    person = added(administrator)
    send(administrator, f"{person}/change", PERSON | {"address": "ro@hospice.example"})
    moved = words(administrator.get(hospice))

    send(administrator, f"{person}/change", PERSON | {"address": "ro@hospice.example", "state": "left"})

    page = words(administrator.get(hospice))
    assert "Single point of contact deputy@hospice.example Deputy None" in page
    assert "There is no deputy." in page
    assert "ro@hospice.example Deputy deputy@hospice.example" in moved
    assert [each["revision"] for each in said(world, "agency.changed.v1", "invented-hospice")] == [1, 2, 3, 4]
    assert recorded(world)[-2:] == [("contact_left", "invented-hospice"), ("change_person", person[8:])]
    assert "Has left" in words(administrator.get(person))


@pytest.mark.parametrize(
    ("deputy", "shown"),
    [
        ("deputy@hospice.example", "Letters to the safeguarding lead deputy@hospice.example"),
        ("", "There is no safeguarding lead. Letters wait for some days until one is named."),
    ],
)
def test_a_post_that_was_the_leavers_own_mailbox_is_the_deputys_or_nobodys(
    world, administrator, hospice, deputy, shown
):
    own = {"safeguarding_lead": "roisin@hospice.example", "deputy": deputy}
    send(administrator, f"{hospice}/change", AGENCY | own)
    person = added(administrator)

    send(administrator, f"{person}/change", PERSON | {"state": "left"})

    page = words(administrator.get(hospice))
    assert (shown in page, "roisin@hospice.example" in page) == (True, False)
    assert recorded(world)[-2:] == [("contact_left", "invented-hospice"), ("change_person", person[8:])]
    world.settle()
    with world.services["notifier"].database.reading() as session:
        assert "roisin@hospice.example" not in str(contact(session, "invented-hospice"))


def test_the_door_of_what_is_open_lets_in_the_deputy_of_a_lead_who_left_and_not_the_lead(world, administrator, letters):
    lead, deputy = world.services["intake"].profile.person("lead-police"), "deputy@police.example"
    police = {"name": "Wiltshire Police", "kind": "police", "active": "yes", "safeguarding_lead": lead.address}
    send(administrator, "/agencies/police/change", police | {"deputy": deputy})
    path = f"/requests/{letters.ask().request_id}"
    ask_code(letters.browser(), path)
    before = letters.codes(lead.address)
    person = {"name": lead.name, "address": lead.address, "agency": "police", "roles": ["agency"]}

    send(administrator, f"/people/{lead.id}/change", person | {"state": "left"})
    world.settle()
    browser = letters.browser("192.0.2.2")
    ask_code(browser, path)
    (code,) = letters.codes(deputy)

    assert (len(before), letters.codes(lead.address)) == (1, before)
    assert enter(browser, path, code).location == path
    assert "Invented Child" in browser.get(path).text


def test_somebody_must_stay_administrator(world, administrator):
    one = world.services["intake"].profile.person("administrator")
    answers = {"name": one.name, "address": one.address, "agency": one.agency, "roles": list(one.roles)}

    page = send(administrator, f"/people/{one.id}/change", answers | {"state": "left"})

    assert page.status_code == 422
    assert "Nobody would be administrator any more." in words(page)
    with world.services["intake"].database.reading() as session:
        assert session.get(Person, one.id).active


def find(client, **looked_for):
    return send(client, "/people", looked_for)


@pytest.mark.asvs("14.2.1")
@pytest.mark.both_databases("each searches in its own way")
def test_nothing_of_whom_somebody_looks_for_stands_in_an_address_or_in_clear(world, administrator, hospice):
    added(administrator)

    sent = find(administrator, find="oneill ro")
    page = administrator.get(sent.location)

    assert re.fullmatch(r"/people/searches/[0-9a-f-]{36}", sent.location)
    assert "O&#39;Neill" in page.text
    assert "1 person" in words(page)
    with world.services["intake"].database.reading() as session:
        (row,) = session.execute(sa.text("SELECT * FROM searches")).all()
    assert "oneill" not in str(row).lower()


FOUND = [
    ({"find": "sample robin"}, ["Robin Sample"]),
    ({"find": "coordinator@"}, ["Robin Sample"]),
    ({"find": "ample"}, []),
    ({"find": "%"}, []),
    ({"find": "' OR 1=1--"}, []),
    ({"find": "robin", "of": "pprg-office"}, ["Robin Sample"]),
    ({"find": "robin", "of": "police"}, []),
]


def test_people_are_found_by_how_their_names_begin_by_address_and_by_agency(world):
    office = world.visitor("intake", "coordinator")

    for looked_for, names in FOUND:
        page = office.get(find(office, **looked_for).location)

        assert re.findall(r'href="/people/[0-9a-f-]{36}">([^<]+)<', page.text) == names


@pytest.mark.asvs("8.2.2")
def test_a_search_is_its_owners_and_ends(world, administrator, clock):
    where = find(administrator, find="sample").location
    other = world.visitor("intake", "coordinator")

    theirs, unknown = other.get(where), other.get(f"/people/searches/{uuid4()}")
    clock.forward(minutes=31)
    late = administrator.get(where)
    clock.forward(minutes=31)
    world.settle()

    assert (theirs.status_code, unknown.status_code, late.status_code) == (404, 404, 404)
    assert words(theirs) == words(unknown).replace(unknown.headers["X-Request-ID"], theirs.headers["X-Request-ID"])
    with world.services["intake"].database.reading() as session:
        assert session.scalars(sa.select(Search)).all() == []


def test_an_empty_search_is_told_what_to_enter(administrator, unchanged):
    page = find(administrator)

    assert page.status_code == 422
    assert "Enter a name or an address, or choose an agency" in words(page)


def test_who_only_referred_is_not_in_the_directory(world, administrator, post):
    post("intake", "/referrals", invented.REFERRAL)
    with world.services["intake"].database.reading() as session:
        referrer = session.scalar(sa.select(Person.id).where(Person.roles == "referrer"))

    assert administrator.get(f"/people/{referrer}").status_code == 404
    assert str(referrer) not in administrator.get("/people").text


def test_what_is_not_there_is_not_there(administrator):
    paths = ["/agencies/nothing", "/agencies/a%0Ab", f"/people/{uuid4()}", "/people?page=9", "/agencies?page=0"]

    assert {administrator.get(path).status_code for path in paths} == {404}


@pytest.mark.both_databases
def test_a_start_adds_what_is_new_in_the_profile_and_undoes_nothing(world, administrator):
    alive = world.services["intake"]
    police = {"name": "Police of Example", "kind": "police", "safeguarding_lead": "x@police.example"}
    send(administrator, "/agencies/police/change", police)
    new = replace(alive.profile.agencies[-1], code="new-agency", name="New agency")
    fuller = replace(alive.profile, agencies=(*alive.profile.agencies, new))

    for _ in range(2):
        with alive.database.writing("action") as session:
            seed_directory(session, fuller)

    with alive.database.reading() as session:
        kept = session.get(Agency, "police")
        assert (kept.name, kept.revision) == ("Police of Example", 2)
        assert agency_state(session, kept).duties[0].address == "x@police.example"
        assert session.get(Agency, "new-agency").revision == 1


def test_people_from_before_names_were_clear_can_be_looked_for_after_the_next_start(world):
    alive = world.services["intake"]
    with alive.database.writing("action") as session:
        session.execute(sa.update(Person).values(name=None, address=None, found_by=None))
    with alive.database.writing("action") as session:
        seed_directory(session, alive.profile)

    with alive.database.reading() as session:
        found = session.scalars(sa.select(Person).where(Person.found_by.contains(" sample"))).all()
        assert [(each.name, each.address, each.revision) for each in found if each.name == "Robin Sample"] == [
            ("Robin Sample", "coordinator@pprg-office.example", 1)
        ]
