"""Open cases from a coordinator's list: what it would make, making it once, taking it back while it is untouched."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, true
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.calendar import london_date, long
from pprg_shared.database import now, profile_of, seal, today, unseal
from pprg_shared.directory import asked_now
from pprg_shared.errors import NotThere, Refused
from pprg_shared.spreadsheet import Table, read_text
from pprg_triage import rules
from pprg_triage.actions.cases import watch
from pprg_triage.models import Amendment, Case, Decision, Import, ImportedCase, Meeting, Request, Tie, TriggerDay


@dataclass(frozen=True)
class Plan:
    """What a list would make: the cases that are new, what is said of the rest, and when the same file came before."""

    compared: rules.Compared
    reading: rules.Reading
    before: Import | None

    def chosen(self, *, leave_out_alike: bool) -> list[rules.OpenCase]:
        """The cases that are made, without those that look like one that is here where that is asked."""
        alike = {each.row for each in self.compared.alike} if leave_out_alike else set()
        return [each for each in self.compared.new if each.row not in alike]


def remembered(session: Session) -> dict[str, str]:
    """What the heads of the list before were taken for."""
    last = session.scalar(select(Import).order_by(Import.at.desc()).limit(1))
    heads: dict[str, str] = unseal(session, last, "content")["heads"] if last else {}
    return heads


def plan_of(session: Session, table: Table, columns: Sequence[str]) -> Plan:
    """Read a list against what is here."""
    words = rules.Vocabulary.of(profile_of(session), asked_now(session))
    reading = rules.read_cases(table, columns, words, today(session))
    here = list(_here(session, reading.cases))
    return Plan(rules.compared(reading.cases, here), reading, _same_file(session, table))


def _here(session: Session, cases: Sequence[rules.OpenCase]) -> Iterator[rules.Here]:
    """Every case that came from a list, and of the others those that were received on the same days."""
    days = {each.received_on for each in cases}
    chosen = (ImportedCase.id.is_not(None)) | Case.received_on.in_(days)
    joined = select(Case, ImportedCase).outerjoin(ImportedCase, ImportedCase.id == Case.id).where(chosen)
    for case, imported in session.execute(joined.order_by(Case.reference)):
        earlier = unseal(session, imported, "known_as") if imported else ""
        content = unseal(session, case, "content")
        for name in [each["name"] for each in content.get("subjects", ())] or [content["subject_name"]]:
            known = rules.known_name(name)
            yield rules.Here(rules.called(case.reference), earlier, known, case.received_on, case.reference)


def _same_file(session: Session, table: Table) -> Import | None:
    """The import that this very table came by, unless it was taken back."""
    print_ = _print(table)
    there = session.scalars(select(Import).where(Import.undone_at.is_(None)))
    return next((each for each in there if unseal(session, each, "content")["print"] == print_), None)


def _print(table: Table) -> str:
    """What tells one table from another; kept under seal, for short lists could be guessed from it."""
    lines = [table.heads, *(cells for _, cells in table.lines)]
    return hashlib.sha256(repr([[rules.fold(cell) for cell in cells] for cells in lines]).encode()).hexdigest()


def import_cases(
    session: Session, actor: Actor, *, text: str, columns: list[str], leave_out_alike: bool = False
) -> Done:
    """Make a case of each row that can be read and is new, all of them or none; nobody is written to."""
    _alone(session)
    table = read_text(text)
    plan = plan_of(session, table, columns)
    if plan.before:
        day = long(london_date(plan.before.at))
        raise Refused(f"This very list was imported on {day} already. Take that import back first, or change the list.")
    chosen = plan.chosen(leave_out_alike=leave_out_alike)
    if not chosen:
        raise Refused("Nothing in this list is new and can be read, so nothing was imported.")
    if actor.person is None:
        raise Refused("Say who you are first.")
    made = _kept(session, actor.person, table, columns, plan, chosen)
    prefix = profile_of(session).partnership.prefix
    for number, each in enumerate(chosen, made.first):
        _open(session, made, rules.list_reference(prefix, made.year, number), each)
    session.flush()
    return Done(f"/cases/imports/{made.id}", f"{len(chosen)} cases", str(made.id))


def _alone(session: Session) -> None:
    """Whoever imports at the same time waits, and then finds what is here; on SQLite they do from their first word."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql(f"LOCK TABLE {Import.__tablename__} IN EXCLUSIVE MODE"))


