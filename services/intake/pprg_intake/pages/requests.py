"""The requests of one's agency: what is asked, its answer, its chronology, more time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import actions, projections, rules
from pprg_intake.actions import corrections, drafts
from pprg_intake.actions.staff import staff_list
from pprg_intake.models import Request
from pprg_intake.pages.blueprint import pages
from pprg_intake.schemas import (
    NilReturnSchema,
    TimeSchema,
    UploadSchema,
    return_schema,
)
from pprg_shared import spreadsheet
from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.paging import ROWS, Part, before
from pprg_shared.spreadsheet import NotATable
from pprg_shared.web import takes_rows, takes_uploads
from pprg_shared.web.forms import Form
from pprg_shared.web.limits import slow
from pprg_shared.web.lists import file_sent
from pprg_shared.web.referred import KINDS

#: Rows of an uploaded chronology on a page, and the most errors of a file that are listed.
MOST_SHOWN = 1000


@pages.get("/requests")
def requests() -> ResponseReturnValue:
    """List what one's agency is asked."""
    needs("answer")
    with reading() as session:
        rows = session.scalars(select(Request).where(Request.agency == actor().agency).order_by(Request.due_on)).all()
    return render_template("requests.html", rows=rows)


@pages.route("/requests/<uuid:request_id>", methods=["GET", "POST"])
@takes_rows
def answer(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked and take the answer."""
    needs("answer")
    _note_opened(request_id)
    nil = request.method == "POST" and "_nil" in request.form
    sent = request.form if request.method == "POST" else None
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        content = unseal(session, asked, "content")
        draft = drafts.draft_of(session, asked)
        decided = projections.is_decided(session, asked.case_id)
        staff = staff_list(session, asked)
        before = _sent_before(session, asked)
    first = before.typed | ({"draft": draft.id} if draft else {})
    form = Form(return_schema(asked.wanted), None if nil else sent, first)
    marks = rules.marks_of(rules.sought(content))
    nil_form = Form(NilReturnSchema(), sent if nil else None, before.typed_nil | {"people_seen": marks}, mark="nil-")

    def send(data: dict[str, Any]) -> Done:
        action = actions.answer_nil if nil else actions.answer_request
        return act(action, phase="returns", request_id=request_id, **data)

    if gone_on := submitted(nil_form if nil else form, send):
        return gone_on
    saw(asked.case_id)
    form.typed["draft"] = str(draft.id) if draft else ""
    since = _unseen(nil_form, rules.sought(content)) if nil else []
    shown = {"since": since, "content": content, "form": form, "nil": nil_form, "draft": draft, "decided": decided}
    shown |= {"staff": staff, "before": before}
    shown |= {"waits": rules.waits(content), "people": rules.sought(content), "kinds": KINDS}
    status = 409 if since else 422 if form.errors or nil_form.errors else 200
    return render_template("request.html", asked=asked, closed=rules.CLOSED, **shown), status


def _unseen(form: Form, people: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    """Of whom whoever has just sent a nil return had not read; once the page shows them they have."""
    since = rules.unseen(people, form.typed.get("people_seen", ""))
    form.typed["people_seen"] = rules.marks_of(people)
    return since


@dataclass(frozen=True)
class SentBefore:
    """What the forms of a queried return begin with: when it was sent, what was typed, how many rows were a file's."""

    on: date | None = None
    typed: dict[str, Any] = field(default_factory=dict)
    typed_nil: dict[str, Any] = field(default_factory=dict)
    uploaded: int = 0


def _sent_before(session: Session, asked: Request) -> SentBefore:
    """What an agency is asked to correct; nothing unless it is."""
    sent = corrections.last_sent(session, asked) if asked.state == rules.QUERIED else None
    if sent is None:
        return SentBefore()
    said = corrections.answers_of(session, sent)
    if sent.kind == "nil":
        return SentBefore(sent.submitted_on, typed_nil=said)
    return SentBefore(sent.submitted_on, rules.as_typed_before(said), uploaded=len(rules.split(said)[1]))


def _note_opened(request_id: UUID) -> None:
    """The first look at a request is worth knowing; any other only reads."""
    with reading() as session:
        if actions.request_of(session, actor(), request_id).state != "asked":
            return
    with runtime().database.writing("action") as session:
        actions.note_opened(session, actor(), request_id=request_id)


@pages.route("/requests/<uuid:request_id>/extension", methods=["GET", "POST"])
def more_time(request_id: UUID) -> ResponseReturnValue:
    """Take until when an agency would need, and why."""
    needs("answer")
    form = Form(TimeSchema(), request.form if request.method == "POST" else None)
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.ask_for_time, phase="returns", request_id=request_id, **data)

    if gone_on := submitted(form, send):
        return gone_on
    saw(asked.case_id)
    return render_template("extension.html", asked=asked, form=form), 422 if form.errors else 200


