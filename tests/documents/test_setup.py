"""`make setup` on machines that lack something, and after it was interrupted; their Pythons are invented."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PARTS = ("Makefile", "tools/setup.sh", "deploy/locks", "shared", "services", "deploy/embedded")
TOOLS = ("sh", "make", "dirname", "mkdir", "cp", "touch", "test", "sed", "expand", "rm")
#: Answers what the script asks of a Python, and writes down what it is told to do.
PYTHON = """#!/bin/sh
case "$*" in
--version) echo "Python {version}.1" ;;
-c*ensurepip*) exit {unable} ;;
-c*version_info\\[:2\\]\\ \\<*) exit {unfit} ;;
-c*print*) echo {version} ;;
"-m pip --version") test -e "$0.pip" ;;
"-m venv"*) echo "{version} $*" >>{log}; mkdir -p .venv/bin; cp "$0" .venv/bin/python; touch .venv/bin/python.pip ;;
*) echo "{version} $*" >>{log} ;;
esac
"""


class Machine:
    """A clean copy of what `make setup` needs, with no more programs than it names."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.bin, self.log = folder / "tree", folder / "bin", folder / "log"
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in PARTS:
            for path in [ROOT / name, *(ROOT / name).rglob("pyproject.toml"), *(ROOT / name).rglob("*.txt")]:
                if path.is_file() and "node_modules" not in path.parts:
                    there = self.tree / path.relative_to(ROOT)
                    there.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, there)

    def python(self, name: str, version: str, *, unable: bool = False, unfit: bool = False) -> None:
        """A Python by this name, which may be unable to make environments, or of a version that does not fit."""
        self.write(self.bin / name, version, unable=unable, unfit=unfit)

    def write(self, path: Path, version: str, *, unable: bool = False, unfit: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PYTHON.format(version=version, unable=int(unable), unfit=int(unfit), log=self.log))
        path.chmod(0o755)

    def make(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["make", *arguments]
        return subprocess.run(
            command, cwd=self.tree, env={"PATH": str(self.bin)}, capture_output=True, text=True, check=False
        )

    def told(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("pythons", "words"),
    [
        ([], "apt install python3 python3-venv"),
        ([("python3", "3.9", {"unfit": True})], "Python 3.11, 3.12 or 3.13 is needed"),
        ([("python3", "3.12", {"unable": True})], "apt install python3.12-venv"),
    ],
    ids=["no Python", "an old one", "one without venv"],
)
def test_the_package_that_is_missing_is_named(machine, pythons, words):
    for name, version, about in pythons:
        machine.python(name, version, **about)

    done = machine.make("setup")

    assert done.returncode > 0
    assert words in done.stderr
    assert machine.told() == []


def test_another_python_is_taken_where_the_first_cannot_make_environments(machine):
    machine.python("python3", "3.12", unable=True)
    machine.python("python3.11", "3.11")

    assert machine.make("setup").returncode == 0
    assert {each.partition(" ")[0] for each in machine.told()} == {"3.11"}


def test_what_was_made_is_not_made_again(machine):
    machine.python("python3", "3.13")
    first = machine.make("setup")
    told = machine.told()
    again = machine.make("setup")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert [each for each in told if "venv" in each] == ["3.13 -m venv --clear .venv"]
    assert any("--require-hashes" in each for each in told)
    assert machine.told() == told
    assert machine.make("-q", "setup").returncode == 0
    lock = machine.tree / "deploy/locks/development.txt"
    os.utime(lock, (lock.stat().st_atime, lock.stat().st_mtime + 86_400 * 3650))
    assert machine.make("-q", "setup").returncode == 1


def test_an_environment_that_was_killed_half_made_is_made_anew(machine):
    machine.python("python3", "3.13")
    machine.write(machine.tree / ".venv/bin/python", "3.13")  # its pip was still to come

    done = machine.make("setup")

    assert done.returncode == 0, done.stderr
    assert "3.13 -m venv --clear .venv" in machine.told()
    assert (machine.tree / ".venv/.development").exists()
