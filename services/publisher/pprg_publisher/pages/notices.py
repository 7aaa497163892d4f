"""What every page leads to: privacy, cookies, accessibility."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from pprg_publisher.pages.conditional import conditional
from pprg_shared.acting import runtime
from pprg_shared.web.headers import same_for_all

pages = Blueprint("notices", __name__)
pages.before_request(same_for_all)


@pages.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept of whom, why, and for how long."""
    return conditional(render_template("privacy.html", retention=runtime().profile.retention.values()))


@pages.get("/cookies")
def cookies() -> ResponseReturnValue:
    """Say which cookies there are."""
    return conditional(render_template("cookies.html"))


@pages.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how the pages can be used, and whom to tell when they cannot."""
    return conditional(render_template("accessibility.html"))
