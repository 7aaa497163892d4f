"""The whole profile: everything that differs from one partnership to the next."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from pprg_shared.profile.clocks import Clock, clock_faults
from pprg_shared.profile.codes import NAMED
from pprg_shared.profile.letters import Labels, Letters
from pprg_shared.profile.meetings import Meetings
from pprg_shared.profile.partnership import Agency, Body, Partnership, Person, Reporting, agency_faults
from pprg_shared.profile.publication import Publication, Retention, Theme
from pprg_shared.profile.reading import Fault, key
from pprg_shared.profile.routes import OUTCOMES, Criterion, Outcome, Route


@dataclass(frozen=True)
class Harm:
    """Categories of harm and the circumstances around it."""

    child: Mapping[str, str] = key("Categories for a child.", 'neglect = "Neglect"')
    adult: Mapping[str, str] = key("Categories for an adult.", 'self_neglect = "Self-neglect"')
    context: Mapping[str, str] = key("Circumstances that may be ticked as well.", 'online = "Online harm"')

    @cached_property
    def _young(self) -> Mapping[str, str]:
        return {**self.child, **self.context}

    @cached_property
    def _anybody(self) -> Mapping[str, str]:
        return {**self.adult, **self._young}

    def of(self, *, adult: bool, young: bool) -> Mapping[str, str]:
        """Categories for these people, and the circumstances around a child's."""
        if adult and young:
            return self._anybody
        return self.adult if adult else self._young if young else {}


@dataclass(frozen=True)
class Chronology:
    """How the chronologies of agencies are compared."""

    gap_days: int = key("Days without contact with any agency that are worth a question.", "90", default=90)

    def problems(self) -> Iterator[Fault]:
        """No time at all is no gap."""
        if self.gap_days < 1:
            yield Fault(("gap_days",), "must be 1 or more")


