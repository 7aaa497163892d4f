"""A partnership's profile: names, bodies, agencies, review types, criteria, clocks, meetings, letters and retention.

`load_profile` reads and checks a TOML file; what is wrong with it is a ProfileError that names file, line and key.
The rules over it are pure: `possible_routes` and `answers_from_subjects` (which review types the answers leave open),
`deadline` and `deadlines` (the clocks of a case with their working), `standing_dates` and `next_standing`.
"""

from pprg_shared.profile.clocks import PLANNED, SENT, SUBMIT, TARGETS, Clock
from pprg_shared.profile.codes import (
    ALLEGED_SOURCES,
    CONTACTS,
    DISABILITIES,
    EDUCATION,
    ENQUIRIES,
    ETHNICITIES,
    IMPACTS,
    LEGAL_STATUSES,
    MEDIA,
    NEEDS,
    OTHER,
    OTHER_BODY,
    PLACEMENTS,
    PLAN_CATEGORIES,
    PLANS,
    RATINGS,
    REFERRERS,
    SAID,
    SEXES,
    SIGNIFICANCES,
    VIEWS,
)
from pprg_shared.profile.criteria import (
    Answer,
    Possible,
    Reply,
    Subject,
    answers_from_subjects,
    possible_routes,
    routes_of_people,
)
from pprg_shared.profile.deadlines import Deadline, deadline, deadlines, notices
from pprg_shared.profile.letters import Labels, Letter, Letters
from pprg_shared.profile.loading import ProfileError, load_profile
from pprg_shared.profile.meetings import Meetings, next_standing, standing_dates
from pprg_shared.profile.partnership import Agency, Body, Duty, Partnership, Person, Reporting
from pprg_shared.profile.publication import DocumentKind, Publication, PublicationType, Retention, Theme
from pprg_shared.profile.routes import Criterion, Mandate, Outcome, Route
from pprg_shared.profile.whole import Harm, Profile

__all__ = [
    "ALLEGED_SOURCES",
    "CONTACTS",
    "DISABILITIES",
    "EDUCATION",
    "ENQUIRIES",
    "ETHNICITIES",
    "IMPACTS",
    "LEGAL_STATUSES",
    "MEDIA",
    "NEEDS",
    "OTHER",
    "OTHER_BODY",
    "PLACEMENTS",
    "PLANNED",
    "PLANS",
    "PLAN_CATEGORIES",
    "RATINGS",
    "REFERRERS",
    "SAID",
    "SENT",
    "SEXES",
    "SIGNIFICANCES",
    "SUBMIT",
    "TARGETS",
    "VIEWS",
    "Agency",
    "Answer",
    "Body",
    "Clock",
    "Criterion",
    "Deadline",
    "DocumentKind",
    "Duty",
    "Harm",
    "Labels",
    "Letter",
    "Letters",
    "Mandate",
    "Meetings",
    "Outcome",
    "Partnership",
    "Person",
    "Possible",
    "Profile",
    "ProfileError",
    "Publication",
    "PublicationType",
    "Reply",
    "Reporting",
    "Retention",
    "Route",
    "Subject",
    "Theme",
    "answers_from_subjects",
    "deadline",
    "deadlines",
    "load_profile",
    "next_standing",
    "notices",
    "possible_routes",
    "routes_of_people",
    "standing_dates",
]
