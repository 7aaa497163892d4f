"""What may be sent to triage, by form and by API alike."""

from pprg_triage.schemas.cases import DaySchema
from pprg_triage.schemas.decisions import DecisionSchema, RatificationSchema
from pprg_triage.schemas.meetings import MeetingSchema
from pprg_triage.schemas.requests import CHANGES, ChronologySchema, RequestsSchema

__all__ = [
    "CHANGES",
    "ChronologySchema",
    "DaySchema",
    "DecisionSchema",
    "MeetingSchema",
    "RatificationSchema",
    "RequestsSchema",
]
