"""Pages of the notifier: letters and their states, and the try-out mailbox."""

from email import message_from_bytes
from email.policy import default
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pprg_notifier.models import letters
from pprg_notifier.rules import LETTERS
from pprg_shared.acting import needs, reading, runtime
from pprg_shared.errors import NotThere

pages = Blueprint("pages", __name__)
MOST = 200


@pages.get("/letters")
def all_letters() -> ResponseReturnValue:
    """List letters, newest first, perhaps of one case."""
    needs("read letters")
    query = select(letters).order_by(letters.c.created_at.desc()).limit(MOST)
    if subject := request.args.get("subject"):
        query = query.where(letters.c.subject == subject)
    with reading() as session:
        rows = session.execute(query).all()
    return render_template("letters.html", rows=rows, kinds=LETTERS)


@pages.get("/letters/<uuid:letter_id>")
def one_letter(letter_id: UUID) -> ResponseReturnValue:
    """Show a letter as its recipient reads it, from the try-out mailbox."""
    needs("read letters")
    raw = runtime().parts["mailbox"].read(letter_id)
    if raw is None:
        raise NotThere
    message = message_from_bytes(raw, policy=default)
    text = message.get_body(("plain",))
    invitation = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    return render_template(
        "letter.html",
        message=message,
        text=text.get_content() if text else "",
        invitation=invitation.get_content() if invitation else "",
    )
