"""What can go wrong at the door, in plain words: pages for people, problem+json (RFC 9457) for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from pprg_shared.actor import NOBODY
from pprg_shared.errors import Busy, Forbidden, NotThere, Refused, TooLarge, TooMany
from pprg_shared.logs import log

#: slug: (status, title, what to do)
PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "malformed": (400, "This could not be read", "Go back, check what you sent and send it again."),
    "signed-out": (401, "You are not signed in", "Sign in, or send a key that works."),
    "forbidden": (403, "You cannot do this", "Say who you are, or ask the coordinator."),
    "not-found": (404, "Page not found", "If you typed the address, check it. It may also be somebody else's."),
    "method-not-allowed": (405, "That cannot be done here", "Go back and use the links and buttons of the page."),
    "conflict": (409, "This cannot be done now", "Look at how things stand now, then try again."),
    "too-large": (
        413,
        "This is too large",
        "Shorten what you typed, or send it in parts. Nothing was saved; going back keeps what you typed.",
    ),
    "unsupported-type": (415, "This kind of content is not taken", "Send application/json."),
    "invalid": (422, "Some answers need changing", "Correct what is listed and send it again."),
    "too-many": (429, "Too many requests", "Wait a little and try again."),
    "failed": (500, "Something went wrong on our side", "Nothing was saved. Try again in a few minutes."),
    "unavailable": (
        503,
        "The service is not available for the moment",
        "Nothing was saved. Try again in a few minutes.",
    ),
}
BY_STATUS = {status: slug for slug, (status, _, _) in PROBLEMS.items()}
RETRY_SECONDS = "5"
#: Never given back with a form that is offered again.
UNSPOKEN = frozenset({"_csrf", "_end", "password", "present", "code"})
OUR_FAULT = 500
#: After these the same form may well be taken, so it is offered again.
WORTH_SENDING_AGAIN = frozenset({"forbidden", "conflict", "too-many", "failed", "unavailable"})
#: Somebody has asked for what is not theirs, or is not there: who, by number, stands in the log.
WORTH_NOTING = frozenset({"forbidden", "not-found"})
OURS = frozenset({None, "same-origin", "none"})
#: InternalError is also what PostgreSQL says when it ends a session that was idle for too long, or may not write.
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError)


class Invalid(Exception):
    """A JSON body was understood but is wrong: which values, and why."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("invalid")
        self.errors = list(errors)


def answer(
    slug: str, detail: str = "", *, errors: Sequence[Mapping[str, str]] = (), status: int | None = None
) -> Response:
    """The page or the problem document for this problem."""
    number, title, advice = PROBLEMS[slug]
    words = detail or advice
    if request.path.startswith("/api/"):
        body: dict[str, Any] = {
            "type": f"/problems/{slug}",
            "title": title,
            "status": status or number,
            "detail": words,
            "instance": request.path,
            "code": slug,
            "request_id": g.get("request_id", ""),
        }
        if errors:
            body["errors"] = list(errors)
        response = jsonify(body)
        response.content_type = "application/problem+json"
    else:
        about = {"slug": slug, "title": title, "detail": words, "request_id": g.get("request_id", "")}
        if (status or number) >= OUR_FAULT:
            g.actor = NOBODY  # whoever it was would be looked up once more in what has just failed
        page = render_template("error.html", **about, errors=errors, again=_typed(slug), files=_chosen(slug))
        response = Response(page, content_type="text/html; charset=utf-8")
    response.status_code = status or number
    if slug in WORTH_NOTING and "actor" in g:
        route = request.url_rule.rule if request.url_rule else "-"
        log.info("refused", problem=slug, method=request.method, route=route, person=str(g.actor.person or "nobody"))
    if response.status_code in {409, 503} and slug != "conflict":
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _typed(slug: str) -> list[tuple[str, str]]:
    """What a person had typed into a form of ours, so that it is not lost; never what another site put into one."""
    if not _sent_again(slug):
        return []
    kept = [(name, value) for name in request.form for value in request.form.getlist(name)]
    return [(name, value) for name, value in kept if name not in UNSPOKEN]


def _chosen(slug: str) -> list[str]:
    """The fields for which a person had chosen a file, which no page can give back to a browser."""
    return [name for name, each in request.files.items() if each.filename] if _sent_again(slug) else []


def _sent_again(slug: str) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    return request.method == "POST" and slug in WORTH_SENDING_AGAIN and site in OURS


def install(app: Flask) -> None:
    """Answer every error of an app in this form."""
    app.register_error_handler(TooLarge, lambda error: answer("too-large", str(error)))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Forbidden, lambda error: answer("forbidden", str(error)))
    app.register_error_handler(NotThere, lambda _error: answer("not-found"))
    app.register_error_handler(Invalid, lambda error: answer("invalid", errors=error.errors))
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(HTTPException, _http)
    for fault in DATABASE_AWAY:
        app.register_error_handler(fault, _database_away)
    app.register_error_handler(Exception, _unforeseen)


def _refused(error: Refused) -> Response:
    named = [{"pointer": f"/{error.field}", "detail": str(error)}] if error.field else []
    return answer("conflict", str(error), errors=named)


def _busy(error: Busy) -> Response:
    response = answer("conflict", str(error))
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _too_many(error: TooMany) -> Response:
    """Whoever is in a hurry is told whom to call: a limit slows people down and shuts nobody out."""
    minutes = -(-error.seconds // 60)
    wait = f"{error.seconds} seconds" if minutes == 1 else f"{minutes} minutes"
    shown: Any = current_app.jinja_env.globals["web"]
    phone = shown.partnership["phone"]
    response = answer("too-many", f"Wait {wait}, then try again. If it cannot wait, call us on {phone}.")
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:  # noqa: PLR2004 -- a redirect is no error
        return Response(error.get_response())  # type: ignore[arg-type]  # werkzeug's own response
    slug = BY_STATUS.get(error.code or 500, "malformed")
    detail = error.description or "" if error.code in {400, 401, 415} else ""  # ours say what to do
    response = answer(slug, detail, status=error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _database_away(error: Exception) -> Response:
    log.error("database away", fault=type(error).__name__)
    return answer("unavailable")


def _unforeseen(error: Exception) -> Response:
    places = [f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" for frame in _frames(error)]
    log.error("unforeseen", fault=type(error).__name__, at=" > ".join(places[-6:]))
    return answer("failed")


def _frames(error: Exception) -> list[Any]:
    """Where it happened: names of functions and lines, never values."""
    frames, each = [], error.__traceback__
    while each is not None:
        frames.append(each)
        each = each.tb_next
    return frames
