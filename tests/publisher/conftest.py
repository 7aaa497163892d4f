import pytest

from publishing import People


@pytest.fixture
def people(world):
    """The office, the chair and everybody at the publisher."""
    return People(world)
