"""What a coordinator's list of open cases says: which column holds what, what a row tells, and what is here already."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared import spreadsheet
from pprg_shared.profile import load_profile
from pprg_triage import rules
from pprg_triage.rules.siblings import siblings

TODAY = date(2026, 11, 24)
WORDS = rules.Vocabulary.of(load_profile())
MESSY = spreadsheet.read(Path(__file__).with_name("open_cases.csv").read_text("utf-8").encode("cp1252"))
COLUMNS = (
    *("reference", "received", "agency", "kind", "subject", "born", "notified", "due", "stage", "meeting", "lead"),
    *("notes", "notes", ""),
)
NAMES = st.sampled_from([*rules.COLUMNS, rules.UNUSED])
CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["3/11/26", "May 2026", "31/02/2026", "46023", "tbc", "2026", "?2026", "3/11/2026?", "SAR", "total"]
    ),
)


def table(*rows, heads="Ref,Received,Name"):
    return spreadsheet.read_text("\n".join([heads, *rows]))


def read(*rows, heads="Ref,Received,Name", columns=("reference", "received", "subject")):
    return rules.read_cases(table(*rows, heads=heads), columns, WORDS, TODAY)


def of_row(notes, row):
    return [(each.column, each.words) for each in notes if each.row == row]


def test_columns_are_guessed_from_their_headings_each_thing_once_but_notes():
    assert rules.guessed(MESSY, {}) == list(COLUMNS)


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        ("Case Ref;Referral Date;Childs name", ["reference", "received", "subject"]),
        ("ID,DATE RECEIVED,Initials,D.O.B.,Status", ["reference", "received", "subject", "born", "stage"]),
        ("Date recieved,Date received,Refered by", ["received", "", "agency"]),
        ("Shoe size,Received", ["", "received"]),
        (",Received", ["", "received"]),
    ],
)
def test_headings_may_be_spelt_in_many_ways(heads, columns):
    assert rules.guessed(spreadsheet.read_text(f"{heads}\nx"), {}) == columns


def test_what_a_heading_was_taken_for_before_goes_before_its_spelling():
    found = rules.guessed(table("1", heads="Who,Received,Ref"), {"Who": "subject", "Ref": ""})

    assert found == ["subject", "received", ""]


def test_a_column_without_heading_and_cells_is_not_there():
    wide = spreadsheet.read_text("Ref,,Received,,\n1,x,2026,,\n")

    assert rules.filled(wide) == [0, 1, 2]
    assert [rules.heading(wide, each) for each in (0, 1)] == ["Ref", "Column 2"]
    assert rules.samples(wide, 1, 3) == ["x"]


def test_each_thing_stands_in_one_column_and_the_date_received_in_one():
    found = rules.columns_problems(table("1"), ["reference", "reference", "notes", "notes"])

    assert found == {
        1: "“Ref” is Own reference already. Choose something else for one of them",
        -1: "Say which column holds the date received: clocks count from it",
    }
    assert rules.columns_problems(table("1"), ["", "received", "notes", "notes"]) == {}


def test_a_messy_list_is_read_as_far_as_it_can_be():
    reading = rules.read_cases(MESSY, COLUMNS, WORDS, TODAY)
    first, adult, vague, baby, *_ = reading.cases

    assert [each.row for each in reading.cases] == [3, 4, 5, 6, 14, 15, 16]
    assert (first.received_on, first.notified, first.day_zero) == (
        date(2026, 11, 3),
        date(2026, 11, 5),
        date(2026, 11, 5),
    )
    assert (first.routes, first.agency, first.about) == (("rapid_review",), "police", "child")
    assert first.due_on == date(2026, 11, 26)
    assert first.texts["notes"] == "Comments: Mother “not seen”\nComments: chase GP"
    assert (adult.routes, adult.about, adult.agency) == (("safeguarding_adult_review",), "adult", "acute-trust")
    assert adult.dates["born"].words() == "1948"
    assert (vague.dates["received"].words(), vague.received_on) == ("September 2026", date(2026, 9, 1))
    assert vague.routes == ("rapid_review", "lcspr")
    assert (baby.dates["received"].words(), baby.routes, baby.about) == ("about August 2026", (), "")
    assert [(each.row, each.words) for each in reading.left_out] == [
        (8, "These are the headings again."),
        (13, "By its stage (“Closed”) this case is closed. Change the stage if it is open."),
        (17, "This is a sum, not a case."),
    ]


def test_what_must_change_in_a_row_is_said_in_plain_words():
    problems = rules.read_cases(MESSY, COLUMNS, WORDS, TODAY).problems

    assert [(each.row, each.column) for each in problems] == [(row, "Date received") for row in (9, 10, 11, 12)]
    assert problems[0].words.startswith("31/02/2026 is not a real date. Write the date as day, month and year")
    assert problems[1].words == (
        "46023 is how a spreadsheet counts days, and stands for Thursday 1 January 2026. Format the column as a date, "
        "and save the file again."
    )
    assert problems[2].words == "Enter when the case was received; a month or a year alone is fine."
    assert problems[3].words == "1/12/2027: this day lies in the future."


def test_what_is_worth_a_look_does_not_keep_a_case_out():
    warnings = rules.read_cases(MESSY, COLUMNS, WORDS, TODAY).warnings

    assert of_row(warnings, 3)[0][0] == "Meeting or panel date"
    assert of_row(warnings, 4) == []
    assert of_row(warnings, 5) == [
        ("Date received", "The clock counts from Tuesday 1 September 2026, the first day that this may mean."),
        ("Referring agency", "“Anytown Trust” is no agency that is known here. It is kept as it is written."),
    ]
    assert [column for column, _ in of_row(warnings, 6)] == ["Date received", "Kind of review"]


def test_a_due_day_that_differs_from_the_clock_is_told_and_does_not_hold():
    reading = read("1,3/11/26,27/11/26", columns=("reference", "received", "due"))

    (case,) = reading.cases
    assert case.due_on == date(2026, 11, 24)
    assert of_row(reading.warnings, 2) == [
        (
            "Rapid review due",
            "The list says 27/11/26, the clock Tue 24 Nov 2026, counted from Tue 3 Nov 2026. The clock holds; what the "
            "list says stays on the case.",
        )
    ]


def test_the_clock_of_a_rapid_review_is_not_held_against_a_case_about_an_adult():
    reading = read("1,3/11/26,27/11/26,SAR", heads="Ref,Received,Due,Type", columns=("", "received", "due", "kind"))

    assert (reading.cases[0].about, reading.warnings) == ("adult", [])


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("about", "about: Write the date as day, month and year"),
        ("1/1/2010", "1/1/2010: check the year, no clock can count from it."),
        ("2026-11-25", "2026-11-25: this day lies in the future."),
        ("13/13/2026", "13/13/2026 is not a real date."),
    ],
)
def test_a_day_from_which_no_clock_can_count_is_refused(cell, words):
    (problem,) = read(f"1,{cell},AB").problems

    assert (problem.row, problem.column) == (2, "Date received")
    assert problem.words.startswith(words)


@pytest.mark.parametrize("cell", ["2026-11-03", "3.11.2026", "3 Nov 26", "03/11/2026 00:00", "2026-11-03 00:00:00"])
def test_days_are_read_as_spreadsheets_write_them(cell):
    assert read(f"1,{cell},AB").cases[0].received_on == date(2026, 11, 3)


def test_a_question_mark_behind_a_date_says_the_same_as_one_before_it():
    assert read("1,3/11/26?,AB").cases[0].dates["received"].words() == "about 3 November 2026"


def test_a_notification_that_is_not_known_to_the_day_starts_no_clock():
    reading = read("1,3/11/26,Nov 26", columns=("reference", "received", "notified"))

    assert (reading.cases[0].notified, reading.cases[0].day_zero) == (None, date(2026, 11, 3))
    assert of_row(reading.warnings, 2) == [
        ("Panel notified", "A clock counts from it once the very day is noted on the case.")
    ]


def test_texts_that_are_too_long_and_cells_without_a_heading_are_named():
    reading = read(f"{'x' * 61},3/11/26,AB", "2,3/11/26,AB,lost")

    assert [(each.row, each.column, each.words) for each in reading.problems] == [
        (2, "Own reference", "Keep this to 60 characters."),
        (3, "", "There are more cells than headings. Move them into a column."),
    ]


@pytest.mark.parametrize(
    ("cell", "left_out"),
    [("Total", True), ("Total of cases", True), ("Sum", True), ("Summers", False), ("Counsel", False)],
)
def test_a_sum_is_no_case_and_a_name_that_begins_like_one_is_no_sum(cell, left_out):
    reading = read(f"{cell},,7")

    assert [bool(reading.left_out), bool(reading.problems)] == [left_out, not left_out]


def test_a_list_that_is_too_long_is_refused_whole():
    reading = read(*(["1,3/11/26,AB"] * 1001))

    assert reading.cases == []
    assert [(each.row, each.words) for each in reading.problems] == [(1002, "Import at most 1000 rows at a time.")]


FIRST, SECOND = "PPRG-2026-L0001", "PPRG-2026-0002"


def here(case=FIRST, earlier="R/1", name="j s", received=date(2026, 11, 3)):
    return rules.Here(rules.called(case), earlier, name, received, case)


def test_the_same_reference_and_person_is_here_already():
    cases = read("r 1,4/11/26,J.S.", "r/2,4/11/26,J.S.").cases

    found = rules.compared(cases, [here()])

    assert [each.row for each in found.new] == [3]
    assert [(each.row, each.words) for each in found.known] == [(2, "“r 1” is here already: case PPRG-2026-L0001.")]


def test_a_reference_alone_and_a_name_and_day_alone_are_worth_a_look():
    cases = read("R/1,4/11/26,Sister", ",3/11/26,J. S.", ",3/11/26,unknown", ",3/11/26,").cases

    found = rules.compared(cases, [here()])

    assert [each.row for each in found.new] == [2, 3, 4, 5]
    assert [(each.row, each.words) for each in found.alike] == [
        (2, "“R/1” is also the reference of case PPRG-2026-L0001, about another person."),
        (3, "The same person and day received as case PPRG-2026-L0001."),
    ]


def test_rows_are_compared_with_those_above_them():
    found = rules.compared(rules.read_cases(MESSY, COLUMNS, WORDS, TODAY).cases, [])

    assert [each.row for each in found.new] == [3, 4, 5, 6, 15, 16]
    assert [(each.row, each.words) for each in found.known] == [(14, "“SVPP/24/07” is here already: row 3.")]
    assert [(each.row, each.words) for each in found.alike] == [
        (15, "“SVPP/24/07” is also the reference of row 3, about another person."),
        (16, "The same person and day received as row 3."),
    ]


HIDDEN = "“r 1” is here already: a case that is here."


@pytest.mark.parametrize(
    ("words", "case", "told"),
    [
        (f"“r 1” is here already: case {FIRST}.", FIRST, HIDDEN),
        (
            f"“case {FIRST}” is here already: case {FIRST}.",
            FIRST,
            f"“case {FIRST}” is here already: a case that is here.",
        ),
        (f"“case {FIRST}” is here already: row 3.", None, None),
        (f"“case {FIRST}” is also the reference of case {SECOND}, about another person.", SECOND, None),
        (f"The same person and day received as case {FIRST}2.", f"{FIRST}2", None),
        ("The same person and day received as row 3.", None, None),
    ],
)
def test_a_note_names_a_case_but_not_one_that_is_closed(words, case, told):
    note = rules.Note(2, "Person", words, case)

    assert rules.unnamed([note], {FIRST}) == [rules.Note(2, "Person", told, None) if told else note]


@pytest.mark.parametrize("closed", [set(), {FIRST}, {FIRST, SECOND}])
@pytest.mark.parametrize("earlier", ["", "R/1", f"case {FIRST}", f"case {SECOND}"])
@pytest.mark.parametrize("name", ["", "J. S.", "Another"])
def test_no_note_of_a_comparison_names_a_closed_case_and_each_says_which_it_names(closed, earlier, name):
    both = [here(FIRST, earlier), here(SECOND, earlier)]
    found = rules.compared(read(f"{earlier},3/11/26,{name}", f"{earlier},3/11/26,{name}").cases, both)

    for note in (*found.known, *found.alike):
        (told,) = rules.unnamed([note], closed)
        said = told.words.replace(f"“{earlier}”", "")
        assert note.case is None or rules.called(note.case) in note.words
        assert (told.case is None) == (note.case is None or note.case in closed)
        assert not any(each in said for each in closed)


@pytest.mark.parametrize(
    ("kept", "case"),
    [
        ([2, "Person", f"The same person and day received as case {FIRST}.", FIRST], FIRST),
        ([2, "Person", "The same person and day received as row 3.", None], None),
        ([2, "Person", f"The same person and day received as case {FIRST}."], FIRST),
        ([2, "Reference", f"“case {SECOND}” is here already: case {FIRST}."], FIRST),
        ([2, "Reference", f"“R/1” is also the reference of case {SECOND}, about another person."], SECOND),
        ([2, "", "This is a sum, not a case."], None),
    ],
)
def test_a_note_that_was_kept_is_read_whether_it_was_kept_with_its_case_or_before_that(kept, case):
    assert rules.kept_note(*kept) == rules.Note(*kept[:3], case)


def test_why_a_case_cannot_be_taken_back_is_said_in_words():
    assert rules.touched_words([]) == ""
    assert rules.touched_words(["trigger_days", "requests"]) == "agencies were asked, a date was noted"


@given(st.lists(st.lists(CELLS, max_size=6), max_size=6), st.lists(NAMES, min_size=4, max_size=6))
def test_every_row_is_a_case_or_is_told_why_not(rows, columns):
    lines = [(number, cells) for number, cells in enumerate(rows, 2) if any(each.strip() for each in cells)]
    whole = spreadsheet.Table(["A", "B", "C", "D"], lines)

    reading = rules.read_cases(whole, columns, WORDS, TODAY)
    found = rules.compared(reading.cases, [])

    told = [{each.row for each in notes} for notes in (found.new, found.known, reading.problems, reading.left_out)]
    assert set.union(*told) == {number for number, _ in lines}
    assert sum(map(len, told)) == len(lines)
    assert all(each.words and each.row > 1 for each in (*reading.problems, *reading.warnings, *found.alike))
    assert all(each.received_on <= TODAY and each.day_zero <= TODAY < date.max for each in reading.cases)


@given(st.lists(st.text(max_size=15), min_size=1, max_size=8), st.dictionaries(st.text(max_size=15), NAMES, max_size=4))
def test_whatever_the_headings_are_nothing_but_notes_is_guessed_twice(heads, remembered):
    found = rules.guessed(spreadsheet.Table(heads, [(2, ["x"] * len(heads))]), remembered)

    once = [each for each in found if each not in (rules.UNUSED, rules.NOTES)]
    assert len(once) == len(set(once))
    assert set(rules.columns_problems(spreadsheet.Table(heads, []), found)) <= {-1}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("T.S.", [("T.S.", "")]),
        ("T.S. (3/4/2018); B.S. (born: 2020)", [("T.S.", "3/4/2018"), ("B.S.", "2020")]),
        ("T.S.\nB.S.\n\n", [("T.S.", ""), ("B.S.", "")]),
        ("Sample, Toni; Sample, Bo", [("Sample, Toni", ""), ("Sample, Bo", "")]),
        ("Toni and Bo & Alex", [("Toni", ""), ("Bo", ""), ("Alex", "")]),
        ("Toni, Bo", [("Toni", ""), ("Bo", "")]),
        ("Toni (half-brother)", [("Toni (half-brother)", "")]),
        ("none", []),
        ("n/a", []),
        ("T.S. (3/4/2018)", [("T.S.", "3/4/2018")]),
        ("T.S. (3/4/2018) / B.S. (1, 2 or 3)", [("T.S.", "3/4/2018"), ("B.S. (1, 2 or 3)", "")]),
    ],
)
def test_brothers_and_sisters_in_one_cell_are_people_of_the_same_case(cell, found):
    assert [(each.name, each.born) for each in siblings(cell, TODAY)] == found


def test_a_sibling_who_has_a_row_of_their_own_under_the_same_reference_is_here_already():
    heads, columns = "Ref,Received,Name,Siblings", ("reference", "received", "subject", "siblings")
    reading = read("1,3/11/26,J.S.,T.S.", "1,3/11/26,T.S.,J.S.", heads=heads, columns=columns)

    found = rules.compared(reading.cases, [])

    assert rules.guessed(table("1", heads=heads), {}) == list(columns)
    assert [each.row for each in found.new] == [2]
    assert [each.words for each in found.known] == ["“1” is here already: row 2."]
