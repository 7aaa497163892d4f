"""A referral that somebody began and left who was not signed in: a mailbox opens it, and nobody else finds anything."""

import html
import re
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from invented import REFERRAL, as_form
from linked import ask_code, enter
from pprg_intake.models import Begun
from pprg_shared.identity.cookies import TOKEN
from typing_in import REFER, Typed, led, left, ours

OUT = (200, "https://www.bbc.co.uk/weather")
STORY = "A canary that nobody else is to read."
HERS = "ward-sister@hospital.example"
KEPT, CODE = "a form that was left", "your code"


def form(page):
    """What a browser would send of a page's first form that can be sent."""
    parts = page.text.partition("<main")[2].partition("</form>")[0].split('<input type="hidden" name="')[1:]
    return {each.split('"')[0]: html.unescape(each.split('value="')[1].split('"')[0]) for each in parts}


def rows(world, service="intake", table="unsent_forms"):
    with world.services[service].database.reading() as session:
        return session.execute(sa.text(f"SELECT * FROM {table}")).all()


def mail(world, to=HERS, about=KEPT):
    """What the letters of this kind say that came to a mailbox, the newest last."""
    world.settle()
    files = sorted(world.folder.glob("mailbox/*.eml"), key=lambda each: each.stat().st_mtime_ns)
    texts = [each.read_text("utf-8").replace("\r", "") for each in files]
    return [each for each in texts if f"\nTo: {to}\n" in each and re.search(rf"\nSubject: .*{about}\n", each)]


def link(world, to=HERS):
    return re.search(r"http://\S+(/referrals/begun/[0-9a-f-]{36})\n", mail(world, to)[-1])[1]


def code(world, to=HERS):
    return re.search(r"\nCode: (\d{6})\n", mail(world, to, CODE)[-1])[1]


def leave(client, page=None, **typed):
    """Leave the public form with this and an address in it."""
    return left(client, page or client.get(REFER), **{"referrer_email": HERS, "what_happened": STORY} | typed)


def let_in(world, client, path, to=HERS):
    ask_code(client, f"{path}/code")
    return enter(client, f"{path}/code", code(world, to))


@pytest.mark.both_databases
def test_who_leaves_goes_on_by_a_link_and_a_code_and_what_was_kept_is_gone_once_it_is_sent(world, letters):
    stranger = letters.browser()

    gone = leave(stranger)
    after, path = ours(stranger), link(world)
    door = stranger.get(path)
    entered = let_in(world, stranger, path)
    offer = stranger.get(path)
    on = stranger.post(path, data=form(offer))
    with world.services["intake"].database.reading() as session:
        referrals = session.scalar(sa.text("SELECT count(*) FROM referrals"))
    again = stranger.get(path)
    sent = stranger.post(path, data=Typed(on).fields | as_form(REFERRAL) | {"referrer_email": HERS})

    assert (led(gone), after) == (OUT, set())
    assert (door.status_code, door.location) == (303, f"{path}/code")
    assert entered.location == path
    assert STORY in html.unescape(offer.text)
    assert "You left this page by “Exit this page”." in offer.text
    assert (on.status_code, Typed(on).fields["what_happened"], "There is a problem" in on.text) == (200, STORY, False)
    assert Typed(on).fields["referrer_email"] == HERS
    assert 'name="_about" value="adult"' in on.text
    assert 'name="_about" value="child"' not in on.text
    assert referrals == 0
    assert STORY in html.unescape(again.text)
    assert re.fullmatch("/referrals/PPRG-2026-0001/thanks", sent.location)
    assert (rows(world), rows(world, table="begun")) == ([], [])
    assert stranger.get(path).location == f"{path}/code"
    assert mail(world, REFERRAL["referrer_email"], "referral received") == []
    assert len(mail(world, HERS, "referral received")) == 1


def test_the_letter_says_what_it_is_and_until_when_and_nothing_that_was_typed(world, letters):
    leave(letters.browser(), referrer_name="Canary Sister")

    (letter,) = mail(world)

    assert "Subject: OFFICIAL-SENSITIVE: a form that was left" in letter
    assert "To the person who began a form," in letter
    assert "is kept until Wednesday 25 November 2026, 20:00 in London" in letter
    assert "If it was not you, you need not do anything" in letter
    assert [
        each for each in ("anary", "referral", "practice review form", "adult") if each in letter.split("http")[0]
    ] == []


