"""Pages of the notifier: letters and how they fare, and the try-out mailbox."""

from email import message_from_bytes
from email.policy import default
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from pprg_notifier.projections import address_of, letter_of, letters_of
from pprg_notifier.rules import State
from pprg_notifier.schemas import WhichLetters
from pprg_shared.acting import may, needs, reading, runtime
from pprg_shared.web.api import asked

pages = Blueprint("pages", __name__)


@pages.get("/letters")
def all_letters() -> ResponseReturnValue:
    """List letters, newest first, perhaps of one case or in one state."""
    needs("read letters")
    which = asked(WhichLetters())
    with reading() as session:
        found = letters_of(session, which.get("subject"), which.get("state"))
    return render_template("letters.html", found=found, which=which, states=list(State))


@pages.get("/letters/<uuid:letter_id>")
def one_letter(letter_id: UUID) -> ResponseReturnValue:
    """Show how a letter fares and, when the try-out mailbox keeps it, what its recipient reads."""
    needs("read letters")
    open_to_all = may("read addresses")
    with reading() as session:
        letter = letter_of(session, letter_id)
        address = address_of(session, letter_id) if open_to_all else None
    kept = runtime().parts["mailbox"].read(letter_id)
    text, invitation = _parts(kept) if kept else ("", "")
    return render_template(
        "letter.html", letter=letter, address=address, text=text, invitation=invitation if open_to_all else ""
    )


def _parts(raw: bytes) -> tuple[str, str]:
    """The text of a letter, and its invitation."""
    message = message_from_bytes(raw, policy=default)
    text = message.get_body(("plain",))
    invitation = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    return text.get_content() if text else "", invitation.get_content() if invitation else ""
