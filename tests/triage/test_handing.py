"""Who leads a case: whoever asks first, whoever it is handed to, the deputy of somebody who has left, a stand-in."""

import re

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_shared.boxes import publish
from pprg_shared.events.intake import PersonChanged
from pprg_triage.models import News, Tie


@pytest.fixture
@beginning
def case(world, post, get):
    """A case about which the coordinator has asked."""
    post("intake", "/referrals", invented.REFERRAL)
    (only,) = get("triage", "/cases")["cases"]
    post("triage", f"/cases/{only['id']}/requests", {"agencies": ["police"], "questions": "What?"})
    return only


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def send(client, action, **answers):
    page = client.get("/cases/caseload").text
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page))
    return client.post(f"/cases/caseload/{action}", data={**hidden, "_end": "1", **answers})


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def who(world, name):
    return world.services["triage"].profile.person(name).id


def leads(world):
    """Who leads any case now, and the lines of news about it."""
    with world.services["triage"].database.reading() as session:
        held = sa.select(Tie.person_id).where(Tie.role == "lead", Tie.until.is_(None))
        kinds = sa.select(News.kind).where(News.kind.in_(["handed", "no-lead", "stand-in"]))
        return session.scalars(held).all(), session.scalars(kinds).all()


def leave(world, name, **about):
    """The directory says that somebody has left the office."""
    person = world.services["intake"].profile.person(name)
    whole = {"person_id": person.id, "agency": person.agency, "roles": list(person.roles), "revision": 2}
    named = {"name": person.name, "address": person.address}
    with world.services["intake"].database.writing("action") as session:
        publish(session, PersonChanged(**whole | {"active": False} | about | named))
    world.settle()


def test_whoever_asks_about_a_case_that_nobody_leads_becomes_its_lead(world, case, office, post):
    post("triage", f"/cases/{case['id']}/requests", {"agencies": ["gp"], "questions": "What?"}, who="deputy")

    assert leads(world)[0] == [who(world, "coordinator")]
    assert case["reference"] in words(office.get("/cases/caseload"))
    assert "Lead: Robin Sample" in words(office.get(f"/cases/{case['id']}"))


@pytest.mark.both_databases
def test_a_caseload_is_handed_over_with_a_reason_that_stands_with_each_case(world, case, office):
    answer = send(office, "hand_over", person=str(who(world, "deputy")), why="A new post")

    assert answer.location == "/cases/caseload"
    assert leads(world) == ([who(world, "deputy")], ["handed"])
    assert "A new post" in words(office.get(f"/cases/{case['id']}/members"))
    assert "Has another lead, of PPRG office" in words(office.get("/cases"))
    assert "You lead no case." in words(office.get("/cases/caseload"))


def test_a_caseload_goes_to_somebody_else_of_the_office_for_a_reason(world, case, office, unchanged):
    for answers, advice in (
        ({"person": str(who(world, "coordinator")), "why": "Why"}, "Choose somebody else of the office"),
        ({"person": str(who(world, "chair")), "why": "Why"}, "Choose somebody else of the office"),
        ({"person": str(who(world, "deputy"))}, "Say why"),
    ):
        page = send(office, "hand_over", **answers)

        assert page.status_code == 422
        assert advice in words(page)
    assert world.visitor("triage", "chair").get("/cases/caseload").status_code == 403


@pytest.mark.both_databases
@pytest.mark.parametrize("about", [{}, {"active": True, "roles": ["member"]}], ids=["left", "another role"])
def test_the_deputy_leads_what_somebody_led_who_has_left_the_office(world, case, about):
    leave(world, "coordinator", **about)
    leave(world, "coordinator", **about)

    assert leads(world) == ([who(world, "deputy")], ["handed"])
    page = words(world.visitor("triage", "deputy").get(f"/cases/{case['id']}/members"))
    assert "Robin Sample has left the office" in page


