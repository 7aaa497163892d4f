"""Correcting what was referred, or adding to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.database import unseal
from pprg_shared.web.forms import Form
from pprg_shared.web.referred import KINDS, asked
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import pages, typed
from pprg_triage.projections import amended_of, is_listed
from pprg_triage.schemas import AmendmentSchema, Wording

#: What is cleared where its box was emptied; what must be answered, and where letters go, stays.
CLEARED = (
    "family",
    "family_views",
    "family_contact",
    "contact_risk",
    "other_agencies",
    "agency_contacts",
    "referrer_phone",
)


@pages.route("/cases/<uuid:case_id>/amend", methods=["GET", "POST"])
def amend(case_id: UUID) -> ResponseReturnValue:
    """Take what was referred as it should stand; what was typed is kept where somebody else was quicker (409)."""
    needs("amend")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "amend")
        content = rules.with_agencies(unseal(session, about, "content"), about.named)
        listed = is_listed(session, case_id)
        before = amended_of(session, about, Wording(runtime().profile, names=True))
    sent, reason = typed(), content.get("reason_kind", "concern")
    named = [each["kind"] for each in content["subjects"]]
    named += [text for name, text in (sent or {}).items() if name.startswith("subjects-") and name.endswith("-kind")]
    kinds = [each for each in KINDS if each in named]
    said = rules.referred(content)
    places = {code: number for number, code, *_ in asked(kinds or KINDS, reason)}
    first = as_typed(said, places) | {"revision": len(before)}
    form = Form(AmendmentSchema(about=kinds, reason=reason, form=True, listed=listed), sent, first)

    def send(data: dict[str, Any]) -> Done:
        data = dict.fromkeys(set(CLEARED) & set(form.schema.fields), "") | {rules.AGENCIES: []} | data
        data["criteria"] += [each for each in said["criteria"] if each["criterion"] not in places]
        return act(actions.amend_referral, phase="receipt", case_id=case_id, **data)

    if gone_on := submitted(form, send):
        return gone_on
    saw(case_id, phase="receipt")
    seen = form.typed.get("revision", "")
    since = before[int(seen) :] if seen.isdecimal() and int(seen) < len(before) else []
    if since:
        form.refuse(actions.OVERTAKEN)
        form.typed["revision"] = str(len(before))
    status = 409 if since else 422 if form.errors else 200
    return render_template("amend.html", form=form, case=about, since=since), status


def as_typed(said: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    """What the form begins with: rows under numbered names, answers at the places of their questions."""
    first = {name: each for name, each in said.items() if name not in {"subjects", "criteria"}}
    for number, person in enumerate(said["subjects"]):
        first |= {f"subjects-{number}-{name}": each for name, each in person.items()}
    for answer in said["criteria"]:
        if (place := places.get(answer["criterion"])) is not None:
            first |= {f"criteria-{place}-{name}": each for name, each in answer.items()}
    return first
