"""What happened on a case, in time order: the messages about it, and what people noted without one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.calendar import london, london_date, moment, short
from pprg_shared.contract import Envelope
from pprg_shared.database import unseal
from pprg_shared.directory import name_of
from pprg_shared.identity.people import colleague
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.models import Case, Decision, Import, ImportedCase, TriggerDay
from pprg_triage.projections.amending import Tell, amended_of
from pprg_triage.projections.members import tied_to


@dataclass(frozen=True)
class Happened:
    """One line: `at` places it; `when` is as exact as it is known; `who` did it or is meant, if that is known.

    `decision` is the decision that was ratified by it.
    """

    at: datetime
    when: str
    what: str
    who: str
    decision: str = ""


def history_of(session: Session, case: Case, profile: Profile, tell: Tell, *, names: bool) -> list[Happened]:
    """Everything that the rows of a case tell, in time order; with or without `names` of those whom it is about.

    `tell` says what was corrected of what was referred.
    """
    messages = list(_messages(session, case, profile))
    ratified = {each.decision: each.at for each in messages if each.decision}
    proposed = _proposed(session, case, profile, ratified)
    noted = [*_imported(session, case), *_noted(session, case, profile), *_tied(session, case)]
    noted += _amended(session, case, tell, names=names)
    return sorted([*proposed, *messages, *noted], key=lambda each: each.at)


def _imported(session: Session, case: Case) -> Iterator[Happened]:
    """That the case came from a list, where it did."""
    if imported := session.get(ImportedCase, case.id):
        made = session.get_one(Import, imported.import_id)
        what = f"Imported from row {imported.number} of a list of open cases"
        yield Happened(made.at, moment(made.at), what, _name(session, made.by))


def _messages(session: Session, case: Case, profile: Profile) -> Iterator[Happened]:
    """What was heard and said about the case; of one whose body is gone by age, that it was and when."""
    for box in (inbox, outbox):
        told = (box.c.subject == str(case.id), ~sa.or_(*(box.c.type.startswith(each) for each in rules.TOLD_BY_ROWS)))
        rows = sa.select(box.c.type, box.c.body, box.c.created_at).where(*told)
        for kind, body, created_at in session.execute(rows):
            message = Envelope.from_json(body) if body else None
            at = message.time if message else created_at
            public = message.public if message else {}
            corrected = bool(public.get("corrected_on"))
            words = rules.event_words(kind, corrected=corrected)
            what = ": ".join(filter(None, (words, _detail(public, profile) or _received(public, at))))
            decision = "" if corrected else public.get("decision_id", "")
            yield Happened(at, moment(at), what, _who(session, public, profile), decision)


def _detail(public: Any, profile: Profile) -> str:
    """What the public part adds: which letter, which meeting, which route; never content."""
    if "template" in public:
        letter = str(public["template"]).replace("_", " ")
        return f"{letter}, to the {rules.duty_words(public['duty'])}" if public.get("duty") else letter
    if at := public.get("starts_at") or public.get("planned_at"):
        return moment(datetime.fromisoformat(at))
    if "route" in public and public["route"] in profile.routes:
        return profile.routes[public["route"]].name
    return ""


def _received(public: Any, at: datetime) -> str:
    """When something came that was written down on another day."""
    day = public.get("submitted_on", "")
    return f"it came on {short(date.fromisoformat(day))}" if day and day != f"{london_date(at)}" else ""


def _who(session: Session, public: Any, profile: Profile) -> str:
    if "planned_by" in public:
        return _name(session, UUID(public["planned_by"]))
    named = public.get("agency") or public.get("referrer_agency")
    if named:
        return name_of(session, profile, str(named))
    if "decision_id" in public and (found := session.get(Decision, UUID(public["decision_id"]))):
        by = _corrector(session, found, public) if public.get("corrected_on") else found.ratified_by
        return _name(session, by)
    return ""


def _corrector(session: Session, decision: Decision, public: Any) -> UUID | None:
    """Who corrected the words of a decision, by the revision under which they were said."""
    lines = unseal(session, decision, "content").get("corrections", ())
    return next((UUID(each["by"]) for each in lines if each["revision"] == public["revision"]), None)


def _name(session: Session, person_id: UUID | None) -> str:
    person = colleague(session, person_id) if person_id else None
    return person.name if person else ""


def _noted(session: Session, case: Case, profile: Profile) -> Iterator[Happened]:
    for each in session.scalars(sa.select(TriggerDay).where(TriggerDay.case_id == case.id)):
        what = f"{profile.triggers.get(each.trigger, each.trigger).capitalize()}: {short(each.day)}"
        who = _name(session, each.noted_by) or ("the referrer" if each.noted_by == case.referrer_id else "")
        yield Happened(each.noted_at, moment(each.noted_at), what, who)


def _amended(session: Session, case: Case, tell: Tell, *, names: bool) -> Iterator[Happened]:
    """How what was referred was corrected: what stood there, what stands there since, and why."""
    for each in amended_of(session, case, tell):
        why = [f"Why: {each.why}"] if names else []
        what = "\n".join(["What was referred was corrected", *each.lines, *why])
        yield Happened(each.at, moment(each.at), what, _name(session, each.by))


def _tied(session: Session, case: Case) -> Iterator[Happened]:
    """What somebody said of who reads the case, and who broke the glass; what follows from a meeting does not count."""
    for each in tied_to(session, case.id):
        if each.by is not None and not each.follows:
            who = _name(session, each.person)
            what = f"{each.words}: {who}. {each.why}"
            yield Happened(each.since, moment(each.since), what, _name(session, each.by) or who)


def _proposed(session: Session, case: Case, profile: Profile, ratified: Mapping[str, datetime]) -> Iterator[Happened]:
    """Of a proposal the day alone is known: it stands at its end, or before the ratification of the same day."""
    for each in session.scalars(sa.select(Decision).where(Decision.case_id == case.id)):
        route = profile.routes[each.route].name if each.route in profile.routes else each.route
        evening = london(each.proposed_on, time(23, 59))
        at = min(evening, ratified.get(str(each.id), evening))
        yield Happened(at, short(each.proposed_on), f"Decision proposed: {route}", _name(session, each.proposed_by))
