"""Signing in: the password, then a code; and another password for who has forgotten theirs."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import accounts, opening, sessions
from pprg_intake.models import Account, Person
from pprg_intake.pages import halfway
from pprg_intake.pages.blueprint import pages
from pprg_intake.pages.halfway import Half, changing, from_here, slow
from pprg_intake.schemas import ResetCodeSchema, ResetSchema, SecondStepSchema, SignInSchema
from pprg_shared.acting import actor, reading, runtime
from pprg_shared.actor import NOBODY, Actor
from pprg_shared.audit import record
from pprg_shared.errors import TooMany
from pprg_shared.identity import cookies, tokens
from pprg_shared.limits import forget
from pprg_shared.web.csrf import begins_session
from pprg_shared.web.forms import Form
from pprg_shared.web.headers import FORGET
from pprg_shared.web.lapsed import remind

WRONG = "This address and this password do not belong together. Check both and type the password again"
WRONG_CODE = "This code is not right, or it was used before. Wait for the next one and type that"
NO_SUCH_CODE = "This code is not right, or it does not work any more. Check it, or ask for another"


@pages.errorhandler(halfway.Begin)
def begin_again(_error: halfway.Begin) -> ResponseReturnValue:
    """Who comes to a later page without having been at the first, or too late, is led there."""
    return halfway.forget(make_response(redirect(url_for("pages.sign_in"), 303)))


def typed() -> Any:
    """What was sent, if anything was."""
    return request.form if request.method == "POST" else None


def slowed(page: str, form: Form, error: TooMany, **about: Any) -> ResponseReturnValue:
    """The same page again, saying for how long to wait and whom to call."""
    minutes = -(-error.seconds // 60)
    phone = runtime().profile.partnership.phone
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    form.refuse(f"This was tried too often. Wait {wait} and try again, or call us on {phone}.")
    return render_template(page, form=form, **about), 429, {"Retry-After": str(error.seconds)}


@pages.route("/sign-in", methods=["GET", "POST"])
@begins_session
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; nobody learns from the answer which of them was wrong."""
    form = Form(SignInSchema(), typed())
    about = {"trial": runtime().settings.trial, "first": _first_is_open()}
    if form.is_valid():
        try:
            person = _by_password(form.data["address"], form.data["password"])
        except TooMany as error:
            return slowed("sign_in.html", form, error, **about)
        if person is not None:
            return _go_on(person)
        form.refuse(WRONG, "password")
    return render_template("sign_in.html", form=form, **about), 422 if form.errors else 200


def _first_is_open() -> bool:
    with reading() as session:
        return opening.first_is_open(session)


def _by_password(address: str, password: str) -> Person | None:
    """Whose address and password these are; the same work whether or not there is such a person."""
    with reading() as session:
        person = accounts.person_of(session, address)
        account = session.get(Account, person.id if person else UUID(int=0))
    known = halfway.knows(person.id if person else None)
    key = f"{address.lower()} {'known' if known else ''}"
    slow((rules.SIGN_INS, key), (rules.SIGN_INS_FROM, from_here()), whose=person.id if person else UUID(int=0))
    fits = accounts.fits(account.password if account else "", password)
    right = account if fits and account is not None and account.state == accounts.ACTIVE else None
    fresh = accounts.hashed_anew(right.password, password) if right else ""
    with changing() as session:
        if right:
            forget(session, rules.SIGN_INS[0], key)
            if fresh:
                accounts.keep_hash(session, right, fresh)
        else:
            record(session, "sign_in", "refuse_password", str(person.id if person else "nobody"), NOBODY)
    return person if right else None


def _go_on(person: Person) -> Response:
    """On to the second step."""
    with reading() as session:
        stamp = accounts.stamp(session.get(Account, person.id))
    wanted = rules.own_path(request.args.get("next", ""))
    response = make_response(redirect(url_for(".second_step"), 303))
    return halfway.keep(response, Half(person.id, halfway.SECOND, stamp, wanted))


