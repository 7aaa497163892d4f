"""What everybody can read: search, pages of a list, feed, catalogue, and what is not sent a second time."""

import csv
import io
import json
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest

from invented import PUBLISHED
from pprg_intake.pages.halfway import HALF, KNOWN
from pprg_publisher.actions.publishing import write
from pprg_publisher.models import Publication
from pprg_publisher.rules import FIELDS, State
from pprg_shared.identity import cookies
from pprg_shared.web import lapsed
from publishing import send, words

pytestmark = pytest.mark.both_databases
ATOM = "{http://www.w3.org/2005/Atom}"
REVIEWS = (
    {"title": "Hearing a child", "type": "rapid_review", "year": 2026, "themes": ["voice-of-child", "neglect"]},
    {"title": "Élan & 100% care_plans", "type": "scr", "year": 2012, "themes": ["neglect"], "label": "Child H"},
    {
        "title": "Straße of an adult",
        "type": "dhr",
        "year": 2021,
        "themes": ["domestic-abuse"],
        "summary": "Hidden men.",
    },
)


def live(world, *reviews):
    """Reviews that everybody can read, the first the newest."""
    for number, each in enumerate(reviews):
        row = Publication(
            id=UUID(int=number + 1), partnership="Wiltshire SVPP", state=State.LIVE, slug=f"review-{number}"
        )
        about = {"label": "", "type": "scr", "year": 2020, "title": f"Review {number}", "summary": "Invented."}
        write(row, about | each)
        row.published_on, row.precision = date(each.get("year", 2020), 2, 28 - number % 28), "day"
        row.changed_at = datetime(2026, 11, 1, 12, 59 - number % 60, tzinfo=UTC)
        with world.services["publisher"].database.writing("action") as session:
            session.add(row)


@pytest.fixture
def library(world):
    live(world, *REVIEWS)
    return world.client("publisher")


def parsed(answer):
    """The feed, as an XML parser reads it."""
    return ET.fromstring(answer.data)  # noqa: S314 -- our own


def titles(page):
    return [each["title"] for each in page.json["publications"]]


#: What is asked, and which of the reviews it finds, the newest first.
SEARCHES = {
    "": [0, 2, 1],
    "text=hearing": [0],
    "text=HEAR child": [0],
    "text=child": [0, 1],
    "text=elan": [1],
    "text=%C3%89LAN": [1],
    "text=strasse": [2],
    "text=STRA%C3%9FE": [2],
    "text=100%25": [1],
    "text=%25": [],
    "text=_": [],
    "text=h_aring": [],
    "text=h%25g": [],
    "text=care_plans": [1],
    "text=domestic": [2],
    "text=voice": [0],
    "text=serious case": [1],
    "text=' OR 1=1 --": [],
    "theme=neglect": [0, 1],
    "type=dhr": [2],
    "year=2012": [1],
    "theme=neglect&year=2026": [0],
    "theme=neglect&type=scr&text=elan&year=2012": [1],
    "theme=neglect&type=dhr": [],
    "theme=dementia": [],
}


@pytest.mark.both_databases("each searches in its own way")
def test_reviews_are_found_by_words_theme_type_and_year_together(library):
    for query, found in SEARCHES.items():
        expected = [REVIEWS[each]["title"] for each in found]

        page, answer = library.get(f"/learning?{query}"), library.get(f"/api/v1/learning?{query}")
        whole = library.get(f"/learning/catalogue.json?{query}")

        assert (query, page.status_code, answer.status_code) == (query, 200, 200)
        assert (query, titles(answer), titles(whole)) == (query, expected, expected)
        shown = words(page).replace("&amp;", "&")
        assert (query, [each["title"] for each in REVIEWS if each["title"] in shown]) == (
            query,
            [each["title"] for each in REVIEWS if each["title"] in expected],
        )


def test_nothing_found_says_what_to_try_and_keeps_what_was_asked(library):
    page = library.get("/learning?text=zebra&theme=neglect")

    assert page.status_code == 200
    assert "Nothing found No review meets all of this at once. You can: use fewer words" in words(page)
    assert "leave a theme, a type or a year out" in words(page)
    assert 'value="zebra"' in page.text
    assert '<option value="neglect" selected>Neglect</option>' in page.text


def test_a_search_offers_only_what_there_is(library):
    page = library.get("/learning").text

    offered = [part.split('"')[0] for part in page.split('<option value="')[1:]]
    assert sorted(offered) == ["", "", "dhr", "domestic-abuse", "neglect", "rapid_review", "scr", "voice-of-child"]


def test_what_was_left_blank_is_no_part_of_the_address(library):
    sent = library.get("/learning?text=child&theme=&type=&year=")

    assert (sent.status_code, sent.location) == (302, "/learning?text=child")


