"""What is of use for a short time only: sealed, never replayed, and kept nowhere once it is handled or has expired."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pprg_shared.boxes import publish
from pprg_shared.boxes.commands import boxes_commands
from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.events.intake import CodeIssued, NilReturnSubmitted

pytestmark = pytest.mark.both_databases
CODE = "314159"


def issue_code(world, minutes=10, agency="police"):
    """A code for the lead of an agency, as intake says it."""
    said = CodeIssued(case_id=uuid4(), reference="PPRG-2026-0001", agency=agency, duty="safeguarding-lead", code=CODE)
    with world.services["intake"].database.writing("action") as session:
        publish(session, said, expires_at=world.clock() + timedelta(minutes=minutes))


def letters_of_codes(world):
    """How each letter fares, and whether what it says is still there."""
    columns = "problem, content IS NULL, done_at IS NOT NULL"
    with world.services["notifier"].database.reading() as session:
        return session.execute(sa.text(f"SELECT {columns} FROM letters WHERE type = 'code'")).all()


def rows(runtime, table):
    with runtime.database.reading() as session:
        return session.execute(sa.select(table)).all()


def bodies(world):
    return [
        row.body
        for service, box in (("intake", outbox), ("notifier", inbox))
        for row in rows(world.services[service], box)
        if row.type == "code.issued.v1"
    ]


def mail(world):
    return [each.read_text("utf-8") for each in world.folder.glob("mailbox/*.eml") if CODE in each.read_text("utf-8")]


def test_what_is_transient_is_mailed_and_then_kept_nowhere(world):
    issue_code(world)
    world.settle()

    (letter,) = mail(world)
    assert f"\nCode: {CODE}\n" in letter.replace("\r", "")
    assert bodies(world) == [None, None]
    assert letters_of_codes(world) == [(None, True, True)]


def test_what_is_transient_is_not_replayed_and_the_command_says_so(world):
    issue_code(world)
    world.settle()
    intake = world.services["intake"]

    said = CliRunner().invoke(boxes_commands(lambda: intake), ["replay", "notifier"])
    none = CliRunner().invoke(boxes_commands(lambda: intake), ["replay", "notifier", "--subject", "x", "--json"])
    world.settle()

    assert said.output.endswith("again to notifier; 1 passed over, which were of use for a short time only\n")
    assert json.loads(none.output.splitlines()[-1]) == {"sent": 0, "passed_over": 0, "dropped": 0}
    assert len(mail(world)) == 1


def test_what_comes_after_it_has_expired_is_not_handled_and_not_kept(world):
    issue_code(world)
    world.clock.forward(minutes=10)
    world.settle()

    (arrived,) = (row for row in rows(world.services["notifier"], inbox) if row.type == "code.issued.v1")
    assert (arrived.problem, arrived.body, arrived.failed_at) == ("expired, not handled", None, None)
    assert (letters_of_codes(world), mail(world)) == ([], [])


def test_a_letter_that_waits_until_it_has_expired_is_not_sent_and_says_so(world):
    issue_code(world, agency="nobody-knows")
    world.settle()
    waiting = letters_of_codes(world)
    world.clock.forward(minutes=10)
    world.settle()

    assert waiting == [("the directory has no safeguarding lead at nobody-knows", False, False)]
    assert letters_of_codes(world) == [("not sent: expired", True, True)]
    assert mail(world) == []


def test_what_is_transient_says_when_it_expires_and_nothing_else_does(world):
    about = {"case_id": uuid4(), "reference": "PPRG-2026-0001", "agency": "police"}
    nil = NilReturnSubmitted(**about, request_id=uuid4(), submitted_on=date(2026, 11, 24), author="Somebody")
    code = CodeIssued(**about, duty="safeguarding-lead", code=CODE)

    with world.services["intake"].database.writing("action") as session:
        with pytest.raises(ValueError, match="must say when it expires"):
            publish(session, code)
        with pytest.raises(ValueError, match="cannot say when it expires"):
            publish(session, nil, expires_at=world.clock())
