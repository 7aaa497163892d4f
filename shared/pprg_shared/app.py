"""The Flask app of a service, and the one origin that several make together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, jsonify, send_from_directory
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from pprg_shared import partial_dates, web
from pprg_shared.acting import actor, may, needs, runtime
from pprg_shared.boxes.tables import outbox
from pprg_shared.calendar import london_date
from pprg_shared.service import Runtime
from pprg_shared.web import lapsed, limits
from pprg_shared.web.api import asked, gives
from pprg_shared.web.reference import DOCUMENTS

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def create_app(alive: Runtime) -> Flask:
    """The pages and the API of a running service."""
    service, settings = alive.service, alive.settings
    app = Flask(service.package, static_folder=None, template_folder="templates")
    app.extensions["pprg"] = alive
    web.install(
        app,
        service=service.name,
        title=service.title,
        secret=settings.secret_key.encode(),
        trial=settings.trial,
        allowed_hosts=settings.hosts,
        trusted_proxies=settings.trusted_proxies,
        partnership=alive.profile.contact_lines(),
        marking=alive.profile.marking,
        actor=actor,
    )
    lapsed.install(app)
    limits.install(app)
    app.jinja_env.globals["may"] = may
    app.jinja_env.filters.update(alive.profile.names())
    app.jinja_env.filters.update(agency=_agency, person=_person, known_date=_known_date)
    for name in service.blueprints:
        app.register_blueprint(resolve_name(name))
    app.add_url_rule(f"/api/v1/{service.name}/events", view_func=events)
    app.add_url_rule(f"/api/v1/{service.name}/openapi.json", "openapi", openapi, defaults={"service": service.name})
    return app


def _agency(code: str | None) -> str:
    return runtime().agencies.name(code)


def _person(number: UUID | str | None) -> str:
    return runtime().people.name(number)


def _known_date(text: str) -> str:
    return partial_dates.words(text, today=london_date(runtime().clock()))


def openapi(service: str) -> ResponseReturnValue:
    """The document of this service's API, as `make docs` wrote it."""
    response = send_from_directory(DOCUMENTS, f"{service}.json", max_age=3600)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


class WhichSubject(Schema):
    """The referral, case, person or agency that is asked about."""

    subject = fields.String(
        required=True, validate=validate.Length(1, 200, error="Name a referral, case, person or agency")
    )


@dataclass(frozen=True)
class Said:
    """How many events."""

    outbox: int


@gives(Said)
def events() -> ResponseReturnValue:
    """Count the events that this service has said about a subject; for coordinators and operators.

    Of a case that is closed to whoever asks there are none, as of one that never existed.
    """
    needs("count events")
    subject = asked(WhichSubject())["subject"]
    with runtime().database.reading() as session:
        closed = runtime().service.closed(session, actor().person, subject)
        said = session.scalar(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.subject == subject))
    return jsonify({"outbox": 0 if closed else said})


class Origin:
    """One WSGI application out of several: the first path segment says whose page it is; the port says if it is ops."""

    def __init__(self, apps: dict[str, Flask], ops: WSGI, ops_port: int) -> None:
        self._by_segment: dict[str, Flask] = {}
        self._by_service = apps
        self._ops, self._ops_port = ops, str(ops_port)
        for app in apps.values():
            for segment in app.extensions["pprg"].service.segments:
                self._by_segment[segment] = app
        self._front = self._by_segment.get("") or next(iter(apps.values()))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ["SERVER_PORT"] == self._ops_port:
            return self._ops(environ, start_response)
        return self._whose(environ["PATH_INFO"]).wsgi_app(environ, start_response)

    def _whose(self, path: str) -> Flask:
        parts = path.strip("/").split("/")
        if parts[0] == "assets" and len(parts) > 1:
            return self._by_service.get(parts[1], self._front)
        if parts[:2] == ["api", "v1"]:
            (noun, *_) = parts[2:] or [""]
            return self._by_service.get(noun) or self._by_segment.get(noun, self._front)
        return self._by_segment.get(parts[0], self._front)
