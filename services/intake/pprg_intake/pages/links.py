"""Personal links: whoever is not signed in is sent a code, which opens what their link names and nothing else."""

from urllib.parse import urlencode
from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pprg_intake.actions import links
from pprg_intake.pages.blueprint import pages
from pprg_intake.rules import CODES_ASKED, CODES_MAILED, CODES_SOUGHT, CODES_TRIED
from pprg_intake.schemas import CodeSchema
from pprg_shared.acting import actor, reading, runtime
from pprg_shared.errors import NotThere, TooMany
from pprg_shared.identity import cookies, tokens
from pprg_shared.limits import too_often
from pprg_shared.logs import log
from pprg_shared.web.csrf import begins_session, browser
from pprg_shared.web.forms import Form
from pprg_shared.web.lapsed import remind
from pprg_shared.web.limits import address, slow

#: The same for a wrong code, an old one, and one for what is not there.
NOT_RIGHT = "That code is not right, or does not work any more. Check it, or have another one sent."
READING = ("GET", "HEAD")
#: Where codes are asked for.
DOORS = {f"pages.code_for_{each}" for each in ("request", "outcome", "begun")}


def _thing() -> str:
    """What the address of this page names, if a link may lead to it."""
    args = request.view_args or {}
    if "request_id" in args:
        return f"request:{args['request_id']}"
    if "begun_id" in args:
        return f"begun:{args['begun_id']}"
    return f"reference:{args['reference']}" if request.endpoint == "pages.outcome_of_referral" else ""


@pages.before_request
def lead_to_code() -> ResponseReturnValue | None:
    """Whoever comes by a link and is not signed in is asked for a code; so is who came by the link of another thing.

    What was begun belongs to a mailbox alone: whoever is signed in is asked, too.
    """
    thing = _thing()
    if not thing or request.endpoint in DOORS:
        return None
    who = actor()
    if who.person and not who.only and not thing.startswith("begun:"):
        return None
    if who.only == thing:
        with reading() as session:
            if links.link_of(session, thing) is not None:
                return None
    g.sign_in_at = _door(thing)
    if request.method in READING:
        return redirect(g.sign_in_at, 303)
    if who.only:
        raise NotThere
    return None


def _door(thing: str) -> str:
    """Where the code for a thing is asked for; it leads on to the page that was wanted."""
    kind, _, name = thing.partition(":")
    if kind == "request":
        to = "outcome" if request.endpoint == "pages.outcome_of_request" else None
        return url_for(".code_for_request", request_id=name, to=to)
    if kind == "begun":
        return url_for(".code_for_begun", begun_id=name)
    return url_for(".code_for_outcome", reference=name)


@pages.route("/requests/<uuid:request_id>/code", methods=["GET", "POST"])
@begins_session
def code_for_request(request_id: UUID) -> ResponseReturnValue:
    """Send the agency that is asked a code, and take it."""
    behind = ".outcome_of_request" if request.args.get("to") == "outcome" else ".answer"
    return _code_page(f"request:{request_id}", url_for(behind, request_id=request_id))


@pages.route("/referrals/<reference>/code", methods=["GET", "POST"])
@begins_session
def code_for_outcome(reference: str) -> ResponseReturnValue:
    """Send who made a referral a code, and take it."""
    return _code_page(f"reference:{reference}", url_for(".outcome_of_referral", reference=reference))


@pages.route("/referrals/begun/<uuid:begun_id>/code", methods=["GET", "POST"])
@begins_session
def code_for_begun(begun_id: UUID) -> ResponseReturnValue:
    """Send the mailbox that a left form names a code, and take it."""
    return _code_page(f"begun:{begun_id}", url_for(".go_on", begun_id=begun_id))


def _code_page(thing: str, behind: str) -> ResponseReturnValue:
    """The same words whatever the link names, and whether it works or not; only a POST does anything."""
    asks = request.method == "POST" and "_ask" in request.form
    form = Form(CodeSchema(), request.form if request.method == "POST" and not asks else None)
    if asks:
        Form(CodeSchema(), request.form)  # whole, or refused
        _send(thing)
        return redirect(f"{request.path}?{urlencode({**request.args, 'asked': 1})}", 303)
    if form.is_valid():
        if token := _entered(thing, form.data["code"]):
            return _opened(token, behind)
        form.refuse(NOT_RIGHT, "code")
    form.typed.pop("code", None)
    with reading() as session:
        late = links.codes_are_late(session, browser())
    asked = "asked" in request.args or form.submitted
    shown = {"asked": asked, "late": late, "begun": thing.startswith("begun:")}
    return render_template("code.html", form=form, **shown), 422 if form.errors else 200


def _send(thing: str) -> None:
    here = f"{address()} {thing}"
    slow((CODES_SOUGHT, address()), (CODES_ASKED, here), (CODES_MAILED, thing))
    with runtime().database.writing("action", g.get("request_id")) as session:
        links.issue_code(session, thing, browser())


def _entered(thing: str, typed: str) -> tokens.Token | None:
    with runtime().database.writing("action", g.get("request_id")) as session:
        wait = too_often(session, [(CODES_TRIED, f"{address()} {thing}")])
        token = None if wait else links.enter_code(session, thing, browser(), typed)
    if wait:
        log.warning("codes are being guessed", thing=thing.partition(":")[0])
        raise TooMany(wait)
    return token


def _opened(token: tokens.Token, behind: str) -> ResponseReturnValue:
    settings, response = runtime().settings, make_response(redirect(behind, 303))
    text = tokens.issue(token, settings.sign_in_key)
    cookies.begin(request, response, text, token, settings.session_keys, runtime().clock())
    remind(response, token.person)
    return response