@pytest.mark.parametrize("came_back", [False, True])
def test_the_office_sees_how_the_letter_fares_and_not_to_whom_it_went(world, letters, came_back):
    leave(letters.browser())
    world.settle()
    office = world.visitor("notifier", "coordinator")
    page = office.get(re.search(r"/letters/[0-9a-f-]{36}", office.get("/letters").text)[0])
    if came_back:
        office.post(page.request.path, data=form(page) | {"why": "unknown", "_end": "1"})

    listed = office.get("/letters").text
    told = office.get("/api/v1/letters", headers=world.acting("coordinator")).json["letters"]

    assert ["The address in the form" in each for each in (listed, page.text)] == [True, True]
    assert [(each["template"], each["to"], each["state"]) for each in told] == [
        ("form_kept", "the address in the form", "failed" if came_back else "accepted")
    ]
    assert HERS not in listed + office.get(page.request.path).text.partition("What it says")[0]


def test_what_was_typed_is_sealed_and_the_link_alone_travels(world, letters, lines):
    leave(letters.browser())
    world.settle()

    stored = [
        str(rows(world, name, table.name))
        for name, alive in world.services.items()
        for table in alive.service.metadata.sorted_tables
    ]
    said = [str(rows(world, name, box)) for name in world.services for box in ("outbox", "inbox")]

    assert len(rows(world)) == len(rows(world, table="begun")) == 1
    assert [each for each in (STORY, HERS, "canary") if each in str(stored + said + lines)] == []
    assert [each.body for each in rows(world, "notifier", "inbox") if each.type == "form.kept.v1"] == [None]
    assert [each.sent for each in rows(world, "notifier", "letters") if each.type == "form_kept"] == [None]


@pytest.mark.parametrize(
    "typed",
    [
        {"referrer_email": ""},
        {"referrer_email": "ward-sister"},
        {"referrer_email": "a@b.example, c@d.example"},
        {"referrer_email": "ward\u0007@hospital.example"},
        {"referrer_email": f"{'x' * 64}@{'y' * 200}.example"},
    ],
)
def test_without_the_address_of_one_mailbox_nothing_is_kept_and_nothing_mailed(world, letters, unchanged, typed):
    gone = leave(letters.browser(), **typed)

    assert led(gone) == OUT
    assert list(world.folder.glob("mailbox/*.eml")) == []


def test_a_form_that_nobody_typed_into_leaves_nothing_behind(world, letters, unchanged):
    browser = letters.browser()

    assert led(left(browser, browser.get(REFER))) == OUT


@pytest.mark.asvs("3.5.1")
def test_what_another_site_sends_is_not_kept(world, letters, unchanged):
    assert led(leave(letters.browser(), _csrf="0" * 64)) == OUT


@pytest.mark.asvs("2.4.1")
def test_no_mailbox_is_filled_and_nobody_fills_many(world, letters):
    spelt = [HERS, HERS.upper(), HERS.replace("@", "+more@"), HERS, HERS]
    for number, each in enumerate(spelt):
        gone = leave(letters.browser(f"192.0.2.{number}"), referrer_email=each)
        assert led(gone) == OUT
    one = len(rows(world))
    for number in range(12):
        assert led(leave(letters.browser("198.51.100.7"), referrer_email=f"nurse-{number}@hospital.example")) == OUT
    many = len(rows(world))
    world.clock.forward(hours=25)
    leave(letters.browser("198.51.100.7"))

    assert (one, many) == (3, 13)
    assert sum(len(mail(world, each)) for each in {*spelt}) == 4


def test_leaving_does_not_wait_for_a_database_that_is_away(world, letters, lines):
    browser = letters.browser()
    page = browser.get(REFER)
    intake = world.services["intake"]
    with intake.database.writing("action") as session:
        session.execute(sa.text("ALTER TABLE unsent_forms RENAME TO away"))

    gone = leave(browser, page)
    world.settle()

    assert led(gone) == OUT
    assert rows(world, table="begun") == []
    assert mail(world) == []
    assert [each["event"] for each in lines if each["event"].startswith("not kept")] == ["not kept for whoever left"]
    assert "canary" not in str(lines)


def test_it_is_gone_after_the_evening_of_the_next_working_day(world, letters):
    browser = letters.browser()
    world.clock.forward(days=3)  # Friday
    leave(browser)
    path = link(world)
    world.clock.forward(days=3)
    world.settle()
    monday = len(rows(world))
    world.clock.forward(hours=12)
    world.settle()
    ask_code(browser, f"{path}/code")

    assert "is kept until Monday 30 November 2026, 20:00 in London" in mail(world)[-1]
    assert monday == 1
    assert (rows(world), rows(world, table="begun")) == ([], [])
    assert mail(world, about=CODE) == []


