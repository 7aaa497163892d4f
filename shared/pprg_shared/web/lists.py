"""Lists that people bring in from a spreadsheet: a file, or what they pasted."""

from collections.abc import Callable

from flask import request
from marshmallow import ValidationError

from pprg_shared import spreadsheet
from pprg_shared.spreadsheet import NotATable, Table
from pprg_shared.web.forms import Form


def text_within(text: str, most: int) -> str:
    """The text of a list; raises ValidationError for none, and for one that is longer than this."""
    if not text.strip():
        raise ValidationError("Choose a file or paste a list")
    if len(text) > most:
        raise ValidationError(f"Import at most {most} characters at a time")
    return text


def taken(form: Form, read: Callable[[str], Table]) -> Table | None:
    """The table of the file, else of what was pasted; None when the form says what is wrong with it.

    `read` makes a table of a text, and raises ValidationError or NotATable with advice.
    """
    sent = request.files.get("file")
    try:
        if sent and sent.filename:
            return read(spreadsheet.text_of(sent.read()))
        return read(request.form.get("text", ""))
    except (NotATable, ValidationError) as error:
        words = error.messages[0] if isinstance(error, ValidationError) else f"{error}."
        form.refuse(words, "text")
        return None
