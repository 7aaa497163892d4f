"""Whoever's sign-in ended while they were typing loses nothing; rows A59 and A60."""

import re
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from pprg_intake.actions import directory
from pprg_intake.models import Person
from pprg_shared.identity import tokens
from stored import changes, stored

pytestmark = pytest.mark.both_databases
TYPED = "A canary question that nobody else is to read."


@pytest.fixture
def triage(world, office):
    """The same browser at triage."""

    def there():
        client = world.client("triage")
        for name in ("pprg", "pprg-seen", "pprg-unsent"):
            if cookie := office.client.get_cookie(name):
                client.set_cookie(name, cookie.value)
        return client

    return there


def change(world, **about):
    intake = world.services["intake"]
    with intake.database.writing("action") as session:
        person = session.get(Person, intake.profile.person("coordinator").id)
        directory.keep_person(session, person, replace(directory.person_state(person), **about))


@pytest.mark.asvs("7.2.4")
def test_a59_every_sign_in_has_a_number_of_its_own_and_ends_the_one_before(world, office):
    def number():
        keys = world.services["intake"].settings.sign_in_public_keys
        return tokens.read(office.client.get_cookie("pprg").value, keys, world.clock.at).session

    office.client.set_cookie("pprg-seen", "planted")
    first, copy = number(), office.client.get_cookie("pprg").value
    office.sign_in()
    world.settle()
    stolen = world.client("intake")
    stolen.set_cookie("pprg", copy)
    stolen.set_cookie("pprg-seen", office.client.get_cookie("pprg-seen").value)
    before = stored(world, but=())

    page = stolen.get("/session/sign-ins")
    world.settle()

    assert number() != first
    assert (page.status_code, "You are not signed in any more" in page.text) == (401, True)
    assert changes(before, stored(world, but=())) == {}


@pytest.mark.asvs("7.4.1", "7.4.2")
@pytest.mark.parametrize("how", ["sign out", "role", "left"])
def test_a60_a_cookie_that_is_used_again_opens_nothing_at_once(world, office, triage, how):
    copied = triage()
    before = copied.get("/cases").status_code
    kept = {name: office.client.get_cookie(name).value for name in ("pprg", "pprg-seen")}
    if how == "sign out":
        office.send("/sign-out")
    else:
        change(world, **({"roles": ("member",)} if how == "role" else {"active": False}))
    world.settle()
    for name, value in kept.items():
        office.client.set_cookie(name, value)
    held = stored(world, but=())

    page, there = office.get("/session/sign-ins"), copied.get("/cases")
    world.settle()

    assert before == 200
    assert (page.status_code, "You are not signed in any more" in page.text) == (401, True)
    assert (there.status_code, "You are not signed in any more" in there.text) == (401, True)
    assert changes(held, stored(world, but=())) == {}
    with world.services["triage"].database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM ended_sessions")) == 1


@pytest.fixture
def late(world, office, triage, post):
    """A form that was open for too long, as it was sent; where, and the answer."""
    from invented import REFERRAL  # noqa: PLC0415 -- only here

    post("intake", "/referrals", REFERRAL | {"agencies": ["police"]})
    client = triage()
    case = re.search(r"/cases/([0-9a-f-]{36})", client.get("/cases").text)[1]
    path = f"/cases/{case}/requests/new"
    page = client.get(path).text
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page))
    world.clock.forward(minutes=31)
    answers = {**hidden, "agencies": "gp", "questions": TYPED, "_end": "1", "password": "hidden"}
    return client, path, client.post(path, data=answers)


def signed_in_again(office, client):
    office.sign_in(path="/sign-in?next=/cases")
    for name in ("pprg", "pprg-seen"):
        client.set_cookie(name, office.client.get_cookie(name).value)


def fields(page):
    return dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', page.partition("Send it now")[0]))


def kept(world):
    with world.services["triage"].database.reading() as session:
        return session.execute(sa.text("SELECT content FROM unsent_forms")).scalars().all()


def test_what_was_typed_too_late_is_kept_sealed_and_offered_after_the_next_sign_in(world, office, late):
    client, path, refused = late
    sealed = kept(world)
    signed_in_again(office, client)
    offer = client.get(path)
    sent = client.post(path, data=fields(offer.text) | {"_end": "1"})

    assert refused.status_code == 401
    assert f"/sign-in?next={quote(path, safe='')}" in refused.text
    assert "canary" not in refused.text.partition("<main")[2]
    assert len(sealed) == 1
    assert "canary" not in sealed[0]
    assert TYPED in offer.text
    assert "hidden&quot;" not in offer.text
    assert 'name="password"' not in offer.text
    assert sent.status_code == 303
    assert kept(world) == []
    assert client.get(path).text.count(TYPED) == 0


@pytest.mark.parametrize(("name", "said"), [("open-cases.csv", True), ("", False)])
def test_a_file_that_came_too_late_is_to_be_chosen_again_and_one_that_nobody_chose_is_not_spoken_of(
    world, office, triage, name, said
):
    client = triage()
    token = re.search(r'name="_csrf" value="([^"]+)"', client.get("/cases/imports/new").text)[1]
    world.clock.forward(minutes=31)

    refused = client.post(
        "/cases/imports/new", data={"_csrf": token, "file": (BytesIO(b"reference"), name), "_end": "1"}
    )

    assert refused.status_code == 401
    assert ("The file is not kept: choose it again then." in refused.text) is said


def test_it_can_be_thrown_away_and_passes_by_itself(world, office, late):
    client, path, _ = late
    signed_in_again(office, client)
    number = fields(client.get(path).text)

    gone = client.post(path, data={"_csrf": number["_csrf"], "_unsent": number["_unsent"], "_drop": "1", "_end": "1"})

    assert (gone.status_code, gone.location) == (303, path)
    assert kept(world) == []


def test_nobody_else_is_offered_it_and_it_is_gone_the_next_day(world, accounts_for, visiting, office, late):
    client, path, _ = late
    accounts_for("deputy")
    other = visiting()
    other.sign_in("deputy")
    for name in ("pprg", "pprg-seen"):
        client.set_cookie(name, other.client.get_cookie(name).value)

    page = client.get(path)
    world.clock.forward(hours=14)
    world.settle()

    assert (page.status_code, TYPED in page.text) == (200, False)
    assert kept(world) == []


def test_what_another_site_sends_is_not_kept(world, office, late):
    client, path, _ = late
    before = kept(world)

    client.post(path, data={"questions": "planted", "_end": "1", "_csrf": "0" * 64})

    assert kept(world) == before
