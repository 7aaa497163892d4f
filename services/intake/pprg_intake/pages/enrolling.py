"""Enrolling: the first administrator, a new password, the authenticator, and the recovery codes that are shown once."""

from collections.abc import Callable
from uuid import UUID

import pyotp
import segno
from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from pprg_intake import rules
from pprg_intake.actions import accounts, opening, sessions
from pprg_intake.models import Account, Person
from pprg_intake.pages import halfway
from pprg_intake.pages.blueprint import pages
from pprg_intake.pages.halfway import Half, changing, from_here, slow
from pprg_intake.pages.signing_in import (
    NO_SUCH_CODE,
    _by_code,
    signed_in,
    slowed,
    start,
    to_password,
    typed,
)
from pprg_intake.schemas import AuthenticatorSchema, EnrolmentSchema, FirstSchema, NewPasswordSchema
from pprg_shared.acting import reading, runtime
from pprg_shared.errors import NotThere, Refused, TooMany
from pprg_shared.web.csrf import begins_session
from pprg_shared.web.forms import Form


@pages.route("/sign-in/first", methods=["GET", "POST"])
@begins_session
def first() -> ResponseReturnValue:
    """Make the first administrator, for whoever has the code that was printed; not there once there is one."""
    with reading() as session:
        if not opening.first_is_open(session):
            raise NotThere
    form = Form(FirstSchema(), typed())
    if not form.is_valid():
        return render_template("first.html", form=form), 422 if form.errors else 200
    try:
        slow((rules.CODES_FROM, from_here()))
        with changing() as session:
            person = opening.make_first_administrator(session, **form.data)
    except TooMany as error:
        return slowed("first.html", form, error)
    except Refused as error:
        form.refuse(str(error), error.field)
        return render_template("first.html", form=form), 422
    if person is None:
        form.refuse(NO_SUCH_CODE, "code")
        return render_template("first.html", form=form), 422
    return to_password(person, None)


@pages.route("/sign-in/enrol/<uuid:number>", methods=["GET", "POST"])
@begins_session
def enrol(number: UUID) -> ResponseReturnValue:
    """Ask for the code that was printed for somebody who enrols."""
    return _by_code(EnrolmentSchema(), "enrol.html", opening.ENROLMENT, number)


@pages.route("/sign-in/password", methods=["GET", "POST"])
@begins_session
def new_password() -> ResponseReturnValue:
    """Let somebody choose a password who has shown by a code that they may."""
    with reading() as session:
        half, person, _ = halfway.half(session, halfway.ENROL, halfway.RESET)
        form = Form(NewPasswordSchema(checking(accounts.own_words(session, person))), typed())
    if not form.is_valid():
        return render_template("new_password.html", form=form, person=person), 422 if form.errors else 200
    kept = accounts.hashed(form.data["password"])
    with changing() as session:
        account = accounts.choose_password(session, person, kept)
    if half.to == halfway.RESET:
        return halfway.forget(make_response(redirect(url_for(".password_chosen"), 303)))
    on = Half(person.id, halfway.ENROL, accounts.stamp(account))
    return halfway.keep(make_response(redirect(url_for(".authenticator"), 303)), on)


def checking(own: list[str]) -> Callable[[str], str]:
    """What is wrong with a password for somebody with these words of their own."""
    return lambda chosen: rules.password_problem(chosen, own, accounts.common_passwords())


@pages.get("/sign-in/chosen")
def password_chosen() -> ResponseReturnValue:
    """Say that the new password counts from now on."""
    return render_template("password_chosen.html")


@pages.route("/sign-in/authenticator", methods=["GET", "POST"])
@begins_session
def authenticator() -> ResponseReturnValue:
    """Show the secret of an authenticator, as a picture and as text, until its first code was right."""
    with reading() as session:
        half, person, account = halfway.half(session, halfway.ENROL, halfway.RENEW)
        secret = accounts.shown_secret(session, account)
    if not secret:
        raise halfway.Begin
    form = Form(AuthenticatorSchema(), typed())
    about = {"secret": rules.grouped(secret), "picture": _picture(secret, person), "renewing": half.to == halfway.RENEW}
    if not form.is_valid():
        return render_template("authenticator.html", form=form, **about), 422 if form.errors else 200
    try:
        slow((rules.SECOND_STEPS, str(person.id)))
    except TooMany as error:
        return slowed("authenticator.html", form, error, **about)
    return _confirm(half, person, form, about)


def _confirm(half: Half, person: Person, form: Form, about: dict[str, object]) -> ResponseReturnValue:
    """The recovery codes, once; who has enrolled is signed in."""
    with changing() as session:
        codes = accounts.confirm_authenticator(session, person, form.data["code"])
        token = start(session, person, sessions.AUTHENTICATOR) if codes and half.to == halfway.ENROL else None
    if codes is None:
        form.refuse("This code is not right. Check that the clock of your device is, and type the next one", "code")
        return render_template("authenticator.html", form=form, **about), 422
    return with_codes(codes, rules.first_page(frozenset(person.roles.split())), token)


def with_codes(codes: list[str], leads_to: str, token: object = None) -> ResponseReturnValue:
    """The page that shows recovery codes, which is shown once."""
    page = render_template("recovery_codes.html", codes=codes, leads_to=leads_to)
    return signed_in(page, token) if token else halfway.forget(make_response(page))  # type: ignore[arg-type]


def _picture(secret: str, person: Person) -> Markup:
    """The secret as a code that a camera reads."""
    issuer = runtime().profile.partnership.short_name
    address = pyotp.TOTP(secret).provisioning_uri(name=person.address or person.name or "", issuer_name=issuer)
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff", title="The same as a picture")
    return Markup(drawn)  # noqa: S704 -- drawn from our own secret; text in it is modules, not words


def renewing(person: Person, account: Account) -> ResponseReturnValue:
    """On to another authenticator."""
    half = Half(person.id, halfway.RENEW, accounts.stamp(account))
    return halfway.keep(make_response(redirect(url_for("pages.authenticator"), 303)), half)
