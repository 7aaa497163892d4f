"""What may be sent to triage, by form and by API alike."""

from pprg_triage.schemas.access import AccessSchema
from pprg_triage.schemas.amending import AmendmentSchema, Wording, amendment_schema
from pprg_triage.schemas.announcing import ToldSchema
from pprg_triage.schemas.cases import DaySchema, FindSchema, TakenBackSchema
from pprg_triage.schemas.closing import ClosingSchema, ReopeningSchema
from pprg_triage.schemas.conflicts import PageSchema, SettlingSchema
from pprg_triage.schemas.decisions import (
    CorrectionSchema,
    RatificationSchema,
    RouteSchema,
    SendBackSchema,
    decision_schema,
)
from pprg_triage.schemas.handing import HandOverSchema, StandInSchema
from pprg_triage.schemas.importing import (
    LONGEST_LIST,
    ListSchema,
    OpenCasesSchema,
    chosen,
    chosen_schema,
    table_of,
)
from pprg_triage.schemas.meetings import (
    OTHER,
    CancellationSchema,
    HeldSchema,
    call_schema,
    move_schema,
    of_cases,
)
from pprg_triage.schemas.members import GlassSchema, InterestSchema, MemberSchema
from pprg_triage.schemas.requests import CHANGES, ChronologySchema, RequestsSchema

__all__ = [
    "CHANGES",
    "LONGEST_LIST",
    "OTHER",
    "AccessSchema",
    "AmendmentSchema",
    "CancellationSchema",
    "ChronologySchema",
    "ClosingSchema",
    "CorrectionSchema",
    "DaySchema",
    "FindSchema",
    "GlassSchema",
    "HandOverSchema",
    "HeldSchema",
    "InterestSchema",
    "ListSchema",
    "MemberSchema",
    "OpenCasesSchema",
    "PageSchema",
    "RatificationSchema",
    "ReopeningSchema",
    "RequestsSchema",
    "RouteSchema",
    "SendBackSchema",
    "SettlingSchema",
    "StandInSchema",
    "TakenBackSchema",
    "ToldSchema",
    "Wording",
    "amendment_schema",
    "call_schema",
    "chosen",
    "chosen_schema",
    "decision_schema",
    "move_schema",
    "of_cases",
    "table_of",
]
