"""A partnership's profile: its names, agencies, duties, clocks and, for trying out, invented people."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

PEOPLE = UUID("5b0c1a9e-6d52-4c6e-9a51-2f1a6f6f3d10")
SHIPPED = Path("deploy", "profiles", "wiltshire.toml")


class ProfileError(Exception):
    """A profile cannot be used; the text names the file and the key."""


@dataclass(frozen=True)
class Duty:
    """A post in an agency that letters go to."""

    slug: str
    label: str
    address: str


@dataclass(frozen=True)
class Agency:
    """An agency of the partnership."""

    slug: str
    name: str
    kind: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class Person:
    """An invented person to act as."""

    slug: str
    name: str
    roles: tuple[str, ...]
    agency: str
    address: str

    @property
    def id(self) -> UUID:
        """The same for the same slug everywhere."""
        return uuid5(PEOPLE, self.slug)


@dataclass(frozen=True)
class Profile:
    """Everything that differs from one partnership to the next."""

    name: str
    short_name: str
    phone: str
    email: str
    prefix: str
    agencies: tuple[Agency, ...]
    routes: Mapping[str, str]
    clocks: Mapping[str, int]
    people: tuple[Person, ...]

    @cached_property
    def _people(self) -> dict[str | UUID, Person]:
        return {key: each for each in self.people for key in (each.slug, each.id, str(each.id))}

    def person(self, named: str | UUID) -> Person | None:
        """The person of this slug or id."""
        return self._people.get(named)

    def people_with_role(self, *roles: str) -> list[Person]:
        """Everybody who has one of these roles."""
        return [each for each in self.people if set(roles) & set(each.roles)]

    def agency(self, slug: str) -> Agency | None:
        """The agency of this slug."""
        return next((each for each in self.agencies if each.slug == slug), None)

    def names(self) -> dict[str, Callable[[Any], str]]:
        """How pages turn codes into the names that people use; a code that the profile does not know stays."""
        return {
            "agency": lambda slug: found.name if (found := self.agency(slug)) else str(slug),
            "review": lambda slug: self.routes.get(slug, str(slug)),
            "person": lambda named: found.name if (found := self.person(named)) else "",
        }

    def contact_lines(self) -> dict[str, str]:
        """What the foot of every page says."""
        return {"name": self.name, "phone": self.phone, "email": self.email}


def load_profile(path: str | None = None) -> Profile:
    """Read and check a profile; None means the one shipped. Raises ProfileError in plain words."""
    place = Path(path) if path else _shipped()
    try:
        raw = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"{place}: cannot be read ({error.strerror}); set PROFILE to a profile's path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{place}: {error}") from None
    return _Reader(str(place)).profile(raw)


def _shipped() -> Path:
    here = Path(__file__).resolve()
    for folder in (Path(os.getcwd()), *here.parents):  # noqa: PTH109 -- the folder that the command was given in
        if (folder / SHIPPED).is_file():
            return folder / SHIPPED
    raise ProfileError("no profile found: set PROFILE to a profile's path")


class _Reader:
    """Reads tables strictly: every complaint says file, key and what was expected."""

    def __init__(self, place: str) -> None:
        self.place = place

    def profile(self, raw: dict[str, Any]) -> Profile:
        about = self.of(raw, "partnership", dict, "")
        texts = {
            name: self.of(about, name, str, "partnership.")
            for name in ("name", "short_name", "phone", "email", "prefix")
        }
        agencies = tuple(self.agency(each, n) for n, each in enumerate(self.of(raw, "agencies", list, "")))
        slugs = {each.slug for each in agencies}
        people = tuple(self.person(each, n, slugs) for n, each in enumerate(self.of(raw, "people", list, "")))
        clocks = self.of(raw, "clocks", dict, "")
        for name in clocks:
            self.of(clocks, name, int, "clocks.")
        routes = self.of(raw, "routes", dict, "")
        for name in routes:
            self.of(routes, name, str, "routes.")
        return Profile(**texts, agencies=agencies, routes=routes, clocks=clocks, people=people)

    def agency(self, raw: dict[str, Any], number: int) -> Agency:
        key = f"agencies[{number}]."
        duties = tuple(
            Duty(*(self.of(each, name, str, f"{key}duties[{n}].") for name in ("slug", "label", "address")))
            for n, each in enumerate(self.of(raw, "duties", list, key))
        )
        slug, name, kind = (self.of(raw, each, str, key) for each in ("slug", "name", "kind"))
        return Agency(slug, name, kind, duties)

    def person(self, raw: dict[str, Any], number: int, agencies: set[str]) -> Person:
        key = f"people[{number}]."
        agency = self.of(raw, "agency", str, key)
        if agency not in agencies:
            raise ProfileError(f"{self.place}: {key}agency is {agency!r}, which is no agency of this profile")
        address = self.of(raw, "address", str, key)
        if not address.endswith(".example"):
            raise ProfileError(f"{self.place}: {key}address must end in .example: people in a profile are invented")
        roles = tuple(self.of(raw, "roles", list, key))
        return Person(self.of(raw, "slug", str, key), self.of(raw, "name", str, key), roles, agency, address)

    def of(self, raw: dict[str, Any], name: str, kind: type, key: str) -> Any:
        words = {str: "a text", int: "a whole number", list: "a list", dict: "a table"}[kind]
        if name not in raw:
            raise ProfileError(f"{self.place}: {key}{name} is missing; it must be {words}")
        if not isinstance(raw[name], kind) or isinstance(raw[name], bool):
            raise ProfileError(f"{self.place}: {key}{name} must be {words}")
        return raw[name]
