"""Where whoever signs in is led to, how long that lasts, and how often it may be tried."""

import re
from collections.abc import Set as AbstractSet
from datetime import timedelta

#: No sign-in lasts longer.
LONGEST_SIGN_IN = timedelta(hours=12)
#: A program that was given a token asks for another after this.
TOKEN_WORKS = timedelta(hours=1)
#: Between the password and the code, and between the pages of an enrolment.
HALFWAY = timedelta(minutes=15)
#: Whoever has one of these may have an account; somebody who only referred has none.
WITHOUT_ACCOUNT = frozenset({"referrer"})
#: What is counted, how often it may be within so many seconds. By the address that was typed, apart for a browser in
#: which that person has signed in before: whoever guesses elsewhere does not shut them out.
SIGN_INS = ("sign-ins", 10, 300)
SIGN_INS_FROM = ("sign-ins from an address", 100, 300)
SECOND_STEPS = ("second steps", 10, 300)
RESETS = ("resets", 3, 900)
RESETS_FROM = ("resets from an address", 30, 900)
CODES_FROM = ("codes from an address", 30, 900)
#: That somebody guesses at an account is said once within this.
GUESSES_SAID = timedelta(days=1)
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,600}")


def first_page(roles: AbstractSet[str]) -> str:
    """The page that is of most use to whoever has just signed in."""
    if "agency" in roles:
        return "/requests"
    if "governance" in roles:
        return "/cases/who-saw"
    return "/letters" if {"ops", "administrator"} & roles else "/cases"


def own_path(text: str) -> str:
    """A path on this origin, as it was given; empty for anything else."""
    return text if _PATH.fullmatch(text) and "%0" not in text.lower() and not text.startswith("/sign-") else ""