@pages.route("/requests/<uuid:request_id>/chronology", methods=["GET", "POST"])
@takes_uploads
def upload(request_id: UUID) -> ResponseReturnValue:
    """Take a chronology as a file: show what is wrong with it, or what was read, before it is sent."""
    needs("answer")
    form = Form(UploadSchema(), request.form if request.method == "POST" else None)
    wrong: list[rules.Wrong] = []
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)

    def send(_data: dict[str, Any]) -> Done:
        if "_drop" in request.form:
            return act(actions.drop_draft, phase="returns", request_id=request_id)
        rows, found = _read_file(asked)
        wrong.extend(found)
        if found:
            raise Refused(f"{len({each.row for each in found})} rows need changing. Nothing was kept.", "file")
        return act(actions.keep_draft, phase="returns", request_id=request_id, rows=rows)

    if gone_on := submitted(form, send):
        return gone_on
    return _upload_page(asked, form, wrong)


def _read_file(asked: Request) -> tuple[list[dict[str, str]], list[rules.Wrong]]:
    raw = _raw_file()
    if not raw:
        raise Refused("Choose a CSV file with at least one row.", "file")
    slow((rules.UPLOADS, asked.agency))
    names = (asked.agency, runtime().agencies.name(asked.agency))
    try:
        return actions.read_chronology(raw, london_date(runtime().clock()), names, runtime().profile.themes)
    except NotATable as error:
        raise Refused(f"{error}.", "file") from None


def _raw_file() -> bytes:
    try:
        sent = file_sent()
    except NotATable as error:
        raise Refused(f"{error}.", "file") from None
    return sent.read() if sent else b""


def _upload_page(asked: Request, form: Form, wrong: list[rules.Wrong]) -> ResponseReturnValue:
    with reading() as session:
        rows = drafts.rows_of(session, drafts.draft_of(session, asked))
        content = unseal(session, asked, "content")
    saw(asked.case_id)
    known, _ = rules.lines(rows, london_date(runtime().clock()), runtime().profile.themes)
    scope = rules.scope_of(content)
    found = [rules.warnings(each, london_date(runtime().clock()), scope) for each in known]
    numbered = list(enumerate(zip(known, found, strict=True), 1))
    last = Part((), len(known), 1).pages
    page = min(max(request.args.get("page", 1, int), 1), last)
    first = before(page)
    shown = {
        "part": Part(numbered[first : first + ROWS], len(known), page),
        "warned": [(number, *each) for number, each in numbered if each[1]],
    }
    first_six = [head for name, (head, _) in rules.COLUMNS.items() if name not in rules.FURTHER]
    further = [
        (head, rules.CHOICES.get(name, {})) for name, (head, _) in rules.COLUMNS.items() if name in rules.FURTHER
    ]
    about = {"wrong": wrong[:MOST_SHOWN], "more": max(0, len(wrong) - MOST_SHOWN)}
    about |= {"columns": first_six, "further": further}
    status = 422 if form.errors else 200
    return render_template("upload.html", asked=asked, form=form, most=rules.MOST_ROWS, **shown, **about), status


@pages.get("/requests/<uuid:request_id>/chronology/template.csv")
def template(request_id: UUID) -> ResponseReturnValue:
    """Give an empty chronology for a spreadsheet: its heads."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
    return _as_file(f"{asked.reference} chronology.csv", ())


@pages.get("/requests/<uuid:request_id>/chronology/rows.csv")
def uploaded_rows(request_id: UUID) -> ResponseReturnValue:
    """Give what was uploaded and not sent yet back as a file, to be changed in a spreadsheet and uploaded again.

    The marking stands in its name and in each row, in a column that is read over when the file comes back.
    """
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        rows = drafts.rows_of(session, drafts.draft_of(session, asked))
    if not rows:
        raise NotThere
    saw(asked.case_id, kind="export")
    marking = runtime().profile.marking
    return _as_file(f"{marking} {asked.reference} chronology as uploaded.csv", rows, {"Marking": marking})


def _as_file(name: str, rows: Iterable[Mapping[str, str]], last: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A chronology as a file; `last` are the cells that end each row, by what heads them."""
    heads = spreadsheet.MARK + spreadsheet.line([*(head for head, _ in rules.COLUMNS.values()), *last])
    lines = (spreadsheet.line([*(row.get(each, "") for each in rules.COLUMNS), *last.values()]) for row in rows)
    file = Response(heads + "".join(lines), mimetype="text/csv")
    file.headers.set("Content-Disposition", "attachment", filename=name)
    return file


@pages.get("/requests/<uuid:request_id>/thanks")
def answered(request_id: UUID) -> ResponseReturnValue:
    """Say that the answer has arrived."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
    return render_template("answered.html", asked=asked)


@pages.get("/requests/<uuid:request_id>/outcome")
def outcome_of_request(request_id: UUID) -> ResponseReturnValue:
    """Show an agency that was asked what was decided."""
    needs("read outcomes")
    with reading() as session:
        reference, told = projections.told_to_agency(session, actor(), request_id)
    saw(told[0].case_id)
    about = {"reference": reference, "told": told}
    return render_template("outcome.html", request_id=request_id, **about)
