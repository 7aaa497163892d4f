"""What everybody can read: the list with its search, each review, the feed and the catalogue."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_publisher import projections, rules
from pprg_publisher.pages.conditional import conditional
from pprg_publisher.projections import published_words
from pprg_publisher.rules import State
from pprg_publisher.schemas import SearchSchema
from pprg_shared import spreadsheet
from pprg_shared.acting import reading, runtime
from pprg_shared.web.api import asked
from pprg_shared.web.forms import END, Form
from pprg_shared.web.headers import same_for_all

pages = Blueprint("learning", __name__)
pages.before_request(same_for_all)
GONE = 410


@pages.get("/learning")
def learning() -> ResponseReturnValue:
    """List what was learnt, or what of it somebody looks for."""
    given = request.args.to_dict()
    if any(not value.strip() for value in given.values()):
        return redirect(_address("learning", {name: value for name, value in given.items() if value.strip()}))
    form = Form(SearchSchema(), MultiDict({**given, END: "1"}))
    good = form.is_valid()
    with reading() as session:
        there = projections.choices(session)
        found = projections.search(session, form.data) if good else None
    fields = _fields(form, there)
    wanted = {name: value for name, value in form.data.items() if name != "page"}
    links = {each: _address(each, wanted) for each in ("feed", "catalogue_json", "catalogue_csv")}
    about = {"form": form, "fields": fields, "found": found, "links": links, "there": there}
    page = render_template("learning.html", **about, step=_step, looking=bool(wanted), when=published_words)
    return conditional((page, 200 if good else 422))


def _fields(form: Form, there: projections.Choices) -> list[Any]:
    """The fields of the search; lists offer what would find something, and what is chosen."""
    drawn = [form.field(name) for name in ("text", "theme", "type", "year")]
    for each, known in zip(drawn[1:3], (there.themes, there.types), strict=True):
        each.items = [item for item in each.items if not item["value"] or item["value"] in known or item["checked"]]
    return drawn


def _step(page: int) -> str:
    """The address of another page of the same list."""
    return _address("learning", {**request.args.to_dict(), "page": page})


def _address(endpoint: str, wanted: Mapping[str, Any]) -> str:
    """The address of a page with what is wanted of it; url_for would heed some names itself."""
    return url_for(f".{endpoint}") + (f"?{urlencode(wanted)}" if wanted else "")


@pages.get("/learning/<slug>")
def outcome(slug: str) -> ResponseReturnValue:
    """Show one review, or that it is available on request."""
    with reading() as session:
        found = projections.at_address(session, slug)
    if found.state != State.LIVE:
        return render_template("withdrawn.html", found=found, on_request=_on_request()), GONE
    profile = runtime().profile
    documents = [(projections.document_words(each, profile), each["address"]) for each in found.documents]
    page = render_template(
        "outcome.html", found=found, when=published_words(found), documents=documents, on_request=_on_request()
    )
    return conditional(page)


def _on_request() -> str:
    return runtime().profile.publication.on_request


@pages.get("/learning/catalogue")
def catalogue() -> ResponseReturnValue:
    """Explain the feed and the catalogue."""
    return conditional(render_template("catalogue.html", fields=rules.FIELDS))


@pages.get("/learning/feed.atom")
def feed() -> ResponseReturnValue:
    """Give what was learnt as an Atom feed, page by page."""
    wanted = asked(SearchSchema())
    with reading() as session:
        found = projections.changes(session, wanted)
        changed = projections.last_change(session)
    base, about = _base(), runtime().profile.partnership
    here = _address("feed", wanted)
    older = _address("feed", {**wanted, "page": found.page + 1})
    text = render_template(
        "feed.xml",
        entries=found.entries,
        partnership=about,
        feed_id=uuid5(NAMESPACE_URL, f"{about.name} {here}").urn,
        base=base,
        here=here,
        older=older if found.page < found.pages else "",
        updated=changed or runtime().clock(),
    )
    return conditional(Response(text, content_type="application/atom+xml; charset=utf-8"), changed)


@pages.get("/learning/catalogue.json")
def catalogue_json() -> ResponseReturnValue:
    """Give the catalogue as JSON."""
    records, changed = _records()
    return conditional(jsonify({"publications": records}), changed)


@pages.get("/learning/catalogue.csv")
def catalogue_csv() -> ResponseReturnValue:
    """Give the catalogue as CSV, in UTF-8 with a header."""
    records, changed = _records()
    lines = [rules.FIELDS, *([_cell(each[name]) for name in rules.FIELDS] for each in records)]
    text = spreadsheet.MARK + "".join(map(spreadsheet.line, lines))
    response = Response(text.encode(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=what-was-learnt.csv"
    return conditional(response, changed)


def _records() -> tuple[list[dict[str, Any]], Any]:
    wanted = asked(SearchSchema())
    with reading() as session:
        rows = projections.everything(session, wanted)
        changed = projections.last_change(session)
    return [projections.record(each, runtime().profile, _base()) for each in rows], changed


def _cell(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _base() -> str:
    """The address that people type, which links in files must hold whole."""
    return runtime().settings.base_url.rstrip("/")
