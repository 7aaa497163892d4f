"""Logs: one line an event, whatever is in it."""

import json

import pytest
import structlog

from pprg_shared import logs

HOSTILE = "a\nb\r\x1b[31mc\u2028d\x85e\u202e"


@pytest.fixture
def told(capsys):
    """What a log of this form writes; not the product's own, which has long begun to write elsewhere."""
    structlog.contextvars.clear_contextvars()  # what requests of other tests have bound to this thread
    before = structlog.get_config()

    def tell(form, level, event, **about):
        logs.set_up(form)
        getattr(structlog.get_logger("pprg"), level)(event, **about)
        return capsys.readouterr().err

    yield tell
    structlog.configure(**before)  # others must not write to what was captured here


@pytest.mark.attack("A55")
@pytest.mark.asvs("16.4.1")
@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_in_a_field_breaks_the_line_or_colours_a_terminal(told, form):
    said = told(form, "info", "handled", why=HOSTILE, service="triage")
    assert said.endswith("\n")
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said


@pytest.mark.asvs("16.2.1", "16.2.4")
def test_a_line_in_a_container_is_json_with_time_level_and_what_is_bound(told):
    with logs.bound(correlation_id="c-1"):
        line = json.loads(told("json", "warning", "row postponed", box="inbox", why=HOSTILE))
    assert line.pop("timestamp").endswith("Z")
    about = {"event": "row postponed", "level": "warning", "box": "inbox", "correlation_id": "c-1", "why": HOSTILE}
    assert line == about
