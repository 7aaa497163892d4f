"""What all pages of triage share."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared.acting import saw, submitted
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form

pages = Blueprint("pages", __name__)


def form_page(template: str, form: Form, send: Callable[[dict[str, Any]], Done], **about: Any) -> ResponseReturnValue:
    """One shape for all forms about a case: draw, check, do, go on; a rule's no is shown above the form."""
    if gone_on := submitted(form, send):
        return gone_on
    saw(about["case"].id)
    return render_template(template, form=form, **about), 422 if form.errors else 200


def typed() -> "MultiDict[str, str] | None":
    """What was sent, or None when the form is only looked at."""
    return request.form if request.method == "POST" else None


def page_links(page: int, pages: int, kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where first, previous, next and last lead, with what else was chosen; what leads nowhere is not there."""
    places = {"previous": page - 1, "next": page + 1}
    if page > 2:  # noqa: PLR2004 -- of page 2 the previous is the first
        places["first"] = 1
    if page < pages - 1:
        places["last"] = pages
    return {name: f"?{urlencode({**(kept or {}), 'page': n})}" for name, n in places.items() if 1 <= n <= pages}
