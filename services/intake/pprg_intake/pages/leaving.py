"""Leaving: somebody signs out, or is gone at once."""

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_intake.actions import sessions
from pprg_intake.pages.common import pages
from pprg_intake.pages.halfway import KNOWN, changing
from pprg_shared.acting import actor, runtime
from pprg_shared.audit import record
from pprg_shared.web.forms import Form
from pprg_shared.web.headers import FORGET

#: How the names of our cookies begin, over https or not.
OURS = ("pprg", "__Host-pprg")


@pages.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> ResponseReturnValue:
    """End a session, and have the browser forget what it was shown."""
    form = Form(Schema(), request.form if request.method == "POST" else None)
    if not form.is_valid():
        return render_template("sign_out.html", form=form)
    end_session()
    return nobody("/")


def end_session() -> None:
    """Whoever has a copy of this browser's cookie gets nowhere with it any more."""
    who = actor()
    if who.person and who.session:
        with changing() as session:
            sessions.end(session, who.person, [who.session])
            record(session, "sign_in", "sign_out", str(who.person), who)


@pages.get("/exit")
def leave() -> ResponseReturnValue:
    """Lead away at once, to a page that says nothing about this one; who comes back is nobody."""
    return nobody(runtime().profile.partnership.exit_to, forget=False, known=False)


def nobody(to: str, *, forget: bool = True, known: bool = True) -> Response:
    """Go there as nobody; emptying a browser's cache may take seconds, which whoever must be gone has not.

    `known`: it stays a browser in which somebody has signed in before.
    """
    response = make_response(redirect(to, 303))
    ours = {each for each in request.cookies if each.startswith(OURS) and not (known and each.endswith(KNOWN))}
    for name in ours:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=request.is_secure)
    if forget:
        response.headers["Clear-Site-Data"] = FORGET
    return response
