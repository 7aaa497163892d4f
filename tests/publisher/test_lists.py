"""Lists of published reviews as partnerships write them: what is understood, and what is said of the rest."""

import csv
import tomllib
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_publisher.rules import Vocabulary, read_list
from pprg_publisher.rules.lines import read_line
from pprg_shared.profile import load_profile

WORDS = Vocabulary.of(load_profile())
TODAY = date(2026, 11, 24)
LISTS = tomllib.loads(Path(__file__).with_name("published_lists.toml").read_text("utf-8"))["lists"]
PUBLISHED = Path(__file__).with_name("published_reviews.csv").read_text("utf-8")


def read(text, usual=None):
    return read_list(text, WORDS, partnership="Wiltshire SVPP", today=TODAY, usual=usual)


@pytest.mark.parametrize(
    ("line", "area", "kind", "label", "published", "documents"),
    [
        ("DHR Ellie Executive Summary – November 2021", "", "dhr", "Ellie", "November 2021", ["executive_summary"]),
        ("LSCR Baby Eva: Full Report", "", "lcspr", "Baby Eva", "", ["full_report"]),
        ("LCSPR Baby Eva: slides for use in teams", "", "lcspr", "Baby Eva", "", ["slides"]),
        ("SCR Child K: June 2019 Full Report", "", "scr", "Child K", "June 2019", ["full_report"]),
        ("Swindon CSPR Bella and Ben", "Swindon", "lcspr", "Bella and Ben", "", []),
        ("Child R & S Overview Report (Hampshire) – October 2013", *("Hampshire", None, "Child R & S", "October 2013"),
         ["overview_report"]),
        ("March 2023 - Local Child Safeguarding Practice Review - Alan", "", "lcspr", "Alan", "March 2023", []),
        ("January 2020 - Local case review - Child Y", "", "local_learning_review", "Child Y", "January 2020", []),
        ("Child C 7MB published 23rd January 2020", *("", None, "Child C", "23rd January 2020"),
         ["seven_minute_briefing"]),
        ("Child TK and OH joint learning review 7MB", "", "local_learning_review", "Child TK and OH", "",
         ["seven_minute_briefing"]),
        ("Helen Local Child Safeguarding Practice Review (LCSPR) Report", "", "lcspr", "Helen", "", ["full_report"]),
        ("Jo Rapid Review", "", "rapid_review", "Jo", "", []),
        ("Thematic Review - Babies with Injuries - 2022", "", "thematic_review", "Babies with Injuries", "2022", []),
        ("LCSPR Thematic Review into Abuse, 2022 and before", "", "lcspr", "Abuse, 2022 and before", "", []),
    ],
)  # fmt: skip
def test_a_line_is_taken_apart_as_it_was_published(line, area, kind, label, published, documents):
    found = read_line(line, WORDS)

    assert (found.area, found.type, found.label, found.published) == (area, kind, label, published)
    assert found.documents == documents
    assert found.other == ""


@pytest.mark.parametrize(
    ("line", "size", "named"),
    [
        ("Baby MD Serious Case Review Report (Adobe PDF format, 1.35 MB)", 1_350_000, "PDF"),
        ("Helen LCSPR Report (PDF, 897KB)", 897_000, "PDF"),
        ("Helen LCSPR Report (560kb)", 560_000, ""),
        ("Helen LCSPR Slides (PowerPoint)", None, "PowerPoint"),
        ("Child C 7MB published 23rd January 2020", None, ""),
    ],
)
def test_sizes_are_read_and_a_seven_minute_briefing_is_no_size(line, size, named):
    found = read_line(line, WORDS)

    assert (found.bytes, found.format) == (size, named)


@pytest.mark.parametrize(
    "line",
    ["Age Dispute Pathway", "Helen UK Visas & Immigration Response 7 minute briefing", "Learning from lockdown", ""],
)
def test_what_is_no_review_is_said_to_be_none(line):
    assert read_line(line, WORDS).other


