"""An administrator keeps the directory: an agency, a person, a search of which no address tells, a list."""

import re

import pytest

pytestmark = pytest.mark.browser
LISTED = "Name,Work address,Agency,Roles\nAnn Example,ann@{name}.example,{name},member\n"


def test_an_administrator_keeps_agencies_and_people(visit, mode, tmp_path):
    office, name = visit(), f"hospice-{mode.width}"
    office.sign_in("administrator")
    office.follow("Agencies")
    office.sees("Agencies")
    office.follow("Add an agency")
    office.sees("Add an agency")
    office.press("Save")
    office.sees("Error: Add an agency", 422)
    assert office.problems == ["Enter the name that people use", "Choose what kind of agency it is"]

    office.page.get_by_label("Kind", exact=True).select_option("Health")
    office.fill({"name": name, "domains": f"{name}.example", "safeguarding_lead": "lead@elsewhere.example"})
    office.press("Save")
    office.sees("Error: Add an agency", 422)
    assert "is not within the secure domains" in office.problems[0]
    office.fill({"safeguarding_lead": f"lead@{name}.example"})
    office.fill({"single_point": f"sam@{name}.example", "deputy": f"dee@{name}.example"})
    office.press("Save")
    office.sees(name)

    add_a_person(office, name)
    look_for_them(office)
    bring_a_list(office, name, tmp_path)
    let_them_leave(office, name)


def add_a_person(office, name):
    office.follow("Add a person here")
    office.sees("Add a person")
    office.fill({"name": "Sam O'Example", "address": f"sam@{name}.example"})
    office.choose("Answers for an agency")
    office.press("Save")
    office.sees("Sam O'Example")


def look_for_them(office):
    office.follow("People")
    office.sees("People")
    office.press("Find")
    office.sees("Error: People", 422)
    assert office.problems == ["Enter a name or an address, or choose an agency"]
    office.fill({"find": "oexample sam"})
    office.press("Find")
    office.sees("People")
    assert re.search(r"/people/searches/[0-9a-f-]{36}$", office.page.url)
    assert "Sam O'Example" in [row[0] for row in office.rows]
    office.fill({"find": "nobody"})
    office.press("Find")
    assert "Nobody in the directory is called so" in office.text


def bring_a_list(office, name, folder):
    office.open("/people/list")
    office.sees("Add or change people from a file")
    file = folder / "people.csv"
    file.write_text(LISTED.format(name=name).replace("member", "queen"), encoding="utf-8")
    office.page.get_by_label("CSV file").set_input_files(file)
    office.press("Show what it would change")
    office.sees("What the list would change", 422)
    assert office.rows == [["2", "Roles", "Choose what the person does"]]
    office.open("/people/list")
    file.write_text(LISTED.format(name=name), encoding="utf-8")
    office.page.get_by_label("CSV file").set_input_files(file)
    office.press("Show what it would change")
    office.sees("What the list would change")
    assert office.rows == [["2", "Ann Example", "New"]]
    office.press("Bring in 1")
    office.sees("People")


def let_them_leave(office, name):
    office.open("/agencies?find=" + name)
    office.follow(name)
    office.follow("Sam O'Example")
    office.follow("Change this person")
    office.sees("Change Sam O'Example")
    office.choose("Has left")
    office.press("Save")
    office.sees("Sam O'Example")
    assert "cannot sign in" in office.text
    office.follow("The agency")
    office.sees(name)
    assert "There is no deputy." in office.text
