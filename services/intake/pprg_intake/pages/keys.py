"""Keys of an agency's programs, as administrators make and revoke them."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_intake.actions import keys
from pprg_intake.pages.blueprint import pages
from pprg_intake.rules import SCOPE_WORDS
from pprg_intake.schemas import KeySchema
from pprg_shared.acting import act, needs, reading, runtime, submitted
from pprg_shared.actor import Done
from pprg_shared.errors import NotThere, Refused
from pprg_shared.web.forms import Form

MADE_BEFORE = "This key was made before, and is shown once only. Revoke it if nobody has it, and make another."


@pages.route("/agencies/<agency>/keys", methods=["GET", "POST"])
def agency_keys(agency: str) -> ResponseReturnValue:
    """List the keys of an agency's programs, and make one, which is shown this once."""
    needs("keep keys")
    form = Form(KeySchema(), request.form if request.method == "POST" else None)
    made = ""
    if form.is_valid():
        key = keys.new_key()
        try:
            about = {"agency": agency, "digest": keys.digest(key), **form.data}
            done = act(keys.make_key, phase="directory", recorded="directory", **about)
        except Refused as error:
            form.refuse(str(error), error.field)
        else:
            made = "" if done.replayed else key
            form = Form(KeySchema())
            if done.replayed:
                form.refuse(MADE_BEFORE)
    with reading() as session:
        rows = keys.keys_of(session, agency)
    shown: dict[str, Any] = {"agency": agency, "rows": rows, "made": made, "now": runtime().clock()}
    return render_template("keys.html", form=form, scopes=SCOPE_WORDS, **shown), 422 if form.errors else 200


@pages.route("/agencies/<agency>/keys/<uuid:key_id>", methods=["GET", "POST"])
def agency_key(agency: str, key_id: UUID) -> ResponseReturnValue:
    """Ask whether a key is to be revoked, and revoke it."""
    needs("keep keys")
    form = Form(Schema(), request.form if request.method == "POST" else None)

    def send(_data: dict[str, Any]) -> Done:
        return act(keys.revoke_key, phase="directory", recorded="directory", agency=agency, key_id=key_id)

    if gone_on := submitted(form, send):
        return gone_on
    with reading() as session:
        key = next((each for each in keys.keys_of(session, agency) if each.id == key_id), None)
    if key is None:
        raise NotThere
    return render_template("key.html", form=form, agency=agency, key=key)
