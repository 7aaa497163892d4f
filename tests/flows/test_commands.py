"""What somebody who looks after the boxes can do from a terminal, on the embedded world."""

import json
import os
import pty
import subprocess
import sys
from uuid import UUID

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from invented import REFERRAL
from pprg_embedded.__main__ import main
from pprg_shared.boxes.commands import replay
from pprg_shared.boxes.tables import inbox

PARKED = UUID("6f0a2c1e-0000-4000-8000-000000000001")


@pytest.fixture
def pprg(world, settings):
    """Runs `pprg …` beside the world, its output piped, or as a program on a terminal; code and text."""

    def run(*arguments, terminal=False):
        if terminal:
            return on_a_terminal(arguments)
        done = CliRunner().invoke(main, arguments, env={"VAR": settings.var})
        return done.exit_code, done.output

    def on_a_terminal(arguments):
        command = [sys.executable, "-m", "pprg_embedded", *arguments]
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


def park(world):
    row = {"id": PARKED, "type": "letter.accepted.v1", "subject": "some-case", "attempts": 12}
    times = dict.fromkeys(("created_at", "due_at", "failed_at"), world.clock())
    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.insert(inbox).values(**row, **times, problem="OSError"))


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
    ],
)
def test_what_is_not_there_is_said(world, pprg, arguments, words):
    code, said = pprg("triage", *arguments)

    assert code == 1
    assert words in said


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


def test_a_replay_passes_over_what_the_other_does_not_hear(world):
    refer(world)

    sent = replay(world.services["triage"], "notifier", None, lambda _count: None)

    assert sent == 2  # that a case was opened, and who is tied to it


def test_a_replay_to_nobody_is_refused(world):
    refer(world)

    with pytest.raises(click.ClickException, match="no service called notifer"):
        replay(world.services["intake"], "notifer", None, lambda _count: None)
