"""Signing in with password and authenticator, enrolling, and the end of a sign-in."""

import re

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pprg_intake.actions import opening
from pprg_intake.actions.trial import trial_people
from pprg_intake.commands import admin_commands
from pprg_intake.models import Account, Person, RecoveryCode
from pprg_shared.boxes.tables import audit
from signing import PASSWORD, SECRET, address

NEW_PASSWORD = "another four words to keep"
WRONG = "This address and this password do not belong together. Check both and type the password again"


@pytest.fixture
def office(world, accounts_for, visiting):
    """The browser of the coordinator, who has an account and is not signed in."""
    accounts_for("coordinator")
    return visiting()


def said(page):
    """What the error summary says."""
    return re.findall(r'<a href="#[\w-]+">([^<]+)</a>|<li>\s*([^<]+?)\s*</li>', page.text.partition("<main")[2])


def rows(world, statement):
    with world.services["intake"].database.reading() as session:
        return session.execute(statement).all()


def recorded(world):
    wanted = sa.select(audit.c.verb).where(audit.c.kind == "sign_in").order_by(audit.c.sequence)
    return [each.verb for each in rows(world, wanted)]


@pytest.mark.asvs("6.3.3", "7.2.2")
def test_password_and_code_lead_to_a_page_that_is_of_use_in_every_service(world, office):
    led = office.sign_in()

    assert (led.status_code, led.location) == (303, "/cases")
    assert office.get("/cases", "triage").status_code == 200
    assert "You are signed in as Robin Sample" in office.get("/").text
    assert recorded(world)[-1] == "sign_in"


def test_whoever_wanted_a_page_is_led_there(office):
    assert office.sign_in(path="/sign-in?next=/cases%3Fsort=due").location == "/cases?sort=due"


@pytest.mark.asvs("3.7.2")
@pytest.mark.parametrize("wanted", ["//evil.example", "/%255c/evil.example/%0d", "https://evil.example", "/\\evil", ""])
def test_a78_nobody_else_says_where_a_sign_in_leads(office, wanted):
    led = office.sign_in(path=f"/sign-in?next={wanted}")

    assert (led.status_code, led.location) == (303, "/cases")
    assert ('<a href="/cases">' in led.text, "evil" in led.text) == (True, False)


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ({"seconds": 0}, True),
        ({"seconds": -30}, True),
        ({"seconds": 30}, True),
        ({"seconds": -60}, False),
        ({"seconds": 60}, False),
    ],
)
def test_a_code_is_taken_within_half_a_minute_of_its_time(world, office, code, taken):
    office.password(address(world, "coordinator"))

    assert office.send("/sign-in/code", code=office.code(**code)).status_code == (303 if taken else 422)


@pytest.mark.asvs("6.5.1")
def test_a_code_works_once_and_an_older_one_not_after_it(world, office, visiting):
    office.sign_in()
    other = visiting()
    other.password(address(world, "coordinator"))

    again = [other.send("/sign-in/code", code=other.code(seconds=by)).status_code for by in (0, -30, 30)]

    assert again == [422, 422, 303]


@pytest.mark.asvs("6.3.3")
def test_the_second_step_is_not_there_without_the_first_nor_a_quarter_of_an_hour_after_it(world, office):
    first = office.get("/sign-in/code")
    office.password(address(world, "coordinator"))
    world.clock.forward(minutes=15)
    late = office.get("/sign-in/code")

    assert [(each.status_code, each.location) for each in (first, late)] == [(303, "/sign-in")] * 2


@pytest.mark.parametrize(
    ("change", "status"),
    [({"active": False}, 422), ({"roles": "referrer"}, 422), ({"address": "robin@elsewhere.example"}, 422), ({}, 303)],
)
def test_who_has_left_or_has_no_role_gets_no_further_than_who_is_not_there(world, office, change, status):
    with world.services["intake"].database.writing("action") as session:
        for name, value in change.items():
            setattr(session.get(Person, world.services["intake"].profile.person("coordinator").id), name, value)

    sent = office.password("COORDINATOR@pprg-office.example ")

    assert sent.status_code == status
    assert status == 303 or said(sent) == [(WRONG, "")]


@pytest.mark.asvs("6.3.2")
def test_an_invented_person_without_an_account_cannot_sign_in(world, visiting):
    assert visiting().password(address(world, "chair")).status_code == 422


