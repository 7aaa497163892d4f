"""Whoever changes with what they sign in, or where they are signed in, proves once more that it is them."""

import re

import pyotp
import pytest
import sqlalchemy as sa

from pprg_intake.models import Account, RecoveryCode, SignIn
from pprg_intake.schemas import NewPasswordSchema
from pprg_shared.boxes.tables import audit
from signing import PASSWORD, address

NEW_PASSWORD = "another four words to keep"
#: What each page wants besides password and code.
PAGES = {"password": {"password": NEW_PASSWORD}, "authenticator": {}, "recovery-codes": {}}
NOT_IT = "This is not your password. Type it again"
WRONG_CODE = "This code is not right, or it was used before."
every_page = pytest.mark.parametrize("page", PAGES)


def account(world):
    """All that somebody signs in with, as it is kept."""
    with world.services["intake"].database.reading() as session:
        codes = session.execute(sa.select(RecoveryCode.digest, RecoveryCode.used_at)).all()
        return session.execute(sa.select(Account.password, Account.secret, Account.next_secret)).all(), codes


def recorded(world, verb):
    with world.services["intake"].database.reading() as session:
        chosen = sa.select(sa.func.count()).where(audit.c.kind == "sign_in", audit.c.verb == verb)
        return session.scalar(chosen.select_from(audit))


def recovery_codes(browser):
    return re.findall(r'<code class="pprg-key">([a-z0-9-]+)</code>', browser.once_more("/session/recovery-codes").text)


@pytest.mark.asvs("7.5.1")
@every_page
@pytest.mark.parametrize(
    ("wrong", "words", "verb"),
    [
        ({"present": "not it at all"}, NOT_IT, "refuse_password"),
        ({"code": "000000"}, WRONG_CODE, "refuse_code"),
        ({"code": "", "present": ""}, "Enter the six digits that your authenticator shows now", None),
    ],
)
def test_nothing_changes_without_password_and_code_and_its_owner_sees_who_tried(
    world, office, page, wrong, words, verb
):
    before = account(world)

    refused = office.once_more(f"/session/{page}", **PAGES[page] | wrong)

    assert (refused.status_code, words in refused.text) == (422, True)
    assert account(world) == before
    assert verb is None or recorded(world, verb) == 1
    shown = office.get("/session/sign-ins").text
    assert (verb is None) != ("Typed a wrong" in shown)


@pytest.mark.asvs("6.5.1", "7.5.1")
@every_page
def test_a_code_that_was_used_to_sign_in_is_no_proof_again(world, office, page):
    used = office.code()

    refused = office.send(f"/session/{page}", present=PASSWORD, code=used, **PAGES[page])

    assert (refused.status_code, WRONG_CODE in refused.text) == (422, True)


@pytest.mark.asvs("7.5.1")
@every_page
def test_password_and_code_change_it_and_the_code_is_used_up(world, office, page):
    before = account(world)

    changed = office.once_more(f"/session/{page}", **PAGES[page])
    password = NEW_PASSWORD if page == "password" else PASSWORD
    again = office.send("/session/recovery-codes", present=password, code=office.code())

    assert changed.status_code in {200, 303}
    assert account(world) != before
    assert again.status_code == 422


@pytest.mark.asvs("7.5.1")
@every_page
def test_a_recovery_code_is_proof_too_once(world, office, page):
    first, second, *_ = recovery_codes(office)

    changed = office.once_more(f"/session/{page}", code=first, **PAGES[page])
    password = NEW_PASSWORD if page == "password" else PASSWORD
    again = office.once_more("/session/authenticator", present=password, code=first)

    assert changed.status_code in {200, 303}
    assert again.status_code == 422
    if page != "recovery-codes":
        assert office.once_more("/session/authenticator", present=password, code=second).status_code == 303


@pytest.mark.asvs("2.4.1", "7.5.1")
@pytest.mark.parametrize(
    ("page", "wrong"), [("password", {"present": "not it at all"}), ("recovery-codes", {"code": "000000"})]
)
def test_whoever_guesses_waits_and_is_told_whom_to_call(world, office, page, wrong):
    answers = {"present": PASSWORD, "code": "000000"} | PAGES[page] | wrong

    tried = [office.send(f"/session/{page}", **answers) for _ in range(11)]
    right = office.send(f"/session/{page}", **answers | {"present": PASSWORD, "code": office.code(seconds=30)})
    world.clock.forward(minutes=5)
    later = office.once_more(f"/session/{page}", **PAGES[page])

    assert [each.status_code for each in tried] == [422] * 10 + [429]
    assert tried[-1].headers["Retry-After"] == "300"
    assert "or call us on" in tried[-1].text
    assert right.status_code == 429
    assert later.status_code in {200, 303}


def test_the_codes_that_somebody_guesses_here_and_at_the_door_are_counted_together(world, office, visiting):
    for _ in range(5):
        office.send("/session/authenticator", present=PASSWORD, code="000000")
    other = visiting()
    other.password(address(world, "coordinator"))

    tried = [other.send("/sign-in/code", code="000000").status_code for _ in range(6)]

    assert tried == [422] * 5 + [429]


