"""The people of the demo who sign in: their password, what their authenticator shows, and a token for the API."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyotp

from pprg_embedded.demo.browser import Browser, Failed, ShownAgain
from pprg_shared.database import Clock, utcnow
from pprg_shared.profile import Profile

#: On how many routes the demo has something decided.
MOST_ROUTES = 2
#: Of office and group, besides coordinator and chair.
OTHERS = ("deputy", "member", "board-chair", "community-chair", "governance", "administrator", "ops")
STEP_SECONDS = 30
#: How many half minutes the demo waits for a code that nobody has used.
MOST_WAITS = 4
_TOKEN = re.compile(r'<pre class="pprg-code pprg-code--whole"[^>]*><code>([^<]+)</code>')


@dataclass(frozen=True)
class Person:
    """What an invented person signs in with."""

    name: str
    address: str
    password: str
    totp_secret: str


def who_signs_in(profile: Profile) -> list[str]:
    """The codes of those whom the demo needs: the coordinator, the chair, who ratifies each route, and all others."""
    ratifiers = [ratifier(profile, each) for each in routes_played(profile)]
    return ["coordinator", "chair", *ratifiers, *others(profile).values()]


def others(profile: Profile) -> dict[str, str]:
    """By each role of office and group that has no other part, the code of one of its invented people, if any."""
    ratifying = {role for each in routes_played(profile) for role in _who_ratify(profile, each)}
    found = {role: profile.people_with_role(role) for role in OTHERS if role not in ratifying}
    return {role: people[-1].code for role, people in found.items() if people}


def routes_played(profile: Profile) -> list[str]:
    """The codes of the routes on which the demo has something decided: the profile's first ones for a child."""
    found = [code for code in profile.decided_routes() if "child" in profile.routes[code].subjects]
    if not found:
        raise Failed("the profile has no route for a child on which this group decides; the demo plays a child's case")
    return found[:MOST_ROUTES]


def ratifier(profile: Profile, route: str) -> str:
    """The code of somebody who may ratify what is proposed on a route."""
    found = profile.people_with_role(*_who_ratify(profile, route))
    if not found:
        raise Failed(
            f"the profile has no invented person who ratifies {route}; the demo plays with invented people only"
        )
    return found[0].code


def _who_ratify(profile: Profile, route: str) -> Sequence[str]:
    return profile.bodies[profile.routes[route].ratified_by or ""].ratifies


def read_people(text: str) -> dict[str, Person]:
    """The people by their codes, from what `admin trial-people --out` writes; raises Failed for anything else."""
    try:
        names = Person.__dataclass_fields__
        return {code: Person(**{each: told[each] for each in names}) for code, told in json.loads(text).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failed("the people are not what `pprg-intake admin trial-people --out FILE` writes") from None


class Signers:
    """Who has signed in, each with a browser that is kept."""

    def __init__(self, base: str, people: Mapping[str, Person], clock: Clock) -> None:
        self._base, self._people, self._clock = base, people, clock
        self._browsers: dict[str, Browser] = {}

    def browser(self, code: str) -> Browser:
        """The browser of this person, who signs in the first time that it is asked for."""
        if code not in self._browsers:
            self._browsers[code] = signed_in(self._base, self._given(code), self._clock)
        return self._browsers[code]

    def reader(self, code: str) -> Browser:
        """A browser in which this person has signed in to read pages, with no token for the API; it is not kept."""
        browser = Browser(self._base)
        come_in(browser, self._given(code), self._clock)
        return browser

    def _given(self, code: str) -> Person:
        if code not in self._people:
            raise Failed(f"{code} is not among the people who were given")
        return self._people[code]

    def return_later(self) -> None:
        """Days have gone by, and every sign-in has ended: whoever had signed in does so again."""
        for code, browser in self._browsers.items():
            sign_in(browser, self._people[code], self._clock)


def signed_in(base: str, person: Person, clock: Clock = utcnow) -> Browser:
    """A browser in which this person has signed in, and has made a token for the API."""
    browser = Browser(base)
    sign_in(browser, person, clock)
    return browser


def come_in(browser: Browser, person: Person, clock: Clock) -> None:
    """This person signs in with this browser."""
    try:
        browser.send("/sign-in", {"address": person.address, "password": person.password})
    except ShownAgain:
        raise Failed(f"{person.name} cannot sign in there: were these people written by this installation?") from None
    _type_code(browser, person, clock)


def sign_in(browser: Browser, person: Person, clock: Clock) -> None:
    """This person signs in with this browser, and makes a token for the API."""
    come_in(browser, person, clock)
    page = browser.post_form(browser.filled("/session/token", {})).text
    if not (token := _TOKEN.search(page)):
        raise Failed(f"{person.name} was given no token for the API")
    browser.bear(token[1])


def _type_code(browser: Browser, person: Person, clock: Clock) -> None:
    """Each half minute's code is taken once: whoever signed in a moment ago takes a later one, or waits for it."""
    authenticator, tried = pyotp.TOTP(person.totp_secret), 0
    for _ in range(MOST_WAITS):
        now = int(clock().timestamp()) // STEP_SECONDS
        for step in range(max(now - 1, tried + 1), now + 2):
            try:
                browser.send("/sign-in/code", {"code": authenticator.generate_otp(step)})
            except ShownAgain:
                tried = step
            else:
                return
        time.sleep(STEP_SECONDS - clock().timestamp() % STEP_SECONDS)
    raise Failed(
        f"no code of {person.name} was taken: do the clocks agree, and is this the authenticator they have there?"
    )
