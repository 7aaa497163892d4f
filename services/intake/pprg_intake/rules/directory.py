"""People and agencies of the directory: what may be said of them, whom work passes to, and how they are looked for."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pprg_shared.duties import CONTACTS, COORDINATOR, DEPUTY_COORDINATOR, LEAD, post_needed
from pprg_shared.profile import OTHER

#: What people may do, by role; a referrer is in the directory for letters alone and is not among them.
ROLES: Mapping[str, str] = {
    "agency": "Answers for an agency",
    "coordinator": "Coordinator",
    "deputy": "Deputy coordinator",
    "chair": "Chair of the group",
    "member": "Member of the group",
    "partner": "Safeguarding partner",
    "board-chair": "Chair of the adults board",
    "community-chair": "Chair of the community safety partnership",
    "governance": "Information governance",
    "administrator": "Administrator",
    "ops": "Operator",
}
ADMINISTRATOR = "administrator"
KINDS: Mapping[str, str] = {
    "local authority": "Local authority",
    "police": "Police",
    "health": "Health",
    "education": "Education",
    "justice": "Justice",
    "housing": "Housing",
    "care": "Care",
    "voluntary": "Voluntary",
    "other": "Other",
    "office": "The practice review office",
}
OFFICE = "office"
#: The posts that letters go to, and what letters call them unless the agency says otherwise.
DUTIES: Mapping[str, str] = {
    LEAD: "safeguarding lead",
    COORDINATOR: "practice review coordinator",
    DEPUTY_COORDINATOR: "deputy coordinator",
}
ACTIVE, LEFT = "active", "left"
PERSON_STATES: Mapping[str, str] = {ACTIVE: "Works here", LEFT: "Has left"}
AGENCY_STATES: Mapping[str, str] = {"yes": "Can be asked", "no": "Is not asked any more"}
#: Words that lead elsewhere in an address, or stand for bodies that are not in the list: no agency is called so.
TAKEN = frozenset({"new", "list", "people", OTHER})
LONGEST_CODE = 60
#: O'Neill is looked for as oneill.
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2019\u2018"))
DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
#: The field of a form in which the address of a post stands.
FIELDS: Mapping[str, str] = {
    LEAD: "safeguarding_lead",
    COORDINATOR: "coordinator",
    DEPUTY_COORDINATOR: "deputy_coordinator",
}


@dataclass(frozen=True)
class Post:
    """A post in an agency that letters go to."""

    slug: str
    label: str
    address: str


def _slug(post: Post) -> str:
    return post.slug


@dataclass(frozen=True)
class AgencyState:
    """All that the directory says of an agency; contacts are work addresses or empty."""

    name: str
    kind: str
    active: bool = True
    area: str = ""
    single_point: str = ""
    deputy: str = ""
    escalation: str = ""
    domains: tuple[str, ...] = ()
    duties: tuple[Post, ...] = field(default=())

    def addresses(self) -> dict[str, str]:
        """Every address by the field that it stands in."""
        found = {name: getattr(self, name) for name in CONTACTS if getattr(self, name)}
        return found | {FIELDS.get(each.slug, each.slug): each.address for each in self.duties}

    def answers(self) -> dict[str, Any]:
        """The same as a form has it."""
        plain = {name: getattr(self, name) for name in ("name", "kind", "area", *CONTACTS)}
        addresses = dict.fromkeys(FIELDS.values(), "") | self.addresses()
        state = {"active": "yes" if self.active else "no", "domains": ", ".join(self.domains)}
        return addresses | plain | state

    def told(self, answers: Mapping[str, Any]) -> "AgencyState":
        """What it is once a form says so; posts that no form asks for stay."""
        names = {each.slug: each.label for each in self.duties}
        posts = [
            Post(slug, names.get(slug, DUTIES[slug]), answers[field])
            for slug, field in FIELDS.items()
            if answers[field]
        ]
        plain = {name: answers[name] for name in ("name", "kind", "area", *CONTACTS)}
        others = [each for each in self.duties if each.slug not in FIELDS]
        domains, _ = domains_of(answers["domains"])
        return AgencyState(
            **plain,
            active=answers["active"] == "yes",
            domains=domains,
            duties=tuple(sorted([*posts, *others], key=_slug)),
        )


@dataclass(frozen=True)
class PersonState:
    """All that the directory says of a person."""

    name: str
    address: str
    agency: str
    roles: tuple[str, ...]
    active: bool = True

    def answers(self) -> dict[str, Any]:
        """The same as a form has it."""
        plain = {"name": self.name, "address": self.address, "agency": self.agency}
        return plain | {"roles": list(self.roles), "state": ACTIVE if self.active else LEFT}


def person_state(answers: Mapping[str, Any]) -> PersonState:
    """A person as a form says."""
    roles = in_order(answers["roles"])
    plain = {name: answers[name] for name in ("name", "agency")}
    return PersonState(**plain, address=answers["address"].lower(), roles=roles, active=answers["state"] == ACTIVE)


def in_order(roles: Collection[str]) -> tuple[str, ...]:
    """Roles in the order in which they are offered, each once."""
    return tuple(each for each in ROLES if each in roles)


def role_words(roles: str) -> str:
    """Roles with spaces between as people read them."""
    return "; ".join(ROLES.get(each, each) for each in roles.split())


def within(address: str, domains: Collection[str]) -> bool:
    """Whether an address is at one of these domains or below it; where none is named, every address is."""
    host = address.rpartition("@")[2].lower()
    return not domains or any(host == each or host.endswith(f".{each}") for each in domains)


def outside(address: str, agency: str, domains: Sequence[str]) -> str:
    """What to do about an address that is not within the secure domains of its agency; empty when it is."""
    if within(address, domains):
        return ""
    return f"This is not within the secure domains of {agency} ({', '.join(domains)}). Correct it, or add its domain"


def domains_of(text: str) -> tuple[tuple[str, ...], list[str]]:
    """The domains of a text with commas, spaces or lines between, each once, and what is none."""
    found = dict.fromkeys(each.removeprefix("@") for each in re.split(r"[,;\s]+", text.lower()) if each)
    return tuple(each for each in found if DOMAIN.fullmatch(each)), [e for e in found if not DOMAIN.fullmatch(e)]


def agency_problems(state: AgencyState) -> dict[str, str]:
    """What makes no sense about an agency: field or post to advice."""
    wrong = {
        name: words
        for name, address in state.addresses().items()
        if (words := outside(address, state.name, state.domains))
    }
    if needed := post_missing(state):
        wrong[FIELDS[needed]] = f"Enter the address of the {DUTIES[needed]}: letters go there"
    if state.deputy and state.deputy == state.single_point:
        wrong.setdefault("deputy", "The deputy must be somebody else than the single point of contact")
    return wrong


def post_missing(state: AgencyState) -> str:
    """The slug of the post without which an agency that is asked cannot be written to; empty where it has it."""
    needed = post_needed(state.kind)
    return needed if state.active and needed not in {each.slug for each in state.duties} else ""


def office_problems(before: AgencyState | None, after: AgencyState) -> dict[str, str]:
    """There is one office, as the profile has it: it stays that, and no other agency becomes it."""
    was = before is not None and before.kind == OFFICE
    if was == (after.kind == OFFICE):
        return {"active": "The practice review office is always there"} if was and not after.active else {}
    return {"kind": "The practice review office stays what it is" if was else "There is an office already"}


def after_leaving(state: AgencyState, address: str) -> AgencyState:
    """An agency once whoever has this address has left: the deputy takes over, and another is to be named.

    A post whose letters went to the mailbox of whoever has left has the deputy's from now on, or none.
    """
    gone = address.lower()
    left: dict[str, Any] = {name: "" for name in CONTACTS if getattr(state, name).lower() == gone}
    if "single_point" in left and "deputy" not in left:
        left |= {"single_point": state.deputy, "deputy": ""}
    after = replace(state, **left)
    return replace(after, duties=_handed_on(state.duties, gone, after.deputy or after.single_point))


def _handed_on(posts: Sequence[Post], gone: str, heir: str) -> tuple[Post, ...]:
    """These posts without this address; the deputy coordinator leaves theirs to be the coordinator."""
    held = {each.slug: each.address for each in posts if each.address.lower() != gone}
    taken = {each.slug: heir for each in posts if each.slug not in held}
    if COORDINATOR in taken and DEPUTY_COORDINATOR in held:
        taken[COORDINATOR] = held.pop(DEPUTY_COORDINATOR)
    after = held | taken
    return tuple(replace(each, address=after[each.slug]) for each in posts if after.get(each.slug))


def after_moving(state: AgencyState, old: str, new: str) -> AgencyState:
    """An agency once one of its contacts, or whoever has one of its posts, has another address."""
    here: dict[str, Any] = {name: new for name in CONTACTS if getattr(state, name).lower() == old.lower()}
    posts = (replace(each, address=new) if each.address.lower() == old.lower() else each for each in state.duties)
    return replace(state, **here, duties=tuple(posts))


def code_of(name: str, taken: Collection[str]) -> str:
    """A code for a new agency after its name, which no other has."""
    code = "-".join(fold(name).split())[: LONGEST_CODE - 4].strip("-") or "agency"
    codes = (code, *(f"{code}-{number}" for number in range(2, len(taken) + 4)))
    return next(each for each in codes if each not in taken and each not in TAKEN)


def fold(text: str) -> str:
    """A text as it is looked for: small letters and digits without marks, single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_APOSTROPHES)
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each))))


def found_by(name: str) -> str:
    """A name with a space before each of its words, for a look at how they begin."""
    return f" {fold(name)}"


def beginnings(text: str) -> list[str]:
    """What must stand in `found_by` of whoever is looked for: each word of the text begins one of the name's."""
    return [f" {each}" for each in fold(text).split()]


def changes(before: Any, after: Any, labels: Mapping[str, str]) -> list[str]:
    """The labels of what differs between two states of the same kind, each once."""
    then, now = asdict(before), asdict(after)
    return list(dict.fromkeys(labels.get(name, name) for name in now if then[name] != now[name]))


def twice(values: Iterable[tuple[int, str]]) -> dict[int, int]:
    """The rows whose value stood in an earlier row, with that row; empty values count for nothing."""
    first: dict[str, int] = {}
    found = {}
    for row, value in values:
        if value and first.setdefault(value, row) != row:
            found[row] = first[value]
    return found
