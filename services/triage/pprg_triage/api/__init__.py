"""The API of triage: the same schemas and actions as the pages."""

from pprg_triage.api import cases, conflicts, importing, members, staff
from pprg_triage.api.common import api

__all__ = ["api", "cases", "conflicts", "importing", "members", "staff"]
