"""What somebody who is signed in does about it: their sessions, their password, their authenticator."""

from dataclasses import replace
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_intake import rules
from pprg_intake.actions import accounts, sessions
from pprg_intake.models import Account, Person
from pprg_intake.pages.common import pages
from pprg_intake.pages.enrolling import checking, renewing, with_codes
from pprg_intake.pages.halfway import changing, slow
from pprg_intake.pages.leaving import nobody
from pprg_intake.pages.signing_in import signed_in, slowed, typed
from pprg_intake.schemas import OwnNewPasswordSchema, PresentPasswordSchema
from pprg_shared.acting import actor, reading, runtime
from pprg_shared.audit import record, sign_ins
from pprg_shared.errors import Forbidden, NotThere, TooMany
from pprg_shared.identity import cookies, tokens
from pprg_shared.web.forms import Form

#: Sign-ins that are shown to whose they are.
SIGN_INS = 50
NOT_IT = "This is not your password. Type it again"


@pages.get("/session/sign-ins")
def your_sign_ins() -> ResponseReturnValue:
    """Show the sessions and the newest sign-ins of the acting person, to them alone."""
    who = actor()
    if who.only:
        raise NotThere
    if who.person is None:
        raise Forbidden("Sign in first.")
    with reading() as session:
        about = {
            "rows": sign_ins(session, who.person, SIGN_INS),
            "open": sessions.open_sessions(session, who.person),
            "codes": sessions.recovery_codes_left(session, who.person),
            "account": session.get(Account, who.person),
        }
    return render_template("sign_ins.html", this=who.session, form=Form(Schema()), **about)


@pages.post("/session/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the acting person, this one too."""
    person, _ = _mine()
    with changing() as session:
        sessions.end_everywhere(session, person.id)
        record(session, "sign_in", "sign_out_everywhere", str(person.id), actor())
    return nobody("/")


@pages.route("/session/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Let somebody choose another password; every other session of theirs ends."""
    person, account = _mine()
    with reading() as session:
        form = Form(OwnNewPasswordSchema(checking(accounts.own_words(session, person))), typed())
    if form.is_valid():
        try:
            right = _is_theirs(account, form.data["present"])
        except TooMany as error:
            return slowed("change_password.html", form, error)
        if right:
            kept = accounts.hashed(form.data["password"])
            with changing() as session:
                accounts.choose_password(session, person, kept)
                token = sessions.begin(session, person, sessions.AUTHENTICATOR)
            return signed_in(redirect(url_for(".your_sign_ins"), 303), token)
        form.refuse(NOT_IT, "present")
    return render_template("change_password.html", form=form), 422 if form.errors else 200


@pages.route("/session/authenticator", methods=["GET", "POST"])
def change_authenticator() -> ResponseReturnValue:
    """Let somebody take another authenticator, who knows their password."""
    return _once_more("change_authenticator.html", codes=False)


@pages.route("/session/recovery-codes", methods=["GET", "POST"])
def change_recovery_codes() -> ResponseReturnValue:
    """Let somebody have new recovery codes, who knows their password."""
    return _once_more("change_recovery_codes.html", codes=True)


def _once_more(page: str, *, codes: bool) -> ResponseReturnValue:
    person, account = _mine()
    form = Form(PresentPasswordSchema(), typed())
    if not form.is_valid():
        return render_template(page, form=form), 422 if form.errors else 200
    try:
        right = _is_theirs(account, form.data["present"])
    except TooMany as error:
        return slowed(page, form, error)
    if not right:
        form.refuse(NOT_IT, "present")
        return render_template(page, form=form), 422
    with changing() as session:
        locked = accounts.account_of(session, person.id)
        record(session, "sign_in", "renew_codes" if codes else "renew_authenticator", str(person.id), actor())
        if codes:
            fresh = accounts.new_recovery_codes(session, person.id)
        elif locked is not None:
            accounts.renew_authenticator(session, locked)
    return with_codes(fresh, url_for(".your_sign_ins")) if codes else renewing(person, account)


@pages.route("/session/token", methods=["GET", "POST"])
def token_for_programs() -> ResponseReturnValue:
    """Give a program the token by which it does at the API what the acting person may, for an hour; shown this once."""
    here, who = runtime(), actor()
    if who.only:
        raise NotThere
    present = tokens.read(cookies.token_of(request), here.settings.sign_in_public_keys, here.clock())
    if who.person is None or present is None:
        raise Forbidden("Sign in first.")
    form, made = Form(Schema(), typed()), None
    if form.is_valid():
        made = replace(present, use=tokens.API, ends_at=min(present.ends_at, here.clock() + rules.TOKEN_WORKS))
        with changing() as session:
            record(session, "sign_in", "make_token", str(who.person), who)
    text = tokens.issue(made, here.settings.sign_in_key) if made else ""
    return render_template("token.html", form=form, made=made, text=text)


@pages.get("/session/stay")
def stay() -> Response:
    """Answer a page whose owner wants to stay; that they were here is renewed as by any page."""
    return jsonify({"signed_in": actor().session is not None})


def _is_theirs(account: Account, password: str) -> bool:
    slow((rules.SECOND_STEPS, f"password {account.id}"))
    return accounts.fits(account.password, password)


def _mine() -> tuple[Person, Account]:
    """The acting person and their account; whoever came by a link has none."""
    who = actor()
    with reading() as session:
        person = session.get(Person, who.person or UUID(int=0))
        account = session.get(Account, who.person or UUID(int=0))
    if person is None or account is None or who.session is None or who.only:
        raise Forbidden("Sign in first.")
    return person, account
