"""Leaving: somebody signs out, or is gone at once."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_intake.actions import sessions
from pprg_intake.pages.blueprint import pages
from pprg_intake.pages.halfway import KNOWN, changing
from pprg_shared.acting import actor, runtime
from pprg_shared.audit import record
from pprg_shared.web.forms import Form
from pprg_shared.web.leaving import nobody


@pages.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> ResponseReturnValue:
    """End a session, and have the browser forget what it was shown."""
    form = Form(Schema(), request.form if request.method == "POST" else None)
    if not form.is_valid():
        return render_template("sign_out.html", form=form)
    end_session()
    return nobody("/", but=KNOWN)  # it stays a browser in which somebody has signed in before


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
    return nobody(runtime().profile.partnership.exit_to, forget=False)
