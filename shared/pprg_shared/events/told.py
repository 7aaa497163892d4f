"""What people say of a case in a referral or a return, and whom agencies look for, as several events hold it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subject:
    """A person whom a referral is about; dates as they were typed, `kind` is child, unborn or adult.

    `more` holds what else the form asks about them, by field: texts and codes.
    """

    kind: str
    name: str
    born: str
    also_known_as: str = ""
    died_on: str = ""
    sex: str = ""
    ethnicity: str = ""
    nhs_number: str = ""
    address: str = ""
    disability: list[str] = field(default_factory=list)
    legal_status: list[str] = field(default_factory=list)
    care_and_support_needs: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sought:
    """A person whom an agency looks for in its records: what tells them from others; the date as it was typed.

    `kind` is child, unborn, adult or not said; `relation` says in words what they are to the others of the case.
    """

    kind: str
    name: str
    born: str
    also_known_as: str = ""
    nhs_number: str = ""
    address: str = ""
    local_id: str = ""
    relation: str = ""


@dataclass(frozen=True)
class Prompt:
    """The answer to a criterion that the form asked about: yes, no or not_sure, and what it rests on."""

    criterion: str
    reply: str
    evidence: str = ""


@dataclass(frozen=True)
class View:
    """What an agency thinks of the criteria for one kind of review: met, not_met or unsure, and why."""

    route: str
    view: str
    reason: str = ""


@dataclass(frozen=True)
class When:
    """A date as people know it; the value of a range is `first/last`."""

    value: str
    precision: str
    uncertain: bool
    as_entered: str


@dataclass(frozen=True)
class Further:
    """What a line of a chronology says besides: its end, how contact was made, who was seen, how it is weighed.

    `end_time` is `HH:MM` in London or empty. What takes one of several words holds its code, or is empty.
    """

    end_date: When | None = None
    end_time: str = ""
    contact_type: str = ""
    seen: str = ""
    seen_alone: str = ""
    voice: str = ""
    outcome: str = ""
    impact: str = ""
    impact_note: str = ""
    comment_analysis: str = ""
    rag: str = ""
    significance: str = ""
    policy_or_practice_point: list[str] = field(default_factory=list)
    recorded_at: When | None = None


@dataclass(frozen=True)
class Row:
    """One line of a chronology: a date as people know it, where it was recorded, what happened.

    `time` is `HH:MM` in London or empty; `further` is None where the line says no more than this.
    """

    value: str
    precision: str
    uncertain: bool
    as_entered: str
    source: str
    event: str
    action: str
    time: str = ""
    people: str = ""
    further: Further | None = None