def test_what_was_typed_stays_but_for_the_password(world, office):
    page = office.password("coordinator@pprg-office.example", "wrong")

    assert 'value="coordinator@pprg-office.example"' in page.text
    assert "wrong" not in page.text.partition("<main")[2]


def first_run(world):
    with world.services["intake"].database.writing("action") as session:
        return opening.issue_first_code(session)


def enrolled(world, browser, first_page="/letters"):
    """Go on from choosing a password to the page that it is all for; the recovery codes."""
    chosen = browser.send("/sign-in/password", password=NEW_PASSWORD)
    assert chosen.location == "/sign-in/authenticator", chosen.text
    page = browser.get("/sign-in/authenticator").text
    secret = re.search(r'<code class="pprg-key">([A-Za-z0-9-]+)</code>', page)[1].replace("-", "").upper()
    assert "<svg" in page
    codes = browser.send("/sign-in/authenticator", code=pyotp.TOTP(secret).at(world.clock.at))
    assert f'href="{first_page}"' in codes.text
    return re.findall(r'<code class="pprg-key">([a-z0-9-]+)</code>', codes.text)


@pytest.mark.asvs("6.4.1")
def test_the_printed_code_makes_the_first_administrator_once(world, visiting):
    browser, code = visiting(), first_run(world)
    about = {"name": "Sam Example", "address": "Sam@Council.example"}
    assert "Become its first administrator" in browser.get("/sign-in").text
    wrong = browser.send("/sign-in/first", **about, code="k" * 24)
    assert (wrong.status_code, 'value="Sam Example"' in wrong.text) == (422, True)

    led = browser.send("/sign-in/first", **about, code=code.upper())
    codes = enrolled(world, browser)
    world.settle()

    assert led.location == "/sign-in/password"
    assert len(set(codes)) == 10
    assert browser.get("/letters", "notifier").status_code == 200
    assert browser.get("/sign-in/first").status_code == 404
    assert first_run(world) == ""
    assert [(each.address, each.roles) for each in rows(world, sa.select(Person.address, Person.roles))].count(
        ("sam@council.example", "administrator")
    ) == 1


@pytest.mark.asvs("6.4.1")
def test_a_newer_printed_code_takes_the_place_of_an_older_one(world, visiting):
    old, new = first_run(world), first_run(world)
    about = {"name": "Sam Example", "address": "sam@council.example"}

    sent = [visiting().send("/sign-in/first", **about, code=each).status_code for each in (old, new)]

    assert sent == [422, 303]


@pytest.mark.asvs("6.4.1")
def test_an_administrator_is_made_by_command_without_a_password_on_it(world, visiting):
    admin = admin_commands(lambda: world.services["intake"])
    said = CliRunner().invoke(admin, ["create", "jo@council.example", "Jo Example"]).output
    link, code = re.search(r"(/sign-in/enrol/[0-9a-f-]+) .*\n  (\S+)\n", said).groups()
    browser = visiting()

    wrong = browser.send(link, code="k" * 24)
    led = browser.send(link, code=code)
    codes = enrolled(world, browser)
    again = visiting().send(link, code=code)

    assert (wrong.status_code, led.location, len(codes), again.status_code) == (422, "/sign-in/password", 10, 422)
    assert code not in str(rows(world, sa.text("SELECT * FROM codes")))


@pytest.mark.parametrize("arguments", [["jo", "Jo"], ["a@b.example,c@d.example", "Jo"]])
def test_a52_a_command_takes_one_plain_address(world, arguments, unchanged):
    done = CliRunner().invoke(admin_commands(lambda: world.services["intake"]), ["create", *arguments])

    assert (done.exit_code, "one plain address" in done.output) == (1, True)


@pytest.mark.asvs("6.4.4", "7.4.5")
def test_who_has_lost_everything_enrols_anew_by_command(world, office, visiting):
    office.sign_in()
    admin = admin_commands(lambda: world.services["intake"])

    said = CliRunner().invoke(admin, ["enrol", address(world, "coordinator")]).output
    link, code = re.search(r"(/sign-in/enrol/[0-9a-f-]+) .*\n  (\S+)\n", said).groups()
    browser = visiting()
    old = browser.password(address(world, "coordinator")).status_code
    browser.send(link, code=code)

    assert old == 422
    assert office.get("/session/password").status_code in {401, 403}
    assert len(enrolled(world, browser, "/cases")) == 10


