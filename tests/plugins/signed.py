"""People who are signed in, by what intake would have signed; for tests that are about something else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from flask.testing import FlaskClient

from pprg_shared.identity import cookies, tokens
from pprg_shared.profile import Person

#: A test may let weeks go by. That a sign-in ends after twelve hours is shown in tests/shared/test_identity.py.
WORKS = timedelta(days=400)


def token_of(person: Person, key: str, at: datetime, session: UUID | None = None, **other: Any) -> str:
    """The token of somebody who signed in at this moment; whatever is `other` about it."""
    about = {"person": person.id, "session": session or uuid4(), "roles": frozenset(person.roles)}
    about |= {"agency": person.agency, "revision": 1, "ends_at": at + WORKS, "use": tokens.PAGES}
    return tokens.issue(tokens.Token(**about | other), key)


def bearing(person: Person | None, key: str, at: datetime) -> dict[str, str]:
    """The header of a program of theirs; none for nobody."""
    return {"Authorization": f"Bearer {token_of(person, key, at, use=tokens.API)}"} if person else {}


def acting(client: FlaskClient, who: str) -> dict[str, str]:
    """The header of a program of one of the invented people, for the service that this client asks."""
    alive = client.application.extensions["pprg"]
    return bearing(alive.profile.person(who), alive.settings.sign_in_key, alive.clock())


def cookies_of(
    person: Person, secrets: Mapping[str, str], at: datetime, session: UUID | None = None, **other: Any
) -> dict[str, str]:
    """The two cookies of their browser; `secrets` are those of the services, by the names of their settings."""
    session = session or uuid4()
    seen = jwt.encode({"sid": str(session), "iat": int(at.timestamp())}, secrets["SESSION_KEYS"], "HS256")
    return {cookies.TOKEN: token_of(person, secrets["SIGN_IN_KEY"], at, session, **other), cookies.SEEN: seen}


def secrets_of(settings: Any) -> dict[str, str]:
    """The secrets by which somebody is signed in, of a running service."""
    return {"SIGN_IN_KEY": settings.sign_in_key, "SESSION_KEYS": settings.session_keys}


class Browser(FlaskClient):
    """The browser of somebody who signed in with it, and was here a moment ago at each page that they open."""

    def begin(self, person: Person, alive: Any) -> "Browser":
        """Be signed in from now on, until they sign out."""
        self.person, self.alive, self.session_id = person, alive, uuid4()
        self._keep()
        return self

    def open(self, *arguments: Any, **options: Any) -> Any:
        """Send a request."""
        if self.get_cookie(cookies.TOKEN) is not None:
            self._keep()
        return super().open(*arguments, **options)

    def _keep(self) -> None:
        found = cookies_of(self.person, secrets_of(self.alive.settings), self.alive.clock(), self.session_id)
        for name, value in found.items():
            self.set_cookie(name, value)


def browser_of(app: Any, who: str) -> Browser:
    """The browser of one of the invented people, at one service."""
    alive = app.extensions["pprg"]
    return Browser(app, app.response_class).begin(alive.profile.person(who), alive)
