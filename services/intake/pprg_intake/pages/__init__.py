"""Pages of intake: the front page, the referral, the requests of one's agency, and who one is."""

from pprg_intake.pages import front, leaving, requests
from pprg_intake.pages.common import pages

__all__ = ["front", "leaving", "pages", "requests"]
