"""How an event may grow, and what needs a new version; the events here are invented."""

import json
import re
import textwrap
import types
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

import golden
from pprg_shared.asyncapi import shape
from pprg_shared.contract import EVENTS, Envelope, Event, sealed
from pprg_shared.errors import Unreadable
from pprg_shared.sealing import Keyring, Keys

KEYS = Keys({**golden.KEYS.rings, "other": Keyring([bytes(32)])})
NOBODY = Keys()


@dataclass(frozen=True)
class Line:
    text: str


@dataclass(frozen=True)
class LongerLine:
    text: str
    source: str = ""


@dataclass(frozen=True)
class OtherLine:
    text: str
    source: str


FIRST = {
    "thing": (UUID,),
    "count": (int,),
    "kind": (str | None, None),
    "lines": (list[Line],),
    "note": (str, sealed("case")),
    "name": (str, sealed("contact")),
}
#: What keeps the version: new fields that have a default.
GAINS = {
    "public": {"later": (date | None, None)},
    "public, a list": {"later": (list[str], field(default_factory=list))},
    "sealed": {"later": (str, sealed("case", default="nothing"))},
    "sealed under another ring": {"later": (list[str], sealed("other", default_factory=list))},
    "within a line": {"lines": (list[LongerLine],)},
}
#: What does not, and what is said about it.
BREAKS = {
    "removed": ({"count": None}, ["public.count is gone"]),
    "renamed": ({"count": None, "number": (int,)}, ["public.count is gone", "public.number must be there now"]),
    "retyped": ({"count": (str,)}, ["type of public.count was integer, is string"]),
    "another form of text": ({"thing": (str,)}, ["format of public.thing was uuid, is None"]),
    "nothing is allowed": ({"count": (int | None,)}, ["type of public.count was integer, is ['integer', 'null']"]),
    "another default": ({"kind": (str | None, "x")}, ["default of public.kind was None, is x"]),
    "new and required": ({"later": (str,)}, ["public.later must be there now"]),
    "made required": ({"kind": (str | None,)}, ["public.kind must be there now"]),
    "made optional": ({"lines": (list[Line], field(default_factory=list))}, ["public.lines may be left out now"]),
    "made public": ({"note": (str,)}, ["public.note must be there now", "sealed case.note is gone"]),
    "sealed": ({"kind": (str | None, sealed("case", default=None))}, ["public.kind is gone"]),
    "moved to another ring": (
        {"note": (str, sealed("contact"))},
        ["sealed case.note is gone", "sealed contact.note must be there now"],
    ),
    "required within a line": ({"lines": (list[OtherLine],)}, ["public.lines[].source must be there now"]),
    "about something else": ({"other": (UUID | None, None), "subject": "other"}, ["subject was thing, is other"]),
    "no longer kept": ({"transient": True}, ["transient was False, is True"]),
}


def declare(changes=None):
    """`thing.noted.v1` with these fields, known to nobody else."""
    fields = {name: each for name, each in (FIRST | (changes or {})).items() if each is not None}
    options = {"subject": fields.pop("subject", "thing"), "transient": fields.pop("transient", False)}
    body = {"__annotations__": {name: kind for name, (kind, *_) in fields.items()}, "__module__": __name__}
    body |= {name: default for name, (_, *defaults) in fields.items() for default in defaults}
    event = types.new_class("ThingNoted", (Event,), {"name": "thing.noted", "version": 1, **options}, body_of(body))
    return EVENTS.pop(event.event_type)


def body_of(body):
    return lambda namespace: namespace.update(body)


THEN = declare()


def said(event, **more):
    values = {"thing": uuid4(), "count": 3, "lines": [Line("first")], "note": "a note", "name": "a name"} | more
    time = datetime(2026, 11, 24, tzinfo=UTC)
    return event(**values).wrap(KEYS, source="test", time=time, correlation_id="c")


def tampered(envelope, change):
    wire = json.loads(envelope.to_json())
    change(wire)
    return Envelope.from_json(json.dumps(wire).encode())


@pytest.mark.parametrize("changes", GAINS.values(), ids=GAINS)
def test_a_new_optional_field_keeps_the_version(changes):
    now = declare(changes)

    assert list(golden.breaks(shape(THEN), shape(now))) == []
    assert shape(now) != shape(THEN)


@pytest.mark.parametrize(("changes", "found"), BREAKS.values(), ids=BREAKS)
def test_anything_else_needs_a_new_version(changes, found):
    now = declare(changes)

    assert list(golden.breaks(shape(THEN), shape(now))) == found


