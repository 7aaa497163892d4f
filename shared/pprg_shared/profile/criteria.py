"""Which review types the answers to the criteria leave open, with the reason for each. The rule never decides."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    def key(self) -> tuple[object, ...]:
        """What makes it another: the mandate, and what is known and not known of its criteria."""
        parts = (self.because, self.unsure, self.unanswered)
        return self.route.code, self.mandate.code, *(tuple(each.code for each in some) for some in parts)

    @property
    def certain(self) -> bool:
        """Whether every criterion that counts was answered with yes."""
        return not self.unsure and not self.unanswered

    def words(self, whom: str = "") -> str:
        """`Care Act 2014 section 44(4): the adult was in the area; not sure whether ...`. Never evidence.

        With `whom` it begins `For the adult: `.
        """
        parts = (("", self.because), ("not sure whether ", self.unsure), ("not answered whether ", self.unanswered))
        about = f"For {whom}: " if whom else ""
        return f"{about}{self.mandate.name}: {'; '.join(start + each.says for start, some in parts for each in some)}"


@dataclass(frozen=True)
class Subject:
    """What the criteria must know of a subject: the kind, the age at the incident, and whether a death is dated.

    With `oldest` the age is the least that the subject may have had, and that the greatest.
    """

    kind: Kind
    age: int | None = None
    oldest: int | None = None
    died: bool = False

    def ages(self) -> tuple[int, int]:
        """The least and the greatest age that the subject may have had: by dates, and within them by the kind."""
        usual = {"unborn": (UNBORN, UNBORN), "child": (0, ADULT - 1), "adult": (ADULT, OLDEST)}[self.kind]
        if self.age is None:
            return usual
        dated = (self.age, self.age if self.oldest is None else self.oldest)
        both = (max(usual[0], dated[0]), min(usual[1], dated[1]))
        return both if both[0] <= both[1] else dated


def answers_from_subjects(profile: Profile, subjects: Collection[Subject]) -> dict[str, Answer]:
    """What the subjects answer by their ages alone; yes when one surely meets it, no when none can."""
    spans = [each.ages() for each in subjects]
    asked = {name: each.ages for name, each in profile.criteria.items() if each.ages}
    return {name: Answer(_meets(ages, spans)) for name, ages in asked.items()}


def possible_routes(profile: Profile, answers: Mapping[str, Answer]) -> list[Possible]:
    """The routes that the answers leave open, in the profile's order; several may be.

    A criterion that is not answered counts as not sure. Of a route's mandates those after a certain one are left out,
    and so is a mandate `unless` another route is certain.
    """
    used = [each for each in profile.routes.values() if each.enabled]
    found = [possible for each in used for possible in _mandates_of(profile, each, answers)]
    certain = {each.route.code for each in found if each.certain}
    return [each for each in found if not certain.intersection(each.mandate.unless)]


def routes_of_people(
    profile: Profile, given: Mapping[str, Answer], subjects: Sequence[Subject]
) -> list[tuple[Possible, tuple[int, ...]]]:
    """The routes that the answers leave open for any of the subjects, with the places of those whom each is about.

    Each subject is weighed alone, so that nobody's age goes with somebody else's death. Without any it is the answers.
    """
    if not subjects:
        return [(each, ()) for each in possible_routes(profile, given)]
    found: dict[object, tuple[Possible, list[int]]] = {}
    for answers, places in _alike(profile, given, subjects):
        for each in possible_routes(profile, answers):
            found.setdefault(each.key, (each, []))[1].extend(places)
    routes = list(profile.routes)
    ordered = sorted(found.values(), key=lambda each: routes.index(each[0].route.code))
    return [(each, tuple(sorted(places))) for each, places in ordered]


def _alike(
    profile: Profile, given: Mapping[str, Answer], subjects: Sequence[Subject]
) -> Iterable[tuple[Mapping[str, Answer], list[int]]]:
    """What is answered for each of the subjects, and the places of those for whom that is the same."""
    found: dict[object, tuple[Mapping[str, Answer], list[int]]] = {}
    for place in range(len(subjects)):
        answers = _answers_for(profile, given, subjects, place)
        replies = frozenset((name, each.reply.value) for name, each in answers.items())
        found.setdefault(replies, (answers, []))[1].append(place)
    return found.values()


def _answers_for(
    profile: Profile, given: Mapping[str, Answer], subjects: Sequence[Subject], place: int
) -> dict[str, Answer]:
    """What is answered for one of the subjects: by age and date of death, else by what was given.

    A yes to what is asked of others of the subjects, and not of this kind, says nothing of this one.
    """
    kind, kinds = subjects[place].kind, {each.kind for each in subjects}
    asked = {name: each.subjects for name, each in profile.criteria.items()}
    of_others = {name for name, some in asked.items() if kind not in some and not kinds.isdisjoint(some)}
    deaths = {name: _death(given.get(name), subjects, place) for name, each in profile.criteria.items() if each.death}
    said = {name: each for name, each in given.items() if each.reply is not Reply.YES or name not in of_others}
    whole = {**said, **answers_from_subjects(profile, [subjects[place]]), **deaths}
    return {name: each for name, each in whole.items() if each is not None}


def _death(given: Answer | None, subjects: Sequence[Subject], place: int) -> Answer | None:
    """Whether one of the subjects died: by their date of death, else as far as what was answered may be about them.

    A yes that the date of somebody else's death explains says nothing of the others; without any date it may be about
    any of those of different kinds.
    """
    if subjects[place].died:
        return Answer(Reply.YES)
    if given is None or given.reply is not Reply.YES:
        return given
    if any(each.died for each in subjects):
        return None
    return given if len({each.kind for each in subjects}) == 1 else Answer(Reply.NOT_SURE)


def _meets(ages: Ages, spans: Sequence[tuple[int, int]]) -> Reply:
    first = UNBORN if ages.at_least is None else ages.at_least
    last = OLDEST if ages.below is None else ages.below - 1
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
