"""Somebody is named to a case, another breaks its glass, and an interest closes it; narrow, without scripts."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def mode(narrow_mode):
    return narrow_mode


def test_a_case_is_opened_to_one_by_name_to_another_for_an_hour_and_closed_to_a_third(visit, case):
    reference, path = case
    office, board, chair, governance = visit(), visit(), visit(), visit()
    office.sign_in("coordinator")
    board.sign_in("board-chair")
    chair.sign_in("chair")
    governance.sign_in("governance")

    governance.sees("Who saw what")
    board.open(path)
    board.sees("Page not found", 404)
    board.open("/cases/break-glass")
    board.press("Open it for an hour")
    board.sees("Error: Open a case that is not yours", 422)
    board.fill({"reference": reference, "reason": "Invented: a sister may come to harm tonight."})
    board.press("Open it for an hour")
    board.sees(f"Case {reference}")

    office.open(f"{path}/members")
    office.page.get_by_label("Who?").select_option(label="Jamie Trial, Wiltshire Police")
    office.choose("Reviewer")
    office.fill({"why": "Invented: writes the report."})
    office.press("Name them")
    office.sees(f"Who reads case {reference}")

    chair.open(f"{path}/interests/new")
    chair.fill({"why": "Invented: managed the case."})
    chair.press("Declare it")
    chair.sees("Your interests")
    chair.open(path)
    chair.sees("Page not found", 404)
    office.open("/cases")
    office.sees("Cases")
    assert [row[0] for row in office.rows if reference in row[1]][:3] == [
        "Tried in spite of an interest: somebody of PPRG office",
        "Interest declared by somebody of PPRG office",
        "Opened for an hour by somebody of PPRG office",
    ]
