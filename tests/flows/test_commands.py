"""What somebody who looks after the boxes can do from a terminal, on the embedded world."""

import json
import os
import pty
import re
import sqlite3
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import click
import pytest
import requests
import sqlalchemy as sa
from click.testing import CliRunner

from invented import REFERRAL
from pprg_embedded.__main__ import main, started
from pprg_shared.boxes.commands import replay
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.database import utcnow
from pprg_shared.sealing import new_key
from stored import changes, stored
from waiting import eventually

PARKED = UUID("6f0a2c1e-0000-4000-8000-000000000001")


@pytest.fixture
def pprg(world, settings, programs):
    """Runs `pprg …` beside the world, its output piped, or as a program on a terminal; code and text."""

    def run(*arguments, terminal=False):
        if terminal:
            return on_a_terminal(arguments)
        done = CliRunner().invoke(main, arguments, env={"VAR": settings.var})
        return done.exit_code, done.output

    def on_a_terminal(arguments):
        command = [programs / "pprg", *arguments]
        ours, theirs = pty.openpty()
        done = subprocess.run(
            command, env=os.environ | {"VAR": settings.var}, stdout=theirs, stderr=theirs, check=False
        )
        os.close(theirs)
        try:
            return done.returncode, os.read(ours, 100_000).decode()
        except OSError:
            return done.returncode, ""
        finally:
            os.close(ours)

    return run


def keep(world, **about):
    row = {"id": PARKED, "type": "letter.accepted.v1", "subject": "some-case"}
    times = dict.fromkeys(("created_at", "due_at"), world.clock())
    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.insert(inbox).values(**row | times | about))


def park(world):
    keep(world, attempts=12, failed_at=world.clock(), problem="OSError")


def test_a_parked_row_is_listed_shown_tried_again_and_given_up(world, pprg):
    park(world)

    code, listed = pprg("triage", "boxes", "list", "--state", "parked")
    _, as_json = pprg("triage", "boxes", "list", "--state", "parked", "--json")
    _, shown = pprg("triage", "boxes", "show", "inbox", str(PARKED))
    _, retried = pprg("triage", "boxes", "retry", "inbox")
    world.settle()
    _, dropped = pprg("triage", "boxes", "drop", "inbox", str(PARKED))

    assert (code, listed) == (0, f"inbox {PARKED} letter.accepted.v1 12 {world.clock():%FT%TZ} OSError\n")
    assert [each["id"] for each in json.loads(as_json)] == [str(PARKED)]
    assert json.loads(shown)["problem"] == "OSError"
    assert "body" not in json.loads(shown)
    assert (retried, dropped) == ("1 rows are due again\n", "dropped\n")
    assert pprg("triage", "boxes", "list", "--state", "parked") == (0, "")


def sealed_by(name):
    return lambda told: told["data"]["sealed"].update(case=f"{name}.{told['data']['sealed']['case'].partition('.')[2]}")


WRONG = {
    "forged": (
        lambda _told: None,
        "What is sealed in it does not open with the key that it names: it was forged, changed, or copied",
        "tell whoever answers for security; then give it up with boxes drop",
    ),
    "changed": (
        lambda told: told["data"]["sealed"].update(case=f"{told['data']['sealed']['case'][:-8]}AAAAAAA="),
        "What is sealed in it does not open with the key that it names: it was forged, changed, or copied",
        "Trying it again changes nothing",
    ),
    "another-version": (
        lambda told: told.update(type="referral.submitted.v9"),
        "This service does not handle this type and version of event",
        "Upgrade the older of the two, then boxes retry",
    ),
    "unknown-key": (
        sealed_by("0123abcd"),
        "It cannot be opened: key 0123abcd is not in the ring. Put that key back into CASE_KEYS or CONTACT_KEYS",
        "restart this service, then boxes retry",
    ),
    "no-key-at-all": (
        sealed_by("Canary-Name"),
        "It cannot be opened: what it says it was sealed with is not in the ring",
        "find out who can write to the bus, and give it up with boxes drop",
    ),
    "another-shape": (
        lambda told: told["data"]["public"].update(submitted_on="Canary-Name", urgent="Canary-Name"),
        "these fields do not follow the schema: ['submitted_on'",
        "Find out which service said it and which version that runs",
    ),
}


