"""What a world holds: every row of every table of its services, and every file beside their databases."""

import hashlib
from collections.abc import Collection, Mapping

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import metadata as common

#: Tables that say that somebody tried, asked for or read something, and hold nothing of what they sent.
NOTED = frozenset({"audit", "audit_marks", "limits", "steps"})
Held = Mapping[str, frozenset[str]]


def stored(world, but: Collection[str] = NOTED) -> Held:
    """A digest of each row by service and table, and the names of the files; `but` names tables that are left out."""
    files = (each for each in world.folder.rglob("*") if each.is_file() and ".sqlite" not in each.name)
    found = {"files": frozenset(str(each.relative_to(world.folder)) for each in files)}
    for name, alive in world.services.items():
        with alive.database.reading() as session:
            for table in (*common.sorted_tables, *alive.service.metadata.sorted_tables):
                if table.name not in but:
                    rows = session.execute(sa.text(f"SELECT * FROM {table.name}"))
                    found[f"{name}.{table.name}"] = frozenset(_digest(tuple(row)) for row in rows)
    return found


def _digest(row: tuple[object, ...]) -> str:
    plain = [bytes(each) if isinstance(each, memoryview) else each for each in row]
    return hashlib.sha256(repr(plain).encode()).hexdigest()


def changes(before: Held, after: Held) -> dict[str, tuple[int, int]]:
    """How many rows or files came, and how many went, wherever any did; a changed row does both."""
    counted = {name: (len(after[name] - held), len(held - after[name])) for name, held in before.items()}
    return {name: each for name, each in counted.items() if any(each)}


@pytest.fixture
def unchanged(world):
    """Fails when any row of any service, or any file, has come, changed or gone since, but for what is NOTED."""
    before = stored(world)
    yield
    world.settle()
    assert changes(before, stored(world)) == {}
