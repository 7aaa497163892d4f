"""People of the directory: all, those whom somebody looks for, one, and what an administrator changes about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from pprg_intake.actions import accounts, directory, searching
from pprg_intake.pages.blueprint import directory_form, pages, typed
from pprg_intake.projections import listed_people
from pprg_intake.rules import directory as rules
from pprg_intake.schemas import PersonSchema, SearchSchema
from pprg_shared.acting import act, actor, may, needs, reading, runtime, submitted
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form

WHOM = "Enter a name or an address, or choose an agency"


@pages.route("/people", methods=["GET", "POST"])
def people() -> ResponseReturnValue:
    """Show a page of all people, and take whom somebody looks for, which no address of a page ever says."""
    needs("read directory")
    form = Form(SearchSchema(), typed())
    if form.is_valid():
        if any(form.data.values()):
            with runtime().database.writing("action") as session:
                kept = searching.keep_search(session, actor(), **form.data)
            return redirect(f"/people/searches/{kept}", 303)
        form.refuse(WHOM, "find")
    return _people(form, {}, request.args.get("page", 1, int), "/people")


@pages.get("/people/searches/<uuid:search_id>")
def found_people(search_id: UUID) -> ResponseReturnValue:
    """Show whom somebody looked for, to them and for a while."""
    needs("read directory")
    with reading() as session:
        looked_for = searching.search_of(session, actor(), search_id)
    form = Form(SearchSchema(), None, looked_for)
    return _people(form, looked_for, request.args.get("page", 1, int), f"/people/searches/{search_id}")


def _people(form: Form, looked_for: Mapping[str, str], page: int, here: str) -> ResponseReturnValue:
    with reading() as session:
        part = listed_people(session, looked_for, page)
        guessed_at = accounts.guessed_at(session)
    shown = {"part": part, "here": here, "looked": bool(looked_for), "role_words": rules.role_words}
    shown["guessed_at"] = guessed_at
    return render_template("people.html", form=form, **shown), 422 if form.errors else 200


@pages.get("/people/<uuid:person_id>")
def one_person(person_id: UUID) -> ResponseReturnValue:
    """Show a person."""
    needs("read directory")
    with reading() as session:
        row = directory.person_of(session, person_id)
        state = directory.person_state(row)
    shown = {
        "role_words": rules.role_words(row.roles),
        "states": rules.PERSON_STATES,
        "changes": may("change directory"),
    }
    return render_template("person.html", row=row, state=state, **shown)


@pages.route("/people/new", methods=["GET", "POST"])
def add_person() -> ResponseReturnValue:
    """Take a new person."""
    needs("change directory")
    form = Form(PersonSchema(exclude=["state"]), typed(), {"agency": request.args.get("agency", "")})

    def send(data: dict[str, Any]) -> Done:
        return act(directory.add_person, phase="directory", recorded="directory", **data)

    return submitted(form, send) or directory_form(form, "Add a person", "/people", "People")


@pages.route("/people/<uuid:person_id>/change", methods=["GET", "POST"])
def change_person(person_id: UUID) -> ResponseReturnValue:
    """Take what is to be different about a person."""
    needs("change directory")
    with reading() as session:
        now = directory.person_state(directory.person_of(session, person_id))
    form = Form(PersonSchema(), typed(), now.answers())

    def send(data: dict[str, Any]) -> Done:
        return act(directory.change_person, phase="directory", recorded="directory", person_id=person_id, **data)

    return submitted(form, send) or directory_form(form, f"Change {now.name}", f"/people/{person_id}", now.name)
