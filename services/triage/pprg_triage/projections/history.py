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
from pprg_shared.database import unseal, uuid_of
from pprg_shared.directory import name_of
from pprg_shared.identity.people import colleague
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.actions import notices_of
from pprg_triage.models import Case, Decision, Import, ImportedCase, Request, TriggerDay
from pprg_triage.projections.amending import Tell, amended_of
from pprg_triage.projections.meetings import meetings_of
from pprg_triage.projections.members import tied_to
from pprg_triage.rules import announcing, closing
from pprg_triage.rules.announcing import Whom

#: What says how a request has changed.
CHANGED = "information.changed."


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
    noted += [*_amended(session, case, tell, names=names), *_announced(session, case, profile, names=names)]
    return sorted([*_met(session, case), *proposed, *messages, *noted], key=lambda each: each.at)


def _imported(session: Session, case: Case) -> Iterator[Happened]:
    """That the case came from a list, where it did."""
    if imported := session.get(ImportedCase, case.id):
        made = session.get_one(Import, imported.import_id)
        what = f"Imported from row {imported.number} of a list of open cases"
        yield Happened(made.at, moment(made.at), what, _name(session, made.by))


def _messages(session: Session, case: Case, profile: Profile) -> Iterator[Happened]:
    """What was heard and said about the case; of one whose body is gone by age, that it was and when."""
    changes = _changes(session, case)
    for box in (inbox, outbox):
        told = (box.c.subject == str(case.id), ~sa.or_(*(box.c.type.startswith(each) for each in rules.TOLD_BY_ROWS)))
        rows = sa.select(box.c.type, box.c.body, box.c.created_at).where(*told)
        for kind, body, created_at in session.execute(rows):
            message = Envelope.from_json(body) if body else None
            at = message.time if message else created_at
            public = message.public if message else {}
            said = (public.get("request_id", ""), public.get("revision", 0)) if kind.startswith(CHANGED) else ("", 0)
            change = changes.get(said, "")
            detail = _detail(public, profile, change) or _received(public, at)
            what = ": ".join(filter(None, (rules.event_words(kind, public, change), detail)))
            decision = "" if public.get("corrected_on") else public.get("decision_id", "")
            yield Happened(at, moment(at), what, _who(session, public, profile), decision)


def _changes(session: Session, case: Case) -> dict[tuple[str, int], str]:
    """What each change of a request was, by the request and the revision under which it was said."""
    found: dict[tuple[str, int], str] = {}
    for each in session.scalars(sa.select(Request).where(Request.case_id == case.id)):
        lines = unseal(session, each, "content")["history"] if each.content else []
        said = [line["what"] for line in lines if line["what"] in rules.CHANGED]
        found |= {(str(each.id), number): what for number, what in enumerate(said, 1)}
    return found


def _detail(public: Any, profile: Profile, change: str) -> str:
    """What the public part adds: which letter, which meeting, which route; never content."""
    if "template" in public:
        letter = str(public["template"]).replace("_", " ")
        return f"{letter}, to the {rules.duty_words(public['duty'])}" if public.get("duty") else letter
    if at := public.get("starts_at") or public.get("planned_at"):
        copies = f", copies sent on {short(date.fromisoformat(public['copies_on']))}" if public.get("copies_on") else ""
        return moment(datetime.fromisoformat(at)) + copies
    if public.get("due_on") and change == "move":
        return short(date.fromisoformat(public["due_on"]))
    if "route" in public and public["route"] in profile.routes:
        return profile.routes[public["route"]].name
    return ""


def _received(public: Any, at: datetime) -> str:
    """When something came that was written down on another day."""
    day = public.get("submitted_on", "")
    return f"it came on {short(date.fromisoformat(day))}" if day and day != f"{london_date(at)}" else ""


def _who(session: Session, public: Any, profile: Profile) -> str:
    if by := public.get("planned_by") or public.get("called_off_by"):
        return _name(session, UUID(by))
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
        what = _noted_words(session, each, profile)
        who = _name(session, each.noted_by) or ("the referrer" if each.noted_by == case.referrer_id else "")
        yield Happened(each.noted_at, moment(each.noted_at), what, who)


