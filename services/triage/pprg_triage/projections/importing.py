"""An import of open cases with what became of its cases, and what a list told of one case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.database import unseal
from pprg_shared.hand import ask
from pprg_shared.partial_dates import PartialDate, from_json
from pprg_shared.spreadsheet import Table
from pprg_triage import rules
from pprg_triage.actions import Plan, import_of, plan_of, touched, visible
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
    #: How many of its cases are here no more.
    taken_back: int
    left_out: Sequence[rules.Note]
    #: The cases that are named by why a row was left out.
    named: Sequence[UUID]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return any(not each.touched for each in self.made)


def whole_import(session: Session, actor: Actor, import_id: UUID) -> WholeImport:
    """Read an import, but for those of its cases that are closed to whoever reads it; raises NotThere."""
    found = import_of(session, import_id)
    stay = touched(session, found)
    open_to_them = visible(session, actor, Case.id)
    mine = select(Case, ImportedCase, open_to_them).join(ImportedCase, ImportedCase.id == Case.id)
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
        for case, imported, is_open in rows
        if is_open
    ]
    kept = [rules.kept_note(*each) for each in unseal(session, found, "content")["left_out"]]
    left_out, named = _told_to(session, actor, kept)
    return WholeImport(found, made, found.count - len(rows), left_out, named)


def planned(session: Session, actor: Actor, table: Table, columns: Sequence[str]) -> tuple[Plan, Sequence[UUID]]:
    """What a list would make as somebody is told it, and the cases that this names to them."""
    plan = plan_of(session, table, columns)
    known, first = _told_to(session, actor, plan.compared.known)
    alike, second = _told_to(session, actor, plan.compared.alike)
    return replace(plan, compared=replace(plan.compared, known=known, alike=alike)), [*{*first, *second}]


def _told_to(
    session: Session, actor: Actor, notes: Iterable[rules.Note]
) -> tuple[Sequence[rules.Note], Sequence[UUID]]:
    """Notes as somebody is told them, in which no case is named that is closed to them; and those that are named.

    A row is new or not whoever asks: else a case would be made a second time.
    """
    notes = list(notes)
    names = {each.case for each in notes if each.case}
    query = select(Case.id, Case.reference, visible(session, actor, Case.id)).where(Case.reference.in_(names))
    rows = session.execute(query).all() if names else ()
    closed = {reference for _, reference, is_open in rows if not is_open}
    return rules.unnamed(notes, closed), [case_id for case_id, _, is_open in rows if is_open]


def imports(session: Session) -> Sequence[Import]:
    """Every import, the last first."""
    return session.scalars(select(Import).order_by(Import.at.desc())).all()


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


_LISTED = select(ImportedCase.import_id, ImportedCase.number, ImportedCase.content).where(
    ImportedCase.id == bindparam("of_case", type_=Uuid)
)


def listed(session: Session, case_id: UUID, *, names: bool) -> Listed | None:
    """What a list told of a case, or what of it names nobody; None for one that was referred."""
    rows = ask(session.connection(), _LISTED, {"of_case": case_id})
    if not rows:
        return None
    ((import_id, number, content),) = rows
    told = _listed(session, ImportedCase(id=case_id, import_id=import_id, number=number, content=content))
    return told if names else replace(told, texts=rules.listed_without_names(told.texts))


def _listed(session: Session, found: ImportedCase) -> Listed:
    return Listed(found.import_id, found.number, unseal(session, found, "content"))


def is_listed(session: Session, case_id: UUID) -> bool:
    """Whether a case came from a list, so that nobody referred it."""
    return session.get(ImportedCase, case_id) is not None
