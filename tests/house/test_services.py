"""A run of tests says where its services came from, and does not hide that one was missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEST = "tests/shared/test_wakeups.py::test_a_notice_wakes_the_loops_of_another_process"
WORDS = "no PostgreSQL: no Docker engine answers; PostgreSQL is not installed"


@pytest.mark.parametrize(
    ("required", "ended", "verdict"), [("0", 0, f"SKIPPED [1] {TEST.partition(':')[0]}"), ("1", 1, "1 error")]
)
def test_a_missing_service_is_said_and_where_services_are_a_must_it_fails(tmp_path, required, ended, verdict):
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/none", "POSTGRES_BIN": str(tmp_path), "REQUIRE_SERVICES": required}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")} | nowhere
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", TEST]

    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == ended, run.stdout
    assert f"services: {WORDS}" in run.stdout
    assert verdict in run.stdout


#: What serves pages and the API, writes them down, changes tables, counts for Prometheus, or decides in doubt.
NOT_FOR_LOOPS = {
    "flask",
    "jinja2",
    "werkzeug",
    "markupsafe",
    "marshmallow",
    "alembic",
    "prometheus_client",
    "govuk_bank_holidays",
    "holidays",
    "openpyxl",
    "docx",
    "icalendar",
    "segno",
    "sqlite3",
    *(f"pprg_shared.{each}" for each in ("acting", "app", "asyncapi", "caller", "openapi", "schemas", "web")),
}
#: The notifier sends by Flask-Mail, which brings Flask, and invites to meetings.
BROUGHT = {"notifier": {"flask", "jinja2", "werkzeug", "markupsafe", "icalendar"}}


@pytest.mark.parametrize("service", ["intake", "triage", "notifier", "publisher"])
def test_who_only_hears_and_sends_loads_nothing_that_serves_pages(service):
    """A container that runs the loops alone has a sixth less memory for it."""
    own = {f"pprg_{service}.{each}" for each in ("pages", "api", "schemas", "answers")}
    unwanted = (NOT_FOR_LOOPS | own) - BROUGHT.get(service, set())
    look = f"import sys, pprg_{service}.__main__; print(*sorted({unwanted} & sys.modules.keys()))"

    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == ""
