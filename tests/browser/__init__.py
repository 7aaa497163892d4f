"""A package, so that one world and one browser serve all of it and end with it."""

import pytest

pytest.register_assert_rewrite("browser.looking", "browser.program", "browser.visitor")
