"""Pages of the notifier: letters and how they fare, and the try-out mailbox."""

from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pprg_notifier import actions
from pprg_notifier.projections import Shown, address_of, letter_of, letters_of
from pprg_notifier.rules import State
from pprg_notifier.schemas import ReturnedSchema, WhichLetters
from pprg_shared.acting import act, actor, may, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.web.api import asked
from pprg_shared.web.forms import Form

pages = Blueprint("pages", __name__)


@pages.get("/letters")
def all_letters() -> ResponseReturnValue:
    """List letters, newest first, perhaps of one case or in one state."""
    needs("read letters")
    which = asked(WhichLetters())
    with reading() as session:
        found = letters_of(session, actor(), which.get("subject"), which.get("state"))
    return render_template("letters.html", found=found, which=which, states=list(State))


@pages.route("/letters/<uuid:letter_id>", methods=["GET", "POST"])
def one_letter(letter_id: UUID) -> ResponseReturnValue:
    """Show how a letter fares and take that it came back."""
    needs("read letters" if request.method == "GET" else "note returned")
    with reading() as session:
        letter = letter_of(session, actor(), letter_id)
    form = Form(ReturnedSchema(), request.form if request.method == "POST" else None)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.note_returned, phase="letters", letter_id=letter_id, **data)

    return submitted(form, send) or (_letter_page(letter, form), 422 if form.errors else 200)


def _letter_page(letter: Shown, form: Form) -> str:
    """A letter and, when the try-out mailbox keeps it, what its recipient reads."""
    open_to_all = may("read addresses")
    with reading() as session:
        address = address_of(session, letter.id) if open_to_all else None
    saw(letter.subject, *letter.also)
    kept = runtime().parts["mailbox"].read(letter.id)
    text, invitation = _parts(kept) if kept else ("", "")
    shown = {"address": address, "text": text, "invitation": invitation if open_to_all else ""}
    return render_template("letter.html", letter=letter, form=form, **shown)


def _parts(raw: bytes) -> tuple[str, str]:
    """The text of a letter, and its invitation."""
    message = message_from_bytes(raw, policy=default)
    text = message.get_body(("plain",))
    invitation = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    return text.get_content() if text else "", invitation.get_content() if invitation else ""
