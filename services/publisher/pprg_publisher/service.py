"""The publisher, described: what was learnt, for everybody to read."""

from pprg_publisher import handlers
from pprg_publisher.models import Base
from pprg_shared.events.publisher import OutcomePublished
from pprg_shared.events.triage import DecisionRatified
from pprg_shared.service import Service

service = Service(
    name="publisher",
    title="Learning",
    package="pprg_publisher",
    metadata=Base.metadata,
    blueprints=["pprg_publisher.pages:pages", "pprg_publisher.api:api"],
    hears={DecisionRatified: handlers.draft_publication},
    says=[OutcomePublished],
    segments=["learning", "publications"],
    verbs={"publish": frozenset({"coordinator", "deputy"})},
    menu={"Publications": ("/publications", "publish"), "What was learnt": ("/learning", "")},
)
