"""Who reads a case: members by naming, meeting and ratifying; an interest closes it, breaking the glass opens it."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import invented
from beginnings import beginning
from pprg_shared.access import EVERYBODY, Relation, allows, relations_of
from pprg_shared.actor import Actor
from pprg_shared.boxes.tables import audit
from pprg_triage import actions, rules
from pprg_triage.models import Case, Tie
from stored import changes, stored

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEETING = {"day": "2026-12-10", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
WHY = "Invented: they know the family."
REASON = "Invented: a sister may come to harm tonight."
EXPECTED = [
    ([], Relation.OTHERS),
    ([("member", -1, None)], Relation.THEIRS),
    ([("lead", -1, 1)], Relation.THEIRS),
    ([("member", 1, None)], Relation.OTHERS),
    ([("member", -2, -1)], Relation.OTHERS),
    ([("member", -2, 0)], Relation.OTHERS),
    ([("glass", 0, 1)], Relation.OPENED),
    ([("glass", -1, 0)], Relation.OTHERS),
    ([("glass", -1, 1), ("ratifier", -1, None)], Relation.THEIRS),
    ([("interest", -1, None), ("chair", -1, None), ("glass", -1, 1)], Relation.CLOSED),
    ([("interest", -2, -1), ("chair", -1, None)], Relation.THEIRS),
    ([("staff-names", -1, None)], Relation.OTHERS),
    ([("staff-names", -1, None), ("member", -1, None)], Relation.THEIRS),
    ([("staff-names", -1, None), ("reviewer", -1, None)], Relation.GRANTED),
    ([("staff-names", -1, 0), ("reviewer", -1, None)], Relation.THEIRS),
    ([("staff-names", -1, None), ("reviewer", -1, 0), ("member", -1, None)], Relation.THEIRS),
    ([("staff-names", -1, None), ("reviewer", -1, None), ("interest", -1, None)], Relation.CLOSED),
    ([("staff-names", -1, None), ("glass", -1, 1)], Relation.OPENED),
]


def tie(role, since, until):
    return rules.Tie(role, NOON + since * HOUR, None if until is None else NOON + until * HOUR)


@pytest.mark.parametrize(("ties", "expected"), EXPECTED)
def test_what_somebody_has_to_do_with_a_case_follows_from_what_ties_them_to_it_now(ties, expected):
    assert rules.relation([tie(*each) for each in ties], NOON) is expected


GROUP_ROLES = ["coordinator", "deputy", "chair", "member", "partner", "board-chair", "community-chair"]
OFFICE = ["deputy", "coordinator"]
HELD = [*rules.ROLES, "staff-names", "glass", "interest"]
LOST = [
    ([], HELD, {*rules.ROLES, "staff-names", "glass"}),
    (["agency", "administrator"], ["member", "interest"], {"member"}),
    (["coordinator"], ["lead", "stand-in", "member", "reviewer", "staff-names"], set()),
    (
        ["member"],
        ["lead", "stand-in", "chair", "ratifier", "member", "reviewer"],
        {"lead", "stand-in", "chair", "ratifier"},
    ),
    (["partner"], ["ratifier", "member", "glass"], set()),
    (["chair"], ["chair", "ratifier"], set()),
]


@pytest.mark.parametrize(("roles", "held", "expected"), LOST)
def test_what_somebody_cannot_hold_any_more_follows_from_their_roles_now(roles, held, expected):
    assert rules.lost(roles, held) == expected


@given(st.sets(st.sampled_from(GROUP_ROLES)), st.sets(st.sampled_from(HELD)), st.sampled_from(GROUP_ROLES))
def test_a_role_more_costs_nobody_anything_and_an_interest_is_never_lost(roles, held, more):
    lost = rules.lost(roles, held)

    assert lost <= held - {"interest"}
    assert rules.lost(roles | {more}, held) <= lost
    assert not any(rules.naming_problem(roles, each, held) for each in held & set(rules.ROLES) - lost)


@given(st.sets(st.sampled_from(sorted({role for row in rules.TABLE.values() for role in row}))), st.data())
def test_nothing_is_open_to_whom_no_rule_names_and_nothing_that_is_closed_to_anybody(roles, data):
    verb = data.draw(st.sampled_from([*rules.TABLE, "a verb that nobody has heard of"]))

    assert not rules.may(roles, verb, Relation.CLOSED)
    assert not rules.may((), verb, Relation.OTHERS)
    for relation in Relation:
        counts_as = {relation, Relation.THEIRS} if relation is Relation.GRANTED else {relation}
        named = any(counts_as & set(rules.TABLE.get(verb, {}).get(role, ())) for role in roles)
        assert rules.may(roles, verb, relation) == named == bool(counts_as & rules.relations_of(roles, verb))


def test_what_is_open_to_everybody_is_open_to_somebody_without_a_role():
    table = {"refer": {EVERYBODY: frozenset({Relation.NO_MATTER})}}

    assert allows(table, (), "refer", Relation.NO_MATTER)
    assert relations_of(table, {"ops"}, "read") == frozenset()


@pytest.mark.parametrize(
    ("starts", "now", "since", "until"),
    [
        ((2026, 12, 10, 10), (2026, 11, 24, 9), (2026, 12, 3), (2027, 1, 8)),
        ((2026, 12, 10, 10), (2026, 12, 9, 9), (2026, 12, 9, 9), (2027, 1, 8)),
        ((2027, 4, 1, 9), (2026, 12, 9, 9), (2027, 3, 23), (2027, 4, 29, 23)),
    ],
)
def test_who_is_invited_reads_from_the_papers_to_four_weeks_after(starts, now, since, until):
    begins = datetime(*starts, tzinfo=UTC)

    window = rules.window(begins, begins + 2 * HOUR, 5, 28, datetime(*now, tzinfo=UTC))

    assert window == (datetime(*since, tzinfo=UTC), datetime(*until, tzinfo=UTC))


@pytest.fixture
@beginning
def case(world, post):
    """The path of a case that was just referred."""
    post("intake", "/referrals", invented.REFERRAL)
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return f"/cases/{only['id']}"


@pytest.fixture
def reads(world, case):
    """The status of the case's page for each of these people."""
    return lambda *people: [world.visitor("triage", each).get(case).status_code for each in people]


