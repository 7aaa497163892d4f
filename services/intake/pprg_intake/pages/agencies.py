"""Agencies of the directory: all, one, and what an administrator changes about them."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pprg_intake.actions import directory
from pprg_intake.pages.blueprint import directory_form, pages, typed
from pprg_intake.projections import listed_agencies, whole_agency
from pprg_intake.rules import directory as rules
from pprg_intake.schemas import agency_form
from pprg_shared.acting import act, may, needs, reading, submitted
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form

LONGEST_FIND = 100


@pages.get("/agencies")
def agencies() -> ResponseReturnValue:
    """Show a page of the agencies, or of those with something in their name."""
    needs("read directory")
    find = " ".join(request.args.get("find", "")[:LONGEST_FIND].split())
    with reading() as session:
        part = listed_agencies(session, find, request.args.get("page", 1, int))
    shown = {"find": find, "kinds": rules.KINDS, "links": part.links({"find": find} if find else None)}
    return render_template("agencies.html", part=part, **shown)


@pages.get("/agencies/<code>")
def one_agency(code: str) -> ResponseReturnValue:
    """Show an agency."""
    needs("read directory")
    with reading() as session:
        found = whole_agency(session, code)
    missing = rules.DUTIES.get(rules.post_missing(found.state))
    shown = {"kinds": rules.KINDS, "states": rules.AGENCY_STATES, "changes": may("change directory")}
    return render_template("agency.html", found=found, missing=missing, **shown)


@pages.route("/agencies/new", methods=["GET", "POST"])
def add_agency() -> ResponseReturnValue:
    """Take a new agency."""
    needs("change directory")
    form = Form(agency_form(office=False), typed(), rules.AgencyState("", "").answers())

    def send(data: dict[str, Any]) -> Done:
        return act(directory.add_agency, phase="directory", recorded="directory", **data)

    answer = submitted(form, send)
    return answer or directory_form(form, "Add an agency", "/agencies", "Agencies")


@pages.route("/agencies/<code>/change", methods=["GET", "POST"])
def change_agency(code: str) -> ResponseReturnValue:
    """Take what is to be different about an agency."""
    needs("change directory")
    with reading() as session:
        row = directory.agency_of(session, code)
        now = directory.agency_state(session, row)
    form = Form(agency_form(office=now.kind == rules.OFFICE), typed(), now.answers())

    def send(data: dict[str, Any]) -> Done:
        return act(directory.change_agency, phase="directory", recorded="directory", code=code, **data)

    answer = submitted(form, send)
    return answer or directory_form(form, f"Change {now.name}", f"/agencies/{code}", now.name)
