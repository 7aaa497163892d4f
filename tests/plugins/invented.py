"""An invented referral, publication, meeting and decision, as forms and API take them; tests say what is otherwise."""

from typing import Any

from pprg_shared.profile import load_profile

PROFILE = load_profile()

REFERRAL = {
    "immediate_risk": "no",
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_agency": "police",
    "referrer_email": "referrer@agency.example",
    "subject_kind": "child",
    "subject_name": "Invented Child",
    "subject_born": "May 2016",
    "incident_on": "2026",
    "what_happened": "An invented account.",
    "agencies": ["police", "icb"],
    "routes": [],
}

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

#: The partners were there on the day that the clock of the tests shows: the group is quorate.
HELD = {
    "held_on": "2026-11-24",
    "attended": [str(each.id) for each in PROFILE.people_with_role("partner")],
}


def decision(route: str, **changes: Any) -> dict[str, Any]:
    """The criteria of a route are met: every question of its strongest mandate is answered with yes."""
    asked = PROFILE.routes[route]
    codes = [name for each in asked.mandates if each.enabled for name in (*each.all, *each.any)]
    said = {
        "route": route,
        "outcome": "criteria_met",
        "next_step": next(iter(asked.next_steps), ""),
        "reasons": "Invented reasons: the agencies could have worked together better.",
    }
    return {f"answer_{name}": "yes" for name in codes} | {name: each for name, each in said.items() if each} | changes
