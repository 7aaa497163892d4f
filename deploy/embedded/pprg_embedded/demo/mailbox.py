"""Where the demo reads letters: on the pages of the try-out mailbox, or in MailDev where mail goes there."""

from typing import Protocol

from pprg_embedded.demo.browser import Browser
from pprg_shared.duties import LEAD
from pprg_shared.profile import Profile

#: In place of an agency: who made the referral.
REFERRER = ""


class Mailbox(Protocol):
    """Where letters can be read."""

    def read(self, case_id: str, reference: str, kind: str) -> dict[str, str]:
        """What the letters of a kind about a case say, by the agency that each is for."""


class OwnPages:
    """The letters as the product keeps them where it is tried out, read by the coordinator."""

    def __init__(self, office: Browser) -> None:
        self._office = office
        self._texts: dict[str, str] = {}

    def read(self, case_id: str, reference: str, kind: str) -> dict[str, str]:
        """What the letters of a kind about a case say, by the agency that each is for."""
        del reference
        found = self._office.api(f"/api/v1/letters?subject={case_id}")["letters"]
        there = [each for each in found if each["template"] == kind and each["state"] == "accepted"]
        return {_agency(each["to"]): self._text(each["id"]) for each in reversed(there)}

    def _text(self, letter: str) -> str:
        if letter not in self._texts:
            self._texts[letter] = self._office.says(f"/letters/{letter}")
        return self._texts[letter]


def _agency(to: str) -> str:
    """Of AGENCY/DUTY the agency; people stand there by their number alone."""
    agency, _, duty = to.partition("/")
    return agency if duty else REFERRER


class MailDev:
    """The mails that a mail server for trying out has caught, asked for over its own API."""

    def __init__(self, url: str, profile: Profile) -> None:
        self._server, self._profile = Browser(url), profile
        self._leads = {
            duty.address: agency.code for agency in profile.agencies for duty in agency.duties if duty.code == LEAD
        }

    def read(self, case_id: str, reference: str, kind: str) -> dict[str, str]:
        """What the letters of a kind about a case say, by the agency that each is for."""
        del case_id
        subject = f"{reference}, {self._profile.letters.kinds[kind].subject}"
        return {
            self._leads.get(to["address"], REFERRER): each["text"]
            for each in self._server.api("/email")
            for to in each["to"]
            if each["subject"].endswith(subject)
        }
