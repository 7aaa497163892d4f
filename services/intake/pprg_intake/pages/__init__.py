"""Pages of intake: the front page, the referral, the requests of one's agency, who one is, links and keys."""

from pprg_intake.pages import front, keys, leaving, links, requests
from pprg_intake.pages.common import pages

__all__ = ["front", "keys", "leaving", "links", "pages", "requests"]