def leave_by_the_directory(world, name, **changes):
    """An administrator says on the page of somebody that they have left, or what their roles are now."""
    person = world.services["intake"].profile.person(name)
    administrator, path = world.visitor("intake", "administrator"), f"/people/{person.id}/change"
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', administrator.get(path).text))
    whole = {"name": person.name, "address": person.address, "agency": person.agency, "roles": list(person.roles)}
    sent = administrator.post(path, data=hidden | {"_end": "1"} | whole | {"state": "left"} | changes)
    assert sent.status_code == 303, words(sent)
    world.settle()


def named(world, case, name, role, **more):
    answers = {"person": str(who(world, name)), "role": role, "why": "Invented: knows the field.", **more}
    office = world.visitor("triage", "coordinator")
    path = f"/cases/{case['id']}/members"
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(path).text))
    sent = office.post(path, data=hidden | {"_end": "1"} | answers)
    assert sent.status_code == 303, words(sent)


def ties(world, name):
    """What ties somebody to any case, and whether it holds now or later."""
    triage = world.services["triage"]
    with triage.database.reading() as session:
        found = session.scalars(sa.select(Tie).where(Tie.person_id == who(world, name)).order_by(Tie.since, Tie.role))
        return [(each.role, each.until is None or each.until > triage.clock()) for each in found]


@pytest.mark.both_databases
def test_whoever_leaves_is_no_member_any_more_and_the_office_sees_it(world, case, office):
    for role in ("member", "reviewer", "staff-names"):
        named(world, case, "partner-police", role)
    world.visitor("triage", "partner-police").get(f"/cases/{case['id']}")

    leave_by_the_directory(world, "partner-police")

    assert sorted(ties(world, "partner-police")) == [("member", False), ("reviewer", False), ("staff-names", False)]
    told, listed = words(office.get("/cases")), words(office.get(f"/cases/{case['id']}/members"))
    assert "Has a member less: left by somebody of Wiltshire Police" in told
    assert "Has a reviewer less: left by somebody of Wiltshire Police" in told
    for each in ("Member", "Reviewer", "Reads the names of staff"):
        assert f"{each} (ended: has left)" in listed


@pytest.mark.both_databases
def test_an_interest_stays_whoever_leaves_and_what_they_may_still_be_stays_with_a_role(world, case, post):
    named(world, case, "partner-police", "member")
    named(world, case, "chair", "member")
    post("triage", f"/cases/{case['id']}/interests", {"why": "Invented: knows the family."}, "partner-police")

    leave_by_the_directory(world, "partner-police")
    leave_by_the_directory(world, "chair", state="active", roles=["member"])

    assert sorted(ties(world, "partner-police")) == [("interest", True), ("member", False)]
    assert sorted(ties(world, "chair")) == [("chair", False), ("member", True)]


@pytest.mark.both_databases
def test_the_deputy_stands_in_where_somebody_would_have_who_has_left(world, case, office):
    days = {"first": "1 December 2026", "last": "4 December 2026"}
    send(office, "stand_in", person=str(who(world, "deputy")), why="Leave", **days)
    leave_by_the_directory(world, "partner-police", state="active", roles=["deputy"])

    leave_by_the_directory(world, "deputy")

    assert ties(world, "deputy") == [("stand-in", False)]
    assert ties(world, "partner-police") == [("stand-in", True)]
    assert "Jamie Trial, Tue 1 Dec 2026 to Fri 4 Dec 2026" in words(office.get("/cases/caseload"))
    assert "Ashley Sample has left the office" in words(office.get(f"/cases/{case['id']}/members"))
    assert "Has a stand-in, of" in words(office.get("/cases"))


def test_without_another_deputy_the_office_is_told_that_nobody_stands_in(world, case, office):
    days = {"first": "24 November 2026", "last": "4 December 2026"}
    send(office, "stand_in", person=str(who(world, "deputy")), why="Leave", **days)

    leave_by_the_directory(world, "deputy")

    assert ties(world, "deputy") == [("stand-in", False)]
    assert "Has no stand-in any more: left by somebody of PPRG office" in words(office.get("/cases"))
    assert "Stands in for the lead (ended: has left)" in words(office.get(f"/cases/{case['id']}/members"))


