"""A chronology by API, and what does not agree in it."""

from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, receipt, saw
from pprg_shared.partial_dates import PartialDate
from pprg_shared.web.api import asked, body, gives
from pprg_triage import actions, answers, rules
from pprg_triage.api.blueprint import api
from pprg_triage.projections import Shown, chronology_page, conflicts_page, marked
from pprg_triage.schemas import ChronologySchema, PageSchema, SettlingSchema

FIRST = ("agency", "time", "source", "people", "event", "action")


@api.get("/<uuid:case_id>/chronology")
@gives(answers.Chronology)
def chronology(case_id: UUID) -> ResponseReturnValue:
    """Show a page of the rows of all agencies, or some of them, in one time order."""
    needs("read")
    with reading() as session:
        actions.case_of(session, actor(), case_id)
        part = chronology_page(session, case_id, **asked(ChronologySchema()))
    saw(case_id)
    rows = [_row(each) for each in part.entries]
    return jsonify({"rows": rows, "total": part.total, "page": part.page, "pages": part.pages})


def _row(entry: rules.Entry) -> dict[str, Any]:
    further: dict[str, Any] = vars(entry.besides) | {
        name: _day(getattr(entry.besides, name)) for name in ("end_date", "recorded_at")
    }
    about = {"id": str(entry.row), "event_ref": entry.number + 1, "date": entry.when.to_json()}
    return about | {name: getattr(entry, name) for name in FIRST} | further


def _day(day: PartialDate | None) -> dict[str, object] | None:
    return day.to_json() if day else None


@api.get("/<uuid:case_id>/conflicts")
@gives(answers.Conflicts)
def conflicts(case_id: UUID) -> ResponseReturnValue:
    """List what somebody should look at in the chronology, what is open first."""
    needs("read")
    with reading() as session:
        actions.case_of(session, actor(), case_id)
        part = conflicts_page(session, case_id, **asked(PageSchema()))
        opened = marked(session, case_id, ()).open
    saw(case_id)
    shown = [_conflict(each) for each in part.entries]
    return jsonify({"conflicts": shown, "open": opened, "total": part.total, "page": part.page, "pages": part.pages})


def _conflict(found: Shown) -> dict[str, Any]:
    each = found.row
    history = [line | {"by": line["by"] and str(line["by"]), "at": line["at"].isoformat()} for line in found.history]
    return {
        "id": str(each.id),
        "kind": each.kind,
        "words": rules.KINDS[each.kind],
        "about": found.about,
        "state": each.state,
        "day": each.day.isoformat(),
        "rows": [_row(entry) for entry in found.entries],
        "total": found.total,
        "history": history,
    }


@api.post("/<uuid:case_id>/conflicts/<uuid:conflict_id>")
def settle(case_id: UUID, conflict_id: UUID) -> ResponseReturnValue:
    """Say how something stands that does not agree; no row is changed for it."""
    needs("settle")
    said = body(SettlingSchema()) | {"case_id": case_id, "conflict_id": conflict_id}
    return receipt(act(actions.settle_conflict, phase="chronology", **said))
