"""Keys with which programs of an agency use the API: shown once, for their agency and scopes, until they end."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import ANSWERED, REFERRAL
from linked import send
from pprg_intake.models import ApiKey, Referral
from pprg_shared.boxes.tables import audit

PAGE = "/agencies/police/keys"
RETURN = ANSWERED | {"author": "Invented Lead", "summary": "An invented summary.", "rows": []}


@pytest.fixture
def administrator(world):
    return world.visitor("intake", "administrator")


@pytest.fixture
def make(administrator):
    """Make a key on the page; its text."""

    def key(*scopes, days="30", agency="police"):
        page = send(administrator, f"/agencies/{agency}/keys", name="Their records", scopes=list(scopes), days=days)
        assert page.status_code == 200
        return re.search(r"pprg_[\w-]{43}", page.text)[0]

    return key


@pytest.fixture
def program(world):
    """A program of an agency that calls the API of a service with a key."""

    def call(key, path, body=None, service="intake"):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())}
        client = world.client(service)
        return client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)

    return call


def rows(world, table=ApiKey):
    with world.services["intake"].database.reading() as session:
        return session.scalars(sa.select(table)).all()


def test_a_key_is_shown_once_and_kept_as_a_digest(world, administrator, make):
    key = make("answer")

    (row,) = rows(world)
    assert key not in administrator.get(PAGE).text
    assert key not in str(vars(row))
    assert (row.agency, row.scopes, row.used_at) == ("police", "answer", None)
    with world.services["intake"].database.reading() as session:
        recorded = session.execute(sa.select(audit.c.kind, audit.c.verb).where(audit.c.subject == "police")).all()
    assert ("directory", "make_key") in recorded


def test_a_form_that_is_sent_twice_makes_one_key_and_does_not_show_it_again(world, administrator):
    page = administrator.get(PAGE).text
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page))
    form = hidden | {"name": "Theirs", "scopes": "refer", "days": "30", "_end": "1"}
    administrator.post(PAGE, data=form)

    again = administrator.post(PAGE, data=form)

    assert (again.status_code, "pprg_" in again.text) == (422, False)
    assert "This key was made before, and is shown once only." in again.text
    assert len(rows(world)) == 1


@pytest.mark.asvs("8.2.2", "8.4.1")
def test_a_program_acts_for_its_agency_and_for_no_other(world, letters, make, program):
    own, other = letters.ask("police"), letters.ask("icb")
    key = make("answer")

    listed = program(key, "/api/v1/requests")
    answered = program(key, f"/api/v1/requests/{own.request_id}/return", RETURN)

    assert [each["id"] for each in listed.json["requests"]] == [str(own.request_id)]
    assert answered.status_code == 201
    assert program(key, f"/api/v1/requests/{other.request_id}").status_code == 404
    assert program(key, f"/api/v1/requests/{other.request_id}/return", RETURN).status_code == 404
    with world.services["intake"].database.reading() as session:
        said = sa.select(audit.c.person, audit.c.agency).where(audit.c.verb == "answer_request")
        assert session.execute(said).all() == [(None, "police")]
    assert rows(world)[0].used_at == world.clock()


@pytest.mark.asvs("8.2.1")
def test_scopes_say_what_a_key_opens(world, letters, make, program):
    asked = letters.ask("police")
    refers, answers = make("refer"), make("answer")

    assert program(refers, "/api/v1/referrals", REFERRAL).status_code == 201
    assert program(answers, "/api/v1/referrals", REFERRAL).status_code == 403
    refused = program(refers, f"/api/v1/requests/{asked.request_id}")
    assert (refused.status_code, refused.json["detail"]) == (403, "This is not open to a program with this key.")
    assert program(answers, f"/api/v1/requests/{asked.request_id}").status_code == 200


@pytest.mark.parametrize("of", [{"referrer_agency": "icb"}, {"referrer_agency": "other", "referrer_body": "Coroner"}])
def test_a_key_refers_for_its_own_agency_alone(world, make, program, of):
    key = make("refer")

    refused = program(key, "/api/v1/referrals", REFERRAL | of)

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/referrer_agency")
    assert rows(world, Referral) == []


@pytest.mark.asvs("7.2.1")
@pytest.mark.parametrize("how", ["revoked", "ended", "another", "unknown"])
def test_a_key_that_does_not_work_opens_nothing(world, administrator, letters, make, program, how):
    key = make("answer")
    if how == "revoked":
        place = re.search(rf'href="({PAGE}/[0-9a-f-]+)"', administrator.get(PAGE).text)[1]
        assert send(administrator, place).location == PAGE
        assert "Revoked Tuesday 24 November 2026" in administrator.get(PAGE).text
    if how == "ended":
        world.clock.forward(days=30)
    key = {"another": f"{key}x", "unknown": "pprg_"}.get(how, key)

    refused = program(key, "/api/v1/requests")

    assert (refused.status_code, refused.headers["WWW-Authenticate"], refused.json["code"]) == (
        401,
        "Bearer",
        "signed-out",
    )
    assert refused.json["detail"] == "This key does not work (any more). Ask for another one."
    assert [each.used_at for each in rows(world)] == [None]


@pytest.mark.parametrize("service", ["triage", "notifier", "publisher"])
def test_a_key_is_no_use_at_other_services_nor_on_pages(world, make, program, service):
    key = make("answer", "refer")

    noun = {"triage": "cases", "notifier": "letters", "publisher": "publications"}[service]
    refused = program(key, f"/api/v1/{noun}", service=service)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json["detail"] == "Keys of agencies open nothing here, but referrals and requests alone."
    assert world.client("intake").get("/requests", headers={"Authorization": f"Bearer {key}"}).status_code == 403


@pytest.mark.asvs("2.4.1")
def test_an_agency_whose_programs_ask_too_much_waits_and_others_do_not(world, make, program):
    keys = [make("answer"), make("answer")]
    other = make("answer", agency="icb")

    asked = [program(keys[number % 2], "/api/v1/requests") for number in range(121)]

    assert [each.status_code for each in asked] == [200] * 120 + [429]
    over = asked[-1]
    assert (over.headers["Retry-After"], over.content_type) == ("60", "application/problem+json")
    assert over.json["code"] == "too-many"
    assert over.json["detail"] == "Wait 60 seconds, then try again. If it cannot wait, call us on 01632 960001."
    assert program(other, "/api/v1/requests").status_code == 200


def test_in_a_load_test_no_key_waits(world, make, program):
    intake, key = world.services["intake"], make("answer")
    intake.settings = replace(intake.settings, limits=False)

    assert [program(key, "/api/v1/requests").status_code for _ in range(121)] == [200] * 121


@pytest.mark.parametrize("who", ["coordinator", "lead-police", "ops", None])
def test_only_administrators_keep_keys(world, who):
    client = world.visitor("intake", who) if who else world.client("intake")

    assert client.get(PAGE).status_code == 403


def test_the_page_of_an_agency_leads_to_its_keys(administrator):
    assert f'href="{PAGE}"' in administrator.get("/agencies/police").text


def test_an_agency_that_is_not_there_has_no_keys(administrator):
    assert administrator.get("/agencies/nobody/keys").status_code == 404


def test_a_key_needs_a_purpose_a_scope_and_an_end(world, administrator):
    wrong = send(administrator, PAGE, name="", days="1000")

    assert wrong.status_code == 422
    for advice in ("Say what the key is for", "Say what the key may do", "Say how long the key works"):
        assert advice in wrong.text
    assert rows(world) == []
