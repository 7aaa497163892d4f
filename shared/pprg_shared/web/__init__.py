"""What every page and API of every service has in common: layout, forms, errors, tokens, headers, limits."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from flask import Flask, Request, Response, abort, g, request, send_from_directory
from jinja2 import BaseLoader, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from pprg_shared import calendar, logs
from pprg_shared.actor import Actor
from pprg_shared.identity.cookies import IDLE, RENEWED_AFTER
from pprg_shared.web import csrf, headers, problems
from pprg_shared.web.compiled import COMPILED

BODY_BYTES = 1024 * 1024
#: What one field of a form may hold.
FIELD_BYTES = 500 * 1024
FORM_PARTS = 1000
#: What the few pages and APIs take that are marked by `takes_uploads`, and pages marked by `takes_rows`.
UPLOAD_BYTES = 4 * 1024 * 1024
ROW_PARTS = 4000
STATIC = Path(__file__).parent / "static"
MENU = Path(__file__).parent / "menu.json"
View = TypeVar("View", bound=Callable[..., Any])
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
#: Where somebody may have to be gone at once: what everybody reads, and forms.
EXITS = ("referrals", "requests", "learning", "privacy", "cookies", "accessibility")
#: Whose pages show something of a case to those whom it concerns: they carry the protective marking. Of referrals
#: these are what was decided and what somebody began; the empty form is everybody's, and the receipt tells nothing.
MARKED = re.compile(r"/(cases|requests|publications|letters|referrals/(begun/[^/]+|[^/]+/outcome)/?$)(/|$)")


@dataclass(frozen=True)
class Place:
    """An entry of the menu; without roles it is everybody's."""

    words: str
    href: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class About:
    """What the layout says on every page."""

    title: str
    trial: bool
    partnership: Mapping[str, str]
    marking: str
    navigation: Sequence[Place]
    #: After so long without a page a browser must take its sign-in for ended; a page renews what is a minute old.
    idle_seconds: int = int((IDLE - RENEWED_AFTER).total_seconds())
    #: Pages that the foot of every page leads to, by their words.
    notices: Sequence[tuple[str, str]] = (
        ("Privacy", "/privacy"),
        ("Cookies", "/cookies"),
        ("Accessibility", "/accessibility"),
    )

    def menu(self, acting: Actor) -> list[dict[str, Any]]:
        """The places that are of use to this person, and which of them holds this page."""
        path = request.path
        return [
            {"text": each.words, "href": each.href, "current": path == each.href, "active": path.startswith(each.href)}
            for each in self.navigation
            if not each.roles or (acting.roles & each.roles and not acting.only)
        ]

    @property
    def marks(self) -> bool:
        """Whether this page or answer of the API carries the marking."""
        return MARKED.match(request.path.removeprefix("/api/v1")) is not None

    @property
    def exits(self) -> bool:
        """Whether this page offers to be left at once."""
        return request.path == "/" or request.path.split("/")[1] in EXITS


class InMemory(Request):
    """A request whose files stay in memory: they are small, and nothing confidential lies on a disk unsealed."""

    def _get_file_stream(self, *_about: Any, **_more: Any) -> BytesIO:
        return BytesIO()


def install(
    app: Flask,
    *,
    service: str,
    title: str,
    secret: bytes,
    trial: bool,
    allowed_hosts: Sequence[str],
    trusted_proxies: int,
    partnership: Mapping[str, str],
    marking: str,
    actor: Callable[[], Any],
) -> None:
    """Give an app its layout, limits, headers, tokens and errors."""
    app.config.update(MAX_CONTENT_LENGTH=BODY_BYTES, MAX_FORM_MEMORY_SIZE=FIELD_BYTES, MAX_FORM_PARTS=FORM_PARTS)
    app.url_map.strict_slashes = False
    app.request_class = InMemory
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja", "templates")})
    own: list[BaseLoader] = [app.jinja_loader] if app.jinja_loader else []
    app.jinja_loader = ChoiceLoader([*own, PackageLoader("pprg_shared.web", "templates"), components])
    app.jinja_env.bytecode_cache = COMPILED
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    about = About(title, trial, partnership, marking, _places())
    app.jinja_env.globals.update(web=about, nonce=headers.nonce, asset=lambda name: f"/assets/{service}/{name}")
    app.jinja_env.filters.update(day=calendar.long, short_day=calendar.short)
    app.jinja_env.filters.update(london_words=calendar.moment, london_time=calendar.time_of_day)
    app.context_processor(lambda: {"acting": actor()})
    _door(app, {*allowed_hosts, *LOOPBACK}, about)
    csrf.install(app, service=service, secret=secret, actor=actor)
    problems.install(app)
    app.add_url_rule(f"/assets/{service}/<path:name>", "assets", _asset)
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies)  # type: ignore[method-assign]


def _places() -> list[Place]:
    """The menu of all services, of which an image holds one: `make docs` writes it from their descriptions."""
    return [Place(each["words"], each["href"], frozenset(each["roles"])) for each in json.loads(MENU.read_bytes())]


def takes_uploads(view: View) -> View:
    """Mark a view that takes more than others: a file, or what would be one."""
    view.takes_uploads = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def takes_rows(view: View) -> View:
    """Mark a view whose form has more fields than others: rows that are typed one by one."""
    view.takes_rows = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def _door(app: Flask, hosts: set[str], about: About) -> None:
    @app.before_request
    def arrive() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _ID.fullmatch(given) else str(uuid4())
        logs.bind(request_id=g.request_id)
        view = app.view_functions.get(request.endpoint or "")
        if hasattr(view, "takes_uploads"):
            request.max_content_length = request.max_form_memory_size = UPLOAD_BYTES
        if hasattr(view, "takes_rows"):
            request.max_form_parts = ROW_PARTS
        if "\0" in request.path or b"%00" in request.query_string:
            abort(400, "This address cannot be read.")
        if request.host.rpartition(":")[0] not in hosts and request.host not in hosts:
            abort(400, "This address is not served here.")

    @app.after_request
    def leave(response: Response) -> Response:
        headers.finish(response)
        if about.marks:
            response.headers["Protective-Marking"] = about.marking
        response.headers["X-Request-ID"] = g.get("request_id", "")
        route = request.url_rule.rule if request.url_rule else "-"
        who = str(getattr(g.get("actor"), "person", None) or "-")
        logs.log.info("answered", method=request.method, route=route, status=response.status_code, person=who)
        return response


def _asset(name: str) -> Response:
    response = send_from_directory(STATIC, name, max_age=3600)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
