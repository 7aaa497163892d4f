"""An invented referral, publication, meeting and decision, as forms and API take them; tests say what is otherwise."""

from collections.abc import Mapping
from typing import Any

from pprg_shared.profile import load_profile

PROFILE = load_profile()

#: What must be said of everybody, and may be that it is not known.
UNKNOWN = {"sex": "U", "ethnicity": "NOBT", "address": "not known"}
SUBJECT = {"kind": "child", "name": "Invented Child", "born": "May 2016"} | UNKNOWN
REFERRAL: dict[str, Any] = {
    "immediate_risk": "no",
    "reason_kind": "concern",
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_agency": "police",
    "referrer_email": "referrer@agency.example",
    "authorised_by": "Invented Lead, safeguarding lead",
    "subjects": [SUBJECT],
    "incident_on": "2026",
    "incident": "serious_harm",
    "what_happened": "An invented account.",
    "safety": "Nobody else is known to be at risk.",
    "family_knows": "not known",
    "agencies": ["police", "icb"],
    "routes": [],
    "declaration": True,
}

#: What every return says besides; an agency that is asked for a chronology alone says who stands for it, and no more.
SIGNED = {"author_independent": "yes", "records_secured": "Invented Clerk, 24 November 2026"}
ANSWERED = SIGNED | {"voice_of_child_or_adult": "not known", "immediate_safety_actions": "none"}

#: What everybody may read of an invented review.
PUBLISHED = {
    "type": "rapid_review",
    "label": "Child Z",
    "year": 2026,
    "title": "What was learnt",
    "summary": "An invented case of an invented child.",
    "learning": "Agencies held parts of the picture and met late; sharing earlier would have helped.",
    "themes": ["information-sharing"],
}


def as_form(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a browser sends it: rows under numbered names, what is ticked as text."""
    sent: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            rows = enumerate(value)
            sent |= {f"{name}-{number}-{each}": text for number, row in rows for each, text in row.items()}
        else:
            sent[name] = "true" if value is True else value
    return sent


#: The partners were there on the day that the clock of the tests shows: the group is quorate.
HELD = {
    "held_on": "2026-11-24",
    "attended": [str(each.id) for each in PROFILE.people_with_role("partner")],
}


def decision(route: str, **changes: Any) -> dict[str, Any]:
    """The criteria of a route are met: every question of its strongest mandate is answered with yes."""
    asked = PROFILE.routes[route]
    codes = [name for each in asked.mandates if each.enabled for name in (*each.all, *each.any)]
    said: dict[str, Any] = {
        "route": route,
        "outcome": "criteria_met",
        "equality": "Invented: none had a bearing.",
        "harm": ["neglect"] if asked.is_about_harm else [],
        "next_step": next(iter(asked.next_steps), ""),
        "reasons": "Invented reasons: the agencies could have worked together better.",
    }
    return {f"answer_{name}": "yes" for name in codes} | {name: each for name, each in said.items() if each} | changes
