import json
import subprocess
from collections import Counter

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat

import golden
from pprg_shared.asyncapi import shape
from pprg_shared.contract import Envelope

EVENTS = golden.declared()
FOLDERS = sorted(golden.SAMPLES.iterdir())
every_sample = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def content(path):
    return json.loads(path.read_text(encoding="utf-8"))


def holds(then, now):
    """Whether everything said then is still said now; what was added since does not matter."""
    if isinstance(then, dict):
        return all(name in now and holds(value, now[name]) for name, value in then.items())
    if isinstance(then, list):
        return len(then) == len(now) and all(map(holds, then, now))
    return then == now


def test_every_event_has_a_golden_sample_and_every_sample_its_event():
    assert [folder.name for folder in FOLDERS] == list(EVENTS), "new event: python tools/golden.py EVENT"


@every_sample
def test_todays_code_reads_every_value_of_a_sample(folder):
    envelope = Envelope.from_json((folder / "wire.json").read_bytes())
    said = content(folder / "values.json")

    read = golden.values(EVENTS[folder.name], envelope)

    assert holds(said, read), f"said {said}, read {read}"


@every_sample
def test_todays_code_writes_the_attributes_of_a_sample_as_they_were(folder):
    wire = (folder / "wire.json").read_bytes()

    again = Envelope.from_json(wire).to_json()

    assert holds(json.loads(wire), json.loads(again))


@every_sample
def test_an_independent_library_reads_a_sample(folder):
    wire = (folder / "wire.json").read_bytes()

    read = from_structured_event(HTTPMessage({"content-type": "application/cloudevents+json"}, wire), JSONFormat())

    assert (read.get_type(), read.get_data()) == (folder.name, json.loads(wire)["data"])


@every_sample
def test_a_schema_changes_only_with_a_new_version(folder):
    event = EVENTS[folder.name]

    broken = list(golden.breaks(content(folder / "schema.json"), shape(event)))

    assert broken == [], golden.advice(event)


@every_sample
def test_new_optional_fields_are_recorded(folder):
    assert content(folder / "schema.json") == shape(EVENTS[folder.name]), f"python tools/golden.py {folder.name}"


def test_a_sample_is_never_edited():
    files = [f"{each.name}/{name}" for each in FOLDERS for name in ("wire.json", "values.json")]

    past = git("log", "--format=", "--name-only", "--relative", "--", *files)
    present = git("diff", "HEAD", "--name-only", "--diff-filter=M", "--relative", "--", *files)

    edited = [name for name, times in Counter(past + present).items() if times > 1]
    assert edited == [], "leave the sample as it was first committed and declare a new version"


def git(*arguments):
    run = subprocess.run(["git", *arguments], cwd=golden.SAMPLES, capture_output=True, text=True, check=True)
    return run.stdout.split()
