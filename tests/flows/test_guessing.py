"""Guessing: rows A56 to A58. Nobody learns who is there, nobody guesses for long, and nobody shuts out another."""

import re
import statistics
from time import perf_counter
from uuid import UUID

import pytest
import sqlalchemy as sa

from pprg_intake.models import Code, SignIn
from pprg_shared.metrics import exposition
from signing import address
from stored import changes, stored

GUESSES = 10
#: What nobody can tell apart over a network.
APART_SECONDS = 0.005
KNOWN, UNKNOWN = "coordinator@pprg-office.example", "nobody@pprg-office.example"


@pytest.fixture
def office(accounts_for, visiting):
    """The browser of somebody at the door; the coordinator has an account."""
    accounts_for("coordinator")
    return visiting()


def words(page):
    """What a page says, but for tokens and what was typed."""
    main = page.text.partition("<main")[2].partition("<form")[0]
    return main.replace(KNOWN, "").replace(UNKNOWN, "")


def timed(world, browser, who):
    world.clock.forward(minutes=6)
    started = perf_counter()
    page = browser.password(who, "wrong password")
    return perf_counter() - started, page


def compared(world, browser, count):
    """How long each takes and what it says, in turn."""
    tries = [[timed(world, browser, who) for who in (KNOWN, UNKNOWN)] for _ in range(count)]
    known, unknown = ([each[at] for each in tries] for at in (0, 1))
    medians = [statistics.median(seconds for seconds, _ in each) for each in (known, unknown)]
    said = {(page.status_code, words(page)) for _, page in (*known, *unknown)}
    return medians, said


def test_a56_a_wrong_password_and_an_unknown_address_are_answered_alike(dear_hashes, world, office):
    before = stored(world, but=())

    medians, said = compared(world, office, 5)

    ((status, told),) = said
    assert (status, "do not belong together. Check both and type the password again" in told) == (422, True)
    noted = {"intake.audit": (10, 0), "intake.audit_marks": (1, 1), "intake.limits": (3, 0)}
    assert changes(before, stored(world, but=())) == noted, "an entry for each, and how often"
    assert max(medians) < 2 * min(medians), "a password is hashed for nobody, too, which is nearly all that it takes"


@pytest.mark.long
def test_a56_nor_can_they_be_told_apart_by_time(dear_hashes, world, office):
    medians, said = compared(world, office, 200)

    assert len(said) == 1
    assert max(medians) - min(medians) < APART_SECONDS


def test_a57_a_new_password_is_promised_to_every_address_alike(world, office):
    asked = {who: office.send("/sign-in/reset", address=who) for who in (KNOWN, UNKNOWN)}
    world.settle()
    pages = {who: office.get(each.location) for who, each in asked.items()}
    tried = {who: office.send(each.location, code="000000") for who, each in asked.items()}

    assert {(each.status_code, len(each.location)) for each in asked.values()} == {(303, len("/sign-in/reset/") + 36)}
    assert len({words(each) for each in pages.values()}) == 1
    assert {(each.status_code, words(each)) for each in tried.values()} == {(422, words(tried[KNOWN]))}
    assert len(list(world.folder.glob("mailbox/*.eml"))) == 1


def test_a57_of_an_address_that_nobody_has_nothing_is_kept_but_how_often_it_was_asked(world, office):
    before = stored(world, but=())

    page = office.get(office.send("/sign-in/reset", address=UNKNOWN).location)
    world.settle()

    assert page.status_code == 200
    assert "If the directory has this address, a code is on its way to it." in page.text
    assert changes(before, stored(world, but=())) == {"intake.limits": (2, 0)}


@pytest.mark.asvs("2.4.1", "6.3.1")
def test_a58_the_eleventh_guess_waits_and_is_told_the_phone_number(world, office, visiting):
    guesses = [office.password(KNOWN, f"guess {n}").status_code for n in range(GUESSES)]
    before = stored(world, but=())
    over = visiting().password(KNOWN)

    assert changes(before, stored(world, but=())) == {"intake.limits": (2, 2), "intake.accounts": (1, 1)}
    assert guesses == [422] * GUESSES
    assert (over.status_code, over.headers["Retry-After"]) == (429, "300")
    assert world.services["intake"].profile.partnership.phone in over.text
    assert 'value="coordinator@pprg-office.example"' in over.text
    world.clock.forward(minutes=5)
    assert visiting().password(KNOWN).status_code == 303


def guess(browser, times, *addresses):
    for n in range(times):
        for each in addresses:
            browser.password(each, f"guess {n}")


@pytest.mark.asvs("6.3.1", "16.3.3")
def test_a58_of_an_account_that_is_guessed_at_the_office_is_told_once_a_day_and_so_is_whose_it_is(
    world, accounts_for, visiting, lines
):
    accounts_for("coordinator", "administrator")
    person = world.services["intake"].profile.person("coordinator")
    guesser, administrator = visiting(), world.visitor("intake", "administrator")
    before = administrator.get("/people").text
    guess(guesser, GUESSES, KNOWN, UNKNOWN)
    held = stored(world, but=())
    guess(guesser, 1, KNOWN, UNKNOWN)
    noted = changes(held, stored(world, but=()))
    guess(guesser, 3, KNOWN, UNKNOWN)
    answers = {words(guesser.password(each)) for each in (KNOWN, UNKNOWN)}
    said, metrics = administrator.get("/people").text, exposition([world.services["intake"]])
    owner = world.visitor("intake", "coordinator").get("/session/sign-ins").text
    world.clock.forward(hours=25)
    later = administrator.get("/people").text
    guess(guesser, GUESSES + 2, KNOWN)

    assert noted == {"intake.limits": (3, 3), "intake.accounts": (1, 1)}
    assert len(answers) == 1
    guessed = [each["person"] for each in lines if each["event"] == "an account is being guessed at"]
    assert guessed == [str(person.id)] * 2
    assert b'pprg_limits_reached{service="intake",what="sign-ins"} 2.0' in metrics
    told = f'<a class="govuk-link" href="/people/{person.id}">{person.name}</a>, on Tuesday 24 November 2026, 09:30'
    assert [text.count("tried many wrong passwords or codes") for text in (before, said, later)] == [0, 1, 0]
    assert told in " ".join(said.split())
    assert "Somebody tried many wrong passwords or codes for your account" in owner


