"""The quick way may only ever accept what marshmallow accepts, and must then come to the same values."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, RAISE, ValidationError

from pprg_shared.quick import DOUBTS, reader_of, writer_of
from pprg_shared.schemas import schema_of


@dataclass(frozen=True)
class Part:
    label: str
    number: int = 7


@dataclass(frozen=True)
class Whole:
    """One field of every kind that an event may have."""

    text: str
    flag: bool
    number: int
    share: float
    id: UUID
    day: date
    at: datetime
    perhaps: date | None
    texts: list[str]
    ids: list[UUID]
    parts: list[Part]
    by_name: dict[str, str | None]
    part: Part = Part("none")
    more: list[int] = dataclasses.field(default_factory=list)


FIELDS = dataclasses.fields(Whole)
SCHEMA = schema_of(Whole, FIELDS, "Whole")
READ, WRITE = reader_of(Whole, FIELDS), writer_of(Whole, FIELDS)
EXAMPLE = Whole(
    text="t",
    flag=True,
    number=1,
    share=0.5,
    id=uuid4(),
    day=date(2026, 11, 24),
    at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    perhaps=None,
    texts=["a"],
    ids=[uuid4()],
    parts=[Part("p", 3)],
    by_name={"a": None},
)
ORDINARY = SCHEMA(unknown=RAISE).dump(EXAMPLE)
DATES = st.sampled_from(["2026-11-24", "20261124", "2026-W48-2", "2026-13-01", "24/11/2026", "", "2026-11-24T09:30"])
MOMENTS = st.sampled_from(
    ["2026-11-24T09:30:00+00:00", "2026-11-24T09:30", "2026-11-24 09:30:00Z", "9:30", "2026-11-24"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["true", "1", str(uuid4()), uuid4().hex, "{" + str(uuid4()) + "}"])
    | DATES
    | MOMENTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(["label", "number"]), inner, max_size=3)
    ),
    max_leaves=5,
)
OBJECTS = JSON | st.uuids() | st.dates() | st.datetimes(timezones=st.none() | st.timezones()) | st.binary(max_size=4)
PARTS = st.builds(Part, OBJECTS, OBJECTS) | st.tuples(st.text()) | st.lists(st.builds(Part, st.text(), st.integers()))


def verdict(way, *refusals):
    """What a way comes to, or that it refuses; text, so that NaN is like itself and 1 unlike True."""
    try:
        return repr(way())
    except refusals:
        return "refused"


def test_what_is_in_order_takes_the_quick_way():
    assert WRITE(EXAMPLE) == ORDINARY
    assert Whole(**READ(ORDINARY | {"later": 1})) == EXAMPLE


def test_what_has_a_default_may_be_absent():
    present = {name: value for name, value in ORDINARY.items() if name not in {"part", "more"}}

    assert READ(present) == SCHEMA().load(present)


@pytest.mark.parametrize("name", [each.name for each in FIELDS])
def test_what_is_required_may_not(name):
    absent = {other: value for other, value in ORDINARY.items() if other != name}

    assert verdict(lambda: READ(absent), *DOUBTS) == verdict(lambda: SCHEMA().load(absent), ValidationError)


@given(st.dictionaries(st.sampled_from([each.name for each in FIELDS]), JSON, min_size=1, max_size=3))
def test_reading_the_quick_way_never_accepts_more_or_other(changes):
    values = ORDINARY | changes
    quick = verdict(lambda: READ(values), *DOUBTS)

    assert quick in {"refused", verdict(lambda: SCHEMA(unknown=EXCLUDE).load(values), ValidationError)}


@given(st.dictionaries(st.sampled_from([each.name for each in FIELDS]), OBJECTS | PARTS, min_size=1, max_size=3))
def test_writing_the_quick_way_never_accepts_more_or_other(changes):
    whole = dataclasses.replace(EXAMPLE, **changes)
    schema = SCHEMA(unknown=RAISE)

    def slowly():
        values = schema.dump(whole)
        assert all(value == getattr(whole, name) for name, value in schema.load(values).items())
        return values

    quick = verdict(lambda: WRITE(whole), *DOUBTS)

    assert quick in {"refused", verdict(slowly, ValidationError, AssertionError, ValueError, TypeError, AttributeError)}
