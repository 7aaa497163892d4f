"""Each attack that the product promises an answer to has a test."""

import ast

import attacks


def test_each_attack_has_a_test():
    assert attacks.faults(attacks.rows(), attacks.proofs()) == []


def test_an_attack_without_a_test_is_said():
    listed = {"A01": ["not JSON", "400"], "A02": ["a list", "422"]}

    assert attacks.faults(listed, {"A01": ["a test"]}) == ["no test answers A02: a list"]


def test_rows_are_read_from_names_markers_and_examples():
    text = """
@pytest.mark.attack("A65")
def test_one():
    pass

@pytest.mark.parametrize("x", [row("A24-none", None), row("A24-other", "A99x")])
def test_a31_a32_two(x):
    pass
"""
    assert list(attacks.named(ast.parse(text))) == [
        ("test_one", "A65"),
        ("test_a31_a32_two", "A31"),
        ("test_a31_a32_two", "A32"),
        ("test_a31_a32_two", "A24"),
    ]
