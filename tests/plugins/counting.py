"""How often a service asks its database while something happens."""

import pytest
import sqlalchemy as sa


@pytest.fixture
def queries(world):
    """The statements that a service reads its database with while something happens, but to count and to record it."""

    class Counting:
        def __init__(self, service):
            self.database, self.reads = world.services[service].database, []

        def note(self, _connection, _cursor, statement, *_):
            if statement.startswith("SELECT") and not any(name in statement for name in ("steps", "audit")):
                self.reads.append(statement)

        def __enter__(self):
            for engine in {self.database.engine, self.database._single}:
                sa.event.listen(engine, "before_cursor_execute", self.note)
            return self

        def __exit__(self, *_):
            for engine in {self.database.engine, self.database._single}:
                sa.event.remove(engine, "before_cursor_execute", self.note)

    return Counting
