"""Reviews that were published before: a list is read, shown as what it would make, and imported once confirmed."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pprg_publisher import projections, rules
from pprg_publisher.actions import importing
from pprg_publisher.rules import State
from pprg_publisher.schemas import LONGEST_LIST, ConfirmedListSchema, ListSchema, NothingSchema
from pprg_shared.acting import act, actor, needs, reading, runtime, submitted
from pprg_shared.actor import Done
from pprg_shared.spreadsheet import NotATable, text_of
from pprg_shared.web.forms import Form
from pprg_shared.web.limits import slow
from pprg_shared.web.lists import file_sent

pages = Blueprint("importing", __name__)
PHASE = "publishing"


@pages.route("/publications/imports/new", methods=["GET", "POST"])
def read() -> ResponseReturnValue:
    """Take a list and show what it would make; nothing is kept yet."""
    who = needs("publish")
    form = Form(ListSchema(), request.form if request.method == "POST" else None)
    if form.submitted:
        slow((rules.UPLOADS, str(who.person)))
    _with_file(form)
    if not form.is_valid():
        return render_template("import.html", form=form, columns=rules.columns_of()), 422 if form.errors else 200
    carried = Form(ConfirmedListSchema(), None, form.data)
    return _plan(form.data, carried)


@pages.post("/publications/imports")
def confirm() -> ResponseReturnValue:
    """Import what was shown."""
    slow((rules.UPLOADS, str(needs("publish").person)))
    form = Form(ConfirmedListSchema(), request.form)

    def send(data: dict[str, Any]) -> Done:
        return act(importing.import_list, phase=PHASE, **data)

    if answer := submitted(form, send):
        return answer
    if set(form.errors) - {""}:
        again = Form(ListSchema(), request.form)
        again.is_valid()
        return render_template("import.html", form=again, columns=rules.columns_of()), 422
    return _plan(form.data, form)


def _plan(data: dict[str, Any], form: Form) -> ResponseReturnValue:
    with reading() as session:
        plan = importing.plan_of(session, data["text"], data.get("type"))
    page = render_template("import_plan.html", plan=plan, form=form, documents=_documents)
    return page, 422 if form.errors else 200


def _documents(review: rules.Review) -> str:
    return "; ".join(projections.document_words(each, runtime().profile) for each in review.documents)


def _with_file(form: Form) -> None:
    """Put the text of the file in place of the pasted one."""
    try:
        if sent := file_sent():
            form.typed["text"] = text_of(sent.stream.read(4 * LONGEST_LIST + 1))
    except NotATable as error:
        form.refuse(f"{error}.", "text")


@pages.route("/publications/imports/<uuid:import_id>", methods=["GET", "POST"])
def one_import(import_id: UUID) -> ResponseReturnValue:
    """Show what an import made; a second person releases what still waits."""
    needs("release")
    form = Form(NothingSchema(), request.form if request.method == "POST" else None)

    def send(_data: dict[str, Any]) -> Done:
        return act(importing.release_import, phase=PHASE, import_id=import_id)

    return submitted(form, send) or _made(import_id, form)


@pages.post("/publications/imports/<uuid:import_id>/undo")
def undo_import(import_id: UUID) -> ResponseReturnValue:
    """Take back an import of which nothing was released."""
    needs("publish")
    form = Form(NothingSchema(), request.form)

    def send(_data: dict[str, Any]) -> Done:
        return act(importing.undo_import, phase=PHASE, import_id=import_id)

    return submitted(form, send) or _made(import_id, form)


def _made(import_id: UUID, form: Form) -> ResponseReturnValue:
    with reading() as session:
        rows = projections.of_import(session, import_id)
    waiting = [each for each in rows if each.state == State.OFFERED]
    refusals = [rules.releasing_problem(each.state, each.offered_by, actor().person) for each in waiting]
    about = {"rows": rows, "waiting": waiting, "refusal": next(filter(None, refusals), None)}
    can_undo = not rules.undoing_problem(released=any(each.slug for each in rows), waiting=len(waiting))
    page = render_template(
        "import_made.html", form=form, states=rules.STATES, when=projections.published_words, can_undo=can_undo, **about
    )
    return page, 422 if form.errors else 200
