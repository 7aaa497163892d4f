"""Lists that people bring in from a spreadsheet: a file, or what they pasted."""

from collections.abc import Callable

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from pprg_shared import spreadsheet
from pprg_shared.spreadsheet import NotATable, Table
from pprg_shared.typed import turning
from pprg_shared.web.forms import Form

NAME_TURNS = (
    "The name of the file holds a mark that nobody sees or that turns what is read: rename it, then choose it again"
)


def text_within(text: str, most: int) -> str:
    """The text of a list; raises ValidationError for none, and for one that is longer than this."""
    if not text.strip():
        raise ValidationError("Choose a file or paste a list")
    if len(text) > most:
        raise ValidationError(f"Import at most {most} characters at a time")
    return text


def file_sent() -> FileStorage | None:
    """The file that was chosen, if one was; raises NotATable for one whose name may not be what it reads as."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    if turning(sent.filename):
        raise NotATable(NAME_TURNS)
    return sent


def taken(form: Form, read: Callable[[str], Table]) -> Table | None:
    """The table of the file, else of what was pasted; None when the form says what is wrong with it.

    `read` makes a table of a text, and raises ValidationError or NotATable with advice.
    """
    try:
        if sent := file_sent():
            return read(spreadsheet.text_of(sent.read()))
        return read(request.form.get("text", ""))
    except (NotATable, ValidationError) as error:
        words = error.messages[0] if isinstance(error, ValidationError) else f"{error}."
        form.refuse(words, "text")
        return None
