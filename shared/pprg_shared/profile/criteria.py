"""Which review types the answers to the criteria leave open, with the reason for each. The rule never decides."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pprg_shared.profile.routes import Ages, Criterion, Kind, Mandate, Route
from pprg_shared.profile.whole import Profile

UNBORN = -1
ADULT = 18
OLDEST = 150


class Reply(StrEnum):
    """An answer to a criterion."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


@dataclass(frozen=True)
class Answer:
    """A reply with what it rests on; the evidence is case content."""

    reply: Reply
    evidence: str = ""


@dataclass(frozen=True)
class Possible:
    """A route that the answers leave open: what speaks for it, and what is not known yet."""

    route: Route
    mandate: Mandate
    because: tuple[Criterion, ...]
    unsure: tuple[Criterion, ...]
    unanswered: tuple[Criterion, ...]

    @property
    def certain(self) -> bool:
        """Whether every criterion that counts was answered with yes."""
        return not self.unsure and not self.unanswered

    def words(self) -> str:
        """`Care Act 2014 section 44(4): the adult was in the area; not sure whether ...`. Never evidence."""
        parts = (("", self.because), ("not sure whether ", self.unsure), ("not answered whether ", self.unanswered))
        return f"{self.mandate.name}: {'; '.join(start + each.says for start, some in parts for each in some)}"


@dataclass(frozen=True)
class Subject:
    """What the criteria must know of a subject: the kind, and the age at the incident when it is known."""

    kind: Kind
    age: int | None = None

    def ages(self) -> tuple[int, int]:
        """The least and the greatest age that the subject may have had."""
        if self.age is not None:
            return self.age, self.age
        return {"unborn": (UNBORN, UNBORN), "child": (0, ADULT - 1), "adult": (ADULT, OLDEST)}[self.kind]


def answers_from_subjects(profile: Profile, subjects: Collection[Subject]) -> dict[str, Answer]:
    """What the subjects answer by their ages alone; yes when one surely meets it, no when none can."""
    asked = {name: each.ages for name, each in profile.criteria.items() if each.ages}
    return {name: Answer(_meets(ages, subjects)) for name, ages in asked.items()}


def possible_routes(profile: Profile, answers: Mapping[str, Answer]) -> list[Possible]:
    """The routes that the answers leave open, in the profile's order; several may be.

    A criterion that is not answered counts as not sure. Of a route's mandates those after a certain one are left out,
    and so is a mandate `unless` another route is certain.
    """
    used = [each for each in profile.routes.values() if each.enabled]
    found = [possible for each in used for possible in _mandates_of(profile, each, answers)]
    certain = {each.route.code for each in found if each.certain}
    return [each for each in found if not certain.intersection(each.mandate.unless)]


def _meets(ages: Ages, subjects: Collection[Subject]) -> Reply:
    first = UNBORN if ages.at_least is None else ages.at_least
    last = OLDEST if ages.below is None else ages.below - 1
    spans = [each.ages() for each in subjects]
    if any(first <= least and most <= last for least, most in spans):
        return Reply.YES
    return Reply.NOT_SURE if any(least <= last and first <= most for least, most in spans) else Reply.NO


def _mandates_of(profile: Profile, route: Route, answers: Mapping[str, Answer]) -> Iterable[Possible]:
    for mandate in route.mandates:
        if mandate.enabled and (found := _weighed(profile, route, mandate, answers)):
            yield found
            if found.certain:
                return


def _weighed(profile: Profile, route: Route, mandate: Mandate, answers: Mapping[str, Answer]) -> Possible | None:
    replies = {name: answers[name].reply if name in answers else None for name in (*mandate.all, *mandate.any)}
    met = [name for name in mandate.any if replies[name] is Reply.YES]
    one_of = met or [name for name in mandate.any if replies[name] is not Reply.NO]
    if (mandate.any and not one_of) or any(replies[name] is Reply.NO for name in mandate.all):
        return None
    counting = dict.fromkeys((*mandate.all, *one_of))

    def answered(reply: Reply | None) -> tuple[Criterion, ...]:
        return tuple(profile.criteria[name] for name in counting if replies[name] is reply)

    return Possible(route, mandate, answered(Reply.YES), answered(Reply.NOT_SURE), answered(None))
