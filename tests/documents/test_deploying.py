"""One service on its own, as docs/how-to/deploy.md has it, but for the container: what it is built and started from."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pprg_embedded.__main__ import main
from pprg_embedded.world import SERVICES

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/how-to/deploy.md").read_text("utf-8")
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SECTION = PAGE.partition("## One service on its own\n")[2].partition("\n## ")[0]
#: The commands of the section, each as its words.
BUILD, MIGRATE, SERVE = (
    shlex.split(each) for each in re.findall(r"^    (docker (?:.+\\\n)*.+)", SECTION, re.MULTILINE)
)
SERVICE = BUILD[BUILD.index("--build-arg") + 1].removeprefix("SERVICE=")


def after(words, option):
    """What stands after an option, as often as it does."""
    return [words[at + 1] for at, each in enumerate(words) if each == option]


def test_the_commands_build_one_image_and_run_it_with_one_file_of_settings_and_one_folder_of_secrets():
    assert after(BUILD, "-f") == ["deploy/Dockerfile"]
    assert after(BUILD, "-t") == [MIGRATE[-2]] == [SERVE[-1]] == [f"pprg-{SERVICE}"]
    assert MIGRATE[-1] == "migrate"
    for each in (MIGRATE, SERVE):
        assert after(each, "--env-file") == [f"{SERVICE}.env"]
        assert f"/etc/pprg/{SERVICE}:/run/secrets:ro" in after(each, "-v")
    assert after(SERVE, "-v")[-1].partition(":")[2] == COMPOSE["x-settings"]["AUDIT_ANCHORS"]


@pytest.mark.parametrize("service", [each.name for each in SERVICES])
def test_there_is_whatever_goes_into_the_image_of_a_service(service):
    sources = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)
    there = [ROOT / each.replace("${SERVICE}", service) for each in sources]
    declared = tomllib.loads((ROOT / f"services/{service}/pyproject.toml").read_text("utf-8"))

    assert len(sources) == 4
    assert [each for each in there if not each.exists()] == []
    assert "ln -s pprg-${SERVICE} /app/bin/entrypoint" in DOCKERFILE
    assert f"pprg-{service}" in declared["project"]["scripts"]


@pytest.fixture
def settings(tmp_path):
    """What the container has in its environment, by the image and `triage.env`, with folders of this machine."""
    done = CliRunner().invoke(main, ["secrets", str(tmp_path / "secrets")])
    assert done.exit_code == 0, done.output
    own = tmp_path / "secrets" / SERVICE
    (own / "DATABASE_URL").chmod(0o600)
    (own / "DATABASE_URL").write_text(f"sqlite:///{tmp_path}/{SERVICE}.sqlite")
    image = re.search(r"^ENV (.*?[^\\])$", DOCKERFILE, re.DOTALL | re.MULTILINE)[1]
    found = dict(re.findall(r"^\s*([A-Z_]+)=(\S+?)(?: \\)?$", image, re.MULTILINE)) | COMPOSE["x-case-settings"]
    for name in ("PATH", "DATABASE_CA"):  # of SQLite, in PostgreSQL's stead, nothing is to be trusted
        del found[name]
    places = {"/run/secrets": own, "/app/profiles": ROOT / "deploy/profiles", "/var/lib/pprg": tmp_path / "var"}
    return {name: placed(value, places) for name, value in found.items()}


def placed(value, places):
    """A value of a setting with folders of this machine, and without what an environment may put in its stead."""
    for there, here in places.items():
        value = value.replace(there, str(here))
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value)


def started(settings, *words):
    """The entrypoint of the image with these words; what it says."""
    command = [str(Path(sys.prefix) / "bin" / f"pprg-{SERVICE}"), *words]
    env = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR"}} | settings
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_by_these_settings_the_database_is_brought_up_to_date(settings):
    done = started(settings, "migrate")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"{SERVICE}: database at \d{{4}}\n", done.stdout)


@pytest.mark.parametrize("missing", ["CASE_KEYS_FILE", "BROKER_URL_FILE"])
def test_a_service_that_misses_a_setting_ends_at_once_and_names_it(settings, missing):
    del settings[missing]

    done = started(settings, "serve")

    assert done.returncode == 3
    assert done.stderr.startswith(f"Error: {missing.removesuffix('_FILE')} ")
    assert "Traceback" not in done.stderr
