"""The commands of the how-tos, run as they stand on the page in a place where a case has been played."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from beginnings import beginning
from invented import ANSWERED, REFERRAL
from pprg_embedded.world import SERVICES, assemble, with_secrets
from pprg_shared.config import Settings
from pprg_shared.database import Database
from pprg_shared.sealing import Keyring

ROOT = Path(__file__).parent.parent.parent
HOW_TOS = ROOT / "docs/how-to"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def blocks(name):
    """The blocks of a page that are to be run."""
    found = BLOCK.findall((HOW_TOS / name).read_text("utf-8"))
    assert found, name
    return found


@pytest.fixture
@beginning
def played(world):
    """A case, requests and a return; the path of the case."""
    post(world, "intake", "/api/v1/referrals", REFERRAL, "")
    (case,) = get(world, "triage", "/api/v1/cases", "coordinator")["cases"]
    asked = {"agencies": ["police", "icb"], "questions": "What was your part?"}
    post(world, "triage", f"/api/v1/cases/{case['id']}/requests", asked, "coordinator")
    answer(world, "lead-police")
    return f"/cases/{case['id']}"


@pytest.fixture
def place(world, played, tmp_path, programs):
    """A folder as `make run` leaves it when it stops: `var/` with what was played; `.venv/`."""
    return leave(world, tmp_path / "place", programs)


def answer(world, who):
    (request,) = get(world, "intake", "/api/v1/requests", who)["requests"]
    said = ANSWERED | {"author": "Invented Lead", "summary": "An invented summary."}
    post(world, "intake", f"/api/v1/requests/{request['id']}/return", said, who)


def post(world, service, path, body, who):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    answer = world.client(service).post(path, json=body, headers=headers)
    world.settle()
    assert answer.status_code == 201, answer.text


def get(world, service, path, who):
    return world.client(service).get(path, headers=world.acting(who)).json


def leave(world, folder, programs):
    """Close the databases and put them where `make run` has them."""
    for each in world.services.values():
        each.database.close()
    (folder / "var").mkdir(parents=True)
    for each in SERVICES:
        shutil.copy2(world.folder / f"{each.name}.sqlite", folder / "var")
    shutil.copytree(world.folder / "secrets", folder / "var/secrets")
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(programs)
    return folder


def run(place, block, **environ):
    options = {"cwd": place, "env": os.environ | environ, "capture_output": True, "text": True}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", block], check=False, **options)
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    return done.stdout


def rows(place, service, query):
    database = Database(f"sqlite:///{place}/var/{service}.sqlite", service)
    with database.engine.connect() as connection:
        found = connection.execute(sa.text(query)).all()
    database.close()
    return [tuple(each) for each in found]


def test_a_key_is_changed_and_the_old_one_opens_nothing_any_more(place):
    old = (place / "var/secrets/CASE_KEYS").read_text().strip()
    fresh, anew, status, out = blocks("rotate-a-key.md")

    run(place, fresh)
    said = run(place, anew)
    left = run(place, status)
    run(place, out)

    new = (place / "var/secrets/CASE_KEYS").read_text().strip()
    again = run(place, ".venv/bin/pprg triage keys status")
    assert "," not in new
    assert new != old
    assert re.findall(r"^(?!0)\d+ values sealed anew", said, re.MULTILINE)
    assert len(re.findall(rf"^case {Keyring.parse(old).ids[0]} 0 \(may leave", left, re.MULTILINE)) == 3
    assert len(re.findall(r"^case ", again, re.MULTILINE)) == 1
    assert oct((place / "var/secrets/CASE_KEYS").stat().st_mode)[-3:] == "600"


HEARD = "SELECT reference, state, answer FROM cases JOIN requests ON case_id = cases.id ORDER BY agency"
LETTERS = "SELECT type, problem, done_at IS NOT NULL FROM letters ORDER BY type, agency, duty, person_id"


def test_a_service_from_a_backup_hears_what_it_missed_and_nobody_gets_a_letter(world, tmp_path, programs):
    post(world, "intake", "/api/v1/referrals", REFERRAL, "")
    (case,) = get(world, "triage", "/api/v1/cases", "coordinator")["cases"]
    asked = {"agencies": ["police", "icb"], "questions": "What was your part?"}
    post(world, "triage", f"/api/v1/cases/{case['id']}/requests", asked, "coordinator")
    world.services["triage"].database.close()
    shutil.copy2(world.folder / "triage.sqlite", tmp_path / "backup")
    answer(world, "lead-police")
    post(world, "intake", "/api/v1/referrals", REFERRAL, "")
    place = leave(world, tmp_path / "place", programs)
    before = rows(place, "triage", HEARD), rows(place, "notifier", LETTERS)
    shutil.copy2(tmp_path / "backup", place / "var/triage.sqlite")
    to_triage, left, to_notifier, send = blocks("replay.md")

    run(place, to_triage)
    waiting = run(place, left)
    settle(place)
    run(place, to_notifier)
    settle(place)

    after = rows(place, "notifier", LETTERS)
    assert waiting == ""
    assert rows(place, "triage", HEARD) == before[0]
    assert [each for each in after if each[1] != "replayed, not sent"] == before[1]
    assert all(done for _, _, done in after)
    run(place, send)
    settle(place)
    assert rows(place, "notifier", LETTERS) == after


def settle(place):
    """What the loops of the running services would do."""
    world = assemble(with_secrets(Settings(var=str(place / "var"))))
    for each in world:
        each.listen()
    while sum(each.drain() for each in world):
        pass
    for each in world:
        each.stop()


def test_a_version_that_nobody_says_any_more_is_found_and_missed(place):
    last, none = blocks("retire-an-event-version.md")

    said = run(place, last)
    nothing = run(place, none)

    assert said.split()[:3:2] == ["outbox", "agency-summary.submitted.v1"]
    assert nothing == ""
    with pytest.raises(AssertionError):  # who looks for it among what is done finds it
        run(place, none.splitlines()[1].replace("--box", "--state done --box"))


@pytest.mark.database
def test_four_files_move_to_postgresql(place, postgres, settings):
    moving, fitting = blocks("move-from-sqlite.md")
    environ = {f"{each.name.upper()}_DATABASE": postgres.fresh() for each in SERVICES}
    keys = {name: (place / f"var/secrets/{name}").read_text().strip() for name in ("CASE_KEYS", "CONTACT_KEYS")}
    environ |= keys | {"BROKER_URL": "amqp://127.0.0.1:1", "LOG_FORMAT": "text"}

    said = run(place, moving, **environ)
    status = run(place, fitting, **environ)

    database = Database(environ["TRIAGE_DATABASE"], "triage")
    with database.engine.connect() as connection:
        found = [tuple(each) for each in connection.execute(sa.text(HEARD))]
    database.close()
    assert len(re.findall(r"^\d+ rows moved$", said, re.MULTILINE)) == 4
    assert found == rows(place, "triage", HEARD)
    assert re.findall(r"^case \w+ (?!0)\d+$", status, re.MULTILINE)


def test_every_how_to_is_linked_from_the_readme():
    linked = re.findall(r"docs/how-to/[\w-]+\.md", (ROOT / "README.md").read_text("utf-8"))

    assert set(linked) == {f"docs/how-to/{each.name}" for each in HOW_TOS.glob("*.md")}


def test_who_saw_what_is_told_and_the_record_is_whole(place):
    who, verify = blocks("who-saw-what.md")
    ((reference,),) = rows(place, "triage", "SELECT reference FROM cases")

    told = run(place, who.replace("PPRG-2026-0001", reference))
    looked = run(place, verify)

    assert "Safeguarding lead" in told
    assert "Was sent: information request" in told
    assert re.match(r"whole: \d+ entries, \d+ anchors\n", looked)
    assert '"whole": true' in looked