def test_nobody_stands_in_any_more_for_a_lead_who_has_left(world, case, office):
    days = {"first": "24 November 2026", "last": "4 December 2026"}
    send(office, "stand_in", person=str(who(world, "deputy")), why="Leave", **days)

    leave_by_the_directory(world, "coordinator")

    assert sorted(ties(world, "deputy")) == [("lead", True), ("stand-in", False)]


def test_a_lead_who_is_only_renamed_stays(world, case):
    leave(world, "coordinator", active=True)

    assert leads(world) == ([who(world, "coordinator")], [])


def test_without_a_deputy_the_office_is_told_that_nobody_leads(world, case):
    leave(world, "deputy")
    leave(world, "coordinator")

    assert leads(world) == ([], ["no-lead"])


def test_nobody_is_given_the_lead_of_a_case_that_is_closed_to_them(world, case, office, post):
    post("triage", f"/cases/{case['id']}/interests", {"why": "Invented: knows the family."}, "deputy")
    days = {"first": "1 December 2026", "last": "4 December 2026"}
    answers = {"person": str(who(world, "deputy")), "why": "A new post"}

    refused = send(office, "hand_over", **answers), send(office, "stand_in", **answers, **days)
    leave(world, "coordinator")

    for each in refused:
        assert each.status_code == 422
        assert "They have an interest in PPRG-2026-0001: name another lead there first." in words(each)
    assert leads(world) == ([], ["no-lead"])


def chairs(world):
    """Who chairs any case now."""
    with world.services["triage"].database.reading() as session:
        return session.scalars(sa.select(Tie.person_id).where(Tie.role == "chair", Tie.until.is_(None))).all()


@pytest.mark.both_databases
def test_who_chairs_the_group_next_chairs_the_cases_of_somebody_who_has_left(world, case, post):
    leave(world, "chair")
    nobody, told = chairs(world), words(world.visitor("triage", "coordinator").get("/cases"))

    leave(world, "board-chair", active=True, roles=["board-chair", "chair"])

    assert nobody == []
    assert "Has no chair: left by somebody of" in told
    assert chairs(world) == [who(world, "board-chair")]
    leave(world, "coordinator", active=True, revision=3)
    assert chairs(world) == [who(world, "board-chair")]


def test_where_the_group_has_two_chairs_the_other_goes_on(world, case):
    leave(world, "board-chair", active=True, roles=["board-chair", "chair"])
    leave(world, "chair", active=True, roles=["member"])

    assert chairs(world) == [who(world, "board-chair")]
    assert "Has another chair: left by somebody of" in words(world.visitor("triage", "coordinator").get("/cases"))


def test_whom_the_office_took_off_a_case_does_not_chair_it_again_by_being_renamed(world, case, post, get):
    (tied,) = [e for e in get("triage", f"/cases/{case['id']}/members")["members"] if e["role"] == "chair"]
    post("triage", f"/cases/{case['id']}/members/{tied['id']}/end", {})

    leave(world, "chair", active=True)

    assert chairs(world) == []


@pytest.mark.both_databases
def test_somebody_stands_in_from_one_day_to_another(world, case, office, clock):
    person = str(who(world, "deputy"))
    days = {"first": "1 December 2026", "last": "4 December 2026"}

    wrong = send(office, "stand_in", person=person, why="Leave", first=days["last"], last=days["first"])
    send(office, "stand_in", person=person, why="Leave", **days)

    def stands_in():
        return "Stands in for the lead: Ashley Sample" in words(office.get(f"/cases/{case['id']}"))

    assert (wrong.status_code, "The last day comes before the first" in words(wrong)) == (422, True)
    assert "Ashley Sample, Tue 1 Dec 2026 to Fri 4 Dec 2026" in words(office.get("/cases/caseload"))
    before = stands_in()
    clock.forward(days=9)
    during = stands_in()
    clock.forward(days=3)
    assert (before, during, stands_in()) == (False, True, False)
    assert leads(world) == ([who(world, "coordinator")], ["stand-in"])
