"""What is alike in every world of a run and too dear to make anew: apps, and statements in the words of a database."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.util import LRUCache

from pprg_shared import postgres, sqlite
from pprg_shared.app import create_app
from pprg_shared.config import Settings
from pprg_shared.service import Runtime

#: More than the product has.
STATEMENTS = 20_000
#: A kind of engine to the dialect by which statements are known, and the statements.
_written: dict[tuple[Any, ...], tuple[sa.Dialect, LRUCache[Any, Any]]] = {}


def share_statements() -> None:
    """From now on no engine writes what another of its kind has written; each of a world would otherwise do so."""
    for module in (sqlite, postgres):
        module.engine = _sharing(module.engine)  # type: ignore[attr-defined]


def _sharing(make: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    def engine(url: sa.URL, *of: Any, **about: Any) -> sa.Engine:
        made = make(url, *of, **about)
        kind = (made.dialect.name, url.host, url.port, *sorted(about.items()))
        if kind in _written:
            made.dialect, kept = _written[kind]
            made.update_execution_options(compiled_cache=kept)
        else:  # a dialect knows its server once it has spoken with it
            known = (made.dialect, LRUCache[Any, Any](STATEMENTS))
            event.listen(made, "connect", lambda *_: _written.setdefault(kind, known))
        return made

    return engine


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