NONSENSE = {
    "year=soon": "Enter a year such as 2026",
    "year=1": "Enter a year such as 2026",
    "page=0": "There is no such page",
    "page=x": "There is no such page",
    "theme=nonsense": "Choose themes from the list",
    "type=nonsense": "Choose a type of review from the list",
    f"text={'x' * 201}": "Search for at most 200 characters",
}


def test_an_address_that_asks_for_nonsense_says_what_is_wrong(library):
    for query, problem in NONSENSE.items():
        page, feed = library.get(f"/learning?{query}"), library.get(f"/learning/feed.atom?{query}")

        assert (query, page.status_code, feed.status_code) == (query, 422, 422)
        assert problem in words(page)
        assert problem in words(feed)


def test_a_long_list_has_pages_whose_addresses_can_be_shared(world):
    live(world, *({"title": f"Review {number:02}"} for number in range(45)))
    library = world.client("publisher")

    first, last = library.get("/learning?text=review"), library.get("/learning?text=review&page=3")

    assert "1 to 20 of 45 reviews" in words(first)
    assert 'href="/learning?text=review&amp;page=2"' in first.text
    assert "Newer ones" not in first.text
    assert "41 to 45 of 45 reviews" in words(last)
    assert "Older ones" not in last.text
    assert [library.get(f"/learning?page={number}").status_code for number in (3, 4)] == [200, 404]
    seen = [each for n in (1, 2, 3) for each in titles(library.get(f"/api/v1/learning?page={n}"))]
    assert sorted(seen) == [f"Review {number:02}" for number in range(45)]


def test_the_feed_is_atom_with_stable_ids_and_pages(world):
    live(world, *({"title": f"Review <{number:02}>", "themes": ["neglect"]} for number in range(51)))
    library = world.client("publisher")
    base = world.services["publisher"].settings.base_url

    answer, second = library.get("/learning/feed.atom"), library.get("/learning/feed.atom?page=2")
    feed, older = parsed(answer), parsed(second)

    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    entries = feed.findall(f"{ATOM}entry")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert links == {
        "self": f"{base}/learning/feed.atom",
        "alternate": f"{base}/learning",
        "next": f"{base}/learning/feed.atom?page=2",
    }
    assert feed.findtext(f"{ATOM}id") == parsed(library.get("/learning/feed.atom")).findtext(f"{ATOM}id")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Wiltshire Safeguarding Vulnerable People Partnership"
    assert [len(entries), len(older.findall(f"{ATOM}entry"))] == [50, 1]
    assert entries[0].findtext(f"{ATOM}id") == UUID(int=1).urn
    assert entries[0].findtext(f"{ATOM}title") == "Review <00>"
    assert entries[0].find(f"{ATOM}link").get("href") == f"{base}/learning/review-0"
    assert entries[0].find(f"{ATOM}category").attrib == {"term": "neglect", "label": "Neglect"}
    updated = [datetime.fromisoformat(each.findtext(f"{ATOM}updated")) for each in (feed, *entries)]
    assert updated[0] == max(updated[1:])
    assert updated[1:] == sorted(updated[1:], reverse=True)


def test_the_feed_is_atom_before_anything_is_published(world):
    feed = parsed(world.client("publisher").get("/learning/feed.atom"))

    assert feed.findall(f"{ATOM}entry") == []
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated")).tzinfo


