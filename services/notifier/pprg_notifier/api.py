"""The API of the notifier: how letters fared."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pprg_notifier.models import letters
from pprg_shared.acting import needs, reading

api = Blueprint("api", __name__, url_prefix="/api/v1/letters")


@api.get("")
def list_letters() -> ResponseReturnValue:
    """List the letters about a subject."""
    needs("read letters")
    query = select(letters).where(letters.c.subject == request.args.get("subject", "")).order_by(letters.c.created_at)
    with reading() as session:
        rows = session.execute(query).all()
    shown = [
        {
            "id": str(row.id),
            "template": row.type,
            "to": str(row.person_id) if row.person_id else f"{row.agency}/{row.duty}",
            "state": "accepted" if row.done_at else "failed" if row.failed_at else "waiting",
            "invitation": row.type == "meeting_invitation",
            "typed": False,
        }
        for row in rows
    ]
    return jsonify({"letters": shown})
