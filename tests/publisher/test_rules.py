import csv
import io
import re
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pprg_publisher import rules
from pprg_publisher.rules import fold, public_problem, size_words, slug
from pprg_shared.spreadsheet import plain, safe

ANNA, BEN = UUID(int=1), UUID(int=2)
SECOND = "You offered this for release: a second person must release it."


@pytest.mark.parametrize(
    "text", ["born on 3 May 2016", "on 03/05/2016", "the 3rd February", "3.5.16", "case pprg-2026-0001 showed"]
)
def test_what_leads_back_to_a_person_is_refused(text):
    assert public_problem(text, "PPRG-2026-0001")


@pytest.mark.parametrize("text", ["In May 2016 two agencies met", "Between 2015 and 2016", "Three visits in 14 weeks"])
@pytest.mark.parametrize("reference", ["PPRG-2026-0001", None, ""])
def test_months_and_years_are_welcome(text, reference):
    assert public_problem(text, reference) is None


@given(st.text(max_size=200), st.integers(2000, 2100))
def test_an_address_is_plain_whatever_the_title(title, year):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title, year))


@pytest.mark.parametrize(
    ("state", "offered_by", "releaser", "problem"),
    [
        ("offered", ANNA, BEN, None),
        ("offered", None, BEN, None),
        ("offered", ANNA, ANNA, SECOND),
        ("offered", ANNA, None, "Say who you are first."),
        ("offered", None, None, "Say who you are first."),
        ("draft", None, BEN, "Nobody has offered this for release yet."),
        ("withdrawn", ANNA, BEN, "Nobody has offered this for release yet."),
        ("live", ANNA, BEN, "This outcome has been published already."),
    ],
)
def test_it_takes_a_second_person_to_release(state, offered_by, releaser, problem):
    assert rules.releasing_problem(state, offered_by, releaser) == problem


@pytest.mark.parametrize(
    ("state", "offer", "reopen", "withdraw"),
    [
        ("draft", True, False, False),
        ("offered", False, True, False),
        ("live", False, False, True),
        ("withdrawn", False, True, False),
    ],
)
def test_from_each_state_some_ways_lead_on_and_the_others_are_refused_in_words(state, offer, reopen, withdraw):
    problems = (rules.offering_problem(state), rules.reopening_problem(state), rules.withdrawing_problem(state))

    assert tuple(each is None for each in problems) == (offer, reopen, withdraw)
    assert state in rules.STATES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Wiltshire SVPP", "scr", "Child H", 2012), ("wiltshire  svpp", "scr", "child h.", 2012)),
        (("A", "lcspr", "Long-term harm", 2020), ("A", "lcspr", "Long term harm", 2020)),
    ],
)
def test_what_is_written_otherwise_is_the_same_review(one, other):
    assert rules.identity(*one) == rules.identity(*other)


@pytest.mark.parametrize(
    "other",
    [
        ("Salford", "scr", "Child H", 2012),
        ("Wiltshire", "dhr", "Child H", 2012),
        ("Wiltshire", "scr", "Child G", 2012),
        ("Wiltshire", "scr", "Child H", 2020),
    ],
)
def test_labels_recur_and_are_other_reviews(other):
    assert rules.identity("Wiltshire", "scr", "Child H", 2012) != rules.identity(*other)


@given(st.text(max_size=300))
@example("100 % of_all \\ É ß ﬁ İ")
def test_a_folded_text_holds_no_wildcard_and_folds_no_further(text):
    folded = fold(text)

    assert not set(folded) & set("%_\\'")
    assert fold(folded) == folded


@pytest.mark.parametrize("text", ["=1+1", "+44 1632", "-1", "@cell", "\t=1", " =1", "\r=1"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    assert safe(text) == f"'{text}"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_a_row_of_safe_cells_survives_csv_and_begins_no_formula(cells):
    text = io.StringIO(newline="")
    csv.writer(text).writerow([safe(each.replace("\0", "")) for each in cells])

    (row,) = csv.reader(io.StringIO(text.getvalue(), newline=""))

    assert [plain(each) for each in row] == [each.replace("\0", "") for each in cells]
    assert not [each for each in row if each.lstrip(" ")[:1] in {"=", "+", "-", "@"}]


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "1 KB"), (560_000, "560 KB"), (897_400, "897 KB"), (1_350_000, "1.4 MB")]
)
def test_sizes_are_said_as_people_say_them(count, expected):
    assert size_words(count) == expected
