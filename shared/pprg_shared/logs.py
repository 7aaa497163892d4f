"""Logs: one line an event, with the correlation id throughout and never a name or a narrative."""

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

log: Any = structlog.get_logger("pprg")
#: Holds until the next `bind` of the same thread: for requests, each of which begins with one. All else is `bound`.
bind = structlog.contextvars.bind_contextvars
bound = structlog.contextvars.bound_contextvars
_ENCODER = json.JSONEncoder(default=str)
_CONTROLS = dict.fromkeys((*range(32), 127, *range(128, 160), 8232, 8233), " ")


def one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No field can break a line or colour a terminal."""
    return {key: _clean(value) if isinstance(value, str) else value for key, value in event.items()}


def _clean(text: str) -> str:
    return text if text.isprintable() else text.translate(_CONTROLS)


def _json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """JSON escapes whatever could break a line."""
    return _ENCODER.encode(event)


def set_up(form: str) -> None:
    """Write to standard error, as JSON in a container and as text for people."""
    people = [one_line, structlog.dev.ConsoleRenderer(colors=False)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_json] if form == "json" else people),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
