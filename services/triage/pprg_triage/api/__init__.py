"""The API of triage: the same schemas and actions as the pages."""

from pprg_triage.api import cases, importing, members
from pprg_triage.api.common import api

__all__ = ["api", "cases", "importing", "members"]
