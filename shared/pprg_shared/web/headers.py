"""What every answer tells the browser: what may run on a page, who may frame it, what is kept of it."""

import secrets
from collections.abc import Mapping

from flask import Response, g, request

#: Nobody's page: an answer that is no page loads nothing, and no page shows it inside another.
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; script-src {source}; style-src {source}; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in UNUSED),
}
#: For the answer after which nobody acts any more: what was shown and kept until then goes.
FORGET = '"cache", "storage"'


def nonce() -> str:
    """The word that scripts and styles of this page carry: new for each answer, none on a page that others keep."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def same_for_all() -> None:
    """Draw this request's page without such a word: known from a kept copy, it would let in what it is to keep out."""
    g.nonce = ""


def finish(response: Response) -> None:
    """Add what the view did not say itself; a copy that has not changed keeps what was said of it."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code != 304:  # noqa: PLR2004 -- its policy would replace that of the kept page
        response.headers.setdefault("Content-Security-Policy", _policy(response))
    if not request.path.startswith("/learning"):
        response.headers.setdefault("X-Robots-Tag", "noindex")


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return NO_PAGE
    word = nonce()  # a page that is sent bit by bit has not asked for it yet
    return PAGE.format(source=f"'nonce-{word}'" if word else "'self'")
