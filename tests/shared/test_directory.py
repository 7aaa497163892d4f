"""Copies of agencies in the services that do not own them: the higher revision is kept, and names follow."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

import invented
from pprg_intake.commands import directory_command
from pprg_shared import directory
from pprg_shared.boxes import publish
from pprg_shared.events.intake import AgencyChanged, Duty


def say(world, **about):
    whole = {"agency": "hospice", "name": "Hospice", "kind": "health", "active": True, "revision": 1}
    duty = Duty("safeguarding-lead", "safeguarding lead", "lead@hospice.example")
    with world.services["intake"].database.writing("action") as session:
        publish(session, AgencyChanged(**whole | about, duties=[duty]))
    world.settle()


@pytest.mark.parametrize("service", ["triage", "publisher", "notifier"])
def test_the_higher_revision_is_kept_and_the_name_is_known_at_once(world, service):
    agencies = world.services[service].agencies
    names = [agencies.name("hospice")]
    for revision, name in ((1, "Hospice"), (3, "Hospice of St Example"), (2, "Forgotten")):
        say(world, revision=revision, name=name)
        names.append(agencies.name("hospice"))

    assert names == ["hospice", "Hospice", "Hospice of St Example", "Hospice of St Example"]


def test_what_another_process_heard_is_seen_after_a_while(world, monkeypatch):
    alive = world.services["triage"]
    agencies = directory.Agencies(alive.database, alive.profile)
    agencies.all()
    with alive.database.engine.begin() as connection:
        connection.execute(sa.update(directory.copies).values(name="Renamed"))
    at_once = agencies.name("police")
    monkeypatch.setattr(directory, "SECONDS", -1)

    assert (at_once, agencies.name("police")) == ("Wiltshire Police", "Renamed")


def test_what_the_copy_has_not_heard_of_is_as_the_profile_has_it(world):
    alive = world.services["triage"]
    with alive.database.engine.begin() as connection:
        connection.execute(sa.delete(directory.copies))

    found = directory.Agencies(alive.database, alive.profile)

    assert list(found.asked().items()) == list(alive.profile.asked_agencies().items())
    assert found.name("pprg-office") == alive.profile.agency("pprg-office").name


def test_a_page_that_tells_of_a_database_that_is_away_has_names_all_the_same(world):
    alive = world.services["triage"]
    with alive.database.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE agencies"))

    assert directory.Agencies(alive.database, alive.profile).name("police") == "Wiltshire Police"


@pytest.mark.both_databases
def test_triage_asks_a_new_agency_and_none_that_is_not_asked_any_more(world, post):
    post("intake", "/referrals", invented.REFERRAL)
    office = world.client("triage")
    headers = world.acting("coordinator")
    (case,) = office.get("/api/v1/cases", headers=headers).json["cases"]
    say(world)
    say(world, agency="police", name="Police", kind="police", active=False, revision=9)
    path = f"/cases/{case['id']}/requests"

    page = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}/requests/new").text
    post("triage", path, {"agencies": ["police"], "questions": "What?"}, status=422)
    post("triage", path, {"agencies": ["hospice"], "questions": "What?"})

    assert ('value="hospice"' in page, 'value="police"' in page) == (True, False)
    listed = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}").text
    assert ">Hospice<" in listed.replace("\n", "") or "Hospice" in listed


@pytest.mark.both_databases
def test_the_directory_is_said_anew_to_one_service_and_no_letter_follows(world):
    intake, triage, notifier = (world.services[each] for each in ("intake", "triage", "notifier"))
    for each in (triage, notifier):
        with each.database.engine.begin() as connection:
            for table in (directory.copies, sa.table("people")):
                connection.execute(sa.delete(table))

    run = CliRunner().invoke(directory_command(lambda: intake), ["republish", "--to", "triage"])
    world.settle()

    agencies, people = len(intake.profile.agencies), len(intake.profile.people)
    assert run.output.splitlines()[-1] == f"{agencies + people} agencies and people said to triage"
    assert rows(triage) == [agencies, people]
    assert rows(notifier) == [0, 0]
    unknown = CliRunner().invoke(directory_command(lambda: intake), ["republish", "--to", "nobody"])
    assert "no service called nobody hears" in unknown.output


def rows(alive):
    with alive.database.reading() as session:
        tables = (directory.copies, sa.table("people"))
        return [session.scalar(sa.select(sa.func.count()).select_from(each)) for each in tables]