@pytest.mark.parametrize(
    ("text", "themes", "unknown"),
    [
        ("self harm; substance misuse; escalation of concerns", ["self-harm", "substance-misuse", "escalation"], []),
        (
            "care proceedings, working with resistance and working with Child Sexual Abuse",
            ["care-proceedings", "working-with-resistance", "child-sexual-abuse"],
            [],
        ),
        ("mental health and substance misuse", ["mental-health", "substance-misuse"], []),
        ("significant non accidental injuries to a baby", ["non-accidental-injury"], []),
        ("impact on parent's background on their parenting capacity", ["parents-background"], []),
        ("inquisitive practice, a thing nobody knows, and neglect", ["professional-curiosity", "neglect"],
         ["a thing nobody knows"]),
        ("", [], []),
    ],
)  # fmt: skip
def test_phrases_of_themes_are_known_by_their_aliases(text, themes, unknown):
    assert WORDS.themes_in(text) == (themes, unknown)


def test_every_alias_of_the_profile_leads_to_its_theme_and_its_type():
    profile = load_profile()

    for theme in profile.themes.values():
        assert [WORDS.themes_in(each)[0] for each in (theme.label, theme.code)] == [[theme.code]] * 2
        assert all(theme.code in WORDS.themes_in(each)[0] for each in theme.aliases)
    for each in profile.publication.types.values():
        assert {read_line(f"{name} Child X", WORDS).type for name in (each.label, each.short, *each.aliases)} == {
            each.code
        }


def test_the_lists_that_partnerships_publish_are_read_and_every_row_is_accounted_for():
    found = read(PUBLISHED)

    titles = [(each.title, each.partnership, each.published.words()) for each in found.reviews]
    rows = sorted(row for each in found.reviews for row in each.rows)
    noted = {note.row for note in (*found.problems, *found.left_out)}
    assert len(titles) == 23
    assert rows + sorted(noted) == [*rows, *(row for row in range(2, 50) if row not in rows)]
    assert {
        ("SCR Child H", "Wiltshire SVPP", "September 2012"),
        ("SCR Child G", "Wiltshire SVPP", "August 2011"),
        ("SCR Child G", "Swindon", "August 2019"),
        ("SCR Child O", "Haringey", "October 2015"),
        ("LCSPR Bella and Ben", "Swindon", "12 December 2022"),
        ("SCR Child M", "Oxfordshire", "2019"),
        ("LCSPR Alan", "Swindon", "20 March 2023"),
        ("SCR Baby MD", "Salford", "28 February 2020"),
        ("DHR Ellie", "Wiltshire SVPP", "November 2021"),
        ("Thematic review Babies with Injuries", "Swindon", "26 January 2022"),
    } <= set(titles)
    assert [(note.row, note.column) for note in found.problems] == [
        (22, "Label"),
        (37, "Type"),
        (38, "Type"),
        (39, "Type"),
        (40, "Type"),
        (45, "Published"),
        (47, "Label"),
        (49, "Published"),
    ]
    assert [note.row for note in found.left_out] == [44, 46, 48]


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed["name"])
def test_row_by_row_a_list_becomes_what_stands_beside_it(listed):
    file = StringIO()
    csv.writer(file).writerows([["Title"], *([line] for line, _ in listed["rows"])])

    found = read_list(file.getvalue(), WORDS, partnership=listed["partnership"], today=TODAY, usual=listed.get("usual"))

    became = {note.row: note.column for note in found.problems}
    became |= dict.fromkeys((note.row for note in found.left_out), "left out")
    for each in found.reviews:
        elsewhere = [each.partnership] if each.partnership != listed["partnership"] else []
        became |= dict.fromkeys(each.rows, ", ".join((each.title, *elsewhere, each.published.words())))
    assert [became[row] for row in range(2, len(listed["rows"]) + 2)] == [what for _, what in listed["rows"]]
    assert listed["holds"] == {
        each.title: {"documents": [one["kind"] for one in each.documents], "themes": list(each.themes)}
        for each in found.reviews
    }


def test_rows_about_one_review_are_put_together():
    found = read(PUBLISHED)

    (eva,) = [each for each in found.reviews if each.label == "Baby Eva"]
    kinds = [each["kind"] for each in eva.documents]
    assert eva.rows == [11, 12, 13, 14]
    assert kinds == ["full_report", "seven_minute_briefing", "slides", "video"]
    assert eva.documents[0] == {"kind": "full_report", "format": "", "bytes": 1_350_000, "address": ""}


