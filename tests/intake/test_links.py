"""A personal link is no secret: the code that is mailed to whom it is for opens it, once, and nothing else."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from beginnings import beginning
from invented import ANSWERED, REFERRAL
from linked import ask_code, enter, send
from pprg_intake.models import Code, Person, Submission
from stored import changes, stored

RETURN = ANSWERED | {"author": "Invented Lead", "summary": "An invented summary."}
NEUTRAL = "What is behind this link is for the person or the post that we wrote to."
ON_ITS_WAY = "If this page is open to you, a code is on its way to the address that we have for you."
NOT_RIGHT = "That code is not right, or does not work any more. Check it, or have another one sent."
LATE = "Codes are late: our letters are not going out at the moment. If you cannot wait, call us on 01632 960001."


@pytest.fixture
@beginning
def asked(letters):
    return letters.ask()


@pytest.fixture
def path(asked):
    return f"/requests/{asked.request_id}"


@pytest.fixture
def browser(letters):
    return letters.browser()


def rows(world, table):
    with world.services["intake"].database.reading() as session:
        return session.scalars(sa.select(table)).all()


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<h1")[2]).split())


def opened(letters, browser, path):
    ask_code(browser, path)
    return enter(browser, path, letters.codes()[-1])


@pytest.mark.asvs("6.5.4")
def test_a_link_and_a_code_open_what_is_asked_and_let_it_be_answered(world, letters, browser, path):
    first = browser.get(path, follow_redirects=True)
    asked = ask_code(browser, path)
    page = browser.get(asked.location)
    entered = enter(browser, asked.location, f" {letters.codes()[-1][:3]} {letters.codes()[-1][3:]}")
    request = browser.get(entered.location)
    answered = send(browser, path, **RETURN)

    assert (first.status_code, NEUTRAL in words(first), "Invented Child" in first.text) == (200, True, False)
    assert (asked.status_code, ON_ITS_WAY in words(page)) == (303, True)
    assert (entered.status_code, entered.location) == (303, path)
    assert (request.status_code, "Invented Child" in request.text) == (200, True)
    assert "You have opened one page with a code." in request.text
    assert answered.location == f"{path}/thanks"
    assert browser.get(answered.location).status_code == 200
    assert len(rows(world, Submission)) == 1


@pytest.mark.attack("A65")
@pytest.mark.asvs("3.5.3")
def test_whatever_opens_links_by_itself_uses_nothing_up(world, letters, browser, path):
    ask_code(browser, path)
    (code,) = letters.codes()
    before = stored(world, but=())
    scanner = letters.browser("192.0.2.9")
    for place in (path, f"{path}/outcome", f"{path}/chronology", f"{path}/code", f"{path}/code?asked=1"):
        for method in ("GET", "HEAD"):
            seen = scanner.open(place, method=method, follow_redirects=True)
            assert (seen.status_code, seen.request.path) == (200, f"{path}/code")

    assert stored(world, but=()) == before
    assert enter(browser, path, code).location == path


@pytest.mark.attack("A68")
def test_no_letter_can_be_unsubscribed_and_whatever_fetches_its_links_changes_nothing(world, letters, post):
    """What is asked by law is not unsubscribed from; a program that fetches what it finds in mail does nothing."""
    post("intake", "/referrals", REFERRAL, who="")
    asked = letters.ask()
    letters.decide(asked, _referrer(world))
    texts = [each.read_text("utf-8") for each in world.folder.glob("mailbox/*.eml")]
    found = {path for text in texts for path in re.findall(r"http://127.0.0.1:8000(/\S+)", text)}
    before = stored(world, but=())

    fetched = {path: letters.browser().get(path, follow_redirects=True).status_code for path in found}

    assert len(texts) >= 5
    assert [text for text in texts if "unsubscribe" in text.lower()] == []
    assert {f"/requests/{asked.request_id}", "/referrals/PPRG-2026-0001/outcome"} < fetched.keys()
    assert {path: status for path, status in fetched.items() if not path.startswith("/cases/")} == {
        path: 200 for path in found if not path.startswith("/cases/")
    }
    assert stored(world, but=()) == before


def closed_by(letters, asked, state):
    letters.change(asked, state)
    return f"/requests/{asked.request_id}"


@pytest.mark.attack("A65")
@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("which", ["unknown", "accepted", "waived", "no outcome", "somebody else's words"])
def test_what_is_not_there_closed_or_guessed_answers_as_what_is_there(world, letters, browser, asked, path, which):
    there = [browser.get(path, follow_redirects=True), *_asked(letters, browser, path)]
    before = len(letters.codes())
    other = {
        "unknown": lambda: f"/requests/{uuid4()}",
        "accepted": lambda: closed_by(letters, letters.ask(), "accepted"),
        "waived": lambda: closed_by(letters, letters.ask(), "waived"),
        "no outcome": lambda: "/referrals/PPRG-2026-0001/outcome",
        "somebody else's words": lambda: "/referrals/Call 0800 000 000/outcome",
    }[which]()

    world.settle()
    held = stored(world, but=())
    guessed = [browser.get(other, follow_redirects=True), *_asked(letters, browser, other)]

    assert changes(held, stored(world, but=())) == {"intake.limits": (3, 1)}, "how often, and nothing else"
    assert [each.status_code for each in guessed] == [each.status_code for each in there] == [200, 200, 422]
    assert [words(each) for each in guessed] == [words(each) for each in there]
    assert [each for each in guessed if "0800" in words(each)] == []
    assert len(letters.codes()) == before == 1
    assert len(rows(world, Code)) == 1


def _asked(letters, browser, path):
    """The page once a code was asked for, and once a wrong one was entered."""
    page = browser.get(ask_code(browser, path).location)
    letters.codes()
    return page, enter(browser, path, "no")


@pytest.mark.asvs("6.6.2")
def test_a_forwarded_link_is_of_no_use_without_the_mailbox(letters, browser, path):
    ask_code(browser, path)
    (code,) = letters.codes()
    stranger = letters.browser("192.0.2.2")

    stolen = enter(stranger, path, code)
    ask_code(stranger, path)

    assert (stolen.status_code, NOT_RIGHT in words(stolen)) == (422, True)
    assert stranger.get(path, follow_redirects=True).request.path == f"{path}/code"
    assert len(letters.codes()) == 2, "to the address on record, whoever asks"
    assert enter(browser, path, code).location == path, "and nobody makes useless what another has been sent"


@pytest.mark.attack("A65")
@pytest.mark.asvs("6.5.1", "6.6.3")
@pytest.mark.parametrize("how", ["wrong five times", "too old", "not the newest", "used"])
def test_a_code_that_does_not_work_opens_nothing(world, letters, browser, path, how):
    ask_code(browser, path)
    (code,) = letters.codes()
    if how == "wrong five times":
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert {enter(browser, path, wrong).status_code for _ in range(5)} == {422}
    elif how == "too old":
        world.clock.forward(minutes=10)
    elif how == "not the newest":
        world.clock.forward(seconds=30)
        ask_code(browser, path)
    else:
        assert enter(browser, path, code).status_code == 303
        browser.delete_cookie("pprg")

    world.settle()
    held = stored(world, but=())
    late = enter(browser, path, code)
    world.settle()

    found = changes(held, stored(world, but=()))
    assert found.pop("intake.limits")[0] == 1
    assert found == {"intake.codes": (1, 1)}, "that it was tried once more"
    assert (late.status_code, NOT_RIGHT in words(late)) == (422, True)
    assert code not in late.text
    assert browser.get(path).status_code == 303


@pytest.mark.asvs("14.2.4")
def test_the_database_holds_no_code(world, letters, browser, path):
    ask_code(browser, path)
    (code,) = letters.codes()

    for name in ("intake", "notifier"):
        with world.services[name].database.reading() as session:
            for table in world.services[name].service.metadata.sorted_tables:
                assert code not in str(session.execute(sa.select(table)).all())


@pytest.mark.asvs("8.2.1", "9.2.2")
def test_a_link_opens_nothing_else(world, letters, browser, path):
    """Every page of every service is to whoever came by a link as to nobody, or not there."""
    other = letters.ask("icb")
    opened(letters, browser, path)
    tokens = {each.key: each.value for each in browser._cookies.values() if each.key.startswith("pprg")}
    numbers = {"request_id": str(other.request_id), "reference": "PPRG-2026-0001"}
    wrong, looked = {}, 0

    for name in world.services:
        linked, nobody = world.client(name), world.client(name)
        for key, value in tokens.items():
            linked.set_cookie(key, value)
        for rule in linked.application.url_map.iter_rules():
            if rule.endpoint in {"assets", "openapi", "pages.leave", "pages.sign_out"} or "GET" not in rule.methods:
                continue
            args = {each: numbers.get(each, str(uuid4())) for each in rule.arguments} | (rule.defaults or {})
            with linked.application.test_request_context():
                place = linked.application.url_for(rule.endpoint, **args)
            seen, as_nobody = linked.get(place), nobody.get(place)
            looked += 1
            same = (seen.status_code, seen.location) == (as_nobody.status_code, as_nobody.location)
            if not (seen.status_code == 404 or same):
                wrong[name, place] = (seen.status_code, as_nobody.status_code)

    assert wrong == {}
    assert looked > 60


def test_what_is_closed_meanwhile_is_closed_to_whoever_came_by_its_link(letters, browser, asked, path):
    opened(letters, browser, path)
    letters.change(asked, "accepted")

    page = browser.get(path)

    assert (page.status_code, page.location) == (303, f"{path}/code")


def test_a_decision_opens_the_link_of_a_request_again_until_ninety_days_later(world, letters, browser, asked, path):
    letters.change(asked, "accepted")
    letters.decide(asked)

    ask_code(browser, f"{path}/outcome")
    entered = enter(browser, f"{path}/outcome", letters.codes()[-1])

    assert entered.location == f"{path}/outcome"
    assert "What was decided" in browser.get(entered.location).text
    world.clock.forward(days=91)
    assert browser.get(f"{path}/outcome").location == f"{path}/code?to=outcome"


def test_a_referrer_reads_by_link_what_was_decided_and_nothing_of_their_agency(world, letters, browser, post, path):
    post("intake", "/referrals", REFERRAL, who="")
    letters.decide(letters.ask(), _referrer(world))
    outcome = "/referrals/PPRG-2026-0001/outcome"

    ask_code(browser, outcome)
    entered = enter(browser, outcome, letters.codes(REFERRAL["referrer_email"])[-1])
    page = browser.get(outcome)

    assert (entered.location, page.status_code) == (outcome, 200)
    assert "What was decided" in page.text
    assert browser.get(path).location == f"{path}/code"
    assert browser.get("/requests").status_code == 404


def _referrer(world):
    return next(each.id for each in rows(world, Person) if each.roles == "referrer")


@pytest.mark.asvs("8.4.1")
def test_two_agencies_in_two_browsers_see_nothing_of_each_other(letters):
    case_id = uuid4()
    asked = {name: letters.ask(name, case_id) for name in ("police", "icb")}
    paths = {name: f"/requests/{each.request_id}" for name, each in asked.items()}
    browsers = {name: letters.browser(f"192.0.2.{number}") for number, name in enumerate(paths)}
    for name, browser in browsers.items():
        ask_code(browser, paths[name])
    for name, browser in browsers.items():
        assert enter(browser, paths[name], letters.codes(f"safeguarding-lead@{name}.example")[-1]).status_code == 303

    own = {name: browser.get(paths[name]).text for name, browser in browsers.items()}
    crossed = [browsers["police"].get(paths["icb"]), browsers["icb"].get(paths["police"])]

    assert ["Invented Child" in own["police"], "Another Child" in own["icb"]] == [True, True]
    assert ["Another Child" in own["police"], "Invented Child" in own["icb"]] == [False, False]
    assert [each.location for each in crossed] == [f"{paths['icb']}/code", f"{paths['police']}/code"]


def test_what_was_typed_when_a_link_had_been_closed_by_time_is_kept_and_sent_after_the_next_code(
    world, letters, browser, path
):
    opened(letters, browser, path)
    page = browser.get(path).text
    world.clock.forward(minutes=31)
    typed = (
        dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page))
        | ANSWERED
        | {"author": "Lead", "summary": "Kept."}
    )
    lost = browser.post(path, data=typed | {"_end": "1"})
    opened(letters, browser, path)
    offered = browser.get(path).text.partition("Send it now")[0]
    fields = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', offered))

    sent = browser.post(path, data=fields | {"_end": "1"})

    assert "You had not sent this" in offered
    assert (lost.status_code, f'href="{path}/code"' in lost.text) == (401, True)
    assert sent.location == f"{path}/thanks"


def test_codes_that_do_not_leave_are_said_to_be_late(world, letters, browser, path):
    ask_code(browser, path)
    soon = browser.get(f"{path}/code?asked=1")
    world.clock.forward(seconds=60)
    mine, others = browser.get(f"{path}/code?asked=1"), letters.browser("192.0.2.2").get(f"{path}/code")
    letters.codes()
    sent = browser.get(f"{path}/code?asked=1")

    assert [LATE in words(each) for each in (soon, mine, others, sent)] == [False, True, True, False]


def test_a_code_is_forgotten_when_it_has_passed(world, letters, browser, path):
    ask_code(browser, path)
    world.clock.forward(hours=2)
    world.settle()

    assert rows(world, Code) == []


def test_an_agency_that_signs_in_goes_on_as_before(world, browser, path):
    lead = world.visitor("intake", "lead-police")

    assert lead.get(path).status_code == 200
    assert lead.get("/requests").status_code == 200
