"""The publisher, described: what was learnt, for everybody to read."""

from pprg_publisher import handlers, rules
from pprg_publisher.actions.publishing import is_closed
from pprg_publisher.models import Base, embargoes
from pprg_shared import directory
from pprg_shared.boxes import Box
from pprg_shared.database import uuid_of
from pprg_shared.events.every import AccessRecorded
from pprg_shared.events.intake import AgencyChanged, PersonChanged, SessionEnded
from pprg_shared.events.publisher import OutcomePublished, PublicationCalledOff, PublicationPlanned
from pprg_shared.events.triage import CaseMembersChanged, DecisionRatified
from pprg_shared.identity import people
from pprg_shared.service import Service

service = Service(
    name="publisher",
    title="Learning",
    package="pprg_publisher",
    metadata=Base.metadata,
    blueprints=[
        *(f"pprg_publisher.pages.{each}:pages" for each in ("learning", "office", "importing", "notices")),
        "pprg_publisher.api:api",
    ],
    commands=["pprg_publisher.commands:import_command"],
    hears={
        AgencyChanged: directory.keep_agency,
        PersonChanged: people.keep_colleague,
        SessionEnded: people.hear_ended,
        DecisionRatified: handlers.draft_publication,
        CaseMembersChanged: handlers.keep_members,
    },
    says=[OutcomePublished, PublicationPlanned, PublicationCalledOff, AccessRecorded],
    boxes=lambda runtime: [Box(runtime.database, embargoes, handlers.publish_released)],
    segments=["learning", "publications", "privacy", "cookies", "accessibility"],
    rules=rules.TABLE,
    closed=lambda session, person, subject: is_closed(session, person, uuid_of(subject)),
    open={
        **dict.fromkeys(
            [
                f"learning.{each}"
                for each in ("learning", "outcome", "feed", "catalogue", "catalogue_json", "catalogue_csv")
            ],
            "for everybody",
        ),
        **dict.fromkeys([f"notices.{each}" for each in ("privacy", "cookies", "accessibility")], "for everybody"),
        "api.learning": "for everybody",
    },
    menu={"Publications": ("/publications", "release"), "What was learnt": ("/learning", "")},
)
