"""One invented referral, as the form and the API take it; tests say what theirs has otherwise."""

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
