"""What triage keeps: cases with their requests, returns, chronology, meetings and decisions."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pprg_shared import directory
from pprg_shared.boxes.tables import box
from pprg_shared.database import UtcDateTime
from pprg_shared.identity import people
from pprg_shared.identity.unsent import unsent_forms
from pprg_shared.limits import limits
from pprg_triage.models.amendments import Amendment as Amendment
from pprg_triage.models.chronology import Conflict as Conflict
from pprg_triage.models.chronology import ConflictRow as ConflictRow
from pprg_triage.models.chronology import Row as Row
from pprg_triage.models.chronology import StaffList as StaffList
from pprg_triage.models.declared import CASE, CONTACT
from pprg_triage.models.declared import Base as Base
from pprg_triage.models.publications import Notice as Notice
from pprg_triage.models.publications import Planned as Planned
from pprg_triage.models.publications import Published as Published
from pprg_triage.models.publications import WentPublic as WentPublic

people.copies.to_metadata(Base.metadata)
directory.copies.to_metadata(Base.metadata)
unsent_forms(Base.metadata, "case")
limits.to_metadata(Base.metadata)

#: What is to be done later about a case, the `subject`. Reminders of a request: `type` is the rung, and whether one
#: still applies is seen when it is due. Once the rows of a return are here, all rows are compared: `compare`.
reminders = box("reminders", Base.metadata, sa.Column("request_id", sa.Uuid, nullable=False, index=True))


class Case(Base):
    """A referral under consideration, whose id it has, or a row of a list that was imported."""

    __tablename__ = "cases"
    __table_args__ = (sa.Index("cases_by_day", "binds_on", "reference"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True)
    received_on: Mapped[date]
    due_on: Mapped[date]
    #: Day 0 of the clock once it is known to be another than the day on which the referral was received.
    clock_from: Mapped[date | None]
    #: The clock that binds where that of a rapid review does not (then `due_on` binds nobody); empty where none does.
    watches: Mapped[str | None] = mapped_column(sa.String(60))
    #: Whether the clock that binds waits for its day 0.
    waits: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    #: Where the case stands in the list: its last day, while it waits `due_on`; nothing where no day is known.
    binds_on: Mapped[date | None]
    referrer_id: Mapped[UUID]
    named: Mapped[str] = mapped_column(sa.String(2000))
    routes: Mapped[str] = mapped_column(sa.String(500))
    #: Counts what was said of who is tied to it.
    members_revision: Mapped[int] = mapped_column(server_default="0", default=0)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)

    @property
    def day_zero(self) -> date:
        """The day from which the clock of a rapid review counts."""
        return self.clock_from or self.received_on

    @property
    def rapid(self) -> bool:
        """Whether the clock of a rapid review is the one that binds."""
        return self.watches is None

    @property
    def begun(self) -> bool:
        """Whether that clock has begun: its day 0 is known and not taken for the day of receipt."""
        return self.rapid and self.clock_from is not None

    @property
    def meets_by(self) -> date:
        """The last day on which the group may meet: any, unless the clock of a rapid review has begun."""
        return self.due_on if self.begun else date.max


class Tie(Base):
    """What ties a person to a case: `role` is one in the case, an interest that they declared, or the glass they broke.

    It holds from `since` until before `until` and is never taken away. `of_id` names the meeting or the decision that
    it follows from; `content` seals why, and who said so.
    """

    __tablename__ = "ties"
    __table_args__ = (sa.Index("ties_of_case", "case_id", "person_id"), sa.Index("ties_of_person", "person_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(sa.String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    of_id: Mapped[UUID | None]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Import(Base):
    """A list of open cases that was imported; `content` seals what its columns were taken for and what was left out.

    `first` and `count` are the numbers that its cases got in their year: those of an import that was taken back are
    given to nobody again.
    """

    __tablename__ = "imports"
    __table_args__ = (sa.UniqueConstraint("year", "first"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID]
    year: Mapped[int]
    first: Mapped[int]
    count: Mapped[int]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[UUID | None]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class ImportedCase(Base):
    """The row of a list that a case came from; its id is that of the case.

    `known_as` seals the reference that the case had there, `content` the row as it was written.
    """

    __tablename__ = "imported_cases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int]
    known_as: Mapped[str] = mapped_column(sa.Text, info=CASE)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class TriggerDay(Base):
    """The day of something that clocks count from or end with, as somebody noted it; `content` seals its reference.

    A later note takes its place, none is lost; one without a day takes it back, and `content` says why.
    """

    __tablename__ = "trigger_days"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    trigger: Mapped[str] = mapped_column(sa.String(60))
    day: Mapped[date | None]
    noted_by: Mapped[UUID]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str | None] = mapped_column(sa.Text, info=CASE)


class Request(Base):
    """What one agency is asked; `content` seals questions, scope and the reasons given since.

    `revision` counts what was said about it, `answer` is the newest revision of the return that is here whole.
    """

    __tablename__ = "requests"
    __table_args__ = (sa.UniqueConstraint("case_id", "agency"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    agency: Mapped[str] = mapped_column(sa.String(60))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(20))
    wanted: Mapped[str] = mapped_column(sa.String(20), server_default="both")
    revision: Mapped[int] = mapped_column(server_default="0", default=0)
    answer: Mapped[int] = mapped_column(server_default="0", default=0)
    #: The day until which the agency would need, while nobody has decided.
    extension_until: Mapped[date | None]
    content: Mapped[str | None] = mapped_column(sa.Text, info=CASE)


class Return(Base):
    """What one agency answered, every revision of it; `kind` is return or nil, `rows` how long its chronology is."""

    __tablename__ = "returns"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    agency: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(20))
    returned_on: Mapped[date]
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    rows: Mapped[int] = mapped_column(server_default="0", default=0)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Sitting(Base):
    """One coming together of the group, about one case or several; `revision` is the next that is said of it."""

    __tablename__ = "sittings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]


class Meeting(Base):
    """A meeting of the group about a case; `state` is called, cancelled or held, and `record` what was held.

    Those about several cases at one time and place are one sitting. One that knows of none is its own, by its id.
    """

    __tablename__ = "meetings"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    sitting_id: Mapped[UUID | None] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(sa.Text, info=CONTACT)
    sequence: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(20), server_default="called")
    invited: Mapped[list[str]] = mapped_column(sa.JSON, server_default="[]")
    record: Mapped[str | None] = mapped_column(sa.Text, info=CASE)

    @property
    def sits_in(self) -> UUID:
        """The sitting that it belongs to, which is known to calendars by this id."""
        return self.sitting_id or self.id


class Decision(Base):
    """What the group proposes on one route, and who confirmed it; `returned_on` while it is to be changed."""

    __tablename__ = "decisions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    route: Mapped[str] = mapped_column(sa.String(60))
    outcome: Mapped[str] = mapped_column(sa.String(40))
    proposed_by: Mapped[UUID]
    proposed_on: Mapped[date]
    ratified_by: Mapped[UUID | None]
    ratified_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class News(Base):
    """A line on the coordinator's first page; its id is that of the event it tells of."""

    __tablename__ = "news"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    agency: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Letter(Base):
    """How a letter about a case fared, as the notifier said."""

    __tablename__ = "letters_heard"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.String(80), index=True)
    template: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(20))


class Access(Base):
    """That somebody saw, did or was sent something about a case; its id follows from the entry that tells of it.

    `person` or else `duty` at `agency` say who, `verb` is the page, the action or the kind of letter.
    """

    __tablename__ = "access"
    __table_args__ = (sa.Index("access_of_case", "case_id", "at", "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    service: Mapped[str] = mapped_column(sa.String(20))
    person: Mapped[UUID | None]
    agency: Mapped[str | None] = mapped_column(sa.String(60))
    duty: Mapped[str | None] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(20))
    verb: Mapped[str] = mapped_column(sa.String(80))
