"""What all pages of intake share."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared.web.forms import Form

pages = Blueprint("pages", __name__)


def typed() -> "MultiDict[str, str] | None":
    """What was sent, or None when the form is only looked at."""
    return request.form if request.method == "POST" else None


def directory_form(form: Form, title: str, back: str, words: str) -> ResponseReturnValue:
    """A form about an agency or a person, with a link back to where it was opened."""
    shown = {"title": title, "back_to": back, "back_words": words}
    return render_template("directory_form.html", form=form, **shown), 422 if form.errors else 200