def test_whoever_has_opened_it_may_send_it_though_its_time_is_over_by_then(world, letters):
    browser = letters.browser()
    leave(browser)
    path = link(world)
    world.clock.at = world.clock.at.replace(day=25, hour=19, minute=50)
    let_in(world, browser, path)
    on = browser.post(path, data=form(browser.get(path)))
    world.clock.forward(minutes=20)
    world.settle()

    sent = browser.post(path, data=Typed(on).fields | as_form(REFERRAL))

    assert sent.location == "/referrals/PPRG-2026-0001/thanks"


def test_it_is_kept_again_when_somebody_leaves_again_or_goes_on_too_late(world, letters):
    browser = letters.browser()
    leave(browser)
    path = link(world)
    let_in(world, browser, path)
    on = browser.post(path, data=form(browser.get(path)))
    world.clock.forward(days=1, hours=0.2)
    let_in(world, browser, path)
    left(
        browser,
        browser.post(path, data=form(browser.get(path))),
        what_happened="Another.",
        referrer_email="else@b.example",
    )
    world.clock.forward(hours=12)
    let_in(world, browser, path)
    later = browser.get(path)
    on = browser.post(path, data=form(later))
    world.clock.forward(minutes=31)
    refused = browser.post(path, data=Typed(on).fields | {"what_happened": "A third."})
    let_in(world, browser, path)

    assert "Another." in later.text
    assert mail(world, "else@b.example", "") == []
    assert (refused.status_code, f"{path}/code" in refused.text) == (401, True)
    assert "A third." in browser.get(path).text
    assert len(rows(world)) == 1


def test_it_can_be_thrown_away(world, letters):
    browser = letters.browser()
    leave(browser)
    path = link(world)
    let_in(world, browser, path)
    offered = form(browser.get(path))

    gone = browser.post(path, data={name: offered[name] for name in ("_csrf", "_unsent")} | {"_drop": "1", "_end": "1"})

    assert (gone.status_code, gone.location) == (303, "/")
    assert (rows(world), rows(world, table="begun")) == ([], [])
    assert browser.get_cookie(TOKEN) is None


@pytest.mark.parametrize("who", ["coordinator", "administrator", "another mailbox", "another agency", "nobody"])
def test_nobody_else_gets_in(world, letters, who):
    leave(letters.browser())
    path = link(world)
    browser = letters.browser()
    if who == "another mailbox":
        leave(browser, referrer_email="else@b.example")
        let_in(world, browser, link(world, "else@b.example"), "else@b.example")
    elif who == "another agency":
        asked = f"/requests/{letters.ask().request_id}"
        ask_code(browser, f"{asked}/code")
        enter(browser, f"{asked}/code", letters.codes()[-1])
    elif who != "nobody":
        browser = world.visitor("intake", who)

    shown = browser.get(path)
    page = browser.get(shown.location)
    sent = browser.post(path, data=Typed(browser.get(REFER)).fields | as_form(REFERRAL))
    wrong = enter(browser, f"{path}/code", "000000")

    assert (shown.status_code, shown.location) == (303, f"{path}/code")
    assert (sent.status_code, wrong.status_code) in {(404, 422), (401, 422), (403, 422)}
    assert [each for each in (page, sent, wrong) if "canary" in each.text] == []
    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM referrals")) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Begun)) in {1, 2}


def test_the_page_of_a_link_is_the_same_for_one_that_opens_nothing(world, letters):
    leave(letters.browser())
    path = link(world)
    nowhere = "/referrals/begun/00000000-0000-4000-8000-000000000000"

    shown, nothing = (letters.browser().get(f"{each}/code").text for each in (path, nowhere))

    plain = re.compile(r'nonce="[^"]+"|value="[0-9a-f-]{36,64}"|_of-[0-9a-f]{8}')
    assert plain.sub("", shown) == plain.sub("", nothing).replace(nowhere, path)
    assert "sign in and open" not in shown.replace("\n", " ")


@pytest.mark.both_databases
def test_a_busy_database_is_waited_for_by_nobody_who_leaves(world, letters):
    browser = letters.browser()
    page = browser.get(REFER)
    held = world.services["intake"].database.url
    if held.get_backend_name() != "sqlite":
        assert led(leave(browser, page)) == OUT
        return
    with closing(sqlite3.connect(held.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        gone = browser.post(
            f"{page.request.path}?_exit", data=Typed(page).fields | Typed(page).exits[0] | {"referrer_email": HERS}
        )
        other.execute("ROLLBACK")
    gone.close()

    assert (led(gone), len(rows(world))) == (OUT, 1)
