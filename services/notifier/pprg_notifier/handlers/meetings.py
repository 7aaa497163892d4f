"""Letters about meetings: one invitation a person and sitting, whichever of its cases concern them."""

from uuid import UUID

from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.handlers.writing import write
from pprg_notifier.models import Told, interested, tell, told
from pprg_shared.directory import keep_higher
from pprg_shared.events.triage import MeetingCancelled, MeetingMoved, MeetingScheduled, SittingChanged


def write_about_sitting(session: Session, heard: SittingChanged) -> None:
    """Tell everyone for whom something has changed of a sitting, each of the cases that concern them alone.

    What is heard holds the whole sitting, and the highest revision counts; how it differs is seen from what each was
    told last.
    """
    latest = {"id": heard.sitting_id, "revision": heard.revision}
    if not keep_higher(session, Told.metadata.tables["meetings"], "id", latest):
        return
    before, theirs = told(session, heard.sitting_id), _cases_of(session, heard)
    for person in sorted({*before, *theirs}):
        sequence, entry = before.get(person, (-1, None))
        after = rules.Entry(heard.starts_at, heard.ends_at, heard.place, theirs.get(person, {}))
        if kind := rules.change(entry, after, held=bool(heard.cases)):
            _tell(session, heard, person, max(sequence + 1, heard.revision), kind, entry, after)


def _cases_of(session: Session, heard: SittingChanged) -> dict[UUID, dict[str, str]]:
    """The cases of a sitting that concern each person, but those that an interest closes to them."""
    closed = interested(session, [str(each.case_id) for each in heard.cases])
    found: dict[UUID, dict[str, str]] = {}
    for each in sorted(heard.cases, key=lambda case: case.reference):
        for person in each.invited:
            if (str(each.case_id), person) not in closed:
                found.setdefault(person, {})[str(each.case_id)] = each.reference
    return found


def _tell(
    session: Session,
    heard: SittingChanged,
    person: UUID,
    sequence: int,
    kind: str,
    before: rules.Entry | None,
    after: rules.Entry,
) -> None:
    """Write to somebody what has changed for them; what is taken out of a calendar is told as it stands there."""
    shown = after if after.cases or before is None else before
    had = before.cases if before else {}
    subjects = sorted(shown.cases, key=lambda each: (each in had and bool(after.cases), shown.cases[each]))
    references = [*shown.cases.values()]
    facts = {
        "reference": shown.cases[subjects[0]],
        "starts_at": (shown.starts_at or heard.starts_at).isoformat(),
        "ends_at": (shown.ends_at or heard.ends_at).isoformat(),
        "sequence": str(sequence),
        "uid": heard.sitting_id.hex,
        "method": "REQUEST" if after.cases else "CANCEL",
    }
    if len(references) > 1:
        facts["references"] = ", ".join(references)
    tell(session, heard.sitting_id, person, sequence, after)
    write(session, heard, kind, person, facts, {"place": shown.place or heard.place}, about=subjects)


def write_invitations(session: Session, heard: MeetingScheduled) -> None:
    """Invite each member and the referrer."""
    _about_meeting(session, heard, "meeting_invitation", "REQUEST")


def write_changes(session: Session, heard: MeetingMoved) -> None:
    """Tell everyone who was invited of the other time or place."""
    _about_meeting(session, heard, "meeting_moved", "REQUEST")


def write_cancellations(session: Session, heard: MeetingCancelled) -> None:
    """Take the meeting out of the calendars of everyone who was invited, or of those alone who no longer are."""
    _about_meeting(session, heard, "invitation_withdrawn" if heard.only else "meeting_cancelled", "CANCEL")


def _about_meeting(
    session: Session, heard: MeetingScheduled | MeetingMoved | MeetingCancelled, template: str, method: str
) -> None:
    """A letter to each who is invited; one that a later change has overtaken is never sent, whatever came first.

    Of a meeting that belongs to a sitting this tells them.
    """
    if heard.sitting_id:
        return
    facts = {
        "reference": heard.reference,
        "starts_at": heard.starts_at.isoformat(),
        "ends_at": heard.ends_at.isoformat(),
        "sequence": str(heard.sequence),
        "uid": heard.meeting_id.hex,
        "method": method,
    }
    cases = {} if method == "CANCEL" else {heard.subject: heard.reference}
    entry = rules.Entry(heard.starts_at, heard.ends_at, heard.place, cases)
    for person in heard.invited:
        tell(session, heard.meeting_id, person, heard.sequence, entry)
        write(session, heard, template, person, facts, {"place": heard.place})
