"""What the product logs while a test runs, line by line."""

import pytest
import structlog

from pprg_shared import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The fields of each line from now on, with what is bound; afterwards the logger is as it was."""
    found: list[dict[str, object]] = []

    def keep(event: str, **about: object) -> None:
        found.append(structlog.contextvars.merge_contextvars(None, "", {"event": event, **about}))

    for level in ("debug", "info", "warning", "error"):
        monkeypatch.setitem(vars(logs.log), level, keep)
    return found
