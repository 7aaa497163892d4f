"""`pprg run`: four services in one process on SQLite."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from faults.setups import NAMES, Process, Setup, fault_name, fresh_secrets

#: An error as of a disk that is full: a function fails while the row is written.
AWAY = "CREATE TRIGGER {name} BEFORE INSERT ON inbox BEGIN SELECT json('no JSON'); END"


class Embedded(Setup):
    """One process, killed and healed as one."""

    def __init__(self, folder: Path, deadly: str = "", program: Sequence[str] = ("-m", "pprg_embedded")) -> None:
        super().__init__(folder, deadly, fresh_secrets())
        self.world = Process("world", [*program, "run"], self.environment, folder)
        self.processes = {"world": self.world}
        for name in NAMES:
            self.open(name, f"sqlite:///{folder}/{name}.sqlite")

    @property
    def addresses(self) -> dict[str, list[str]]:
        return {name: [self.world.address] for name in NAMES}

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """No database takes arrivals."""
        with ExitStack() as stack:
            for each in self.databases.values():
                connection, name = stack.enter_context(each.engine.connect()), fault_name()
                connection.exec_driver_sql(AWAY.format(name=name))
                stack.callback(connection.exec_driver_sql, f"DROP TRIGGER {name}")
            yield