def test_another_authenticator_needs_the_first_code_of_the_new_one_besides(world, office):
    office.once_more("/session/authenticator")
    page = office.get("/sign-in/authenticator").text
    secret = re.search(r'<code class="pprg-key">([A-Za-z0-9-]+)</code>', page)[1].replace("-", "").upper()
    before = account(world)[0][0].secret
    world.clock.forward(seconds=30)

    done = office.send("/sign-in/authenticator", code=pyotp.TOTP(secret).at(world.clock.at))

    assert done.status_code == 200
    assert account(world)[0][0].secret != before


def test_each_form_for_a_password_looks_for_the_words_of_its_own_person_alone():
    def problem(own):
        return lambda chosen: "made of your name" if own in chosen else ""

    schemas = [NewPasswordSchema(problem(each)) for each in ("robin", "morgan")]

    found = [each.validate({"password": "four words by morgan"}) for each in schemas]

    assert found == [{}, {"password": ["made of your name"]}]


@pytest.fixture
def elsewhere(world, visiting):
    """Another browser of the coordinator, signed in some minutes after the one before."""

    def there():
        world.clock.forward(minutes=10)
        browser = visiting()
        browser.sign_in()
        return browser

    return there


def choices(browser):
    """The places where somebody may be signed out, and what stands for each."""
    page = browser.get("/session/end").text
    found = re.findall(r'name="which" type="radio" value="([^"]+)".*?<label[^>]*>\s*(.*?)\s*</label>', page, re.DOTALL)
    return {words: value for value, words in found}


def at_triage(*browsers):
    return [each.get("/cases", "triage").status_code for each in browsers]


@pytest.mark.asvs("7.4.1", "7.5.2")
def test_one_session_is_ended_wherever_it_is_and_no_other(world, office, elsewhere):
    other, third = elsewhere(), elsewhere()
    first, *_ = reversed([each for each in choices(third) if each.startswith("Signed in by")])

    gone = third.send("/session/end", which=choices(third)[first], present=PASSWORD)
    world.settle()

    assert first == "Signed in by authenticator on Tuesday 24 November 2026, 09:30"
    assert gone.location == "/session/sign-ins"
    assert at_triage(office, other, third) == [401, 200, 200]
    assert "Ended one sign-in" in third.get("/session/sign-ins").text
    assert recorded(world, "sign_out_elsewhere") == 1


@pytest.mark.asvs("7.4.1", "7.5.2")
def test_sign_out_everywhere_ends_every_session_here_and_in_every_service(world, office, elsewhere):
    other = elsewhere()
    page = office.get("/session/sign-ins").text

    gone = other.send("/session/end", which="everywhere", present=PASSWORD)
    world.settle()

    assert page.count("(here)") == 1
    assert (gone.location, gone.headers["Clear-Site-Data"]) == ("/", '"cache", "storage"')
    assert [office.get(path, name).status_code for path, name in (("/cases", "triage"), ("/letters", "notifier"))] == [
        401,
        401,
    ]
    with world.services["intake"].database.reading() as session:
        assert all(session.scalars(sa.select(SignIn.ended_at)))


@pytest.mark.asvs("7.5.2")
@pytest.mark.parametrize("wrong", [{"present": "not it at all"}, {"present": ""}, {"which": ""}])
def test_no_session_ends_without_the_password_or_a_choice(world, office, elsewhere, wrong):
    other = elsewhere()

    refused = other.send("/session/end", **{"which": "everywhere", "present": PASSWORD} | wrong)
    world.settle()

    assert refused.status_code == 422
    assert at_triage(office, other) == [200, 200]


def test_the_one_that_is_here_ends_as_by_signing_out(world, office):
    (here,) = (value for words, value in choices(office).items() if words.endswith(", here"))

    gone = office.send("/session/end", which=here, present=PASSWORD)

    assert (gone.location, gone.headers["Clear-Site-Data"]) == ("/", '"cache", "storage"')
    assert office.get("/session/sign-ins").status_code == 403


def test_nobody_ends_a_session_of_somebody_else_or_one_that_has_ended(world, accounts_for, visiting, office, elsewhere):
    accounts_for("chair")
    chair = visiting()
    chair.sign_in("chair")
    (theirs,) = (value for value in choices(chair).values() if value != "everywhere")
    gone = elsewhere()
    (ended,) = (value for words, value in choices(gone).items() if words.endswith(", here"))
    gone.send("/sign-out")

    tried = [office.send("/session/end", which=each, present=PASSWORD) for each in (theirs, ended, "nonsense")]
    world.settle()

    assert [each.status_code for each in tried] == [422] * 3
    assert all("You are not signed in there any more" in each.text for each in tried)
    assert at_triage(office, chair) == [200, 200]


def test_whoever_guesses_at_the_password_to_end_sessions_waits(office):
    tried = [office.send("/session/end", which="everywhere", present="not it").status_code for _ in range(11)]

    assert tried == [422] * 10 + [429]


def test_who_is_not_signed_in_ends_none(visiting):
    assert visiting().get("/session/end").status_code == 403
