"""What people meet before anything has happened; of all that is here, this runs before the first decision is made."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def mode(narrow_mode):
    return narrow_mode


def test_what_is_asked_of_people_is_said_where_there_is_nothing_yet(visit):
    lead, office = visit(), visit()
    lead.sign_in("lead-probation")
    office.sign_in("coordinator")

    lead.sees("Requests to your agency")
    assert "Probation Service is asked nothing at the moment." in lead.text
    office.open(f"/letters?subject={uuid4()}")
    office.sees("Letters of one case")
    assert "There are no letters about this case yet." in office.text
    office.open("/publications")
    office.sees("Publications")
    assert "There is nothing to publish yet." in office.text
    office.open("/learning")
    office.sees("What was learnt")
    assert "Nothing has been published yet." in office.text