@pytest.mark.parametrize("changes", GAINS.values(), ids=GAINS)
def test_what_was_said_before_the_new_field_still_reads(changes):
    now = declare(changes)
    envelope = said(THEN)

    heard = now.unwrap(envelope, KEYS)

    assert (heard.count, heard.note, heard.lines[0].text) == (3, "a note", "first")
    assert {name: getattr(heard, name) for name in changes if name == "later"} == {
        name: default_of(now, name) for name in changes if name == "later"
    }


def default_of(event, name):
    described = event.__dataclass_fields__[name]
    return described.default_factory() if callable(described.default_factory) else described.default


@pytest.mark.fault("F57")
@pytest.mark.parametrize(
    ("changes", "more"),
    [
        (GAINS["public"], {"later": date(2026, 11, 24)}),
        (GAINS["sealed"], {"later": "something"}),
        (GAINS["within a line"], {"lines": [LongerLine("first", "a source")]}),
    ],
    ids=["public", "sealed", "within a line"],
)
def test_who_does_not_know_the_new_field_yet_reads_the_rest(changes, more):
    envelope = said(declare(changes), **more)

    heard = THEN.unwrap(envelope, KEYS)

    assert (heard.count, heard.note, heard.lines) == (3, "a note", [Line("first")])


@pytest.mark.fault("F57")
def test_unknown_attributes_and_parts_are_ignored():
    def grow(wire):
        wire["later"] = wire["data"]["later"] = wire["data"]["public"]["later"] = 1
        wire["data"]["sealed"]["later"] = "token"

    envelope = said(THEN)

    assert THEN.unwrap(tampered(envelope, grow), KEYS) == THEN.unwrap(envelope, KEYS)


def test_an_optional_sealed_field_is_no_default_to_who_holds_no_key():
    now = declare(GAINS["sealed"])

    heard = now.unwrap(said(now), NOBODY)

    with pytest.raises(AttributeError, match="sealed under a key"):
        _ = heard.later


def test_what_is_sealed_does_not_show_when_an_event_is_printed():
    heard = THEN.unwrap(said(THEN), KEYS)

    assert "a note" not in repr(heard)
    assert repr(THEN.unwrap(said(THEN), NOBODY)).startswith("ThingNoted(thing=")


def test_a_missing_part_that_is_needed_makes_an_event_unreadable():
    envelope = tampered(said(THEN), lambda wire: wire["data"]["sealed"].pop("case"))

    with pytest.raises(Unreadable, match="note"):
        THEN.unwrap(envelope, KEYS)


@pytest.mark.parametrize(
    "wrong",
    [{"count": None}, {"note": None}, {"name": 5}, {"kind": 5}, {"lines": [Line(None)]}, {"lines": None}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_writing_is_strict(wrong):
    with pytest.raises(ValueError, match=rf"ThingNoted does not follow its own schema: \['{next(iter(wrong))}'\]"):
        said(THEN, **wrong)


def test_a_value_that_cannot_be_written_is_refused_without_being_quoted():
    with pytest.raises(ValueError, match="holds a value of another type") as refusal:
        said(THEN, count="Canary Narrative")

    assert "Canary" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_the_tool_writes_a_sample_once(tmp_path):
    folder = tmp_path / "thing.noted.v1"
    golden.record(THEN, folder)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}

    golden.record(THEN, folder)

    assert sorted(written) == ["schema.json", "values.json", "wire.json"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_the_tool_records_a_new_optional_field_beside_the_old_sample(tmp_path):
    folder, now = tmp_path / "thing.noted.v1", declare(GAINS["public"])
    golden.record(THEN, folder)
    wire, values = (folder / "wire.json").read_bytes(), (folder / "values.json").read_bytes()

    golden.record(now, folder)

    assert json.loads((folder / "schema.json").read_text("utf-8")) == shape(now)
    assert ((folder / "wire.json").read_bytes(), (folder / "values.json").read_bytes()) == (wire, values)


def test_the_tool_refuses_what_needs_a_new_version(tmp_path):
    folder = tmp_path / "thing.noted.v1"
    golden.record(THEN, folder)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(SystemExit, match="declare version 2: public.count is gone"):
        golden.record(declare({"count": None}), folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_the_event_of_the_how_to_can_be_declared_said_and_heard(tmp_path):
    page = (golden.CONTRACTS.parent.parent / "docs/how-to/add-an-event.md").read_text("utf-8")
    (block,) = re.findall(r"^ *```python\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    names = {"Event": Event, "sealed": sealed, "UUID": UUID, "date": date, "__name__": "how_to"}

    exec(textwrap.dedent(block), names)  # noqa: S102 -- our own page
    event = EVENTS.pop("review.commissioned.v1")

    assert golden.record(event, tmp_path / event.event_type).startswith("sample written")
    assert sorted(event.ring_parts) == ["case", "contact"]