@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize("what", [pytest.param(what, id=f"A79-{name}") for name, what in WRONG.items()])
def test_a_parked_event_says_what_is_wrong_and_what_to_do_and_nothing_that_it_holds(world, pprg, what):
    make, wrong, advice = what
    refer(world)
    with world.services["intake"].database.reading() as session:
        said = sa.select(outbox.c.body).where(outbox.c.type == "referral.submitted.v1")
        told = json.loads(bytes(session.scalars(said).one()))
    told["id"] = str(PARKED)
    make(told)
    world.clock.forward(hours=1)
    world.settle()  # what was read meanwhile has been recorded
    before = stored(world)

    assert world.services["triage"].arrival.receive([json.dumps(told).encode()]) == [True]
    for _ in range(13):
        world.settle()
        world.clock.forward(minutes=10)

    code, listed = pprg("triage", "boxes", "list", "--state", "parked")
    _, shown = pprg("triage", "boxes", "show", "inbox", str(PARKED))
    assert (code, listed.startswith(f"inbox {PARKED} {told['type']} ")) == (0, True)
    assert f" {wrong}" in listed
    assert advice in listed
    assert listed.endswith(f" {json.loads(shown)['problem']}\n")
    assert "Canary" not in json.loads(shown)["problem"] + listed
    assert not re.search(f"Error|{REFERRAL['subjects'][0]['name']}|{REFERRAL['what_happened']}", listed + shown)
    assert changes(before, stored(world)) == {"triage.inbox": (1, 0)}


def test_what_a_program_fails_at_says_where_to_look_and_gives_no_words_of_the_fault(world, pprg, monkeypatch):
    def fail(_session, _heard):
        raise ValueError("Canary Name")

    monkeypatch.setitem(world.services["triage"].arrival.handlers, "referral.submitted.v1", fail)
    refer(world)

    _, waiting = pprg("triage", "boxes", "list")

    assert "The program failed at it, which nobody foresaw (ValueError). It is tried 12 times or for an hour" in waiting
    assert "find its id in the log of this service, mend the cause or report it, then boxes retry" in waiting
    assert "Canary" not in waiting


def test_what_the_bus_has_not_taken_says_that_it_goes_again_by_itself(world, pprg):
    def away(_bodies):
        raise sa.exc.OperationalError("", {}, OSError("away"))

    triage = world.services["triage"]
    triage.bus.listen("triage", [each.event_name for each in triage.service.hears], away)
    refer(world)

    _, waiting = pprg("intake", "boxes", "list", "--box", "outbox")

    assert "The bus did not take it: the broker has not confirmed it. It is sent again by itself" in waiting


def test_what_is_done_to_rows_can_be_read_by_programs(world, pprg):
    park(world)

    retried = [json.loads(pprg("triage", "boxes", "retry", *which, "--json")[1]) for which in (("inbox",), ("outbox",))]
    dropped = pprg("triage", "boxes", "drop", "inbox", str(PARKED), "--json")
    again = pprg("triage", "boxes", "drop", "inbox", str(PARKED), "--json")

    assert retried == [{"due_again": 1}, {"due_again": 0}]
    assert (dropped[0], json.loads(dropped[1])) == (0, {"dropped": 1})
    assert (again[0], "it is done already" in again[1]) == (1, True)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("intake", "boxes", "replay", "notifier"), "events sent again to notifier"),
        (("triage", "keys", "rotate"), "values sealed anew"),
    ],
    ids=["replay", "rotate"],
)
def test_a_bar_shows_how_far_it_is_to_a_person_and_never_to_a_program(world, pprg, settings, programs, command, said):
    refer(world)

    code, shown = pprg(*command, terminal=True)
    piped = subprocess.run(
        [programs / "pprg", *command],
        env=os.environ | {"VAR": settings.var},
        capture_output=True,
        text=True,
        check=True,
    )

    assert code == 0
    assert re.search(r"\[[#-]+\] +\d+%", shown)
    assert said in shown
    assert re.search(r"[#%\x1b\r]", piped.stdout + piped.stderr) is None
    assert re.fullmatch(rf"\d+ {said}\n", piped.stdout)


