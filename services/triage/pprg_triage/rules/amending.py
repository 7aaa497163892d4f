"""What of a referral the office may correct or add to, and what one state of it says otherwise than another."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pprg_shared.subjects import as_answered, as_told
from pprg_triage.rules.names import OF_LIVES, OF_MORE, OF_PEOPLE

#: Where letters to the referrer go.
ADDRESS = "referrer_email"
#: What stands with the case by itself, and among what else the form of the referral asks.
OF_CASE, OF_REST = (
    ("incident_on", "incident", "harm", "what_happened"),
    (
        *("location", "safety", "family", "family_knows", "family_views", "family_contact", "contact_risk"),
        *("other_agencies", "agency_contacts", "referrer_phone", ADDRESS),
    ),
)
#: The agencies that know them, by code: they stand with the case in the clear as well.
AGENCIES = "agencies"


@dataclass(frozen=True)
class Difference:
    """What was said in one place before, and what is said now; None where there was, or is, nothing of the kind.

    `person` counts from 1 and is 0 for what is about the case. Without `field` it is the whole person; `criterion`
    says that the field is a question of the criteria.
    """

    person: int
    field: str
    was: Any
    now: Any
    criterion: bool = False

    @property
    def names(self) -> bool:
        """Whether it may say who the case is about."""
        return self.field in (OF_PEOPLE + OF_LIVES if self.person else OF_MORE)


def referred(content: Mapping[str, Any]) -> dict[str, Any]:
    """What may be corrected of what is sealed with a case, under the names of what is asked.

    Agencies are among it where they are: the referral itself names them in the clear (`with_agencies`).
    """
    people = [as_answered(each) for each in content["subjects"]]
    criteria = [
        {name: each.get(name, "") for name in ("criterion", "reply", "evidence")} for each in content["criteria"]
    ]
    rest = {name: content["more"].get(name, "") for name in OF_REST}
    named = {AGENCIES: content[AGENCIES]} if AGENCIES in content else {}
    return {
        "subjects": people,
        "criteria": criteria,
        **{name: content.get(name, "") for name in OF_CASE},
        **rest,
        **named,
    }


def with_agencies(content: Mapping[str, Any], named: str) -> dict[str, Any]:
    """What is sealed with a case, with the agencies that were named, by their codes with spaces between."""
    return {AGENCIES: named.split(), **content}


def amended(content: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is sealed with a case once it has been corrected so; whatever cannot be corrected stays."""
    people = [asdict(as_told(each)) for each in said["subjects"]]
    more = {**content["more"], **{name: said[name] for name in OF_REST if name in said}}
    more[ADDRESS] = more.get(ADDRESS) or content["more"].get(ADDRESS, "")  # nobody takes away where letters go
    return {
        **content,
        **{name: said[name] for name in (*OF_CASE, AGENCIES) if name in said},
        "subjects": people,
        "subject_name": people[0]["name"],
        "subject_born": people[0]["born"],
        "criteria": [{"evidence": "", **each} for each in said["criteria"]],
        "more": {name: each for name, each in more.items() if each},
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Where two states of what was referred differ: people first, by their place, then the case and the criteria."""
    people, now = before["subjects"], after["subjects"]
    for place in range(max(len(people), len(now))):
        if place >= len(people) or place >= len(now):
            there = place < len(people)
            yield Difference(place + 1, "", people[place] if there else None, None if there else now[place])
            continue
        for name in dict.fromkeys([*people[place], *now[place]]):
            yield from _differ(place + 1, name, people[place].get(name), now[place].get(name))
    for name in (*OF_CASE, *OF_REST, AGENCIES):
        if name in before and name in after:  # a state from when it could not be corrected does not say
            yield from _differ(0, name, before[name], after[name])
    answers, replies = ({each["criterion"]: each for each in state["criteria"]} for state in (before, after))
    for code in dict.fromkeys([*answers, *replies]):
        was, said = answers.get(code), replies.get(code)
        if was != said:
            yield Difference(0, code, was, said, criterion=True)


def _differ(person: int, field: str, was: Any, now: Any) -> Iterator[Difference]:
    if (was or None) != (now or None):
        yield Difference(person, field, was or None, now or None)
