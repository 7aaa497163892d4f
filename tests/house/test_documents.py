"""Documents that are written from the code say what the code says."""

import re
from pathlib import Path

import pytest

import docs
from pprg_embedded.world import SERVICES

ROOT = Path(__file__).parent.parent.parent
PAGES = docs.pages()
#: For tests alone: where a process kills itself.
FOR_TESTS = {"CRASHPOINT", "CRASHPOINT_LOG"}


def code(folder):
    return {path: path.read_text("utf-8") for path in (ROOT / folder).rglob("*.py")}


SHARED = code("shared/pprg_shared")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_generated_documents_are_current(path):
    assert path.is_file(), "run make docs"
    assert path.read_text("utf-8") == PAGES[path], "run make docs"


def test_generated_documents_do_not_depend_on_when_or_where_they_are_written(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TZ", "America/New_York")

    assert docs.pages() == PAGES


def test_every_variable_that_the_code_reads_is_a_documented_setting():
    every = SHARED | code("services") | code("deploy")
    read = {name for text in every.values() for name in re.findall(r'os\.environ(?:\.get)?[\[(]"(\w+)"', text)}
    documented = set(re.findall(r"`([A-Z_]+)`", PAGES[docs.REFERENCE / "settings.md"]))

    assert read - FOR_TESTS <= documented


@pytest.mark.parametrize(("prefix", "name"), docs.ONE_SERVICE.items())
def test_settings_of_one_service_are_read_by_that_service_alone(prefix, name):
    use = re.compile(rf"\.{prefix}_\w+")
    own = next(service.package for service in SERVICES if service.name == name)
    others = SHARED | code("services") | code("deploy")

    readers = {path for path, text in others.items() if use.search(text)} - {ROOT / "shared/pprg_shared/config.py"}

    assert readers
    assert {path for path in readers if own not in path.parts} == set()
