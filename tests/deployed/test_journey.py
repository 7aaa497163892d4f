"""One case through all containers."""

from collections import Counter

import pytest

from pprg_shared.profile import load_profile
from waiting import eventually

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(1500)]
#: What the demo writes about people and what happened to them.
CONTENT = (
    "Invented Child",
    "Invented Referrer",
    "Invented Lead",
    "invented account",
    "What was your part?",
    "invented summary",
    "invented visit",
    "reasons are invented",
)


def test_everything_is_healthy_and_every_migration_is_done(stack):
    health = {part: stack.health(part) for part in stack.parts}
    migrated = {name: stack.state(f"migrate-{name}")["ExitCode"] for name in stack.services}

    assert health == dict.fromkeys(stack.parts, "healthy")
    assert migrated == dict.fromkeys(stack.services, 0)


def test_the_demo_passes_through_the_one_origin(played):
    assert [each for each in played["checks"] if not each["ok"]] == []
    assert len(played["checks"]) > 15
    assert played["exit"] == 0


def test_the_right_people_get_the_right_letters_and_nothing_of_the_case_is_in_them(stack, played):
    profile = load_profile()
    leads = [f"safeguarding-lead@{each}.example" for each in profile.asked_agencies()][:8]
    office = ["coordinator@pprg.example", "deputy@pprg.example"]
    members = [each.address for each in profile.people_with_role("chair", "member")]
    wanted = {
        "referral_received": ["referrer@agency.example"],
        "new_referral": office,
        "information_request": leads,
        "extension_requested": office,
        "request_moved": [leads[6]],
        "return_received": office * (len(leads) + 1),
        "return_queried": [leads[0]],
        **{
            kind: [*members, "referrer@agency.example"]
            for kind in ("meeting_invitation", "meeting_moved", "meeting_cancelled")
        },
        "outcome_to_referrer": ["referrer@agency.example"] * 2,
        "outcome_to_agency": leads * 2,
        "code": [*leads, "referrer@agency.example"],
    }
    marking = f"OFFICIAL-SENSITIVE: {played['case']}, "

    subjects = {kind: letter.subject for kind, letter in profile.letters.kinds.items()}

    letters = stack.letters()

    assert Counter(
        (each["subject"].removeprefix(marking), to["address"])
        for each in letters
        if each["subject"].startswith(marking)
        for to in each["to"]
    ) == Counter((subjects[kind], address) for kind, addresses in wanted.items() for address in addresses)
    assert [word for word in CONTENT for each in letters if word.lower() in str(each).lower()] == []


@pytest.mark.asvs("16.2.5")
def test_no_log_of_any_container_says_anything_of_the_case(stack, played):
    said = stack.compose("logs", "--no-color").lower()

    assert "answered" in said
    assert [word for word in CONTENT if word.lower() in said] == []


@pytest.mark.asvs("16.2.1", "16.2.4")
def test_one_request_has_one_id_in_the_logs_of_proxy_and_service(stack):
    named = stack.get("/cases", who="", allow_redirects=False).headers["X-Request-ID"]

    said = stack.compose("logs", "--no-color", "nginx", "triage").splitlines()

    assert {line.split("|")[0].strip() for line in said if named in line} == {"nginx_1", "triage_1"}


def test_a_killed_service_catches_up_and_the_others_work_on(stack, referral):
    run_on = stack.refer(referral)
    eventually(lambda: run_on in (stack.references() or ()), stack.patience, every=0.5)

    stack.compose("kill", "triage")
    missed = stack.refer(referral)
    away = stack.get("/cases")
    stack.compose("start", "triage")

    assert (away.status_code, away.headers["Retry-After"]) == (503, "10")
    eventually(lambda: {run_on, missed} <= (stack.references() or set()), stack.patience, every=0.5)


def test_a_service_made_anew_is_found_again(stack):
    before = stack.about("notifier")["Id"]

    stack.compose("up", "--detach", "--no-deps", "--force-recreate", "notifier")

    eventually(lambda: stack.get("/letters", who="").status_code != 503, stack.patience, every=0.5)
    eventually(lambda: stack.health("notifier") == "healthy", stack.patience, every=0.5)
    assert stack.about("notifier")["Id"] != before


def test_stopping_ends_all_with_what_is_in_hand_done_and_starting_finds_it_again(stack, referral):
    reference = stack.refer(referral)

    stack.compose("stop", seconds=90)
    ends = {part: stack.state(part)["ExitCode"] for part in stack.parts}
    stack.up()

    assert ends == dict.fromkeys(stack.parts, 0)
    eventually(lambda: reference in (stack.references() or ()), stack.patience, every=0.5)
