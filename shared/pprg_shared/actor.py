"""Who acts: a person with roles and an agency, named in a signed cookie or, until there is sign-in, by a header."""

from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "pprg"
HEADER = "Acting-As"


@dataclass(frozen=True)
class Actor:
    """A person who does something; `person` is None for somebody who has not said who they are."""

    person: UUID | None
    name: str
    roles: frozenset[str]
    agency: str | None

    def has(self, *roles: str) -> bool:
        """Whether this person has one of these roles."""
        return bool(self.roles.intersection(roles))


NOBODY = Actor(None, "", frozenset(), None)


def sign(person: UUID, secret: str) -> str:
    """The cookie that says who somebody chose to be."""
    return URLSafeSerializer(secret, salt="pprg actor").dumps(str(person))


def signed(cookie: str, secret: str) -> UUID | None:
    """The person whom a cookie names, or None when we did not write it."""
    try:
        return UUID(URLSafeSerializer(secret, salt="pprg actor").loads(cookie))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
