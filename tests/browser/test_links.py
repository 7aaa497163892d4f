"""Somebody with nothing but a letter opens what it is about: link, code, page; on a narrow screen, without scripts."""

import re

import pytest

from browser.visitor import SECONDS_BETWEEN_LOOKS
from invented import REFERRAL
from waiting import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def mode(narrow_mode):
    return narrow_mode


@pytest.fixture
def office(visit):
    visitor = visit()
    visitor.sign_in("coordinator")
    return visitor


def ask(api, *agencies):
    """A case about which these are asked; its reference and id."""
    reference, path = api.refer(REFERRAL)
    api.post(f"{path}/requests", {"agencies": agencies, "questions": "What was your part?"})
    return reference, path.rpartition("/")[2]


def letter(office, case_id, kind, to=""):
    """What the newest letter of this kind about a case says, of those to whom this names."""

    def found():
        office.open(f"/letters?subject={case_id}")
        links = office.page.get_by_role("link", name=re.compile(kind, re.IGNORECASE)).all()
        for each in [each.get_attribute("href") for each in links]:
            office.open(each)
            if to in office.text:
                return office.text
        return None

    return eventually(found, every=SECONDS_BETWEEN_LOOKS)


def let_in(visitor, office, case_id, agency):
    """Open what an agency is asked, by its letter and a code; the path."""
    path = re.search(r"http://\S+(/requests/\S+)", letter(office, case_id, "request for information", agency))[1]
    visitor.open(path)
    visitor.press("Send me a code")
    visitor.fill({"code": re.search(r"Code: (\d{6})", letter(office, case_id, "your code", agency))[1]})
    visitor.press("Open the page")
    return path


def test_a_link_and_a_code_from_the_mailbox_open_what_is_asked_and_nothing_else(visit, api, office):
    reference, case_id = ask(api, "police")
    link = re.search(r"http://\S+(/requests/\S+)", letter(office, case_id, "request for information"))[1]
    lead = visit()

    lead.open(link)
    lead.sees("Open a page with a code")
    lead.press("Open the page")
    lead.sees("Error: Open a page with a code", 422)
    assert lead.problems == ["Enter the 6 digits of the code"]
    lead.press("Send me another code")
    lead.sees("Open a page with a code")
    lead.fill({"code": re.search(r"Code: (\d{6})", letter(office, case_id, "your code"))[1]})
    lead.press("Open the page")

    lead.sees(f"Request {reference}")
    assert "What was your part?" in lead.text
    lead.page.get_by_text("Your agency holds nothing about this person").click()
    lead.fill({"nil-author": "Invented Lead"})
    lead.press("We hold nothing")
    lead.sees("Answer received")
    lead.open("/requests")
    lead.sees("Page not found", 404)


def test_two_agencies_in_two_browsers_see_nothing_of_each_other(visit, api, office):
    reference, case_id = ask(api, "police", "gp")
    police, gp = visit(), visit()
    theirs, others = let_in(police, office, case_id, "Wiltshire Police"), let_in(gp, office, case_id, "GP practices")

    for visitor, own, other, name in (
        (police, theirs, others, "GP practices"),
        (gp, others, theirs, "Wiltshire Police"),
    ):
        visitor.open(own)
        visitor.sees(f"Request {reference}")
        assert name not in visitor.text
        visitor.open(other)
        visitor.sees("Open a page with a code")
        assert reference not in visitor.text
        for path in (f"/cases/{case_id}", "/requests", "/letters", "/people"):
            visitor.open(path)
            assert visitor.status in {403, 404}, path
            assert reference not in visitor.page.content()
    police.open("/sign-out")
    police.press("Sign out")
    gp.open(others)
    gp.sees(f"Request {reference}")
    police.open(theirs)
    police.sees("Open a page with a code")


def test_a_key_for_a_program_is_made_shown_once_and_revoked(visit):
    administrator = visit()
    administrator.sign_in("administrator")
    administrator.open("/agencies/police/keys")
    administrator.sees("Keys of programs, Wiltshire Police")
    administrator.press("Make the key")
    administrator.sees("Error: Keys of programs, Wiltshire Police", 422)
    administrator.fill({"name": "Invented records"})
    administrator.choose("Refer cases", "90 days")
    administrator.press("Make the key")
    administrator.sees("Keys of programs, Wiltshire Police")
    assert re.search(r"pprg_[\w-]{43}", administrator.text)

    with administrator.page.expect_navigation():
        administrator.page.get_by_role("link", name="Revoke").click()
    administrator.sees("Revoke a key")
    administrator.press("Revoke the key")
    administrator.sees("Keys of programs, Wiltshire Police")
    assert "pprg_" not in administrator.text
    assert administrator.rows[0][2].startswith("Revoked")
