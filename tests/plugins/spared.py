"""What is alike in every world of a run and too dear to make anew in each: apps, and statements in SQLite's words."""

import dataclasses
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.util import LRUCache

from pprg_shared.app import create_app
from pprg_shared.config import Settings
from pprg_shared.service import Runtime

#: More than the product has.
STATEMENTS = 20_000
#: The dialect by which statements are known, and the statements.
_written: list[tuple[sa.Dialect, LRUCache[Any, Any]]] = []


def share_statements(engine: sa.Engine) -> None:
    """Let no engine on SQLite write what another has written; each engine of a world would otherwise do so."""
    if engine.dialect.name == "sqlite":
        if not _written:
            _written.append((engine.dialect, LRUCache(STATEMENTS)))
        ((engine.dialect, kept),) = _written
        engine.update_execution_options(compiled_cache=kept)


class Apps:
    """Flask apps that no world uses now; what one costs is its routes, and each request looks up who answers."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, Settings], list[Flask]] = defaultdict(list)

    def lent(self, alive: Runtime) -> Flask:
        """An app in which this service answers, until it is given back."""
        idle = self._idle[_alike(alive)]
        app = idle.pop() if idle else create_app(alive)
        app.extensions["pprg"] = alive
        return app

    def back(self, apps: dict[Runtime, Flask]) -> None:
        """Take what a world had, for the next ones."""
        for alive, app in apps.items():
            self._idle[_alike(alive)].append(app)


def _alike(alive: Runtime) -> tuple[str, Settings]:
    """What an app is made from: a service and its settings, but for where its data are."""
    return alive.service.name, dataclasses.replace(alive.settings, var="", database_url="")


APPS = Apps()
