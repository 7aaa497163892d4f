"""Each attack that the product promises an answer to has a test, and each fault that it promises to outlive."""

import ast

import pytest

import answers


@pytest.mark.parametrize("which", [answers.ATTACKS, answers.FAULTS], ids=lambda each: each.file)
def test_each_row_has_a_test_and_each_test_its_row(which):
    assert which.faults(which.rows(), which.proofs()) == []


def test_a_row_without_a_test_is_said_and_a_test_without_a_row():
    listed = {"A01": ["not JSON", "400"], "A02": ["a list", "422"]}

    assert answers.ATTACKS.faults(listed, {"A01": ["a test"], "A99": ["a slip"]}) == [
        "no test answers A02: a list",
        "A99 of a slip is not in attacks.toml",
    ]


def test_rows_are_read_from_names_markers_and_examples():
    text = """
@pytest.mark.attack("A65")
@pytest.mark.fault("F29", "F36")
def test_one():
    pass

@pytest.mark.parametrize("x", [row("A24-none", None), row("A24-other", "A99x"), row("F38-memory", "F39 is no word")])
def test_a31_a32_two(x):
    pass
"""
    tree = ast.parse(text)

    assert list(answers.ATTACKS.named(tree)) == [
        ("test_one", "A65"),
        ("test_a31_a32_two", "A31"),
        ("test_a31_a32_two", "A32"),
        ("test_a31_a32_two", "A24"),
    ]
    assert list(answers.FAULTS.named(tree)) == [
        ("test_one", "F29"),
        ("test_one", "F36"),
        ("test_a31_a32_two", "F38"),
    ]
