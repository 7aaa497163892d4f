"""Rows that go straight through are those that marshmallow would let through, and come out the same."""

from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from pprg_intake.schemas.returns import ReturnSchema, RowSchema

QUICK, SLOW = ReturnSchema().fields["rows"], fields.List(fields.Nested(RowSchema))
NAMES = st.sampled_from([*RowSchema().fields, "agency", ""])
CELLS = st.text(max_size=5) | st.none() | st.integers() | st.lists(st.text(max_size=2), max_size=1)
PLAIN = st.lists(st.dictionaries(st.sampled_from(list(RowSchema().fields)), st.text(max_size=5)), max_size=4)
ANY = st.lists(st.dictionaries(NAMES, CELLS) | CELLS, max_size=4) | CELLS


def verdict(field, value):
    try:
        return field.deserialize(value)
    except ValidationError as error:
        return error.messages


@given(PLAIN | ANY)
def test_both_ways_come_to_the_same(value):
    quick, slow = verdict(QUICK, value), verdict(SLOW, value)

    if value is None or not isinstance(value, list):
        assert bool(quick) == bool(slow)
    else:
        assert quick == slow
    assert quick is not value