@pytest.mark.asvs("6.3.1")
def test_a58_it_is_no_weapon_against_whoever_signed_in_with_their_browser_before(world, office, visiting):
    office.sign_in()
    office.send("/sign-out")
    stranger = visiting()
    for n in range(GUESSES + 1):
        stranger.password(KNOWN, f"guess {n}")

    assert stranger.password(KNOWN).status_code == 429
    assert office.sign_in().status_code == 303
    assert office.get("/exit").status_code == 303
    assert office.password(KNOWN).status_code == 429


@pytest.mark.asvs("6.3.1", "6.6.3")
def test_a58_codes_are_not_guessed_either(world, office):
    office.password(KNOWN)
    guesses = [office.send("/sign-in/code", code=f"{n:06}").status_code for n in range(GUESSES + 1)]

    before = stored(world, but=())
    over = office.send("/sign-in/code", code=office.code())

    assert guesses == [422] * GUESSES + [429]
    assert (over.status_code, over.headers["Retry-After"]) == (429, "300")
    assert "This was tried too often. Wait 5 minutes and try again, or call us on 01632 960001." in over.text
    assert changes(before, stored(world, but=())) == {"intake.limits": (1, 1)}


def test_a58_what_was_right_does_not_count(world, accounts_for, visiting):
    accounts_for("chair")
    browser = visiting()

    assert {browser.sign_in("chair").status_code for _ in range(GUESSES + 3)} == {303}


def test_a58_resets_are_asked_for_a_few_times_only_and_the_answer_is_the_same_for_everybody(world, office):
    asked = {
        who: [office.send("/sign-in/reset", address=who).status_code for _ in range(4)] for who in (KNOWN, UNKNOWN)
    }

    assert asked == {who: [303, 303, 303, 429] for who in (KNOWN, UNKNOWN)}
    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Code)) == 3


def reset_code(n):
    return f"/sign-in/reset/{UUID(int=n)}", {"code": "000000"}


def printed_code(n):
    return f"/sign-in/enrol/{UUID(int=n)}", {"code": "printed"}


#: By what is asked for, each time of somebody else or by another way: how often one address of the network may, how
#: many seconds it waits then, how that is said, and how the door answers until then.
FROM_ONE = {
    "sign-ins": (100, 300, "5 minutes", 422, [lambda n: ("/sign-in", {"address": f"n{n}@a.example", "password": "p"})]),
    "resets": (30, 900, "15 minutes", 303, [lambda n: ("/sign-in/reset", {"address": f"n{n}@a.example"})]),
    "codes": (30, 900, "15 minutes", 422, [reset_code, printed_code]),
}


def at_the_door(browser, remote, ways):
    """Tries these ways in turn from an address of the network, with the form that this browser has open."""
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', browser.get("/sign-in").text))
    browser.client.environ_base["REMOTE_ADDR"] = remote

    def answer(n):
        path, answers = ways[n % len(ways)](n)
        return browser.client.post(path, data={**hidden, **answers, "_end": "1"})

    return answer


@pytest.mark.asvs("2.4.1", "6.3.1")
@pytest.mark.parametrize("what", FROM_ONE)
def test_a58_from_one_address_of_the_network_only_so_much_is_tried_and_others_go_on(world, visiting, what):
    most, seconds, wait, usual, ways = FROM_ONE[what]
    busy, quiet = (at_the_door(visiting(), f"192.0.2.{n}", ways) for n in (1, 2))

    tried = {busy(n).status_code for n in range(most)}
    before = stored(world, but=())
    over = busy(most)
    counted = changes(before, stored(world, but=()))

    assert (tried, over.status_code, over.headers["Retry-After"]) == ({usual}, 429, str(seconds))
    assert f"This was tried too often. Wait {wait} and try again, or call us on 01632 960001." in over.text
    assert counted == {"intake.limits": (1 if what == "codes" else 2, 1)}, "that it was tried, and nothing else"
    assert quiet(most).status_code == usual
    world.clock.forward(seconds=seconds)
    assert busy(most).status_code == usual


@pytest.mark.attack("A66")
@pytest.mark.asvs("16.2.5")
def test_nothing_that_was_typed_to_sign_in_is_logged(world, office, capfd):
    office.password(KNOWN, "canary password")
    office.sign_in()
    with world.services["intake"].database.reading() as session:
        number = str(session.scalar(sa.select(SignIn.id)))
    out = "".join(capfd.readouterr())

    for each in ("canary", KNOWN, number, office.client.get_cookie("pprg").value, office.code()):
        assert each not in out
    assert address(world, "coordinator") == KNOWN
