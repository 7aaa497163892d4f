"""Sign-ins are recorded, and shown to whose they are."""

import re

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import audit


@pytest.fixture
def sign_in(world):
    """A browser in which somebody signs in and out."""
    client = world.client("intake")

    def choose(code):
        token = re.search(r'name="_csrf" value="([^"]+)"', client.get("/sign-in/trial").text)[1]
        assert client.post("/sign-in/trial", data={"_csrf": token, "_end": "1", "person": code}).status_code == 303

    client.choose = choose
    return client


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def recorded(world):
    chosen = sa.select(audit.c.verb, audit.c.person, audit.c.subject).where(audit.c.kind == "sign_in")
    with world.services["intake"].database.reading() as session:
        return session.execute(chosen.order_by(audit.c.sequence)).all()


@pytest.mark.both_databases
def test_who_signs_in_and_out_is_recorded(world, sign_in):
    chair = world.services["intake"].profile.person("chair").id

    sign_in.choose("chair")
    sign_in.choose("nobody")
    sign_in.choose("nobody")

    assert recorded(world) == [("sign_in", chair, str(chair)), ("sign_out", chair, str(chair))]


def test_people_see_their_own_sign_ins_and_nobody_elses(world, sign_in, clock):
    sign_in.choose("chair")
    clock.forward(days=1)
    sign_in.choose("nobody")
    sign_in.choose("coordinator")

    mine = sign_in.get("/session/sign-ins")
    sign_in.choose("chair")
    theirs = sign_in.get("/session/sign-ins")

    assert words(mine).count("Signed in") == 1
    assert "Tuesday 24 November 2026, 09:30" not in words(mine)
    assert words(theirs).count("Signed in") == 2
    assert "Tuesday 24 November 2026, 09:30" in words(theirs)
    assert 'href="/session/sign-ins"' in theirs.text


def test_who_has_not_said_who_they_are_has_none(world):
    assert world.client("intake").get("/session/sign-ins").status_code == 403


def test_sign_ins_of_a_person_are_found_by_their_index(world):
    text = "SELECT at FROM audit WHERE person = 'x' AND kind = 'sign_in' ORDER BY sequence DESC LIMIT 50"
    with world.services["intake"].database.reading() as session:
        plan = [row[-1] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]

    assert any("audit_sign_ins" in line for line in plan)
    assert not any("TEMP B-TREE" in line for line in plan)
