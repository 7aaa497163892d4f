"""Form tokens: an HMAC, under the service's own key, of a random cookie of its own and of the session that is open."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from pprg_shared.actor import Actor
from pprg_shared.database import uuid_of
from pprg_shared.errors import Forbidden

SAFE = {"GET", "HEAD", "OPTIONS"}
SECONDS = 12 * 3600
#: Of the HMAC, at the head of a token.
DIGITS = 64
#: In the address that a form is sent to by whoever leaves at once.
EXIT = "_exit"
View = TypeVar("View", bound=Callable[..., Any])


class Outdated(Exception):
    """A form of ours that was opened before whoever sends it signed in: it is not to be done in their name unseen."""


class Leaving(Exception):
    """Whoever sent this must be gone, whatever it is and whatever is wrong with it."""


def begins_session(view: View) -> View:
    """Mark a view whose form is sent to sign in: who has done so in another tab by then loses nothing by it."""
    view.begins_session = True  # type: ignore[attr-defined]  # a mark on a function
    return view


@dataclass(frozen=True)
class Tokens:
    """The form tokens of a service: each belongs to a browser, and to whoever was signed in when it was given."""

    service: str
    secret: bytes
    actor: Callable[[], Actor]

    @property
    def name(self) -> str:
        """Of the cookie."""
        return f"__Host-pprg-form-{self.service}" if request.is_secure else f"pprg-form-{self.service}"

    def cookie(self) -> str:
        """What this browser keeps, or will from this answer on."""
        if "form_cookie" not in g:
            g.form_cookie = request.cookies.get(self.name) or secrets.token_urlsafe(24)
        return str(g.form_cookie)

    def token(self) -> str:
        """For the forms of this answer."""
        whose = g.form_whose if "form_whose" in g else self._present()
        return self._signed(f"form:{whose}") + whose

    def mark(self) -> str:
        """The same for all forms of this browser, whoever is signed in."""
        return self._signed("mark")[:8]

    def check(self) -> None:
        """Let no unsafe request outside the API go on but a form of ours, of the session that is open."""
        if request.method in SAFE or request.path.startswith("/api/"):
            return
        if EXIT in request.args:
            with suppress(HTTPException):
                self._is_ours()
            raise Leaving
        if not self._is_ours():
            raise Forbidden("The form had been open too long, or was not ours.")
        if self.actor().session and g.form_whose != self._present():
            g.form_whose = self._present()
            if not hasattr(current_app.view_functions.get(request.endpoint or ""), "begins_session"):
                raise Outdated

    def _is_ours(self) -> bool:
        """Whether a form of ours has arrived, whole, from the browser that it was given to; and whose it is."""
        _whole()
        given = request.form.get("_csrf", "")
        signed, whose = given[:DIGITS], given[DIGITS:]
        if self.name not in request.cookies:
            return False
        if not hmac.compare_digest(self._signed(f"form:{whose}").encode(), signed.encode()):
            return False
        g.form_is_ours, g.form_whose, g.form_person = True, whose, uuid_of(whose.rpartition(".")[2])
        return True

    def keep(self, response: Response) -> Response:
        """Have the browser keep its cookie."""
        if "form_cookie" in g and self.name not in request.cookies:
            about: dict[str, Any] = {"httponly": True, "secure": request.is_secure, "samesite": "Lax", "path": "/"}
            response.set_cookie(self.name, g.form_cookie, max_age=SECONDS, **about)
        return response

    def _signed(self, text: str) -> str:
        return hmac.new(self.secret, f"{text}:{self.cookie()}".encode(), hashlib.sha256).hexdigest()

    def _present(self) -> str:
        """The session that is open, and whose; nothing for nobody's."""
        who = self.actor()
        return f".{who.session}.{who.person}" if who.session else ""


def install(app: Flask, *, service: str, secret: bytes, actor: Callable[[], Actor]) -> None:
    """Check every unsafe request outside the API, and give templates `csrf_token()` and `form_mark()`."""
    tokens = Tokens(service, secret, actor)
    app.extensions["pprg-browser"] = tokens.cookie
    app.before_request(tokens.check)
    app.after_request(tokens.keep)
    app.jinja_env.globals.update(csrf_token=tokens.token, form_mark=tokens.mark)


def browser() -> str:
    """The same for all that this browser sends to this service, and nobody else's: a digest of its cookie."""
    return hashlib.sha256(current_app.extensions["pprg-browser"]().encode()).hexdigest()


def _whole() -> None:
    """Read the form: what is too large, has too many parts or was cut off goes no further."""
    values = [value for _, several in request.form.lists() for value in several]
    # werkzeug counts parts and bytes of a field in multipart alone
    if len(values) > (request.max_form_parts or 0) or any(map(_too_long, values)):
        raise RequestEntityTooLarge
    if request.mimetype == "multipart/form-data" and not request.form and not request.files:
        raise BadRequest("The form did not arrive whole. Go back and send it again.")


def _too_long(value: str) -> bool:
    most = request.max_form_memory_size or 0
    return len(value) > most or (4 * len(value) > most and len(value.encode()) > most)
