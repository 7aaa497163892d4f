"""Open cases from a list, by API: a dry run, the import, and taking it back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading, receipt, saw
from pprg_shared.web import takes_uploads
from pprg_shared.web.api import body, gives
from pprg_shared.web.limits import slow
from pprg_triage import actions, answers, rules
from pprg_triage.api.blueprint import api
from pprg_triage.projections import planned, whole_import
from pprg_triage.schemas import OpenCasesSchema, table_of

PHASE = "receipt"


@api.post("/imports/plan")
@takes_uploads
@gives(answers.ImportPlan)
def plan_import() -> ResponseReturnValue:
    """Dry run: read a list of open cases and say what it would make; nothing is kept."""
    who, said = needs("import"), body(OpenCasesSchema())
    slow((rules.UPLOADS, str(who.person)))
    table, columns = table_of(said["text"]), _columns(said)
    with reading() as session:
        plan, named = planned(session, actor(), table, columns)
    saw(*named)
    made = {each.row for each in plan.chosen(leave_out_alike=said["leave_out_alike"])}
    return jsonify(
        {
            "columns": [{"head": rules.heading(table, place), "column": each} for place, each in enumerate(columns)],
            "new": [_new(each) for each in plan.compared.new if each.row in made],
            "problems": _notes(plan.reading.problems),
            "warnings": _notes([*plan.reading.warnings, *plan.compared.alike]),
            "known": _notes(plan.compared.known),
            "left_out": _notes(plan.reading.left_out),
            "imported_before": str(plan.before.id) if plan.before else None,
        }
    )


def _columns(said: dict[str, Any]) -> list[str]:
    """What the columns hold: as was said, else as their headings say."""
    if said["columns"] is not None:
        return list(said["columns"])
    with reading() as session:
        return rules.guessed(table_of(said["text"]), actions.remembered(session))


def _new(each: rules.OpenCase) -> dict[str, Any]:
    return {
        "row": each.row,
        "earlier_reference": each.texts.get("reference", ""),
        "received": each.dates["received"].to_json(),
        "subject": each.texts.get("subject", ""),
        "siblings": [one.name for one in each.siblings],
        "routes": list(each.routes),
        "due_on": None if each.about == "adult" else each.due_on.isoformat(),
    }


def _notes(notes: Iterable[rules.Note]) -> list[dict[str, Any]]:
    return [{"row": each.row, "column": each.column, "detail": each.words} for each in notes]


@api.post("/imports")
@takes_uploads
def create_import() -> ResponseReturnValue:
    """Import what is new in a list of open cases; nobody is written to."""
    who, said = needs("import"), body(OpenCasesSchema())
    slow((rules.UPLOADS, str(who.person)))
    return receipt(act(actions.import_cases, phase=PHASE, **said | {"columns": _columns(said)}))


@api.get("/imports/<uuid:import_id>")
@gives(answers.ImportShown)
def one_import(import_id: UUID) -> ResponseReturnValue:
    """Show what an import made, and which of its cases cannot be taken back."""
    needs("import")
    with reading() as session:
        found = whole_import(session, actor(), import_id)
    saw(*{*(each.case.id for each in found.made), *found.named})
    made = [
        {
            "id": str(each.case.id),
            "reference": each.case.reference,
            "earlier_reference": each.known_as,
            "row": each.number,
            "touched": each.touched,
        }
        for each in found.made
    ]
    undone = found.row.undone_at
    return jsonify(
        {
            "id": str(import_id),
            "count": found.row.count,
            "undone_at": undone and undone.isoformat(),
            "cases": made,
            "left_out": _notes(found.left_out),
        }
    )


@api.post("/imports/<uuid:import_id>/undo")
def undo_import(import_id: UUID) -> ResponseReturnValue:
    """Take back the cases of an import that nobody has acted upon."""
    needs("import")
    body(Schema())
    return receipt(act(actions.undo_import, phase=PHASE, import_id=import_id))
