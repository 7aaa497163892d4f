"""Pages of intake: front page, referral, requests of one's agency, signing in, links, the directory, keys."""

from pprg_intake.pages import (
    agencies,
    directory_lists,
    enrolling,
    front,
    keys,
    leaving,
    links,
    people,
    requests,
    session,
    signing_in,
    staff,
)
from pprg_intake.pages.blueprint import pages

__all__ = [
    "agencies",
    "directory_lists",
    "enrolling",
    "front",
    "keys",
    "leaving",
    "links",
    "pages",
    "people",
    "requests",
    "session",
    "signing_in",
    "staff",
]
