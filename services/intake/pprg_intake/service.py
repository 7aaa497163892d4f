"""Intake, described: forms, the directory, the agencies' answers."""

from pprg_intake import actions, handlers
from pprg_intake.models import Base
from pprg_shared.acting import COORDINATING, EVERYBODY
from pprg_shared.events.intake import (
    AgencyChanged,
    AgencySummarySubmitted,
    ChronologySubmitted,
    NilReturnSubmitted,
    OutcomeReady,
    PersonChanged,
    ReferralSubmitted,
    RequestReady,
)
from pprg_shared.events.triage import DecisionRatified, InformationChanged, InformationRequested
from pprg_shared.service import Runtime, Service


def prepare(runtime: Runtime) -> None:
    """Fill the directory from the profile."""
    with runtime.database.writing("action") as session:
        actions.seed_directory(session, runtime.profile)


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
    },
    says=[
        AgencyChanged,
        PersonChanged,
        ReferralSubmitted,
        RequestReady,
        OutcomeReady,
        AgencySummarySubmitted,
        ChronologySubmitted,
        NilReturnSubmitted,
    ],
    segments=["", "referrals", "requests", "sign-in", "session", "people", "agencies", "problems"],
    verbs={
        "refer": frozenset({EVERYBODY}),
        "enter": COORDINATING,
        "answer": frozenset({"agency", "partner"}),
        "read outcomes": frozenset({"agency", "partner"}),
    },
    menu={"Requests": ("/requests", "answer"), "Refer a case": ("/referrals/start", "refer")},
    prepare=prepare,
)
