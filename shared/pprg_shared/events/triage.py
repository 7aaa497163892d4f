"""What triage says: cases, requests, meetings and decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pprg_shared.contract import Event, sealed
from pprg_shared.events.told import Sought


class CaseOpened(Event, name="case.opened", version=1, subject="case_id"):
    """A referral has become a case, and its clock runs."""

    case_id: UUID
    referral_id: UUID
    reference: str
    received_on: date
    due_on: date


class InformationRequested(Event, name="information.requested", version=1, subject="case_id"):
    """An agency is asked for a `summary`, a `chronology` or `both`, of a period.

    `subjects` are all whom the case is about, `subject_*` tell of the first of them.
    """

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    wanted: str = "both"
    subject_name: str = sealed("case")
    subject_born: str = sealed("case")
    questions: str = sealed("case")
    scope_from: date | None = sealed("case", default=None)
    scope_to: date | None = sealed("case", default=None)
    subjects: list[Sought] = sealed("case", default_factory=list)


class InformationChanged(Event, name="information.changed", version=1, subject="case_id"):
    """How a request stands now, whole: its due day, and whether it is `open`, `queried`, `accepted` or `waived`.

    `subjects` are whom the case is about now; none of them where nobody has said it anew.
    """

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    state: str
    revision: int
    query: str = sealed("case")
    subjects: list[Sought] = sealed("case", default_factory=list)


class ExtensionDecided(Event, name="extension.decided", version=1, subject="case_id"):
    """Whether an agency gets the time that it asked for; a new due day is said by `information.changed`."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    agreed: bool
    answer: str = sealed("case")


class MeetingScheduled(Event, name="meeting.scheduled", version=1, subject="case_id"):
    """The group meets about a case; with a `sitting_id` people are told by `sitting.changed`, and by this otherwise."""

    meeting_id: UUID
    case_id: UUID
    reference: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    invited: list[UUID]
    sitting_id: UUID | None = None
    place: str = sealed("contact")


class MeetingMoved(Event, name="meeting.moved", version=1, subject="case_id"):
    """The group meets at another time or place; `sequence` counts the changes, and the highest holds."""

    meeting_id: UUID
    case_id: UUID
    reference: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    invited: list[UUID]
    sitting_id: UUID | None = None
    place: str = sealed("contact")


class MeetingCancelled(Event, name="meeting.cancelled", version=1, subject="case_id"):
    """The group does not meet then; `sequence` counts the changes, and the highest holds.

    With `only` it meets all the same: those whom this names are no longer invited, and nobody else is told.
    """

    meeting_id: UUID
    case_id: UUID
    reference: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    invited: list[UUID]
    only: bool = False
    sitting_id: UUID | None = None
    place: str = sealed("contact")


@dataclass(frozen=True)
class CaseHeard:
    """A case that is heard at a sitting, and who is invited for it."""

    meeting_id: UUID
    case_id: UUID
    reference: str
    invited: list[UUID]


class SittingChanged(Event, name="sitting.changed", version=1, subject="sitting_id"):
    """What one coming together of the group is about, whole: when, where, and each case; the highest `revision` holds.

    Without cases it does not take place: the time and the place are the last that it had.
    """

    sitting_id: UUID
    revision: int
    starts_at: datetime
    ends_at: datetime
    cases: list[CaseHeard]
    place: str = sealed("contact")


class DecisionRatified(Event, name="decision.ratified", version=1, subject="case_id"):
    """What the group proposed, its body has confirmed, or words for others about it were corrected since.

    `revision` counts what was said on this route of the case: the highest holds, and its words replace the others'.
    With `corrected_on` these words alone are new: nobody is written to, and nothing is drafted.
    """

    decision_id: UUID
    case_id: UUID
    reference: str
    route: str
    outcome: str
    decided_on: date
    referrer_id: UUID
    agencies: list[str]
    mandate: str = ""
    next_step: str = ""
    revision: int = 1
    corrected_on: date | None = None
    reasons: str = sealed("case")
    to_referrer: str = sealed("case", default="")
    to_agency: str = sealed("case", default="")


class ReminderDue(Event, name="reminder.due", version=1, subject="case_id"):
    """A request is not answered, and its due day is near (`soon`), past (`overdue`) or long past (`escalated`)."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    rung: str


@dataclass(frozen=True)
class CaseMember:
    """Somebody who is tied to a case: `role` is one in the case, or `interest`, which closes it to them.

    From `since` until before `until`, which is not there while nobody has said when it ends.
    """

    person: UUID
    role: str
    since: datetime
    until: datetime | None = None


class CaseMembersChanged(Event, name="case.members-changed", version=1, subject="case_id"):
    """Who is tied to a case, all of them; the highest `revision` holds."""

    case_id: UUID
    revision: int
    members: list[CaseMember]


class GlassBroken(Event, name="glass.broken", version=1, subject="case_id"):
    """Somebody who is no member of a case has opened it until then, for a reason that its page shows.

    `role` is theirs, `told` those who chair the case.
    """

    case_id: UUID
    reference: str
    role: str
    at: datetime
    until: datetime
    told: list[UUID]


class PublicationAnnounced(Event, name="publication.announced", version=1, subject="case_id"):
    """Those whom a case concerns learn before others that something is published about it, by letter.

    `change` is `told`, `moved` to `planned_at`, or `called-off`, after which no day is planned. Letters go to
    `agencies` and `people`; `revision` is that of the plan, and the highest holds.
    """

    notice_id: UUID
    case_id: UUID
    reference: str
    publication_id: UUID
    planned_at: datetime
    change: str
    revision: int
    agencies: list[str]
    people: list[UUID]


class ReferrerChanged(Event, name="referrer.changed", version=1, subject="case_id"):
    """Letters to who referred a case go to this address from now on; the highest `revision` holds."""

    case_id: UUID
    reference: str
    referrer_id: UUID
    revision: int
    address: str = sealed("contact")
