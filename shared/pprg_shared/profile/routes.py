"""Review types: whom they are for, the mandates and criteria that open them, what may be decided and by whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pprg_shared.profile.reading import Fault, code, key
from pprg_shared.profile.wording import slot_problems

Kind = Literal["child", "unborn", "adult"]
#: What may be decided on a route.
OUTCOMES = ("criteria_met", "criteria_not_met", "insufficient_information")
#: What the words of an outcome may name.
OUTCOME_SLOTS = frozenset({"review"})


@dataclass(frozen=True)
class Ages:
    """Ages at the incident that meet a criterion."""

    at_least: int | None = key("Years of age from which it is met.", "16", default=None)
    below: int | None = key("Years of age below which it is met; the unborn always are.", "18", default=None)

    def problems(self) -> Iterator[Fault]:
        """One of the two is needed."""
        if self.at_least is None and self.below is None:
            yield Fault((), "needs at_least or below")


@dataclass(frozen=True)
class Criterion:
    """One question that opens or bears on routes; answered with yes, no or not sure, and evidence."""

    code: str = code("The name by which mandates call it.", "abuse_or_neglect")
    asks: str = key("The question, for whoever refers.", '"Is abuse or neglect of the child known or suspected?"')
    says: str = key("The same as a statement, for reasons.", '"abuse or neglect is known or suspected"')
    source: str = key("The law or guidance it comes from.", '"Children Act 2004 section 16C(1)"')
    subjects: tuple[Kind, ...] = key("For which subjects it is asked.", '["child", "unborn"]')
    help: str = key("What the question means, when it needs saying.", '"Self-neglect counts."', default="")
    ages: Ages | None = key("When given, the age of the subject answers it and nobody is asked.", default=None)
    death: bool = key("Whether the date of somebody's death answers it for them.", "true", default=False)


@dataclass(frozen=True)
class Mandate:
    """A power or duty to review: every criterion of `all` and one of `any`."""

    code: str = code("The name of the mandate within its route.", "must")
    name: str = key("The law or policy, as a decision cites it.", '"Care Act 2014 section 44(1) to (3)"')
    duty: Literal["must", "may", "consider"] = key("Whether a review is a duty, a power or to be considered.", '"must"')
    all: tuple[str, ...] = key("All of these.", '["adult"]', factory=tuple, refers="criteria")
    any: tuple[str, ...] = key("And one of these.", '["adult_died"]', factory=tuple, refers="criteria")
    unless: tuple[str, ...] = key("Not when one of these routes is certain.", '["dhr"]', factory=tuple, refers="routes")

    enabled: bool = key("Whether it is in force here.", "true", default=True)

    def problems(self) -> Iterator[Fault]:
        """A mandate without criteria would open its route for every case."""
        if not self.all and not self.any:
            yield Fault((), "needs criteria: all, any or both")


@dataclass(frozen=True)
class Route:
    """A review type."""

    code: str = code("The route's name in events and addresses of pages.", "rapid_review")
    name: str = key("What people call it.", '"Rapid review"')
    short: str = key("The short name, in lists and references.", '"RR"')
    basis: str = key("The law or policy behind it.", '"Children Act 2004 section 16F"')
    standing: Literal["statutory", "policy", "local"] = key("What kind of basis that is.", '"statutory"')
    subjects: tuple[Kind, ...] = key("Whom it is for.", '["child", "unborn"]')
    decided: Literal["here", "elsewhere"] = key(
        "Whether this group decides on it, or only says who else must know.", '"here"'
    )
    mandates: tuple[Mandate, ...] = key("What opens it, the strongest first; one that is certain hides those after it.")
    considers: tuple[str, ...] = key(
        "Criteria to take into account that open nothing.", '["improvements"]', factory=tuple, refers="criteria"
    )
    ratified_by: str | None = key(
        "The body whose people ratify a decision.", '"safeguarding_partners"', default=None, refers="bodies"
    )
    decide_by: str | None = key(
        "The clock by which it must be decided; a decision that comes later says why.",
        '"rr.signoff"',
        default=None,
        refers="clocks",
    )
    next_steps: Mapping[str, str] = key(
        "What a decision may lead to, by code.",
        'lcspr = "Start a local child safeguarding practice review"',
        factory=dict,
    )
    starts: Mapping[str, str] = key(
        "What a next step starts, by the code of the step: something from [triggers] that clocks count from, which a"
        " ratified decision then notes by itself.",
        'start = "lcspr_started"',
        factory=dict,
    )
    publishes: str | None = key("The type of what is published.", '"lcspr"', default=None, refers="publication.types")
    retention: str | None = key("How long its records are kept.", '"child_review"', default=None, refers="retention")
    tell: str = key("Who else must be told, and how.", '"The ICB, by the LeDeR website"', default="")
    enabled: bool = key("Whether it is used in this area.", "true", default=True)

    @property
    def is_about_harm(self) -> bool:
        """Whether a decision names kinds of abuse or neglect: the law asks about them, local policy need not."""
        return self.standing == "statutory"

    def problems(self) -> Iterator[Fault]:
        """What this group decides must be ratified, published and kept by a rule; only a next step starts something."""
        for step in self.starts:
            if step not in self.next_steps:
                yield Fault(("starts", step), "is not in next_steps")
        for name in ("ratified_by", "publishes", "retention") if self.decided == "here" else ():
            if getattr(self, name) is None:
                yield Fault((name,), "is missing: this group decides on the route")


@dataclass(frozen=True)
class Outcome:
    """What may be decided on a route, and what those who referred or gave information read of it on their page."""

    code: str = code(f"One of {', '.join(OUTCOMES)}.", "criteria_met")
    label: str = key("What the group chooses.", '"Criteria met"')
    to_referrer: str = key("What the referrer reads; {review} is the name of the route.", '"The criteria are met."')
    to_agency: str = key("What an agency reads; {review} is the name of the route.", '"A review will begin."')

    def problems(self) -> Iterator[Fault]:
        """Outcomes that the product does not know, and slots that nobody fills."""
        if self.code not in OUTCOMES:
            yield Fault((), f"is not an outcome; use {', '.join(OUTCOMES)}")
        for name in ("to_referrer", "to_agency"):
            for words in slot_problems(getattr(self, name), OUTCOME_SLOTS):
                yield Fault((name,), words)
