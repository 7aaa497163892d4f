"""Who a partnership is: its names and contact, bodies, agencies, how to report a concern, and invented people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from pprg_shared.duties import post_needed
from pprg_shared.profile.codes import OTHER
from pprg_shared.profile.reading import Fault, code, key, matches

PEOPLE = UUID("5b0c1a9e-6d52-4c6e-9a51-2f1a6f6f3d10")
INVENTED = ".example"
ADDRESS = matches(r"[^@\s]+@[^@\s]+\.[^@\s]+", "is not an address such as name@agency.example")
PHONE = matches(r"\+?[0-9 ()]{3,20}", "is not a telephone number")

AgencyKind = Literal[
    "office", "local authority", "police", "health", "education", "justice", "housing", "care", "voluntary", "other"
]
Role = Literal[
    "coordinator", "deputy", "chair", "member", "partner", "board-chair", "community-chair", "administrator", "ops",
    "agency", "governance",
]  # fmt: skip


@dataclass(frozen=True)
class Partnership:
    """The partnership itself, as public pages and letters name it."""

    name: str = key("The full name.", '"Wiltshire Safeguarding Vulnerable People Partnership"')
    short_name: str = key("The name within a sentence.", '"Wiltshire SVPP"')
    area: str = key("The area it is responsible for.", '"Wiltshire"')
    nation: Literal["England"] = key("Whose law and bank holidays count.", '"England"')
    phone: str = key("Telephone of the office, for questions about reviews.", '"01632 960001"', check=PHONE)
    email: str = key("Mail address of the office.", '"practice-reviews@wiltshire.example"', check=ADDRESS)
    address: str = key("Postal address of the office, in the foot of public pages.", '"1 Example Street, Exampleton"')
    prefix: str = key(
        "What every case reference begins with.",
        '"PPRG"',
        check=matches(r"[A-Z]{2,8}", "is not a prefix; use 2 to 8 capital letters"),
    )
    exit_to: str = key(
        "Where “Exit this page” leads: a public page that says nothing about this one.",
        '"https://www.bbc.co.uk/weather"',
        check=matches(r"https://[A-Za-z0-9.-]+(/[!-~]*)?", "is not an address that begins with https://"),
        default="https://www.bbc.co.uk/weather",
    )
    public_referrals: bool = key("Whether members of the public may refer a case.", "false", default=False)


@dataclass(frozen=True)
class Reporting:
    """How somebody is told of a concern that cannot wait: the first screen and the foot of public pages say it."""

    code: str = code("Any name for this way.", "child")
    label: str = key("When to use it.", '"A child may be at risk"')
    call: str = key("The number.", '"01632 960100"', check=PHONE)
    words: str = key("Who answers, and when.", '"Children\'s front door, Monday to Friday, 9 to 5"')


@dataclass(frozen=True)
class Body:
    """A body that considers, decides or ratifies."""

    code: str = code("The name by which routes call it.", "safeguarding_partners")
    name: str = key("The full name.", '"Delegated safeguarding partners"')
    short: str = key("The name within a sentence.", '"the safeguarding partners"')
    chair: str = key("What its chair is called.", '"Partnership chair"')
    ratifies: tuple[Role, ...] = key(
        "The roles of people who may ratify for it; empty for the group itself, which proposes.", '["partner"]'
    )


@dataclass(frozen=True)
class Duty:
    """A post in an agency that letters go to."""

    code: str = code("The name of the post.", "safeguarding-lead")
    label: str = key("What letters call the post.", '"safeguarding lead"')
    address: str = key("Where its letters go.", '"safeguarding-lead@police.example"', check=ADDRESS)


@dataclass(frozen=True)
class Agency:
    """An agency of the partnership."""

    code: str = code("The agency's name in addresses of pages and in events.", "police")
    name: str = key("The name that people use.", '"Wiltshire Police"')
    kind: AgencyKind = key("What kind of agency it is; the office itself is never asked.", '"police"')
    duties: tuple[Duty, ...] = key("The posts that letters go to.")

    def problems(self) -> Iterator[Fault]:
        """An agency without a post could never be asked, and one word stands for those that are not in the list."""
        if self.code == OTHER:
            yield Fault((), "stands for bodies that are not in the list; call the agency by another name")
        needed = post_needed(self.kind)
        if not self.duties:
            yield Fault(("duties",), "is empty; letters need a post to go to")
        elif needed not in {each.code for each in self.duties}:
            yield Fault(("duties",), f"has no {needed!r}: letters go to that post")

    @property
    def is_office(self) -> bool:
        """Whether it is the office itself, which is never asked."""
        return self.kind == "office"


def agency_faults(agencies: Sequence[Agency]) -> Iterator[Fault]:
    """There is one office, and somebody whom it may ask."""
    offices = [each.code for each in agencies if each.is_office]
    if not offices:
        yield Fault((), "has no office: one agency must be of the kind 'office'")
    for other in offices[1:]:
        yield Fault((other, "kind"), f"is 'office' as that of {offices[0]!r} is: there is one office")
    if len(offices) == len(agencies):
        yield Fault((), "has none but the office: there is nobody to ask")


@dataclass(frozen=True)
class Person:
    """An invented person, who signs in where the product is tried out."""

    code: str = code("The person's name in tests and demonstrations.", "coordinator")
    name: str = key("An invented name.", '"Robin Sample"')
    roles: tuple[Role, ...] = key("What the person may do.", '["coordinator"]')
    agency: str = key("The agency of the person.", '"pprg-office"', refers="agencies")
    address: str = key("An invented address, which ends in .example.", '"coordinator@office.example"', check=ADDRESS)

    @property
    def id(self) -> UUID:
        """The same for the same code everywhere."""
        return uuid5(PEOPLE, self.code)

    def problems(self) -> Iterator[Fault]:
        """Real people are never in a profile."""
        if not self.address.endswith(INVENTED):
            yield Fault(("address",), f"{self.address!r} must end in {INVENTED}: people in a profile are invented")