def test_on_a_terminal_rows_stand_in_columns_under_their_heads(world, pprg):
    park(world)

    _, listed = pprg("triage", "boxes", "list", "--state", "parked", terminal=True)

    head, row, *_ = listed.splitlines()
    assert head.split() == ["BOX", "ID", "TYPE", "TRIES", "DUE", "PROBLEM"]
    assert head.index("TYPE") == row.index("letter.accepted.v1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("boxes", "list", "--box", "post"), "no such box; there are inbox, outbox, reminders"),
        (("boxes", "show", "inbox", str(PARKED)), "no such row"),
        (("boxes", "drop", "inbox", str(PARKED)), "no such row"),
        (("boxes", "retry", "inbox", str(PARKED)), "no such row"),
    ],
)
def test_what_is_not_there_is_said(world, pprg, arguments, words):
    code, said = pprg("triage", *arguments)

    assert code == 1
    assert words in said


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_row_in_hand_is_left_alone_and_that_is_said(world, pprg, verb):
    later = utcnow() + timedelta(minutes=1)
    keep(world, attempts=1, due_at=later)

    _, before = pprg("triage", "boxes", "show", "inbox", str(PARKED))
    code, said = pprg("triage", "boxes", verb, "inbox", str(PARKED))
    _, after = pprg("triage", "boxes", "show", "inbox", str(PARKED))

    assert (code, said) == (
        1,
        "Error: it is in hand just now: wait until it is done, or until its time in hand is over\n",
    )
    assert before == after


def test_a_row_that_waits_for_its_next_try_is_tried_now(world, pprg):
    keep(world, attempts=3, due_at=utcnow() + timedelta(hours=1), problem="NotYet: no such request")

    _, retried = pprg("triage", "boxes", "retry", "inbox", str(PARKED), "--json")

    assert json.loads(retried) == {"due_again": 1}


def test_a_row_that_was_not_tried_yet_keeps_its_time(world, pprg):
    tomorrow = utcnow() + timedelta(days=1)
    keep(world, due_at=tomorrow)

    code, said = pprg("triage", "boxes", "retry", "inbox", str(PARKED))

    assert (code, said) == (1, f"Error: it was not tried yet: that is due at {tomorrow:%FT%TZ}\n")


def test_without_tables_it_is_said_what_to_do(tmp_path):
    done = CliRunner().invoke(main, ["triage", "boxes", "list"], env={"VAR": str(tmp_path)})

    assert done.exit_code == 3
    assert "the database is at 0000, this version needs" in done.output


def forget(notifier):
    """The notifier has lost its letters and what it heard."""
    with notifier.database.writing("action") as session:
        session.execute(sa.delete(inbox))
        session.execute(sa.text("DELETE FROM letters"))


def refer(world):
    answers = REFERRAL | {"agencies": ["police"]}
    world.client("intake").post("/api/v1/referrals", json=answers, headers={"Idempotency-Key": "one"})
    world.settle()


def letters(world):
    with world.services["notifier"].database.reading() as session:
        return [tuple(row) for row in session.execute(sa.text("SELECT type, problem FROM letters ORDER BY type"))]


@pytest.mark.parametrize(
    ("options", "problem"), [((), "replayed, not sent"), (("--send",), None)], ids=["marked", "to be sent"]
)
def test_a_replay_writes_letters_again_and_sends_them_only_when_told(world, pprg, options, problem):
    refer(world)
    forget(world.services["notifier"])

    code, _ = pprg("intake", "boxes", "replay", "notifier", *options)
    world.settle()

    assert code == 0
    assert letters(world) == [("referral_received", problem)]


def test_what_follows_from_a_replay_sends_no_letter_either(world):
    """A case that is opened again says so again, and the office has had its letter."""
    refer(world)
    triage = world.services["triage"]
    with triage.database.writing("action") as session:
        for name in ("inbox", "cases", "trigger_days", "news"):
            session.execute(sa.text(f"DELETE FROM {name}"))

    replay(world.services["intake"], "triage", None, lambda _count: None)
    world.settle()

    assert sorted(letters(world), key=str) == sorted(
        [
            ("new_referral", None),
            ("new_referral", None),
            ("new_referral", "replayed, not sent"),
            ("new_referral", "replayed, not sent"),
            ("referral_received", None),
        ],
        key=str,
    )


