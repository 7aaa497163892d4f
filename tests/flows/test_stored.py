"""What shows that nothing was stored can fail: a row that comes, changes or goes, and a file, are seen."""

import pytest
import sqlalchemy as sa

from stored import changes, stored


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO ended_sessions (id, ends_at) VALUES ('0', '2026-11-24')", {"triage.ended_sessions": (1, 0)}),
        ("UPDATE people SET revision = 9 WHERE id = (SELECT min(id) FROM people)", {"triage.people": (1, 1)}),
        ("DELETE FROM people WHERE id = (SELECT min(id) FROM people)", {"triage.people": (0, 1)}),
    ],
)
def test_a_row_that_comes_changes_or_goes_is_seen(world, statement, expected):
    before = stored(world)

    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.text(statement))

    assert changes(before, stored(world)) == expected


def test_a_file_is_seen(world):
    before = stored(world)

    (world.folder / "planted").write_text("x")

    assert changes(before, stored(world)) == {"files": (1, 0)}
