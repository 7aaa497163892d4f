"""What a row of a chronology says besides the event itself: the same where it is read and where it is kept."""

from dataclasses import dataclass

from pprg_shared.partial_dates import PartialDate


@dataclass(frozen=True)
class Further:
    """What a row says besides: its end, how contact was made, who was seen, and how its author weighs it.

    What takes one of several words holds its code; `policy_or_practice_point` codes of themes.
    """

    end_date: PartialDate | None = None
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
    policy_or_practice_point: tuple[str, ...] = ()
    recorded_at: PartialDate | None = None
