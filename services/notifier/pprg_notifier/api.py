"""The API of the notifier: how letters fare."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from pprg_notifier import actions, answers
from pprg_notifier.projections import Shown, letter_of, letters_of
from pprg_notifier.schemas import ReturnedSchema, WhichLetters
from pprg_shared.acting import act, actor, needs, reading, receipt, saw
from pprg_shared.web.api import asked, body, gives

api = Blueprint("api", __name__, url_prefix="/api/v1/letters")


@api.get("")
@gives(answers.Letters)
def list_letters() -> ResponseReturnValue:
    """List letters, newest first."""
    needs("read letters")
    which = asked(WhichLetters())
    with reading() as session:
        found = letters_of(session, actor(), which.get("subject"), which.get("state"))
    return jsonify({"letters": [_json(each) for each in found]})


@api.get("/<uuid:letter_id>")
@gives(answers.LetterShown)
def show_letter(letter_id: UUID) -> ResponseReturnValue:
    """Show one letter."""
    needs("read letters")
    with reading() as session:
        letter = letter_of(session, actor(), letter_id)
    saw(letter.subject, *letter.also)
    return jsonify(_json(letter))


@api.post("/<uuid:letter_id>/returned")
def create_returned(letter_id: UUID) -> ResponseReturnValue:
    """Say that a letter came back."""
    needs("note returned")
    return receipt(act(actions.note_returned, phase="letters", letter_id=letter_id, **body(ReturnedSchema())))


def _json(letter: Shown) -> dict[str, Any]:
    return {
        "id": str(letter.id),
        "template": letter.template,
        "reference": letter.reference,
        "to": letter.to,
        "state": letter.state,
        "attempts": letter.attempts,
        "written_at": letter.written_at.isoformat(),
        "next_try": letter.next_try.isoformat() if letter.next_try else None,
        "problem": letter.problem,
        "invitation": letter.invitation,
        "typed": letter.typed,
    }
