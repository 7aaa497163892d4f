"""Sign-ins are recorded, and shown to whose they are."""

import re

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import audit


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def recorded(world):
    chosen = sa.select(audit.c.verb, audit.c.person, audit.c.subject).where(audit.c.kind == "sign_in")
    with world.services["intake"].database.reading() as session:
        return session.execute(chosen.order_by(audit.c.sequence)).all()


@pytest.mark.both_databases
def test_who_signs_in_and_out_is_recorded(world, accounts_for, visiting):
    chair = world.services["intake"].profile.person("chair").id
    accounts_for("chair")
    browser = visiting()

    browser.sign_in("chair")
    for _ in range(2):
        assert browser.send("/sign-out").status_code == 303

    choosing, *after = recorded(world)
    assert choosing.verb == "choose_password"
    assert after == [("sign_in", chair, str(chair)), ("sign_out", chair, str(chair))]


def test_people_see_their_own_sign_ins_and_nobody_elses(accounts_for, visiting, clock):
    accounts_for("chair")
    first, second = visiting(), visiting()
    first.sign_in("chair")
    clock.forward(days=1)
    accounts_for("coordinator")
    second.sign_in("coordinator")

    mine = second.get("/session/sign-ins")
    second.sign_in("chair")
    theirs = second.get("/session/sign-ins")

    assert words(mine).count("Signed in") == 1
    assert "Tuesday 24 November 2026, 09:30" not in words(mine)
    assert words(theirs).count("Signed in") == 2
    assert "Tuesday 24 November 2026, 09:30" in words(theirs)
    assert 'href="/session/sign-ins"' in theirs.text


def test_who_is_not_signed_in_has_none(world):
    assert world.client("intake").get("/session/sign-ins").status_code == 403


def test_sign_ins_of_a_person_are_found_by_their_index(world):
    text = "SELECT at FROM audit WHERE person = 'x' AND kind = 'sign_in' ORDER BY sequence DESC LIMIT 50"
    with world.services["intake"].database.reading() as session:
        plan = [row[-1] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]

    assert any("audit_sign_ins" in line for line in plan)
    assert not any("TEMP B-TREE" in line for line in plan)
