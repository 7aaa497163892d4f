"""What pages and API show of a case, put together for reading."""

from pprg_triage.projections.access import Accessed, access_page, whole_access
from pprg_triage.projections.agenda import Agenda, Item, agenda_of
from pprg_triage.projections.amending import Amended, amended_of
from pprg_triage.projections.announcing import Announced, announced_of
from pprg_triage.projections.case import Step, Whole, steps_of, whole_case
from pprg_triage.projections.chronology import chronology_page, whole_chronology
from pprg_triage.projections.comparing import Compared, answers_of, compared, compared_again
from pprg_triage.projections.conflicts import Marked, Shown, conflicts_page, lives_of, marked, one_conflict
from pprg_triage.projections.decisions import Decided, proposed_before, read_by_others
from pprg_triage.projections.history import Happened, history_of
from pprg_triage.projections.importing import Listed, WholeImport, imports, is_listed, planned, whole_import
from pprg_triage.projections.listing import CaseList, all_cases, find_case, latest_news, listed_cases
from pprg_triage.projections.meetings import Met, gathering, heard_with, sittings_for
from pprg_triage.projections.members import Led, Tied, called_as_staff, caseload, tied_to
from pprg_triage.projections.referral import Told, told_of
from pprg_triage.projections.requests import WholeRequest, returns_of, told_by, whole_request
from pprg_triage.projections.staff import Named, named_staff

__all__ = [
    "Accessed",
    "Agenda",
    "Amended",
    "Announced",
    "CaseList",
    "Compared",
    "Decided",
    "Happened",
    "Item",
    "Led",
    "Listed",
    "Marked",
    "Met",
    "Named",
    "Shown",
    "Step",
    "Tied",
    "Told",
    "Whole",
    "WholeImport",
    "WholeRequest",
    "access_page",
    "agenda_of",
    "all_cases",
    "amended_of",
    "announced_of",
    "answers_of",
    "called_as_staff",
    "caseload",
    "chronology_page",
    "compared",
    "compared_again",
    "conflicts_page",
    "find_case",
    "gathering",
    "heard_with",
    "history_of",
    "imports",
    "is_listed",
    "latest_news",
    "listed_cases",
    "lives_of",
    "marked",
    "named_staff",
    "one_conflict",
    "planned",
    "proposed_before",
    "read_by_others",
    "returns_of",
    "sittings_for",
    "steps_of",
    "tied_to",
    "told_by",
    "told_of",
    "whole_access",
    "whole_case",
    "whole_chronology",
    "whole_import",
    "whole_request",
]
