"""The rules of publication: what may be public, who releases it, and how a list of published reviews is read."""

from pprg_publisher.rules.catalogue import FIELDS, size_words
from pprg_publisher.rules.embargo import copies_problem, moment_problem, notice_problem, planning_problem, waits
from pprg_publisher.rules.lists import Note, Reading, Review, columns_of, read_list
from pprg_publisher.rules.may import TABLE, UPLOADS, may
from pprg_publisher.rules.release import (
    DRAFTED,
    STATES,
    State,
    offering_problem,
    releasing_problem,
    reopening_problem,
    undoing_problem,
    withdrawing_problem,
)
from pprg_publisher.rules.texts import fold, identity, public_problem, slug
from pprg_publisher.rules.vocabulary import Vocabulary
from pprg_shared.access import Tie, relation

__all__ = [
    "DRAFTED",
    "FIELDS",
    "STATES",
    "TABLE",
    "UPLOADS",
    "Note",
    "Reading",
    "Review",
    "State",
    "Tie",
    "Vocabulary",
    "columns_of",
    "copies_problem",
    "fold",
    "identity",
    "may",
    "moment_problem",
    "notice_problem",
    "offering_problem",
    "planning_problem",
    "public_problem",
    "read_list",
    "relation",
    "releasing_problem",
    "reopening_problem",
    "size_words",
    "slug",
    "undoing_problem",
    "waits",
    "withdrawing_problem",
]
