"""An import of open cases with what became of its cases, and what a list told of one case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from pprg_shared.database import unseal
from pprg_shared.partial_dates import PartialDate, from_json
from pprg_triage import rules
from pprg_triage.actions import import_of, touched
from pprg_triage.models import Case, Import, ImportedCase


@dataclass(frozen=True)
class Made:
    """A case that an import made, where it stood in the list, and why it cannot be taken back."""

    case: Case
    number: int
    known_as: str
    received: PartialDate
    name: str
    touched: str


@dataclass(frozen=True)
class WholeImport:
    """An import with its cases that are here and the rows that it left out."""

    row: Import
    made: Sequence[Made]
    left_out: Sequence[rules.Note]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return any(not each.touched for each in self.made)

    @property
    def taken_back(self) -> int:
        """How many of its cases are here no more."""
        return self.row.count - len(self.made)


def whole_import(session: Session, import_id: UUID) -> WholeImport:
    """Read an import; raises NotThere."""
    found = import_of(session, import_id)
    stay = touched(session, found)
    mine = select(Case, ImportedCase).join(ImportedCase, ImportedCase.id == Case.id)
    rows = session.execute(mine.where(ImportedCase.import_id == import_id).order_by(ImportedCase.number)).all()
    made = [
        Made(
            case,
            imported.number,
            unseal(session, imported, "known_as"),
            _listed(session, imported).received,
            unseal(session, case, "content")["subject_name"],
            stay.get(case.id, ""),
        )
        for case, imported in rows
    ]
    return WholeImport(found, made, [rules.Note(*each) for each in unseal(session, found, "content")["left_out"]])


def imports(session: Session) -> Sequence[Import]:
    """Every import, the last first."""
    return session.scalars(select(Import).order_by(Import.at.desc())).all()


def all_cases(session: Session) -> list[tuple[Case, str]]:
    """Every case, the one that is due first before the others, with the reference that it had in a list."""
    joined = select(Case, ImportedCase).outerjoin(ImportedCase, ImportedCase.id == Case.id).order_by(Case.due_on)
    rows = session.execute(joined.options(defer(Case.content), defer(ImportedCase.content)))
    return [(case, unseal(session, imported, "known_as") if imported else "") for case, imported in rows]


def find_case(session: Session, reference: str) -> UUID | None:
    """The case of this reference, ours or the one that it had in a list, however it is spelt; the first of several."""
    if ours := session.scalar(select(Case.id).where(Case.reference == reference.strip().upper())):
        return ours
    wanted = rules.fold(reference)
    listed_ones = session.scalars(
        select(ImportedCase).options(defer(ImportedCase.content)).order_by(ImportedCase.number)
    )
    earlier = ((each.id, rules.fold(unseal(session, each, "known_as"))) for each in listed_ones)
    return next((case_id for case_id, known_as in earlier if wanted and known_as == wanted), None)


@dataclass(frozen=True)
class Listed:
    """What a list told of a case, as it was written there."""

    import_id: UUID
    number: int
    texts: Mapping[str, Any]

    @property
    def received(self) -> PartialDate:
        """When the case was received, as far as the list knew."""
        told = self.texts["received"]
        return from_json(told["value"], told["precision"], told["as_entered"], uncertain=told["uncertain"])


def listed(session: Session, case_id: UUID) -> Listed | None:
    """What a list told of a case; None for one that was referred."""
    found = session.get(ImportedCase, case_id)
    return _listed(session, found) if found else None


def _listed(session: Session, found: ImportedCase) -> Listed:
    return Listed(found.import_id, found.number, unseal(session, found, "content"))
