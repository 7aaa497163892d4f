"""Whose sign-in has ended or is another by now, and who leaves at once: what they typed is kept and offered again."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import actor, lapsed, runtime
from pprg_shared.actor import NOBODY, opens
from pprg_shared.database import uuid_of
from pprg_shared.errors import Forbidden
from pprg_shared.identity import cookies, tokens, unsent
from pprg_shared.logs import log
from pprg_shared.service import Runtime
from pprg_shared.web.csrf import EXIT, Leaving, Outdated
from pprg_shared.web.forms import ON
from pprg_shared.web.leaving import fingerprint, nobody_by_form, untouched
from pprg_shared.web.limits import address
from pprg_shared.web.problems import UNSPOKEN, answer

#: The browser in which something is kept for somebody.
COOKIE = "pprg-unsent"
NUMBER, DROP = "_unsent", "_drop"
NOT_KEPT = UNSPOKEN | {NUMBER, EXIT, ON}
LONGEST_PATH = 600
View = TypeVar("View", bound=Callable[..., Any])


def lets_go(view: View) -> View:
    """Mark a view that lets go itself of what was kept of its form: it stays, and is offered again, until it does."""
    view.lets_go = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def install(app: Flask) -> None:
    """Answer whoever is not signed in any more or leaves, and offer them later what they had typed."""
    app.register_error_handler(Forbidden, _refused)
    app.register_error_handler(Outdated, _outdated)
    app.register_error_handler(Leaving, _left)
    app.jinja_env.globals["untouched"] = untouched
    app.before_request(_offer)
    app.before_request(_send)


def _refused(error: Forbidden) -> ResponseReturnValue:
    token = None if request.path.startswith("/api/") else lapsed()
    whose = g.get("form_person") or (token.person if token else None)
    if whose is None or actor().person:
        return answer("forbidden", str(error))
    fields = _typed()
    if fields:
        _keep(whose, fields)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    back = urlencode({"next": quote(request.path) + query})
    again = g.get("sign_in_at") or f"/sign-in?{back}"
    files = _files()
    response = Response(render_template("lapsed.html", again=again, kept=bool(fields), files=files), 401)
    if fields:
        _mark(response, "1", None)
    return response


def _outdated(_error: Outdated) -> ResponseReturnValue:
    """What was opened before somebody signed in is theirs to look at and send; what was another's is kept for them."""
    who, fields = actor().person, _typed()
    whose: Any = g.form_person or who  # somebody acts: else no form would be out of date
    number = _keep(whose, fields) if any(not name.startswith("_") for name, _ in fields) else None
    shown = {"number": number, "fields": fields, "files": _files(), "theirs": whose != who}
    response = Response(render_template("unsent.html", opened_before=True, **shown), 403 if whose != who else 409)
    if number:
        _mark(response, "1", None)
    return response


def _left(_error: Leaving) -> ResponseReturnValue:
    """Be gone, and ask no database before: what was typed is kept after this has been answered, or is not."""
    response = nobody_by_form(runtime().profile.partnership.exit_to)
    fields = _typed()
    if fields and request.url_rule and fingerprint(fields) not in (request.form.get(EXIT), fingerprint([])):
        typed = _about(_for_whom(), [*fields, (ON, "1")])
        response.call_on_close(partial(_keep_afterwards, runtime(), _table(), typed))
    return response


def _for_whom() -> UUID | None:
    """Whose form somebody leaves, as the form and the token say; on a page that their link does not open, nobody's."""
    keys, whenever = runtime().settings.sign_in_public_keys, datetime.min.replace(tzinfo=UTC)
    token = tokens.read(cookies.token_of(request), keys, whenever)
    if token and token.only and not opens(token.only, request.view_args or {}):
        return None
    whose: UUID | None = g.get("form_person")
    return whose


def _keep_afterwards(alive: Runtime, table: sa.Table, typed: unsent.Typed) -> None:
    try:
        with alive.database.writing("action") as session:
            alive.service.keeps(session, table, typed)
    except Exception as error:  # noqa: BLE001 -- whoever has left is told nothing any more
        log.error("not kept for whoever left", fault=type(error).__name__)


def remind(response: Response, person: UUID) -> None:
    """Have the browser of somebody who signs in ask on each page what they had typed, if there is anything."""
    with runtime().database.reading() as session:
        if unsent.waits(session, _table(), person):
            _mark(response, "1", None)


def _keep(whose: UUID, fields: unsent.Fields) -> UUID | None:
    with runtime().database.writing("action", g.get("request_id")) as session:
        return runtime().service.keeps(session, _table(), _about(whose, fields))


def _about(whose: UUID | None, fields: unsent.Fields) -> unsent.Typed:
    return unsent.Typed(whose, request.path[:LONGEST_PATH], fields, address())


def _typed() -> unsent.Fields:
    """What was typed into a form of ours; secrets and what only the form itself needs are not kept."""
    if request.method != "POST" or not g.get("form_is_ours"):
        return []
    return [(name, value) for name, values in request.form.lists() for value in values if name not in NOT_KEPT]


def _offer() -> ResponseReturnValue | None:
    """Before the page itself: what this person had typed on it."""
    who = actor() if request.method == "GET" and _name() in request.cookies else NOBODY
    if not who.person or not who.session or request.path.startswith(("/api/", "/assets/")):
        return None
    if who.only and not who.opens(request.view_args or {}):
        return None
    with runtime().database.reading() as session:
        found = unsent.find(session, _table(), who.person, request.path)
    if found is None:
        return None
    return render_template("unsent.html", number=found[0], fields=found[1], left=(ON, "1") in found[1])


def _send() -> ResponseReturnValue | None:
    """What was offered is sent, or thrown away: either way it is not kept any more."""
    number = uuid_of(request.form.get(NUMBER, "")) if request.method == "POST" and g.get("form_is_ours") else None
    who = actor().person if number else None
    if number is None or who is None or hasattr(current_app.view_functions[request.endpoint or ""], "lets_go"):
        return None
    with runtime().database.writing("action", g.get("request_id")) as session:
        unsent.let_go(session, _table(), who, number)
    if DROP not in request.form:
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = redirect(quote(request.path) + query, 303)
    _mark(response, "", 0)  # type: ignore[arg-type]  # werkzeug's response is Flask's own
    return response


def _files() -> bool:
    """Whether a file came along; a browser sends a field for one that nobody chose, too."""
    return any(each.filename for each in request.files.values())


def _table() -> sa.Table:
    return runtime().service.metadata.tables["unsent_forms"]


def _name() -> str:
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def _mark(response: Response, value: str, seconds: int | None) -> None:
    secure = request.is_secure
    response.set_cookie(_name(), value, max_age=seconds, secure=secure, httponly=True, samesite="Lax", path="/")
