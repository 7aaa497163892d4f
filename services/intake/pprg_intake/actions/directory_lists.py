"""Agencies and people from a list: what it would change, and changing it in one go; and both as a list."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from marshmallow import Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake.actions import directory
from pprg_intake.models import Agency, Person
from pprg_intake.rules import directory as rules
from pprg_intake.rules.directory_lists import (
    AGENCY_COLUMNS,
    MOST_ROWS,
    PERSON_COLUMNS,
    Column,
    Entry,
    Note,
    cells,
    columns_of,
    row_of,
)
from pprg_intake.schemas.directory import AgencySchema, PersonSchema, every_agency
from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.database import uuid_of
from pprg_shared.errors import Refused
from pprg_shared.spreadsheet import Table, read_text
from pprg_shared.typed import UNPRINTABLE, clean, unprintable

#: Rows that are asked for at once.
SLICE = 500
COLUMNS: Mapping[str, Mapping[str, Column]] = {"agencies": AGENCY_COLUMNS, "people": PERSON_COLUMNS}
Answers = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a list would make: an entry for each row that can be read, and what is to be changed in it first."""

    entries: Sequence[Entry]
    problems: Sequence[Note]

    @property
    def seen(self) -> str:
        """What tells this plan from another: what the rows would make of what is here now."""
        return hashlib.sha256(repr([(each.key, each.before, each.after) for each in self.entries]).encode()).hexdigest()


def plan_of(session: Session, what: str, table: Table) -> Plan:
    """Read a list of `agencies` or `people` against the directory."""
    columns = COLUMNS[what]
    places, wrong = columns_of(table, columns)
    if wrong:
        return Plan((), wrong)
    if len(table.lines) > MOST_ROWS:
        words = f"The list has {len(table.lines)} rows, and {MOST_ROWS} is the most. Bring it in in parts"
        return Plan((), [Note(table.first, "", words)])
    agencies = every_agency()
    read = [(number, cells(line, places, columns, agencies)) for number, line in table.lines]
    odd = [
        Note(number, "", UNPRINTABLE) for number, line in table.lines if any(unprintable(clean(each)) for each in line)
    ]
    return Plan((), odd) if odd else _PLANS[what](session, read)


def _agencies(session: Session, read: Sequence[tuple[int, Answers]]) -> Plan:
    here = {row.id: row for row in session.scalars(select(Agency))}
    names = {rules.fold(row.name): code for code, row in here.items()}
    entries, problems = [], []
    taken = set(here)
    for number, found in read:
        code = str(found.pop("code", "")) or names.get(rules.fold(str(found.get("name", ""))), "")
        row = here.get(code)
        before = directory.agency_state(session, row) if row else None
        blank = rules.AgencyState("", "").answers()
        answers, wrong = _loaded(AgencySchema(), (before.answers() if before else blank) | found)
        if code and row is None and rules.code_of(code, ()) != code:
            wrong["code"] = "A code is small letters and digits with hyphens, or empty for a new agency"
        if not wrong:
            after = (before or rules.AgencyState("", "")).told(answers)
            wrong = rules.agency_problems(after) | rules.office_problems(before, after)
            key = code or rules.code_of(after.name, taken)
            taken.add(key)
            entries.append(Entry(number, key, before, after))
        problems += _notes(number, wrong, AGENCY_COLUMNS)
    return Plan(entries, [*problems, *_twice(entries, "", lambda each: each.key)])


def _people(session: Session, read: Sequence[tuple[int, Answers]]) -> Plan:
    addresses = [str(found.get("address", "")).lower() for _, found in read]
    ids = [known for _, found in read if (known := uuid_of(str(found.get("id", ""))))]
    there = list(_there(session, Person.address, addresses)) + list(_there(session, Person.id, ids))
    by_id = {row.id: row for row in there if row.name is not None}
    by_address = {row.address: row for row in there if row.name is not None}
    agencies = {row.id: row for row in session.scalars(select(Agency))}
    entries, problems = [], []
    for number, found in read:
        named, address = str(found.pop("id", "")), str(found.get("address", "")).lower()
        row = by_id.get(uuid_of(named)) if named else by_address.get(address)  # type: ignore[arg-type]  # None is nobody
        before = directory.person_state(row) if row else None
        start = before.answers() if before else {"state": rules.ACTIVE}
        answers, wrong = _loaded(PersonSchema(), start | found)
        if named and row is None:
            wrong["id"] = "Nobody in the directory has this id. Leave it empty for somebody new"
        if not wrong:
            after = rules.person_state(answers)
            wrong = _person_problems(after, agencies[after.agency], row, by_address.get(after.address))
            entries.append(Entry(number, row.id if row else None, before, after))
        problems += _notes(number, wrong, PERSON_COLUMNS)
    doubled = _twice(entries, "Work address", lambda each: each.after.address if each.after.active else "")
    return Plan(entries, [*problems, *doubled])