def test_a_replay_leaves_out_what_a_person_dropped_before_it_was_said(world, pprg):
    """A mistake that was stopped on its way must not go out months later, when somebody restores a service."""
    refer(world)
    intake = world.services["intake"]
    (first,) = referrals(intake)
    with intake.database.writing("action") as session:
        session.execute(sa.update(outbox).where(outbox.c.id == first).values(done_at=None, attempts=0))
    _, dropped = pprg("intake", "boxes", "drop", "outbox", str(first))
    forget(world.services["notifier"])

    _, said = pprg("intake", "boxes", "replay", "notifier", "--json")
    _, words = pprg("intake", "boxes", "replay", "notifier")
    world.settle()

    assert dropped == "dropped\n"
    assert first not in heard(world.services["notifier"])
    assert json.loads(said.splitlines()[-1])["dropped"] == 1
    assert words.endswith("; 1 left out, which a person dropped\n")


def referrals(intake):
    """The referrals that were said."""
    with intake.database.reading() as session:
        return session.scalars(sa.select(outbox.c.id).where(outbox.c.type == "referral.submitted.v1")).all()


def heard(service):
    with service.database.reading() as session:
        return session.scalars(sa.select(inbox.c.id)).all()


def test_a_replay_passes_over_what_the_other_does_not_hear(world):
    refer(world)

    sent = replay(world.services["triage"], "notifier", None, lambda _count: None)

    assert sent == 2  # that a case was opened, and who is tied to it


def test_a_replay_to_nobody_is_refused(world):
    refer(world)

    with pytest.raises(click.ClickException, match="no service called notifer"):
        replay(world.services["intake"], "notifer", None, lambda _count: None)


def test_boxes_and_keys_are_looked_after_while_the_world_is_at_work(world, tmp_path, monkeypatch, programs):
    """Two processes write to the same files: each waits for the other, and neither loses or says anything twice."""
    monkeypatch.setenv("LIMITS", "0")
    ring, sent, over = tmp_path / "secrets/CASE_KEYS", [], threading.Event()

    def pprg(*arguments):
        environment = os.environ | {"VAR": str(tmp_path)}
        return subprocess.run(
            [programs / "pprg", *arguments], env=environment, capture_output=True, text=True, check=True
        ).stdout

    def refer_again_and_again(base):
        while not over.is_set():
            answers = REFERRAL | {"referrer_email": f"nurse-{len(sent)}@agency.example"}
            headers = {"Idempotency-Key": f"number {len(sent)}"}
            answer = requests.post(f"{base}/api/v1/referrals", json=answers, headers=headers, timeout=30)
            sent.append((answer.status_code, answer.json().get("reference")))

    refer(world)
    for each in world.services.values():
        each.database.close()
    ring.write_text(f"{new_key()},{ring.read_text()}")
    with started(tmp_path) as base, ThreadPoolExecutor(1) as crowd:
        referring = crowd.submit(refer_again_and_again, base)
        eventually(lambda: len(sent) > 2)
        rotated = pprg("intake", "keys", "rotate")
        replayed = pprg("intake", "boxes", "replay", "triage")
        over.set()
        referring.result(30)
        eventually(lambda: pprg("intake", "boxes", "list") + pprg("triage", "boxes", "list", "--box", "inbox") == "")

    with closing(sqlite3.connect(tmp_path / "triage.sqlite")) as connection:
        cases = [reference for (reference,) in connection.execute("SELECT reference FROM cases ORDER BY reference")]
    assert {status for status, _ in sent} == {201}
    assert int(rotated.split()[0]) > 0
    assert int(replayed.split()[0]) > 0
    assert cases == sorted(["PPRG-2026-0001", *(reference for _, reference in sent)])
    assert list(json.loads(pprg("intake", "keys", "status", "--json"))["case"].values())[1] == 0