def test_the_type_that_a_person_gives_is_that_of_the_rows_that_do_not_say():
    found = read(PUBLISHED, "local_learning_review")

    salford = {each.label for each in found.reviews if each.partnership == "Salford" and each.type[:5] == "local"}
    assert salford == {"Child C", "Child DQ", "Child GI", "Child H", "Child TK and OH"}


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("Child X,SCR,31 February 2020,,", "Published", "is not a real date"),
        ("Child X,SCR,soon,,", "Published", "“soon” cannot be read. Write the date as day, month and year"),
        ("Child X,SCR,2019 to 2020,,", "Published", "Write one date"),
        ("Child X,SCR,May 2027,,", "Published", "lies in the future"),
        ("Child X,SCR,,,", "Published", "Fill in the column Published; a year will do"),
        ("Child X,audit of trees,2020,,", "Type", "“audit of trees” is not a type of review here. Use one of: "),
        ("Child X,,2020,,", "Type", "Fill in the column Type, such as LCSPR"),
        ("SCR Full Report,,2020,,", "Label", "Write in the column Label what the review is called"),
        (f"Child X,SCR,2020,{'x' * 301},", "Summary", "Shorten this to 300 characters"),
        ("Child X,SCR,2020,It was on 3 May 2016.,", "Summary", "Give months and years only"),
        (f"SCR Child {'x' * 90},,2020,,", "Label", "Shorten this to 80 characters"),
        ("Child X,SCR,2020,,javascript:alert(1)", "Address", "must begin with https://"),
    ],
)
def test_a_row_that_cannot_be_imported_says_which_column_and_how_to_mend_it(row, column, words):
    found = read(f"Title,Type,Published,Summary,Address\n{row}\n")

    (note,) = found.problems
    assert (note.row, note.column, found.reviews) == (2, column, [])
    assert words in note.words


def test_two_years_of_one_label_are_two_reviews_and_a_row_that_fits_both_says_so():
    found = read("Title;Published\nSCR Child H;2012\nSCR Child H;2020\nSCR Child H Slides;\n")

    assert [each.year for each in found.reviews] == [2012, 2020]
    assert [(each.row, each.words[:36]) for each in found.problems] == [(4, "There are reviews of several years c")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "It is empty. Its first row must name the columns"),
        ("\n\n", "It is empty"),
        ("What,When\nSCR Child X,2020\n", "No column holds the reviews. Call it Title"),
        ("Title\n" + "SCR Child X 2020\n" * 1001, "A list may have 1000 rows"),
        ("Title\n" + "x" * 140_000, "Row 2 cannot be read"),
    ],
)
def test_a_list_that_cannot_be_read_says_what_to_do(text, words):
    found = read(text)

    assert words in found.problems[0].words
    assert found.reviews == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_line_ends_and_the_names_of_columns_may_differ(separator, end):
    rows = [["Review type", "LABEL", "Date", "Partnership", "Notes"], ["CSPR", "Alan", "20.3.2023", "Swindon", "x"]]

    found = read(end.join(separator.join(each) for each in rows))

    (alan,) = found.reviews
    assert (alan.title, alan.partnership, alan.published.words()) == ("LCSPR Alan", "Swindon", "20 March 2023")
    assert [(each.column, each.words) for each in found.remarks] == [("Notes", "This column is not used.")]


def test_what_was_written_so_that_no_spreadsheet_runs_it_is_read_as_it_was():
    found = read("Title,Published,Summary\nLCSPR Child X,2020,'=A sum\n")

    assert found.reviews[0].texts["summary"] == "=A sum"


def test_a_row_that_is_not_closed_is_named_and_nothing_is_made_of_the_rest():
    found = read('Title,Published\nLCSPR Child X,2020\n"LCSPR Child Y,2021\n')

    assert [(each.row, each.words[:21]) for each in found.problems] == [(3, "Row 3 cannot be read:")]
    assert found.reviews == []


@given(st.text(max_size=400))
def test_no_text_is_too_strange_to_be_read(text):
    for whole in (text, f"Title,Type,Published\n{text}"):
        found = read(whole)
        assert all(each.row > 0 and each.words for each in (*found.problems, *found.left_out, *found.remarks))
    read_line(text, WORDS)
