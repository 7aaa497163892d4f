"""The API of triage: the same schemas and actions as the pages."""

from pprg_triage.api import amending, announcing, cases, closing, conflicts, dates, importing, meetings, members, staff
from pprg_triage.api.blueprint import api

__all__ = [
    "amending",
    "announcing",
    "api",
    "cases",
    "closing",
    "conflicts",
    "dates",
    "importing",
    "meetings",
    "members",
    "staff",
]
