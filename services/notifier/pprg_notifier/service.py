"""The notifier, described: letters. It holds no case key and cannot read a case."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pprg_notifier import handlers, rules
from pprg_notifier.delivery import Letters, Mailbox
from pprg_notifier.handlers import meetings
from pprg_notifier.models import Base, is_closed
from pprg_shared import directory
from pprg_shared.events import every, intake, notifier, triage
from pprg_shared.identity import people
from pprg_shared.service import Drains, Runtime, Service


def parts(runtime: Runtime) -> Mapping[str, Any]:
    """The try-out mailbox lies under the folder of the settings."""
    return {"mailbox": Mailbox(Path(runtime.settings.var).absolute() / "mailbox")}


def boxes(runtime: Runtime) -> Sequence[Drains]:
    """Besides outbox and inbox: the letters."""
    return [Letters(runtime)]


service = Service(
    name="notifier",
    title="Letters",
    package="pprg_notifier",
    metadata=Base.metadata,
    blueprints=["pprg_notifier.pages:pages", "pprg_notifier.api:api"],
    rings=("contact",),
    hears={
        intake.PersonChanged: people.keep_person,
        intake.SessionEnded: people.hear_ended,
        intake.AgencyChanged: directory.keep_agency,
        intake.ReferralSubmitted: handlers.write_receipt,
        intake.RequestReady: handlers.write_request,
        intake.AgencySummarySubmitted: handlers.write_about_return,
        intake.NilReturnSubmitted: handlers.write_about_return,
        intake.ExtensionRequested: handlers.write_about_extension,
        triage.CaseOpened: handlers.write_about_case,
        triage.CaseMembersChanged: handlers.keep_interests,
        triage.ReminderDue: handlers.write_reminder,
        triage.MeetingScheduled: meetings.write_invitations,
        triage.MeetingMoved: meetings.write_changes,
        triage.MeetingCancelled: meetings.write_cancellations,
        triage.SittingChanged: meetings.write_about_sitting,
        triage.GlassBroken: handlers.write_about_glass,
        triage.PublicationAnnounced: handlers.write_notices,
        intake.OutcomeReady: handlers.write_outcomes,
        intake.CodeIssued: handlers.write_code,
        intake.FormKept: handlers.write_about_form,
        intake.PasswordResetAsked: handlers.write_reset,
    },
    says=[notifier.LetterAccepted, notifier.LetterFailed, every.AccessRecorded],
    segments=["letters"],
    rules=rules.TABLE,
    closed=is_closed,
    menu={"Letters": ("/letters", "read letters")},
    parts=parts,
    boxes=boxes,
)
