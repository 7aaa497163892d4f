"""Triage, described: cases, clocks, requests, meetings, decisions."""

from pprg_shared import directory
from pprg_shared.boxes import Box
from pprg_shared.database import uuid_of
from pprg_shared.events import every, intake, notifier, publisher, triage
from pprg_shared.identity import people
from pprg_shared.service import Service
from pprg_triage import handlers, rules
from pprg_triage.actions import is_closed
from pprg_triage.models import Base, reminders

service = Service(
    name="triage",
    title="Cases",
    package="pprg_triage",
    metadata=Base.metadata,
    blueprints=["pprg_triage.pages:pages", "pprg_triage.api:api"],
    hears={
        intake.AgencyChanged: directory.keep_agency,
        intake.PersonChanged: handlers.hear_person,
        intake.SessionEnded: people.hear_ended,
        intake.ReferralSubmitted: handlers.open_case,
        intake.RequestReady: handlers.note_ready,
        intake.RequestOpened: handlers.note_opened,
        intake.ExtensionRequested: handlers.note_extension,
        intake.AgencySummarySubmitted: handlers.attach_summary,
        intake.NilReturnSubmitted: handlers.attach_nil_return,
        intake.ChronologySubmitted: handlers.attach_chronology,
        intake.StaffNamed: handlers.keep_staff,
        notifier.LetterAccepted: handlers.note_letter,
        notifier.LetterFailed: handlers.note_failed_letter,
        publisher.OutcomePublished: handlers.note_published,
        publisher.PublicationPlanned: handlers.note_planned,
        publisher.PublicationCalledOff: handlers.note_called_off,
        every.AccessRecorded: handlers.note_access,
    },
    says=[
        triage.CaseOpened,
        triage.InformationRequested,
        triage.InformationChanged,
        triage.ExtensionDecided,
        triage.MeetingScheduled,
        triage.MeetingMoved,
        triage.MeetingCancelled,
        triage.SittingChanged,
        triage.DecisionRatified,
        triage.CaseMembersChanged,
        triage.GlassBroken,
        triage.ReminderDue,
        triage.PublicationAnnounced,
        triage.ReferrerChanged,
        every.AccessRecorded,
    ],
    commands=["pprg_triage.commands:who_saw_command"],
    segments=["cases", "meetings", "reviews", "actions", "calendar"],
    boxes=lambda runtime: [Box(runtime.database, reminders, handlers.do_later, handlers.look)],
    rules=rules.TABLE,
    closed=lambda session, person, subject: is_closed(session, uuid_of(subject), person),
    menu={"Cases": ("/cases", "read"), "Who saw what": ("/cases/who-saw", "find who saw")},
)
