"""A coordinator brings the open cases of a spreadsheet: columns, what it would make, the cases, and all taken back."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
LIST = Path(__file__).parent.parent / "triage/open_cases.csv"


@pytest.mark.parametrize(
    "mode", [pytest.param(0, marks=pytest.mark.long), 1], indirect=True, ids=["320-without-script", "1280-with-script"]
)
def test_open_cases_are_brought_from_a_spreadsheet_and_taken_back(visit):
    office = visit()
    office.sign_in("coordinator")
    office.open("/cases")
    office.follow("Import open cases from a spreadsheet")
    office.sees("Import open cases")
    office.press("Read the list")
    office.sees("Error: Import open cases", 422)
    assert office.problems == ["Choose a file or paste a list"]

    choose_columns(office)
    reference = look_and_import(office)
    look_at_a_case(office, reference)
    office.press("Take back 6 cases")
    office.sees("Imported cases")
    assert "6 cases." in office.text
    assert "Cases of this list" not in office.text


def choose_columns(office):
    office.page.get_by_label("CSV file").set_input_files(LIST)
    office.press("Read the list")
    office.sees("What the columns hold")
    office.page.get_by_label("Date received", exact=True).select_option("Leave this column out")
    office.press("Show what it would make")
    office.sees("Error: What the columns hold", 422)
    assert office.problems == ["Say which column holds the date received: clocks count from it"]
    office.page.get_by_label("Date received", exact=True).select_option("Date received")
    office.press("Show what it would make")


def look_and_import(office):
    """See what would be made, go back to the columns once, import; the reference of the first case."""
    office.sees("What the list would make")
    assert "6 cases would be made, 4 rows need changing, 1 is here already, 3 are no open case." in office.text
    office.press("Change the columns")
    office.sees("What the columns hold")
    office.press("Show what it would make")
    with office.page.expect_download() as given:
        office.page.get_by_role("button", name="Take the rows to change as a file").click()
    assert given.value.suggested_filename == "OFFICIAL-SENSITIVE rows to change.csv"
    office.press("Import 6 cases")
    office.sees("Imported cases")
    return office.rows[0][1]


def look_at_a_case(office, reference):
    made = office.page.url
    office.follow(reference)
    office.sees(f"Case {reference}")
    assert "SVPP/24/07" in office.text
    office.open("/cases")
    office.sees("Cases")
    assert f"{reference} (SVPP/24/07)" in office.text
    office.page.goto(made)
