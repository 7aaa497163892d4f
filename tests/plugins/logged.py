"""What the product logs while a test runs, line by line."""

import pytest

from pprg_shared import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The fields of each line from now on; afterwards the logger is as it was."""
    found: list[dict[str, object]] = []
    for level in ("debug", "info", "warning", "error"):
        monkeypatch.setitem(vars(logs.log), level, lambda event, **about: found.append({"event": event, **about}))
    return found
