"""Form tokens without a session: an HMAC, under the service's own key, of a random cookie of the service's own."""

import hashlib
import hmac
import secrets

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from pprg_shared.errors import Forbidden

SAFE = {"GET", "HEAD", "OPTIONS"}
SECONDS = 12 * 3600


def install(app: Flask, *, service: str, secret: bytes) -> None:
    """Check every unsafe request outside the API, and give templates `csrf_token()`."""

    def name() -> str:
        return f"__Host-pprg-form-{service}" if request.is_secure else f"pprg-form-{service}"

    def cookie() -> str:
        if "form_cookie" not in g:
            g.form_cookie = request.cookies.get(name()) or secrets.token_urlsafe(24)
        return str(g.form_cookie)

    def token() -> str:
        return hmac.new(secret, f"form:{cookie()}".encode(), hashlib.sha256).hexdigest()

    app.extensions["pprg-browser"] = cookie

    @app.before_request
    def check() -> None:
        if request.method in SAFE or request.path.startswith("/api/"):
            return
        _whole()
        if name() in request.cookies and hmac.compare_digest(token(), request.form.get("_csrf", "")):
            g.form_is_ours = True
            return
        raise Forbidden("The form had been open too long, or was not ours.")

    @app.after_request
    def keep(response: Response) -> Response:
        if "form_cookie" in g and name() not in request.cookies:
            response.set_cookie(
                name(),
                g.form_cookie,
                max_age=SECONDS,
                httponly=True,
                secure=request.is_secure,
                samesite="Lax",
                path="/",
            )
        return response

    app.jinja_env.globals["csrf_token"] = token


def browser() -> str:
    """The same for all that this browser sends to this service, and nobody else's: a digest of its cookie."""
    return hashlib.sha256(current_app.extensions["pprg-browser"]().encode()).hexdigest()


def _whole() -> None:
    """Read the form: what is too large, has too many parts or was cut off goes no further."""
    if sum(len(values) for _, values in request.form.lists()) > (request.max_form_parts or 0):
        raise RequestEntityTooLarge
    if request.mimetype == "multipart/form-data" and not request.form and not request.files:
        raise BadRequest("The form did not arrive whole. Go back and send it again.")