def _amended(session: Session, case: Case, tell: Tell, *, names: bool) -> Iterator[Happened]:
    """How what was referred was corrected: what stood there, what stands there since, and why."""
    for each in amended_of(session, case, tell):
        why = [f"Why: {each.why}"] if names else []
        what = "\n".join(["What was referred was corrected", *each.lines, *why])
        yield Happened(each.at, moment(each.at), what, _name(session, each.by))


def _announced(session: Session, case: Case, profile: Profile, *, names: bool) -> Iterator[Happened]:
    """Who was told before something was published: by letter how many, by hand who, on which day and how."""
    for each in notices_of(session, case.id):
        said = unseal(session, each, "content") if each.content else {}
        whom = Whom(frozenset(each.agencies), frozenset(each.people)).words()
        what = announcing.told_words(each.what, moment(each.planned_at), whom)
        if said:
            to = _by_hand(session, said["whom"], profile)
            how = f"\n{said['how']}" if names and said["how"] else ""
            what = f"{what}: {to}, on {short(date.fromisoformat(said['on']))}{how}"
        yield Happened(each.at, moment(each.at), what, _name(session, each.by))


def _by_hand(session: Session, whom: str, profile: Profile) -> str:
    kind, _, which = whom.partition(":")
    if kind == "agency":
        return name_of(session, profile, which)
    return _name(session, uuid_of(which)) if kind == "person" else announcing.HANDS[whom].lower()


def _noted_words(session: Session, each: TriggerDay, profile: Profile) -> str:
    about = profile.triggers.get(each.trigger, each.trigger)
    said = unseal(session, each, "content") if each.content else {}
    if each.trigger == closing.CLOSED:
        return f"Closed without a review. {closing.closed_words(said)}" if each.day else f"Opened again. {said['why']}"
    if each.day is None:
        return f"Taken back: {about}. {said['why']}"
    reference = f", reference {said['reference']}" if said.get("reference") else ""
    return f"{about[0].upper()}{about[1:]}: {short(each.day)}{reference}"


def _tied(session: Session, case: Case) -> Iterator[Happened]:
    """What somebody said of who reads the case, and who broke the glass; what follows from a meeting does not count."""
    for each in tied_to(session, case.id):
        if each.by is not None and not each.follows:
            who = _name(session, each.person)
            what = f"{each.words}: {who}. {each.why}"
            yield Happened(each.since, moment(each.since), what, _name(session, each.by) or who)


def _met(session: Session, case: Case) -> Iterator[Happened]:
    """The meetings that were held, on their day; who was there stands with the meeting."""
    for each in meetings_of(session, case.id):
        if each.record:
            evening = london(each.held_on, time(23, 59))
            written = each.record.get("written_at")
            at = min(datetime.fromisoformat(written), evening) if written else each.row.starts_at
            record = [each.record.get(name, ()) for name in ("attended", "stand_ins", "conflicts")]
            by = uuid_of(each.record.get("written_by", ""))
            yield Happened(at, short(each.held_on), rules.met_words(*map(len, record)), _name(session, by))


def _proposed(session: Session, case: Case, profile: Profile, ratified: Mapping[str, datetime]) -> Iterator[Happened]:
    """Of a proposal, and of sending it back, the day alone is known.

    They stand at its end, or before the ratification of the same day.
    """
    for each in session.scalars(sa.select(Decision).where(Decision.case_id == case.id)):
        route = profile.routes[each.route].name if each.route in profile.routes else each.route
        content = unseal(session, each, "content")
        for what, by, on in _rounds(each, content):
            evening = london(on, time(23, 59))
            at = min(evening, ratified.get(str(each.id), evening))
            yield Happened(at, short(on), f"{what}: {route}", _name(session, by))


def _rounds(decision: Decision, content: Mapping[str, Any]) -> Iterator[tuple[str, UUID | None, date]]:
    """Each time that a decision was proposed, and sent back, with who did it and when; of old ones not all is kept."""
    for each in [*content.get("history", ()), {**content, "by": str(decision.proposed_by), "on": decision.proposed_on}]:
        if "on" in each:
            yield "Decision proposed", uuid_of(each["by"]), date.fromisoformat(str(each["on"]))
        if back := each.get("sent_back"):
            yield "Decision sent back", uuid_of(back["by"]), date.fromisoformat(back["on"])
