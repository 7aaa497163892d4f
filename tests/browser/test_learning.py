"""The learning hub as its readers and the office meet it: an import, a search, a page taken away, the notices."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
LIST = Path(__file__).parent.parent / "publisher/published_reviews.csv"
NOTICES = ("Privacy", "Cookies", "Accessibility")


@pytest.mark.parametrize(
    "mode", [pytest.param(0, marks=pytest.mark.long), 1], indirect=True, ids=["320-without-script", "1280-with-script"]
)
def test_a_list_is_imported_released_searched_and_taken_away(visit, mode):
    office, chair, reader = visit(), visit(), visit()
    office.sign_in("coordinator")
    chair.sign_in("chair")

    before = published(reader)
    if made := bring(office):
        chair.page.goto(made)
        chair.sees("Imported reviews")
        chair.press("Release 23 reviews")
        chair.sees("Imported reviews")
    look_for(reader, before + 23 if made else before)
    read(reader)
    title = take_away(office, reader, mode)
    bring_back(office, chair, reader, title)


def bring(office):
    """Upload the list, read what it would make, import it; the page of the import, unless nothing is new."""
    office.open("/publications")
    office.follow("Import reviews that were published before")
    office.sees("Import published reviews")
    office.press("Show what it would make")
    office.sees("Error: Import published reviews", 422)
    assert office.problems == ["Choose a file or paste a list"]

    office.page.get_by_label("CSV file").set_input_files(LIST)
    office.press("Show what it would make")
    office.sees("What the list would make")
    assert "8 with a problem, 3 not a review." in office.text
    if "There is nothing new to import." in office.text:
        return None
    office.press("Import 23 reviews")
    office.sees("Imported reviews")
    assert "a second person must release it" in office.text
    return office.page.url


def published(reader):
    """How many reviews there are; other walks may have ended in one."""
    reader.open("/learning")
    found = re.search(r"(\d+) reviews?\n", reader.text)
    return int(found[1]) if found else 0


def look_for(reader, total):
    reader.open("/learning")
    reader.sees("What was learnt")
    assert f"1 to 20 of {total} reviews" in reader.text
    reader.follow("Older ones")
    reader.sees("What was learnt")
    assert f"21 to {total} of {total} reviews" in reader.text

    reader.open("/learning")
    reader.fill({"text": "child", "year": "2012"})
    reader.page.get_by_label("Type of review").select_option("Serious case review")
    reader.page.get_by_label("Theme", exact=True).select_option("Discharge planning")
    reader.press("Search")
    reader.sees("What was learnt")
    assert "1 review\n" in reader.text
    reader.fill({"text": "no such thing"})
    reader.press("Search")
    reader.sees("What was learnt")
    assert "No review meets all of this at once." in reader.text
    reader.fill({"year": "soon"})
    reader.press("Search")
    reader.sees("Error: What was learnt", 422)
    assert reader.typed("text", "year") == ["no such thing", "soon"]


def read(reader):
    reader.open("/learning?text=child+h&year=2012")
    reader.follow("SCR Child H")
    reader.sees("SCR Child H")
    assert "Serious case review, September 2012" in reader.text.replace("\n", " ")
    assert "Lessons learnt. This document is available on request" in reader.text
    reader.follow("Discharge planning")
    reader.sees("What was learnt")
    reader.follow("What the fields mean")
    reader.sees("The catalogue")
    for each in NOTICES:
        with reader.page.expect_navigation():
            reader.page.locator("footer").get_by_role("link", name=each).click()
        reader.sees(each)


def take_away(office, reader, mode):
    """Each round takes another one away."""
    title = "LCSPR Alan" if mode.scripts else "LCSPR Helen"
    reader.open("/learning")
    reader.follow(title)
    office.open("/publications")
    office.sees("Publications")
    office.follow(title)
    office.sees(f"Published, {title}")
    office.press("Withdraw")
    office.sees(f"Withdrawn, {title}")
    reader.again()
    reader.sees("Available on request", 410)
    return title


def bring_back(office, chair, reader, title):
    office.press("Make it a draft again")
    office.sees(f"Publish what was learnt, {title}")
    office.press("Offer for release")
    office.sees(f"Release what was learnt, {title}")
    chair.page.goto(office.page.url)
    chair.press("Release")
    chair.sees(title)
    reader.again()
    reader.sees(title)
