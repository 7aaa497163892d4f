"""Whoever looks at a page sees what is wrong in it, though axe has judged one that says the same."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def mode(narrow_mode):
    return narrow_mode


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("main.append(document.createElement('img'))", "image-alt"),
        ("main.append(Object.assign(document.createElement('li'), {textContent: 'Alone'}))", "listitem"),
        ("main.append(Object.assign(document.createElement('h6'), {textContent: 'Deep'}))", "heading-order"),
        ("main.querySelector('a').setAttribute('aria-expanded', 'perhaps')", "aria-valid-attr-value"),
    ],
)
def test_what_was_not_there_before_is_judged(visit, harm, rule):
    visitor = visit()
    visitor.open("/")
    visitor.sees("Start")
    visitor.page.evaluate(f"() => {{ const main = document.querySelector('main'); {harm}; }}")

    with pytest.raises(AssertionError, match=rule):
        visitor.look(visitor.page, "Start")
