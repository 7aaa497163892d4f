"""Pages of intake: the front page, the referral, the requests of one's agency, who one is, personal links."""

from pprg_intake.pages import front, leaving, links, requests
from pprg_intake.pages.common import pages

__all__ = ["front", "leaving", "links", "pages", "requests"]