@pages.route("/sign-in/code", methods=["GET", "POST"])
@begins_session
def second_step() -> ResponseReturnValue:
    """Ask for a code of the authenticator, or for a recovery code."""
    with reading() as session:
        half, person, _ = halfway.half(session, halfway.SECOND)
    form = Form(SecondStepSchema(), typed())
    if not form.is_valid():
        return render_template("second_step.html", form=form), 422 if form.errors else 200
    try:
        slow((rules.SECOND_STEPS, str(half.person)), whose=half.person)
    except TooMany as error:
        return slowed("second_step.html", form, error)
    with changing() as session:
        way = proven(session, half.person, form.data["code"], NOBODY)
        if way:
            token = start(session, person, way)
    if not way:
        form.refuse(WRONG_CODE, "code")
        return render_template("second_step.html", form=form), 422
    return signed_in(redirect(half.wanted or rules.first_page(token.roles), 303), token)


def proven(session: Session, person: UUID, code: str, who: Actor) -> str:
    """By what somebody proves that it is them; a code that does not is recorded as refused to `who`, and is counted."""
    account = accounts.account_of(session, person)
    way = sessions.second_step(session, account, code) if account else ""
    if way:
        forget(session, rules.SECOND_STEPS[0], str(person))
    else:
        record(session, "sign_in", "refuse_code", str(person), who)
    return way


def start(session: Any, person: Person, way: str) -> tokens.Token:
    """A session of its own; that of whoever used this browser until now ends."""
    if actor().session and actor().person:
        sessions.end(session, actor().person, [actor().session])  # type: ignore[arg-type, list-item]  # both are there
    return sessions.begin(session, person, way)


def signed_in(answer: Any, token: tokens.Token) -> Response:
    """The answer that gives the browser its session; what it was shown for somebody else goes."""
    here, response = runtime(), make_response(answer)
    text = tokens.issue(token, here.settings.sign_in_key)
    cookies.begin(request, response, text, token, here.settings.session_keys, here.clock())
    halfway.forget(response)
    halfway.know(response, token.person)
    remind(response, token.person)
    if actor().person not in (None, token.person):
        response.headers["Clear-Site-Data"] = FORGET
    return response


@pages.route("/sign-in/reset", methods=["GET", "POST"])
@begins_session
def reset() -> ResponseReturnValue:
    """Have a code mailed to whoever wants a new password, or their first; the same answer for every address."""
    form = Form(ResetSchema(), typed())
    if not form.is_valid():
        return render_template("reset.html", form=form), 422 if form.errors else 200
    address = form.data["address"].lower()
    try:
        slow((rules.RESETS, address), (rules.RESETS_FROM, from_here()))
    except TooMany as error:
        return slowed("reset.html", form, error)
    with changing() as session:
        number = opening.issue_reset(session, address)
    return redirect(url_for(".reset_code", number=number), 303)


@pages.route("/sign-in/reset/<uuid:number>", methods=["GET", "POST"])
@begins_session
def reset_code(number: UUID) -> ResponseReturnValue:
    """Ask for the code that was mailed; the page of a code that nobody was sent looks the same."""
    return _by_code(ResetCodeSchema(), "reset_code.html", opening.RESET, number)


def _by_code(schema: Any, page: str, what: str, number: UUID) -> ResponseReturnValue:
    """A page that a code opens: on to a new password, and to an authenticator for who has none yet."""
    form = Form(schema, typed())
    if not form.is_valid():
        return render_template(page, form=form), 422 if form.errors else 200
    try:
        slow((rules.CODES_FROM, from_here()))
    except TooMany as error:
        return slowed(page, form, error)
    with changing() as session:
        person = opening.open_by(session, what, number, form.data["code"])
        account = accounts.account_of(session, person.id) if person else None
    if person is None:
        form.refuse(NO_SUCH_CODE, "code")
        return render_template(page, form=form), 422
    return to_password(person, account)


def to_password(person: Person, account: Account | None) -> Response:
    """On to choosing a password."""
    active = account is not None and account.state == accounts.ACTIVE
    half = Half(person.id, halfway.RESET if active else halfway.ENROL, accounts.stamp(account))
    return halfway.keep(make_response(redirect(url_for("pages.new_password"), 303)), half)
