"""One invented referral and one publication, as forms and API take them; tests say what theirs has otherwise."""

from collections.abc import Mapping
from typing import Any

SUBJECT = {"kind": "child", "name": "Invented Child", "born": "May 2016"}
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
    "agencies": ["police", "icb"],
    "routes": [],
    "declaration": True,
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