def person(world, who):
    return str(world.services["triage"].profile.person(who).id)


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def send(client, path, to=None, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(to or path, data={**hidden, "_end": "1", **answers})


def test_a_new_case_is_open_to_the_office_and_the_chair_and_to_nobody_else(reads):
    assert reads("coordinator", "deputy", "chair") == [200, 200, 200]
    assert reads("partner-police", "board-chair") == [404, 404]
    assert reads("ops", "administrator", "governance", "lead-police") == [403, 403, 403, 403]


def test_who_is_called_to_a_meeting_reads_from_the_papers_on_and_for_four_weeks(world, case, reads, post):
    post("triage", f"{case}/meetings", MEETING)
    called = reads("partner-police", "chair")
    world.clock.forward(days=9)
    papers = reads("partner-police", "board-chair")
    world.clock.forward(days=35)
    later = reads("partner-police")
    world.clock.forward(days=2)

    assert (called, papers, later) == ([404, 200], [200, 404], [200])
    assert reads("partner-police", "chair") == [404, 200]


def test_a_meeting_that_is_moved_or_cancelled_moves_and_ends_the_reading(world, case, reads, post):
    post("triage", f"{case}/meetings", MEETING)
    world.clock.forward(days=9)
    post("triage", f"{case}/meetings/move", MEETING | {"day": "2026-12-11"})
    moved = reads("partner-police")
    post("triage", f"{case}/meetings/cancellation", {})

    assert (moved, reads("partner-police", "chair")) == ([200], [404, 200])


def test_who_is_to_ratify_reads_until_some_time_after_it_is_done(world, case, reads, post, get):
    post("triage", f"{case}/meetings/record", invented.HELD)
    post("triage", f"{case}/decisions", invented.decision("safeguarding_adult_review"))
    asked = reads("board-chair", "community-chair")
    (decision,) = get("triage", case)["decisions"]
    post("triage", f"{case}/decisions/ratification", {"decision_id": decision["id"]}, "board-chair")
    world.clock.forward(days=28)
    later = reads("board-chair")
    world.clock.forward(days=1)

    assert (asked, later, reads("board-chair")) == ([200, 404], [200], [404])


@pytest.mark.asvs("8.2.2")
def test_the_list_the_news_and_the_search_hold_no_case_that_is_not_theirs(world, case, post, get):
    post("intake", "/referrals", invented.REFERRAL)
    post("triage", f"{case}/members", {"person": person(world, "partner-police"), "role": "member", "why": WHY})
    partner = world.visitor("triage", "partner-police")

    shown = partner.get("/cases")

    assert len(get("triage", "/cases")["cases"]) == 2
    assert [f"/cases/{each['id']}" for each in get("triage", "/cases", "partner-police")["cases"]] == [case]
    assert (shown.text.count("PPRG-2026-0001"), shown.text.count("PPRG-2026-0002")) == (2, 0)
    assert send(partner, "/cases", reference="PPRG-2026-0001").location == case
    assert "No case has this reference" in send(partner, "/cases", reference="PPRG-2026-0002").text


def test_somebody_is_named_on_the_page_and_taken_off_again_and_a_new_lead_takes_the_place(world, case, post, get):
    office, deputy, coordinator = world.visitor("triage", "coordinator"), *(person(world, each) for each in OFFICE)
    named = send(office, f"{case}/members", person=deputy, role="lead", why=WHY, until="11 December 2026")
    post("triage", f"{case}/members", {"person": coordinator, "role": "lead", "why": WHY})
    leads = {
        each["ended"]: each["person"] for each in get("triage", f"{case}/members")["members"] if each["role"] == "lead"
    }
    page = words(office.get(f"{case}/members"))

    by_name = world.services["triage"].profile.person
    assert named.status_code == 303
    assert leads == {True: deputy, False: coordinator}
    ended = f"{by_name('deputy').name} Lead (ended by {by_name('coordinator').name})"
    assert ended in re.sub("Who |As what |From |Until |Why ", "", page)
    assert f"Lead: {by_name('coordinator').name}." in words(office.get(case))


@pytest.mark.parametrize(
    ("who", "role", "until", "status", "where"),
    [
        ("lead-police", "member", None, 409, "/person"),
        ("partner-police", "chair", None, 409, "/person"),
        ("partner-police", "lead", None, 409, "/person"),
        ("chair", "stand-in", None, 409, "/person"),
        ("partner-police", "member", "2026-11-23", 409, "/until"),
        ("chair", "chair", None, 409, "/person"),
        ("partner-police", "boss", None, 422, "/role"),
    ],
)
def test_who_cannot_be_named_is_refused_with_advice(world, case, post, who, role, until, status, where, unchanged):
    said = {"person": person(world, who), "role": role, "why": WHY, "until": until}

    refused = post("triage", f"{case}/members", said, status=status)

    assert refused["errors"][0]["pointer"] == where


@pytest.mark.attack("A64")
@pytest.mark.asvs("8.2.2", "16.3.2")
def test_an_interest_closes_the_case_and_the_office_is_told_of_it_and_of_each_day_that_they_try(
    world, case, reads, post
):
    post("triage", f"{case}/members", {"person": person(world, "partner-police"), "role": "member", "why": WHY})
    partner, office = world.visitor("triage", "partner-police"), world.visitor("triage", "coordinator")
    declared = send(partner, f"{case}/interests/new", why="Managed the case in 2025.")
    nothing = partner.get(f"/cases/{uuid4()}")
    told = words(office.get("/cases"))
    world.settle()
    before = stored(world, but=())

    tried = [partner.get(case), partner.get(f"{case}/chronology.csv"), partner.get(case)]
    world.settle()

    assert changes(before, stored(world, but=())) == {"triage.news": (1, 0)}
    assert "Page not found" in tried[0].text
    assert declared.location == "/cases/interests"
    assert [each.status_code for each in tried] == [404] * 3
    assert same(tried[0]) == same(nothing)
    assert "Interest declared by somebody of Wiltshire Police" in told
    assert "Tried in spite of an interest" not in told
    assert words(office.get("/cases")).count("Tried in spite of an interest: somebody of Wiltshire Police") == 1
    assert "PPRG-2026-0001" in words(partner.get("/cases/interests"))
    assert "PPRG-2026-0001" not in partner.get("/cases").text


def same(page):
    return re.sub(r'nonce="[^"]+"|value="[0-9a-f-]{36,64}"|_of-[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f-]{27}', "", page.text)


def test_an_interest_is_withdrawn_by_who_declared_it_or_by_the_office(world, case, reads, post, get):
    post("triage", f"{case}/interests", {"why": WHY}, "chair")
    first = reads("chair")
    post("triage", f"{case}/interests/withdrawal", {}, "chair")
    second = reads("chair")
    post("triage", f"{case}/interests", {"why": WHY}, "chair")
    (open_one,) = [e for e in get("triage", f"{case}/members")["members"] if e["role"] == "interest" and not e["ended"]]
    post("triage", f"{case}/members/{open_one['id']}/end", {})

    assert (first, second, reads("chair")) == ([404], [200], [200])
    assert words(world.visitor("triage", "deputy").get("/cases")).count("Interest withdrawn by somebody of") == 2


@pytest.mark.asvs("8.2.2")
def test_an_interest_that_the_office_declared_of_somebody_they_do_not_withdraw_themselves(world, case, reads, post):
    post("triage", f"{case}/interests", {"person": person(world, "chair"), "why": WHY})
    chair = world.visitor("triage", "chair")

    by_api = post("triage", f"{case}/interests/withdrawal", {}, "chair", 409)
    by_page = send(chair, "/cases/break-glass", f"{case}/interests/withdraw")

    assert by_api["detail"] == "The office declared this interest. Ask the coordinator, if it is none."
    assert (by_page.status_code, reads("chair")) == (422, [404])
    assert "Declared by the office: ask the coordinator" in words(chair.get("/cases/interests"))


def test_of_a_broken_glass_hears_nobody_to_whom_the_case_is_closed(world, case, post, get):
    post("triage", f"{case}/interests", {"why": WHY}, "chair")

    post("triage", "/cases/break-glass", {"reference": "PPRG-2026-0001", "reason": REASON}, "board-chair")

    letters = get("notifier", f"/letters?subject={case[7:]}")["letters"]
    told = {each["to"] for each in letters if each["template"] == "glass_broken"}
    assert person(world, "chair") not in told


@pytest.mark.asvs("16.3.2")
def test_who_asks_for_what_is_not_theirs_stands_in_the_log_by_number_and_not_by_name(world, case, lines):
    partner = world.visitor("triage", "partner-police")

    partner.get(case)

    (refused,) = [each for each in lines if each["event"] == "refused"]

    assert (refused["problem"], refused["route"]) == ("not-found", "/cases/<uuid:case_id>")
    assert refused["person"] == person(world, "partner-police")
    assert "Jamie" not in str(refused)


def test_an_interest_closes_the_case_to_a_coordinator_too(world, case, reads, post, get):
    post("triage", f"{case}/interests", {"why": WHY}, "deputy")

    assert reads("deputy", "coordinator") == [404, 200]
    assert get("triage", "/cases", "deputy")["cases"] == []
    assert post("triage", f"{case}/interests", {"why": WHY}, "partner-police", 404)["code"] == "not-found"


def test_who_breaks_the_glass_reads_for_an_hour_and_the_chair_gets_a_letter_without_the_reason(
    world, case, reads, post, get
):
    partner = world.visitor("triage", "board-chair")
    before = reads("board-chair")
    opened = send(partner, "/cases/break-glass", reference="pprg-2026-0001", reason=REASON)
    world.settle()
    shown, changing = partner.get(case), world.visitor("triage", "board-chair").get(f"{case}/decision/new")
    (letter,) = [
        e for e in get("notifier", f"/letters?subject={case[7:]}")["letters"] if e["template"] == "glass_broken"
    ]
    text = world.visitor("notifier", "coordinator").get(f"/letters/{letter['id']}").text
    chair = world.visitor("triage", "chair")

    assert (before, opened.location, shown.status_code, changing.status_code) == ([404], case, 200, 403)
    assert letter["to"] == person(world, "chair")
    assert "By a person whose role is: board chair" in text
    assert "Invented: a sister" not in text
    assert REASON in words(chair.get(case))
    assert REASON in words(chair.get(f"{case}/history"))
    assert "Opened for an hour by somebody of" in words(world.visitor("triage", "coordinator").get("/cases"))
    with world.services["triage"].database.reading() as session:
        kinds = session.scalars(sa.select(audit.c.kind).where(audit.c.subject == case[7:])).all()
    assert kinds.count("break_glass") == 1
    world.clock.forward(minutes=60)
    assert reads("board-chair") == [404]


@pytest.mark.asvs("8.2.2")
def test_a_reference_that_nobody_has_is_answered_like_one_that_is_closed(world, case, post, get):
    post("triage", f"{case}/interests", {"person": person(world, "board-chair"), "why": WHY})
    visitor = world.visitor("triage", "board-chair")

    closed, unknown = (
        send(visitor, "/cases/break-glass", reference=each, reason=REASON)
        for each in ("PPRG-2026-0001", "PPRG-2026-0009")
    )

    assert (closed.status_code, unknown.status_code) == (422, 422)
    assert same(closed).replace("PPRG-2026-0001", "PPRG-2026-0009") == same(unknown)
    assert "No case that you could open has this reference" in unknown.text


@pytest.mark.asvs("2.4.1")
@pytest.mark.both_databases("each counts what is asked in its own way")
@pytest.mark.parametrize("right", ["PPRG-2026-0001", "PPRG-2026-0009"])
def test_whoever_tries_case_after_case_waits_and_is_told_whom_to_call(world, case, post, right):
    visitor = world.visitor("triage", "board-chair")
    said = {"reason": REASON, "reference": right}
    tried = [
        send(visitor, "/cases/break-glass", reference=f"PPRG-2026-1{n:03}", reason=REASON).status_code
        for n in range(10)
    ]

    over = send(visitor, "/cases/break-glass", **said)
    by_api = post("triage", "/cases/break-glass", said, "board-chair", 429)
    other = post("triage", "/cases/break-glass", {**said, "reference": "PPRG-2026-0001"}, "partner-police")
    world.clock.forward(hours=1)
    later = send(visitor, "/cases/break-glass", **said).status_code

    assert tried == [422] * 10
    assert (over.status_code, over.headers["Retry-After"]) == (429, "3600")
    assert "If it cannot wait, call us on 01632 960001." in over.text
    assert REASON in over.text, "what was typed can be sent later"
    assert (by_api["code"], other["reference"]) == ("too-many", "PPRG-2026-0001")
    assert later == (303 if right == "PPRG-2026-0001" else 422)


@pytest.mark.parametrize("reason", ["", "Because", " " * 30, "x" * 2001])
def test_the_glass_stays_whole_without_a_reason_that_somebody_can_understand(case, post, unchanged, reason):
    said = {"reference": "PPRG-2026-0001", "reason": reason}

    refused = post("triage", "/cases/break-glass", said, "board-chair", 422)

    assert refused["errors"][0]["pointer"] == "/reason"


@pytest.mark.parametrize("who", ["coordinator", "ops", "administrator", "governance", "lead-police"])
def test_whoever_sees_all_or_nothing_has_no_glass_to_break(world, who):
    assert world.visitor("triage", who).get("/cases/break-glass").status_code == 403


@pytest.mark.asvs("8.2.3")
def test_governance_reads_who_saw_any_case_and_nothing_of_it(world, case):
    governance = world.visitor("triage", "governance")
    world.visitor("triage", "chair").get(case)
    world.clock.forward(seconds=5)
    world.settle()

    found = send(governance, "/cases/who-saw", reference="pprg-2026-0001")
    shown = governance.get(found.location)

    assert found.location == f"{case}/access"
    assert "Morgan Trial" in shown.text
    assert "Saw: the case" in words(shown)
    assert f'href="{case}"' not in shown.text
    assert governance.get(f"{case}/access.csv").status_code == 200
    assert [governance.get(f"{case}{each}").status_code for each in ("", "/history", "/chronology")] == [403] * 3
    assert "No case has this reference" in send(governance, "/cases/who-saw", reference="PPRG-2026-0009").text


@pytest.mark.both_databases("each compares moments in its own way")
def test_the_cases_that_are_chosen_are_those_that_the_rule_opens(world, case):
    database, at = world.services["triage"].database, world.clock()
    about = {"case_id": UUID(case[7:]), "person_id": UUID(person(world, "chair")), "content": "not read"}
    chair = Actor(about["person_id"], "", frozenset({"chair"}), None)
    chosen = []
    for ties, _ in EXPECTED:
        with database.writing("action") as session:
            session.execute(sa.delete(Tie))
            for role, since, until in ties:
                end = None if until is None else at + until * HOUR
                session.add(Tie(id=uuid4(), role=role, since=at + since * HOUR, until=end, **about))
        with database.reading() as session:
            chosen.append(session.scalar(sa.select(Case.id).where(actions.visible(session, chair, Case.id))))

    opened = {Relation.THEIRS, Relation.GRANTED, Relation.OPENED}
    assert [bool(each) for each in chosen] == [each in opened for _, each in EXPECTED]


@pytest.mark.attack("A63")
def test_who_decides_and_need_not_know_whom_it_is_about_is_given_no_names_not_even_hidden(world, post, get):
    subject = invented.SUBJECT | {
        "also_known_as": "Canary Two",
        "address": "1 Canary Street",
        "nhs_number": "9434765919",
    }
    said = {"subjects": [subject | {"name": "Canary Child"}], "family": "Canary Mother", "what_happened": "An account."}
    post("intake", "/referrals", invented.REFERRAL | said)
    post("triage", "/cases/imports", {"text": "Ref,Date received,Name\nCanary/1,3 November 2026,Canary Adult\n"})
    cases = [f"/cases/{each['id']}" for each in get("triage", "/cases")["cases"]]
    for each in cases:
        for who in ("board-chair", "partner-police"):
            post("triage", f"{each}/members", {"person": person(world, who), "role": "member", "why": WHY})

    seen = {}
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)
    for who in ("board-chair", "partner-police", "coordinator"):
        visitor, client = world.visitor("triage", who), world.client("triage")
        pages = [
            visitor.get(f"{each}{page}") for each in cases for page in ("", "/print", "/history", "/chronology.csv")
        ]
        api = [client.get(f"/api/v1{each}", headers=world.acting(who)) for each in cases]
        lists = [visitor.get("/cases"), client.get("/api/v1/cases", headers=world.acting(who))]
        assert {each.status_code for each in (*pages, *api, *lists)} == {200}
        seen[who] = sum("canary" in each.text.casefold() for each in (*pages, *api, *lists))
        content = api[0].json["content"]
        assert ("subject_name" in content) == (who != "board-chair")

    assert seen["board-chair"] == 0
    assert seen["partner-police"] == seen["coordinator"] > 0
    assert changes(before, stored(world)) == {}
