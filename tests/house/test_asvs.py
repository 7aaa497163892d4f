"""Each requirement of the security standard has a test that proves it or a reason, never both and never neither."""

import ast
from dataclasses import replace

import pytest

import asvs
from asvs import Requirement


def test_each_requirement_of_the_standard_has_a_test_or_a_reason():
    assert asvs.faults(asvs.standard(), asvs.proofs()) == []


WELL = Requirement("1.1.1", 1, "something", "Code: because")
TOLD = asvs.Standard([WELL], {"1.1": "Section"}, {"no such thing": [Requirement("2.1.1", 2, "")]})
TEST = "tests/house/test_asvs.py::test_a_slip_is_said"


@pytest.mark.parametrize(
    ("changes", "proved", "words"),
    [
        ({"because": ""}, {}, "V1.1.1 has neither a test nor a reason"),
        ({}, {"1.1.1": [TEST]}, f"V1.1.1 has a reason beside {TEST}: take one away"),
        ({}, {"9.9.9": [TEST]}, f"{TEST} names V9.9.9, which is not in the list"),
        ({}, {"2.1.1": [TEST]}, f"{TEST} names V2.1.1, which is not in the list"),
        ({"id": "2.1.1"}, {}, "V2.1.1 applies and does not"),
        ({"level": 2}, {}, "the standard has 1 requirements of level 1, the list 0"),
        ({"because": "Later."}, {}, f"the reason of V1.1.1 must begin with one of: {', '.join(asvs.REASONS)}"),
        ({"because": "Code: [a](b.md)"}, {}, "V1.1.1 leads to docs/reference/b.md, which is not there"),
        (
            {"because": "Code: [a](../how-to/deploy.md#nothing)"},
            {},
            "V1.1.1 leads to docs/reference/../how-to/deploy.md#nothing, which is not there",
        ),
        ({"because": f"Code: `{TEST}_not`"}, {}, f"V1.1.1 leads to {TEST}_not, which is not there"),
    ],
)
def test_a_slip_is_said(monkeypatch, changes, proved, words):
    monkeypatch.setattr(asvs, "LEVELS", {1: 1, 2: 1})
    assert asvs.faults(TOLD, {}) == []

    found = asvs.faults(replace(TOLD, requirements=[replace(WELL, **changes)]), proved)

    assert words in found


def test_markers_are_read_from_tests_and_from_their_examples():
    text = """
@pytest.mark.asvs("1.1.1", "1.1.2")
def test_one():
    pass

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.asvs("1.1.3")), 2])
def test_two(x):
    pass
"""
    found = list(asvs.marked(ast.parse(text)))

    assert found == [("test_one", "1.1.1"), ("test_one", "1.1.2"), ("test_two", "1.1.3")]
