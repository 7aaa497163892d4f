"""What somebody who is signed in does about it: their sessions, their password, their authenticator."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_intake import rules
from pprg_intake.actions import accounts, sessions
from pprg_intake.models import Account, Person, SignIn
from pprg_intake.pages.blueprint import pages
from pprg_intake.pages.enrolling import checking, renewing, with_codes
from pprg_intake.pages.halfway import KNOWN, changing, slow
from pprg_intake.pages.signing_in import WRONG_CODE, proven, signed_in, slowed, typed
from pprg_intake.schemas import OnceMoreSchema, OwnNewPasswordSchema, SignOutSchema
from pprg_shared.acting import actor, reading, runtime
from pprg_shared.audit import record, sign_ins
from pprg_shared.calendar import moment
from pprg_shared.errors import Forbidden, NotThere, Refused, TooMany
from pprg_shared.identity import cookies, tokens
from pprg_shared.limits import forget
from pprg_shared.web.forms import Form
from pprg_shared.web.leaving import nobody

#: Sign-ins that are shown to whose they are.
SIGN_INS = 50
#: Every session of theirs, among those that somebody may end.
EVERYWHERE = "everywhere"
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
    return render_template("sign_ins.html", this=who.session, **about)


@pages.route("/session/end", methods=["GET", "POST"])
def sign_out_elsewhere() -> ResponseReturnValue:
    """End one session of the acting person, wherever it is, or all of them, once they have typed their password."""
    person, account = _mine()
    with reading() as session:
        there = {str(each.id): each for each in sessions.open_sessions(session, person.id)}
    form = Form(SignOutSchema({key: _place(each) for key, each in there.items()} | {EVERYWHERE: "Everywhere"}), typed())
    if form.is_valid():
        try:
            _is_theirs(account, form.data["present"])
        except TooMany as error:
            return slowed("sign_out_elsewhere.html", form, error)
        except Refused as error:
            form.refuse(str(error), error.field)
        else:
            return _end(person, form.data["which"])
    return render_template("sign_out_elsewhere.html", form=form), 422 if form.errors else 200


def _place(each: SignIn) -> str:
    """How people tell their sessions apart."""
    here = ", here" if each.id == actor().session else ""
    return f"Signed in by {each.way} on {moment(each.started_at)}{here}"


def _end(person: Person, which: str) -> ResponseReturnValue:
    """End what was chosen; whoever is signed in no longer here goes out by the front door."""
    with changing() as session:
        if which == EVERYWHERE:
            sessions.end_everywhere(session, person.id)
        else:
            sessions.end(session, person.id, [UUID(which)])
        record(session, "sign_in", f"sign_out_{which if which == EVERYWHERE else 'elsewhere'}", str(person.id), actor())
    if which in {EVERYWHERE, str(actor().session)}:
        return nobody("/", but=KNOWN)
    return redirect(url_for(".your_sign_ins"), 303)


@pages.route("/session/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Let somebody choose another password who proves once more who they are; every other session of theirs ends."""
    person, account = _mine()
    with reading() as session:
        form = Form(OwnNewPasswordSchema(checking(accounts.own_words(session, person))), typed())

    def change(way: str) -> ResponseReturnValue:
        kept = accounts.hashed(form.data["password"])
        with changing() as session:
            accounts.choose_password(session, person, kept)
            token = sessions.begin(session, person, way)
        return signed_in(redirect(url_for(".your_sign_ins"), 303), token)

    return _once_more("change_password.html", form, account, change)


@pages.route("/session/authenticator", methods=["GET", "POST"])
def change_authenticator() -> ResponseReturnValue:
    """Let somebody take another authenticator who proves once more who they are."""
    person, account = _mine()

    def change(_way: str) -> ResponseReturnValue:
        with changing() as session:
            record(session, "sign_in", "renew_authenticator", str(person.id), actor())
            if locked := accounts.account_of(session, person.id):
                accounts.renew_authenticator(session, locked)
        return renewing(person, account)

    return _once_more("change_authenticator.html", Form(OnceMoreSchema(), typed()), account, change)


@pages.route("/session/recovery-codes", methods=["GET", "POST"])
def change_recovery_codes() -> ResponseReturnValue:
    """Let somebody have new recovery codes who proves once more who they are."""
    person, account = _mine()

    def change(_way: str) -> ResponseReturnValue:
        with changing() as session:
            record(session, "sign_in", "renew_codes", str(person.id), actor())
            fresh = accounts.new_recovery_codes(session, person.id)
        return with_codes(fresh, url_for(".your_sign_ins"))

    return _once_more("change_recovery_codes.html", Form(OnceMoreSchema(), typed()), account, change)


def _once_more(
    page: str, form: Form, account: Account, change: Callable[[str], ResponseReturnValue]
) -> ResponseReturnValue:
    """Change with what somebody signs in only once password and code were right, as when they sign in."""
    if form.is_valid():
        try:
            _is_theirs(account, form.data["present"])
            way = _has_factor(account, form.data["code"])
        except TooMany as error:
            return slowed(page, form, error)
        except Refused as error:
            form.refuse(str(error), error.field)
        else:
            return change(way)
    return render_template(page, form=form), 422 if form.errors else 200


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


def _is_theirs(account: Account, password: str) -> None:
    """Raises Refused for another password, TooMany for too many of them."""
    key = f"password {account.id}"
    slow((rules.SECOND_STEPS, key), whose=account.id)
    fits = accounts.fits(account.password, password)
    with changing() as session:
        if fits:
            forget(session, rules.SECOND_STEPS[0], key)
        else:
            record(session, "sign_in", "refuse_password", str(account.id), actor())
    if not fits:
        raise Refused(NOT_IT, "present")


def _has_factor(account: Account, code: str) -> str:
    """By what they prove it, once for each code, counted with those of signing in; raises Refused and TooMany."""
    slow((rules.SECOND_STEPS, str(account.id)), whose=account.id)
    with changing() as session:
        way = proven(session, account.id, code, actor())
    if not way:
        raise Refused(WRONG_CODE, "code")
    return way


def _mine() -> tuple[Person, Account]:
    """The acting person and their account; whoever came by a link has none."""
    who = actor()
    with reading() as session:
        person = session.get(Person, who.person or UUID(int=0))
        account = session.get(Account, who.person or UUID(int=0))
    if person is None or account is None or who.session is None or who.only:
        raise Forbidden("Sign in first.")
    return person, account
