"""Pages of intake: front page, referral, requests of one's agency, who one is, links, the directory, keys."""

from pprg_intake.pages import agencies, directory_lists, front, keys, leaving, links, people, requests
from pprg_intake.pages.common import pages

__all__ = ["agencies", "directory_lists", "front", "keys", "leaving", "links", "pages", "people", "requests"]