def _kept(
    session: Session,
    person: UUID,
    table: Table,
    columns: Sequence[str],
    plan: Plan,
    chosen: Sequence[rules.OpenCase],
) -> Import:
    """The import itself: numbers for its cases, and under seal what was left out and why."""
    year = today(session).year
    last = session.scalar(select(func.max(Import.first + Import.count)).where(Import.year == year))
    made = Import(id=uuid4(), at=now(session), by=person, year=year, first=last or 1, count=len(chosen))
    taken = {each.row for each in chosen}
    notes = [*plan.reading.problems, *plan.reading.left_out, *plan.compared.known]
    notes += [each for each in plan.compared.alike if each.row not in taken]
    heads = {rules.heading(table, place): name for place, name in enumerate(columns)}
    left_out = [[each.row, each.column, each.words, each.case] for each in sorted(notes, key=lambda each: each.row)]
    content = {"heads": heads, "left_out": left_out, "print": _print(table)}
    made.content = seal(session, made, "content", content)
    session.add(made)
    return made


def _open(session: Session, made: Import, reference: str, row: rules.OpenCase) -> None:
    """A case as it would be had it been referred; nothing is said, for nobody else keeps anything of it yet.

    The list names nobody to write to: whoever imports it stands for the referrer.
    """
    case = Case(id=uuid4(), reference=reference, received_on=row.received_on, due_on=row.due_on)
    case.clock_from = row.day_zero if row.day_zero == row.notified else None
    case.referrer_id, case.named, case.routes = made.by, row.agency, " ".join(row.routes)
    content, days = _content(row, made.by), {rules.RECEIVED: row.received_on}
    case.content = seal(session, case, "content", content)
    if row.notified:
        days[rules.NOTIFIED] = row.notified
        about = {"case_id": case.id, "trigger": rules.NOTIFIED, "day": row.notified}
        session.add(TriggerDay(**about, noted_by=made.by, noted_at=made.at))
    profile = profile_of(session)
    watch(case, rules.clock_to_watch(profile, content, row.routes, rules.Facts(days), today(session)))
    imported = ImportedCase(id=case.id, import_id=made.id, number=row.row)
    imported.known_as = seal(session, imported, "known_as", row.texts.get("reference", ""))
    imported.content = seal(session, imported, "content", {**row.texts, "received": row.dates["received"].to_json()})
    session.add_all([case, imported])


def _content(row: rules.OpenCase, by: UUID) -> dict[str, Any]:
    """What is sealed with a case, as far as a list tells it."""
    name = row.texts.get("subject", "Not known")
    born, incident = (row.dates[each].as_entered if each in row.dates else "" for each in ("born", "incident"))
    subject = {"kind": row.about, "name": name, "born": born}
    blank = dict.fromkeys(("also_known_as", "died_on", "sex", "ethnicity", "nhs_number", "address"), "")
    told = {"subject_name": name, "subject_born": born, "incident_on": incident}
    # A brother or sister of a child is a child; of one who is not born yet nobody knows.
    kind = "" if row.about == "unborn" else row.about
    others = [{"kind": kind, "name": each.name, "born": each.born} | blank for each in row.siblings]
    lists: dict[str, Any] = {
        "subjects": [subject | blank, *others],
        "criteria": [],
        "harm": [],
        "parallel_processes": [],
    }
    rest = {"what_happened": "", "reason_kind": "concern", "source": "list", "incident": "", "more": {}}
    return told | lists | rest | {"entered_by": str(by)}


def import_of(session: Session, import_id: UUID, *, alone: bool = False) -> Import:
    """An import, or NotThere; `alone` as in `case_of`."""
    found = session.get(Import, import_id, with_for_update=alone)
    if found is None:
        raise NotThere
    return found


def undo_import(session: Session, actor: Actor, *, import_id: UUID) -> Done:
    """Take back the cases of an import that nobody has acted upon; the others stay, and the page says why."""
    made = import_of(session, import_id, alone=True)
    mine = select(ImportedCase.id).where(ImportedCase.import_id == made.id)
    there = session.scalars(select(Case.id).where(Case.id.in_(mine)).order_by(Case.id).with_for_update()).all()
    stay = touched(session, made)
    gone = [each for each in there if each not in stay]
    if not gone:
        raise Refused("None of these cases can be taken back.")
    for model, column in ((TriggerDay, TriggerDay.case_id), (ImportedCase, ImportedCase.id), (Case, Case.id)):
        session.execute(delete(model).where(column.in_(gone)))
    made.undone_at, made.undone_by = now(session), actor.person
    return Done(f"/cases/imports/{made.id}", f"{len(gone)} cases", str(made.id))


def touched(session: Session, made: Import) -> dict[UUID, str]:
    """The cases of an import that somebody has acted upon, and in what way."""
    mine = select(ImportedCase.id).where(ImportedCase.import_id == made.id)
    later: dict[Any, Any] = {TriggerDay: TriggerDay.noted_at > made.at}
    found: dict[UUID, list[str]] = {}
    for model in (Request, Meeting, Decision, TriggerDay, Tie, Amendment):
        rows = select(model.case_id).where(model.case_id.in_(mine), later.get(model, true())).distinct()
        for case_id in session.scalars(rows):
            found.setdefault(case_id, []).append(model.__tablename__)
    return {case_id: rules.touched_words(tables) for case_id, tables in found.items()}
