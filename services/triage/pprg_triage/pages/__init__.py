"""Pages of triage: the coordinator's first page, the case, and a form for each thing done about it."""

from pprg_triage.pages import (
    access,
    amending,
    announcing,
    cases,
    chronology,
    closing,
    conflicts,
    dates,
    decisions,
    handing,
    importing,
    meetings,
    members,
    requests,
    staff,
)
from pprg_triage.pages.blueprint import pages

__all__ = [
    "access",
    "amending",
    "announcing",
    "cases",
    "chronology",
    "closing",
    "conflicts",
    "dates",
    "decisions",
    "handing",
    "importing",
    "meetings",
    "members",
    "pages",
    "requests",
    "staff",
]