@pytest.mark.asvs("6.2.1", "6.2.4", "6.2.11", "6.2.12")
@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Choose a password of at least 12 characters"),
        ("eleven char", "at least 12 characters"),
        ("x" * 201, "at most 200 characters"),
        ("Password1234", "Many people have this password"),
        ("liverpool123", "Many people have this password"),
        ("QWERTYUIOP12", "Many people have this password"),
        ("Robin Sample coordinator", "made of your name"),
        ("wiltshire-svpp!", "made of your name"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(world, office, password, words):
    office.sign_in()

    sent = office.once_more("/session/password", password=password)

    assert (sent.status_code, words in sent.text) == (422, True)
    assert password == "" or password not in sent.text


@pytest.mark.asvs("6.2.5", "6.2.8")
def test_a_password_is_taken_exactly_as_it_is_typed_with_any_characters(world, office, visiting):
    strange = "  \u202e\U0001f98a e\u0301 blank at the end \t"
    office.sign_in()

    changed = office.once_more("/session/password", password=strange)
    steps = [
        visiting().password(address(world, "coordinator"), each).status_code for each in (strange, strange.strip())
    ]

    assert changed.location == "/session/sign-ins"
    assert steps == [303, 422]


@pytest.mark.asvs("6.2.2", "6.2.3", "7.4.3")
def test_a_new_password_ends_every_other_session_and_needs_the_present_one(world, office, visiting):
    office.sign_in()
    other = visiting()
    other.sign_in()

    wrong = other.once_more("/session/password", present="not it at all", password=NEW_PASSWORD)
    changed = other.once_more("/session/password", password=NEW_PASSWORD)
    world.settle()

    assert (wrong.status_code, "This is not your password" in wrong.text) == (422, True)
    assert changed.status_code == 303
    assert [each.get("/cases", "triage").status_code for each in (office, other)] == [401, 200]


def recovery_codes(office):
    page = office.once_more("/session/recovery-codes")
    return re.findall(r'<code class="pprg-key">([a-z0-9-]+)</code>', page.text)


@pytest.mark.asvs("6.5.1")
def test_a_recovery_code_signs_in_once_and_new_ones_take_the_place_of_the_old(world, office, visiting):
    office.sign_in()
    first, second, *_ = recovery_codes(office)

    def by(code):
        browser = visiting()
        browser.password(address(world, "coordinator"))
        return browser.send("/sign-in/code", code=code).status_code

    tried = [by(first), by(first), by(second.upper().replace("-", " "))]
    assert "you have 8 left" in office.get("/session/sign-ins").text
    third = recovery_codes(office)[0]

    assert tried == [303, 422, 303]
    assert [by(_[0]), by(third)] == [422, 303]


def test_another_authenticator_counts_from_its_first_code(world, office, visiting):
    office.sign_in()
    led = office.once_more("/session/authenticator")
    page = office.get("/sign-in/authenticator").text
    secret = re.search(r'<code class="pprg-key">([A-Za-z0-9-]+)</code>', page)[1].replace("-", "").upper()
    world.clock.forward(seconds=30)
    wrong = office.send("/sign-in/authenticator", code="000000")
    old = visiting()
    old.password(address(world, "coordinator"))
    still = old.send("/sign-in/code", code=old.code())
    done = office.send("/sign-in/authenticator", code=pyotp.TOTP(secret).at(world.clock.at))
    world.clock.forward(seconds=30)
    old.password(address(world, "coordinator"))
    over = old.send("/sign-in/code", code=old.code())

    assert led.location == "/sign-in/authenticator"
    assert [each.status_code for each in (wrong, still, done, over)] == [422, 303, 200, 422]


def test_operators_sign_in_and_see_no_case(world, accounts_for, visiting):
    accounts_for("ops")
    ops = visiting()

    assert ops.sign_in("ops").location == "/letters"
    assert ops.get("/letters", "notifier").status_code == 200
    assert ops.get("/cases", "triage").status_code == 403


def letter(world):
    (mail,) = (each.read_text("utf-8") for each in world.folder.glob("mailbox/*.eml") if "Code: " in each.read_text())
    return mail.replace("=\n", "")


@pytest.mark.asvs("6.4.3", "6.5.4")
def test_a_forgotten_password_is_replaced_by_a_mailed_code_and_the_authenticator_stays(world, office, visiting):
    office.sign_in()
    browser = visiting()
    asked = browser.send("/sign-in/reset", address=address(world, "coordinator"))
    world.settle()
    mail = letter(world)
    code = re.search(r"Code: (\d{6})", mail)[1]

    wrong = browser.send(asked.location, code="000000" if code != "000000" else "111111")
    led = browser.send(asked.location, code=code)
    done = browser.send("/sign-in/password", password=NEW_PASSWORD)
    world.settle()

    assert (wrong.status_code, led.location, done.location) == (422, "/sign-in/password", "/sign-in/chosen")
    assert asked.location in mail
    assert "Robin" not in mail
    assert office.get("/cases", "triage").status_code == 401
    assert browser.get("/cases", "triage").status_code == 403
    assert browser.password(address(world, "coordinator"), PASSWORD).status_code == 422
    world.clock.forward(seconds=30)
    assert browser.password(address(world, "coordinator"), NEW_PASSWORD).status_code == 303
    assert browser.send("/sign-in/code", code=browser.code()).status_code == 303
    assert browser.send(asked.location, code=code).status_code == 422


def test_who_has_no_account_yet_gets_one_by_a_mailed_code(world, visiting):
    browser = visiting()
    asked = browser.send("/sign-in/reset", address=address(world, "chair"))
    world.settle()
    browser.send(asked.location, code=re.search(r"Code: (\d{6})", letter(world))[1])

    assert len(enrolled(world, browser, "/cases")) == 10
    assert browser.get("/cases", "triage").status_code == 200


@pytest.mark.asvs("6.6.3")
def test_a_mailed_code_is_not_guessed_nor_used_late(world, office, visiting):
    def asked():
        for each in world.folder.glob("mailbox/*.eml"):
            each.unlink()
        place = office.send("/sign-in/reset", address=address(world, "coordinator")).location
        world.settle()
        return place, re.search(r"Code: (\d{6})", letter(world))[1]

    guessed, code = asked()
    tries = [office.send(guessed, code=f"{n:06}").status_code for n in range(5)]
    after = office.send(guessed, code=code).status_code
    late, second = asked()
    world.clock.forward(minutes=10)

    assert (tries, after) == ([422] * 5, 422)
    assert office.send(late, code=second).status_code == 422


def test_invented_people_have_accounts_where_the_product_is_tried_out_and_are_marked(world, visiting, tmp_path):
    intake = world.services["intake"]
    few = trial_people(intake, "coordinator", "lead-gp")
    browser, one = visiting(), few[0]

    browser.password(one.address, one.password)
    led = browser.send("/sign-in/code", code=pyotp.TOTP(one.secret).at(world.clock.at))

    assert led.location == "/cases"
    assert trial_people(intake, "coordinator", "lead-gp") == few
    assert [each.trial for each in rows(world, sa.select(Account.trial))] == [True, True]
    assert first_run(world)


@pytest.mark.asvs("6.3.2")
def test_invented_people_are_told_of_only_where_the_product_is_tried_out(world, monkeypatch, tmp_path):
    intake = world.services["intake"]
    monkeypatch.setattr(intake, "settings", type(intake.settings)(**{**vars(intake.settings), "trial": False}))

    refused = CliRunner().invoke(admin_commands(lambda: intake), ["trial-people", "--out", str(tmp_path / "people")])

    assert (refused.exit_code, "TRIAL=1" in refused.output) == (1, True)
    assert not (tmp_path / "people").exists()


@pytest.mark.asvs("6.2.6", "6.2.7", "6.4.2")
def test_a_password_is_covered_and_can_come_from_where_people_keep_theirs(office):
    page = office.get("/sign-in").text
    field = re.search(r'<input[^>]*id="password"[^>]*>', page)[0]

    assert all(each in field for each in ('type="password"', 'autocomplete="current-password"'))
    assert "paste" not in page
    assert not re.search("hint|question", page.partition("<form")[2].partition("</form>")[0])


@pytest.mark.asvs("6.2.10")
def test_a_password_does_not_run_out(world, office):
    world.clock.forward(days=1000)

    assert office.sign_in().status_code == 303


@pytest.mark.asvs("6.5.2")
def test_neither_recovery_codes_nor_secrets_lie_in_clear(world, office):
    office.sign_in()
    codes = recovery_codes(office)
    kept = str(rows(world, sa.select(RecoveryCode.digest))) + str(
        rows(world, sa.select(Account.password, Account.secret))
    )

    assert len(codes) == 10
    assert not any(each in kept or each.replace("-", "") in kept for each in (*codes, PASSWORD, SECRET))