def test_the_catalogue_says_the_same_in_json_and_csv(world):
    live(world, *REVIEWS, {"title": "=HYPERLINK(1)", "summary": "@risk", "author": "+44", "learning": 'a,\n"b"'})
    library = world.client("publisher")

    records = library.get("/learning/catalogue.json").json["publications"]
    answer = library.get("/learning/catalogue.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))

    assert answer.data.startswith(b"\xef\xbb\xbfid,title,publisher,author,year,")
    assert [list(each) for each in (records[0], rows[0])] == [sorted(FIELDS), list(FIELDS)]
    assert [each["url"] for each in rows] == [each["url"] for each in records]
    (spoiled,) = [each for each in rows if "HYPERLINK" in each["title"]]
    named = [spoiled[name] for name in ("title", "summary", "author", "learning")]
    assert named == ["'=HYPERLINK(1)", "'@risk", "'+44", 'a,\n"b"']
    assert rows[0]["keywords"] == "Neglect; Voice of the child"
    assert records[0]["published"] == "2026-02-28"
    explained = library.get("/learning/catalogue")
    assert [name for name in FIELDS if f">{name}<" not in explained.text] == []


@pytest.mark.parametrize(
    "path",
    ["/learning/feed.atom", "/learning/catalogue.json", "/learning/catalogue.csv", "/learning", "/learning/review-0"],
)
def test_what_has_not_changed_is_not_sent_again(world, library, path):
    first = library.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    same = library.get(path, headers=tag)
    live_again = {**PUBLISHED, "title": "Another"}
    with world.services["publisher"].database.writing("action") as session:
        row = session.get(Publication, UUID(int=1))
        write(row, live_again)
        row.changed_at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    changed = library.get(path, headers=tag)

    assert (first.status_code, same.status_code, same.data, changed.status_code) == (200, 304, b"", 200)
    assert first.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("name", ["feed.atom", "catalogue.json", "catalogue.csv"])
def test_files_say_when_they_last_changed(library, name):
    first = library.get(f"/learning/{name}")
    changed = first.headers["Last-Modified"]

    assert parsedate_to_datetime(changed) == datetime(2026, 11, 1, 12, 59, tzinfo=UTC)
    assert library.get(f"/learning/{name}", headers={"If-Modified-Since": changed}).status_code == 304
    earlier = {"If-Modified-Since": "Sun, 01 Nov 2026 12:00:00 GMT"}
    assert library.get(f"/learning/{name}", headers=earlier).status_code == 200


def test_what_is_withdrawn_is_in_no_list_feed_or_catalogue(people):
    path = people.offered(title="Withdrawn afterwards")
    send(people.chair, path, f"{path}/release")
    before = people.everybody.get("/learning/catalogue.json")
    people.world.clock.forward(hours=1)
    send(people.office, path, f"{path}/withdraw")

    after = people.everybody.get("/learning/catalogue.json")

    assert [len(json.loads(each.data)["publications"]) for each in (before, after)] == [1, 0]
    assert after.headers["Last-Modified"] > before.headers["Last-Modified"]
    for name in ("", "/feed.atom", "/catalogue.csv"):
        assert "Withdrawn afterwards" not in people.everybody.get(f"/learning{name}").text


@pytest.mark.asvs("14.2.2")
def test_a_page_of_somebody_who_acts_is_kept_by_nobody(people):
    mine, everybody_s = people.office.get("/learning"), people.everybody.get("/learning")

    assert (mine.headers["Cache-Control"], everybody_s.headers["Cache-Control"]) == ("no-store", "public, no-cache")
    assert "ETag" not in mine.headers
    assert "Cookie" in everybody_s.headers["Vary"]


def test_a_page_that_others_keep_lets_in_only_our_own_files_and_no_word_that_a_copy_would_tell(people):
    page = people.everybody.get("/learning")
    same = people.everybody.get("/learning", headers={"If-None-Match": page.headers["ETag"]})

    assert "script-src 'self'; style-src 'self';" in page.headers["Content-Security-Policy"]
    assert "nonce" not in page.text
    assert (same.status_code, "Content-Security-Policy" in same.headers) == (304, False)


def test_drafts_and_what_is_offered_are_in_no_public_place(people):
    people.draft()
    people.offered(title="Only offered so far")

    for name in ("", "/feed.atom", "/catalogue.csv", "/catalogue.json"):
        text = people.everybody.get(f"/learning{name}").text
        assert "Only offered so far" not in text
        assert "Invented reasons" not in text


@pytest.mark.parametrize("service", ["intake", "triage", "notifier", "publisher"])
def test_the_foot_of_every_page_leads_to_the_notices_and_says_whom_to_ask(world, service):
    page = world.client(service).get(f"/nothing/{uuid4()}")

    foot = page.text.partition("<footer")[2]
    about = world.services[service].profile.partnership
    assert all(text in foot for text in (about.name, about.email, about.phone, about.address))
    for path in ("/privacy", "/cookies", "/accessibility"):
        notice = world.client("publisher").get(path)
        assert f'href="{path}"' in foot
        assert notice.status_code == 200
        assert about.email in notice.text


def test_the_cookies_that_are_set_are_those_that_the_page_names(world, people):
    reading = [people.everybody.get(each) for each in ("/learning", "/cookies", "/privacy", "/learning/feed.atom")]
    writing = people.office.get("/publications/imports/new")
    page = words(people.everybody.get("/cookies"))

    assert [each.headers.getlist("Set-Cookie") for each in reading] == [[], [], [], []]
    (cookie,) = writing.headers.getlist("Set-Cookie")
    assert cookie.startswith("pprg-form-publisher=")
    assert "pprg-form-, with the name of a part" in page
    assert all(f"{each} " in page for each in (cookies.TOKEN, cookies.SEEN, HALF, KNOWN, lapsed.COOKIE))
    assert "12 hours" in page
