"""One invented referral and one publication, as forms and API take them; tests say what theirs has otherwise."""

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