def _person_problems(
    after: rules.PersonState, agency: Agency, row: Person | None, other: Person | None
) -> dict[str, str]:
    if not after.active:
        return {}
    if words := rules.outside(after.address, agency.name, agency.domains.split()):
        return {"address": words}
    if other is not None and other.active and (row is None or other.id != row.id):
        return {"address": "Somebody else in the directory has this address"}
    return {}


def _there(session: Session, column: Any, values: Sequence[Any]) -> Iterator[Person]:
    for start in range(0, len(values), SLICE):
        yield from session.scalars(select(Person).where(column.in_(values[start : start + SLICE])))


def _loaded(schema: Schema, answers: Answers) -> tuple[Answers, dict[str, str]]:
    """What a form would make of a row, or what it would say about it by field."""
    given = {name: value for name, value in answers.items() if value not in ("", [])}
    try:
        return schema.load(given), {}
    except ValidationError as error:
        return {}, {name: _first(words) for name, words in error.messages_dict.items()}


def _first(words: Any) -> str:
    while not isinstance(words, str):
        words = next(iter(words.values() if isinstance(words, dict) else words))
    return words


def _notes(row: int, wrong: Mapping[str, str], columns: Mapping[str, Column]) -> list[Note]:
    return [Note(row, columns[name].label if name in columns else "", words) for name, words in wrong.items()]


def _twice(entries: Iterable[Entry], column: str, of: Callable[[Entry], str]) -> list[Note]:
    found = rules.twice((each.row, str(of(each) or "")) for each in entries)
    return [Note(row, column, f"This is in row {first} already. Take one of them out") for row, first in found.items()]


_PLANS: Mapping[str, Callable[[Session, Sequence[tuple[int, Answers]]], Plan]] = {
    "agencies": _agencies,
    "people": _people,
}


def bring_list(session: Session, actor: Actor, *, what: str, text: str, seen: str) -> Done:
    """Change the directory as a list says, all of it or nothing."""
    plan = plan_of(session, what, read_text(text))
    if plan.problems:
        raise Refused(f"Row {plan.problems[0].row}: {plan.problems[0].words}. Nothing was changed.")
    if plan.seen != seen:
        raise Refused("The directory has changed since this was shown. Look at what the list would do now.")
    fresh = [each for each in plan.entries if not each.same]
    for each in fresh:
        subject = _agency_kept(session, each) if what == "agencies" else _person_kept(session, actor, each)
        record(session, "directory", "bring_list", subject, actor)
    for each in fresh if what == "people" else ():
        if each.before is not None:
            directory.somebody_administers(session, each.before, each.after)
    return Done(f"/{what}", f"{len(fresh)} changed", what)


def _agency_kept(session: Session, entry: Entry) -> str:
    row = session.get(Agency, entry.key, with_for_update=True) or Agency(id=entry.key, revision=0)
    directory.keep_agency(session, row, entry.after)
    return row.id


def _person_kept(session: Session, actor: Actor, entry: Entry) -> str:
    found = directory.person_of(session, entry.key, alone=True) if entry.key else None
    row = found or Person(id=uuid4(), revision=0)
    directory.keep_person(session, row, entry.after)
    if entry.before is not None:
        directory.contacts_follow(session, actor, entry.before, entry.after)
    return str(row.id)


def lines_of(session: Session, what: str) -> Iterator[list[str]]:
    """The whole directory as a list, its heads first; brought in again it changes nothing."""
    columns = COLUMNS[what]
    yield [each.label for each in columns.values()]
    if what == "agencies":
        for agency in session.scalars(select(Agency).order_by(Agency.name, Agency.id)):
            yield row_of(directory.agency_state(session, agency).answers(), agency.id, columns)
        return
    people = select(Person).where(Person.name.is_not(None)).order_by(Person.found_by, Person.id)
    for person in session.scalars(people):
        yield row_of(directory.person_state(person).answers(), str(person.id), columns)
