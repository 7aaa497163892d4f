"""Being gone: a browser goes elsewhere as nobody; and whether anything had been typed by then."""

import hashlib
import json
from collections.abc import Iterable

from flask import Response, make_response, redirect, render_template, request

from pprg_shared.web.forms import Form
from pprg_shared.web.headers import FORGET

#: How the names of our cookies begin, over https or not.
OURS = ("pprg", "__Host-pprg")


def nobody(to: str, *, forget: bool = True, but: str | None = None) -> Response:
    """Go there as nobody; emptying a browser's cache may take seconds, which whoever must be gone has not.

    `but`: the end of the name of a cookie that stays.
    """
    return _without_cookies(make_response(redirect(to, 303)), forget=forget, but=but)


def nobody_by_form(to: str) -> Response:
    """The same for who sends a form along: our pages let no form lead to another site, so that one leads on at once."""
    return _without_cookies(make_response(render_template("gone.html", to=to)), forget=False)


def _without_cookies(response: Response, *, forget: bool, but: str | None = None) -> Response:
    ours = {each for each in request.cookies if each.startswith(OURS) and not (but and each.endswith(but))}
    for name in ours:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=request.is_secure)
    if forget:
        response.headers["Clear-Site-Data"] = FORGET
    return response


def untouched(form: Form) -> str:
    """The fingerprint of what a browser sends of this form when nobody has typed into it."""
    sent = [(name, str(value)) for name, value in form.initial.items() if "-" in name]  # a cell of a row
    for name, declared in form.schema.fields.items():
        first = form.initial.get(name, "")
        sent += [(name, str(each)) for each in (first if isinstance(first, list | tuple) else [first])]
        if "fixed" in declared.metadata:
            sent += [(row[0].name, row[0].value) for row in form.field(name).items]
    return fingerprint(sent)


def fingerprint(sent: Iterable[tuple[str, str]]) -> str:
    """The same for the same answers, whatever is blank or only of use to the form."""
    said = ((name, " ".join(text.split())) for name, text in sent if not name.startswith("_"))
    return hashlib.sha256(json.dumps(sorted(each for each in said if each[1])).encode()).hexdigest()
