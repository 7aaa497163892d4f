"""The tutorial is true: its blocks are applied to a copy of the tree as they stand there, and its commands run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pprg_embedded.world import SERVICES

ROOT = Path(__file__).parent.parent.parent
PAGE = "docs/tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PACKAGES = ("shared", *(f"services/{each.name}" for each in SERVICES), "deploy/embedded")
COMMIT = "git init -q && git add -A && git -c user.name=Invented -c user.email=invented@agency.example commit -qm all"
#: Of the commands, those that look at the whole tree; only with --long.
LONG = ("make check", "tests/house/test_house.py")


@pytest.fixture
def copy(tmp_path):
    """What git knows, and what it would take, in a repository of its own; the environment stays what it is."""
    tree = tmp_path / "copy"
    listed = run(ROOT, "git ls-files -co --exclude-standard -z").split("\0")
    for name in listed:
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
            os.utime(tree / name, (0, 0))  # older than the environment, which make would else set up for this folder
    (tree / ".venv").symlink_to(sys.prefix)
    run(tree, COMMIT)
    return tree


def run(tree, command):
    own = {"PYTHONPATH": ":".join(str(tree / each) for each in PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}
    own["PYTEST_ADDOPTS"] = "--show-capture=no"
    options = {"cwd": tree, "env": os.environ | own, "capture_output": True, "text": True}
    done = subprocess.run(["bash", "-ec", command], check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def apply(tree, kind, text):
    """Carry out one block: change a file, write one, or run each line."""
    first, _, rest = text.partition("\n")
    if kind == "diff":
        change(tree / first.removeprefix("--- "), rest.splitlines())
    elif kind == "python":
        (tree / first.removeprefix("# ")).write_text(rest.lstrip("\n"), "utf-8")
    else:
        yield from text.splitlines()


def change(path, lines):
    """What stays and goes must stand in the file once, and in this order."""
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{path.name} does not hold once:\n{before}"
    path.write_text(text.replace(before, after), "utf-8")


def walk(tree, *, whole):
    """Go through the page from top to bottom; the commands that ran."""
    ran = []
    for kind, text in BLOCK.findall((tree / PAGE).read_text("utf-8")):
        for command in apply(tree, kind, text):
            if whole or not any(each in command for each in LONG):
                run(tree, command)
                ran.append(command)
    return ran


def test_every_step_of_the_tutorial_works_on_a_copy(copy):
    ran = walk(copy, whole=False)

    assert len(ran) == 6
    assert (copy / "tests/contracts/events/call.requested.v1/wire.json").is_file()
    assert "call.requested.v1" in (copy / "docs/reference/events.md").read_text("utf-8")
    assert len(list((copy / "services/triage/pprg_triage/migrations").glob("*_when_a_referrer_asked_*.py"))) == 1


def test_a_step_that_no_longer_fits_the_code_is_noticed(copy):
    schema = copy / "services/intake/pprg_intake/schemas/referrer.py"
    schema.write_text(schema.read_text("utf-8").replace("referrer_phone =", "referrer_number ="), "utf-8")

    with pytest.raises(AssertionError, match="referrer.py does not hold once"):
        walk(copy, whole=False)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_tree_is_in_order_after_the_tutorial(copy):
    ran = walk(copy, whole=True)

    assert ran[-1] == "make check"
