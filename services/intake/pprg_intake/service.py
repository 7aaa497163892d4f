"""Intake, described: forms, the directory, the agencies' answers."""

from pprg_intake import handlers, rules
from pprg_intake.actions import begun
from pprg_intake.actions.directory import person, seed_directory
from pprg_intake.actions.keys import by_key
from pprg_intake.models import Base
from pprg_intake.projections import is_a_case
from pprg_shared.events.every import AccessRecorded
from pprg_shared.events.intake import (
    AgencyChanged,
    AgencySummarySubmitted,
    ChronologySubmitted,
    CodeIssued,
    ExtensionRequested,
    FormKept,
    NilReturnSubmitted,
    OutcomeReady,
    PasswordResetAsked,
    PersonChanged,
    ReferralSubmitted,
    RequestOpened,
    RequestReady,
    SessionEnded,
    StaffNamed,
)
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.events.triage import (
    DecisionRatified,
    ExtensionDecided,
    InformationChanged,
    InformationRequested,
    ReferrerChanged,
)
from pprg_shared.service import Runtime, Service


def prepare(runtime: Runtime) -> None:
    """Put into the directory what the profile names and it does not hold yet."""
    with runtime.database.writing("action") as session:
        seed_directory(session, runtime.profile)


service = Service(
    name="intake",
    title="Referrals and returns",
    package="pprg_intake",
    metadata=Base.metadata,
    blueprints=["pprg_intake.pages:pages", "pprg_intake.api:api"],
    hears={
        InformationRequested: handlers.make_request_page,
        InformationChanged: handlers.change_request,
        DecisionRatified: handlers.keep_outcome,
        ExtensionDecided: handlers.decide_extension,
        ReferrerChanged: handlers.change_referrer,
        LetterAccepted: handlers.note_code_sent,
        LetterFailed: handlers.note_code_returned,
    },
    commands=["pprg_intake.commands:directory_command", "pprg_intake.commands:admin_commands"],
    says=[
        AgencyChanged,
        PersonChanged,
        SessionEnded,
        ReferralSubmitted,
        RequestReady,
        RequestOpened,
        ExtensionRequested,
        OutcomeReady,
        CodeIssued,
        FormKept,
        PasswordResetAsked,
        AgencySummarySubmitted,
        ChronologySubmitted,
        NilReturnSubmitted,
        StaffNamed,
        AccessRecorded,
    ],
    segments=["", "referrals", "requests", "sign-in", "sign-out", "exit", "session", "people", "agencies", "problems"],
    rules=rules.TABLE,
    closed=is_a_case,
    open={
        "pages.home": "for everybody",
        "pages.sign_in": "for everybody",
        "pages.sign_out": "for everybody",
        "pages.leave": "for everybody",
        "pages.code_for_request": "for everybody: the same page whether or not the link works",
        "pages.code_for_outcome": "for everybody: the same page whether or not the link works",
        "pages.code_for_begun": "for everybody: the same page whether or not the link works",
        "pages.go_on": "for whoever has the code of its link",
        "pages.thanks": "a reference that whoever asks has written into the address",
        "pages.api_reference": "for everybody",
        "pages.problem": "for everybody",
        **dict.fromkeys(["pages.reset", "pages.password_chosen"], "for everybody"),
        **dict.fromkeys(["pages.first", "pages.enrol", "pages.reset_code"], "for whoever has the code"),
        **dict.fromkeys(
            ["pages.second_step", "pages.new_password", "pages.authenticator"],
            "for whoever has just proven the step before",
        ),
        **dict.fromkeys(
            [
                f"pages.{each}"
                for each in (
                    "your_sign_ins",
                    "sign_out_elsewhere",
                    "change_password",
                    "change_authenticator",
                    "change_recovery_codes",
                    "stay",
                    "token_for_programs",
                )
            ],
            "one's own",
        ),
        "api.agencies": "for everybody",
    },
    menu={
        "Requests": ("/requests", "answer"),
        "People": ("/people", "read directory"),
        "Agencies": ("/agencies", "read directory"),
        "Refer a case": ("/referrals/start", "refer"),
    },
    known=person,
    keeps=begun.keep,
    by_key=by_key,
    prepare=prepare,
)
