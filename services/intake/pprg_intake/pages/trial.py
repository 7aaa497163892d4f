"""Who one acts as, where the product is only tried out with invented people."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from pprg_intake import rules
from pprg_intake.pages.common import pages
from pprg_intake.pages.leaving import nobody
from pprg_intake.schemas import NOBODY, ActingSchema
from pprg_shared.acting import actor, runtime, signs_in
from pprg_shared.actor import COOKIE, sign
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_shared.web.headers import FORGET

SECONDS = 12 * 3600
GROUPS = {
    "The practice review office": {"coordinator", "deputy", "administrator", "ops", "governance"},
    "The practice review group": {"chair", "partner", "member"},
    "Safeguarding leads of agencies": {"agency"},
}
ROLES = {
    "coordinator": "coordinator",
    "deputy": "deputy coordinator",
    "administrator": "administrator",
    "ops": "operator",
    "governance": "information governance",
    "chair": "chair",
}


@pages.route("/sign-in/trial", methods=["GET", "POST"])
def try_out() -> ResponseReturnValue:
    """Ask as which of the invented people somebody acts."""
    if not runtime().settings.trial:
        raise NotThere
    form = Form(ActingSchema(), request.form if request.method == "POST" else None)
    if not form.is_valid():
        groups = _people(form.typed.get("person") or str(actor().person))
        return render_template("trial.html", form=form, groups=groups), 422 if form.errors else 200
    person = runtime().profile.person(form.data["person"])
    signs_in(person)
    if person is None:
        return nobody("/")
    response = redirect(rules.first_page(frozenset(person.roles)), 303)
    cookie = sign(person.id, runtime().settings.session_keys)
    response.set_cookie(COOKIE, cookie, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    if actor().person not in (None, person.id):
        response.headers["Clear-Site-Data"] = FORGET
    return response


def _people(chosen: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The invented people, by what they are here for."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in runtime().profile.people:
        heading = next((heading for heading, roles in GROUPS.items() if roles & set(each.roles)), "Others")
        agency = runtime().profile.agency(each.agency)
        what = ", ".join(ROLES[role] for role in each.roles if role in ROLES) or (agency.name if agency else "")
        checked = chosen in {each.code, str(each.id)}
        groups.setdefault(heading, []).append({"value": each.code, "text": f"{each.name}, {what}", "checked": checked})
    public = {"value": NOBODY, "text": "Nobody: see what the public sees", "checked": chosen == NOBODY}
    return [*groups.items(), ("Or", [public])]