@dataclass(frozen=True)
class Profile:
    """Everything that differs from one partnership to the next; tables by code keep their order."""

    partnership: Partnership = key("The partnership itself.")
    guidance: str = key("The edition of national guidance that the numbers come from.", '"Working Together 2026"')
    marking: str = key("The marking on every page of a case and every letter.", '"OFFICIAL-SENSITIVE"')
    reporting: tuple[Reporting, ...] = key("How to report a concern that cannot wait, the most urgent first.")
    bodies: Mapping[str, Body] = key("Bodies that consider, decide and ratify.")
    agencies: tuple[Agency, ...] = key("The agencies.")
    routes: Mapping[str, Route] = key("Review types.")
    criteria: Mapping[str, Criterion] = key("Questions that open review types.")
    outcomes: Mapping[str, Outcome] = key("What may be decided.")
    triggers: Mapping[str, str] = key(
        "What a clock may count from or end with; the words follow “waits for:”.", 'notified = "notification date"'
    )
    clocks: Mapping[str, Clock] = key("Deadlines.")
    meetings: Meetings = key("Standing meetings.")
    letters: Letters = key("Wording of letters.")
    labels: Labels = key("What this partnership calls things.")
    harm: Harm = key("Categories of harm.")
    incidents: Mapping[str, str] = key("Kinds of incident.", 'death = "Death"')
    parallel_processes: Mapping[str, str] = key("What may run beside a review.", 'inquest = "Coroner\'s inquest"')
    publication: Publication = key("What is published.")
    theme_groups: Mapping[str, str] = key("Groups of themes.", 'practice = "Practice"')
    themes: Mapping[str, Theme] = key("Themes of learning.")
    retention: Mapping[str, Retention] = key("How long records are kept.")
    chronology: Chronology = key("How chronologies are compared.", factory=Chronology)
    people: tuple[Person, ...] = key("Invented people for trying out.", factory=tuple)

    @cached_property
    def _people(self) -> dict[str | UUID, Person]:
        return {named: each for each in self.people for named in (each.code, each.id, str(each.id))}

    def person(self, named: str | UUID) -> Person | None:
        """The person of this code or id."""
        return self._people.get(named)

    def people_with_role(self, *roles: str) -> list[Person]:
        """Everybody who has one of these roles."""
        return [each for each in self.people if set(roles) & set(each.roles)]

    def agency(self, code: str) -> Agency | None:
        """The agency of this code."""
        return next((each for each in self.agencies if each.code == code), None)

    def asked_agencies(self) -> dict[str, str]:
        """Names by code of the agencies that may be asked: all but the office."""
        return {each.code: each.name for each in self.agencies if not each.is_office}

    @cached_property
    def office(self) -> Agency:
        """The office itself, whatever its code."""
        return next(each for each in self.agencies if each.is_office)

    @cached_property
    def _decided(self) -> dict[str, str]:
        return {each.code: each.name for each in self.routes.values() if each.enabled and each.decided == "here"}

    def decided_routes(self) -> Mapping[str, str]:
        """Names by code of the routes that this group decides on."""
        return self._decided

    @cached_property
    def prompts(self) -> tuple[Criterion, ...]:
        """The criteria that open routes in use and that no age answers, in their order."""
        mandates = [one for each in self.routes.values() if each.enabled for one in each.mandates if one.enabled]
        opening = {name for each in mandates for name in (*each.all, *each.any)}
        return tuple(each for name, each in self.criteria.items() if name in opening and each.ages is None)

    @cached_property
    def asks(self) -> Mapping[str, str]:
        """The questions of all prompts by code."""
        return {each.code: each.asks for each in self.prompts}

    def working_days(self) -> dict[str, int]:
        """How many working days each clock runs that is counted in them, by code."""
        return {name: each.number for name, each in self.clocks.items() if each.unit == "working_days"}

    def kinds_of_harm(self, route: Route) -> dict[str, str]:
        """The kinds of harm that a decision on this route may name: those of the people whom it is for."""
        child = self.harm.child if set(route.subjects) - {"adult"} else {}
        return {**child, **(self.harm.adult if "adult" in route.subjects else {})}

    def standard_words(self, route: str, outcome: str) -> dict[str, str]:
        """What the referrer and the agencies read of an outcome on this route, until somebody writes something else."""
        found, review = self.outcomes[outcome], self.routes[route].name if route in self.routes else route
        return {name: getattr(found, name).strip().format(review=review) for name in ("to_referrer", "to_agency")}

    def names(self) -> dict[str, Callable[[Any], str]]:
        """How pages turn codes into the names that people use; a code that the profile does not know stays."""
        harm = {**self.harm.context, **self.harm.adult, **self.harm.child}
        tables: dict[str, Mapping[str, str]] = {**NAMED, "harm": harm}
        tables |= {"trigger": self.triggers, "incident": self.incidents, "process": self.parallel_processes}
        named = {name: lambda code, table=table: table.get(code, code) for name, table in tables.items()}
        return named | {
            "agency": lambda code: found.name if (found := self.agency(code)) else str(code),
            "review": lambda code: found.name if (found := self.routes.get(code)) else str(code),
            "outcome": lambda code: found.label if (found := self.outcomes.get(code)) else str(code),
            "review_type": lambda code: found.label if (found := self.publication.types.get(code)) else str(code),
            "theme": lambda code: found.label if (found := self.themes.get(code)) else str(code),
            "person": lambda named: found.name if (found := self.person(named)) else "",
        }

    def contact_lines(self) -> dict[str, str]:
        """What the foot of every page says."""
        about = self.partnership
        return {"name": about.name, "phone": about.phone, "email": about.email, "address": about.address}

    def problems(self) -> Iterator[Fault]:
        """What no part can see by itself."""
        for fault in agency_faults(self.agencies):
            yield Fault(("agencies", *fault.path), fault.words)
        for fault in clock_faults(self.clocks):
            yield Fault(("clocks", *fault.path), fault.words)
        yield from self._nothing_to_choose()
        for name in OUTCOMES:
            if name not in self.outcomes:
                yield Fault(("outcomes", name), "is missing")
        for route in self.routes.values():
            if route.decided == "here" and route.ratified_by and not self.bodies[route.ratified_by].ratifies:
                yield Fault(("routes", route.code, "ratified_by"), f"{route.ratified_by!r} has nobody who ratifies")
            for step, started in route.starts.items():
                if started not in self.triggers:
                    yield Fault(("routes", route.code, "starts", step), f"{started!r} is not in [triggers]")
        if self.people:
            yield from self._posts_without_people()

    def _nothing_to_choose(self) -> Iterator[Fault]:
        """Forms that nobody could send: they must name one of what is not there."""
        for name in ("reporting", "incidents", "themes"):
            if not getattr(self, name):
                yield Fault((name,), "is empty: every profile needs one at least")
        if not self.decided_routes():
            yield Fault(("routes",), "has none that this group decides on: one in use must say decided = 'here'")
        about_harm = (each for each in self.routes.values() if each.code in self._decided and each.is_about_harm)
        if route := next((each for each in about_harm if not self.kinds_of_harm(each)), None):
            yield Fault(("harm",), f"has no kind for those whom {route.code!r} is for: its decisions must name one")

    def _posts_without_people(self) -> Iterator[Fault]:
        for body in self.bodies.values():
            if body.ratifies and not self.people_with_role(*body.ratifies):
                yield Fault(("bodies", body.code, "ratifies"), "is held by nobody in [people]")
        if not self.people_with_role("coordinator"):
            yield Fault(("people",), "has no coordinator")
