"""Four services as processes, each with a database on PostgreSQL and a login of its own at RabbitMQ."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika

import forked
from faults.setups import NAMES, Process, Setup, fresh_secrets
from pprg_embedded.world import SERVICES
from pprg_shared.definitions import definitions, hash_password
from pprg_shared.rabbit.topology import dead_queue_name, queue_name

SERVE = Path(__file__).parent / "short_lease.py"
HEARS = {each.name: {event.event_name for event in each.hears} for each in SERVICES}
SAYS = {each.name: {event.event_name for event in each.says} for each in SERVICES}
#: Longer than any act takes here, so that no replica takes over what another is still at.
LEASE_SECONDS = "10"
#: The same for all setups of a run, so that a database can be copied from one that was filled before.
SECRETS = fresh_secrets()


class Grown(Setup):
    """Processes by name; a replica is called `triage-2`."""

    def __init__(
        self,
        folder: Path,
        broker: Any,
        postgres: Any,
        deadly: str = "",
        *,
        replicas: Mapping[str, int] | None = None,
        programs: Mapping[str, Path] | None = None,
    ) -> None:
        super().__init__(folder, deadly, SECRETS)
        if replicas:
            self.environment["LEASE_SECONDS"] = LEASE_SECONDS
        self.broker, self.vhost = broker, f"faults-{secrets.token_hex(4)}"
        self._load()
        for name in NAMES:
            url = postgres.fresh(f"faults {name}", lambda address, name=name: self._fill(name, address))
            self.open(name, url)
            command = [str((programs or {}).get(name, SERVE)), name, "serve"]
            for number in range(1, (replicas or {}).get(name, 1) + 1):
                label = name if number == 1 else f"{name}-{number}"
                self.processes[label] = Process(label, command, self.environment | self._own(name, url), folder)

    def _own(self, name: str, url: str) -> dict[str, str]:
        return {"DATABASE_URL": url, "BROKER_URL": self.broker.address(name, _password(name), self.vhost)}

    def _load(self) -> None:
        """A virtual host of its own with logins that say their own and hear their own."""
        hashes = {name: hash_password(_password(name)) for name in NAMES}
        loaded = definitions({name: (SAYS[name], HEARS[name]) for name in NAMES}, hashes, self.vhost)
        user = self.broker.url.partition("//")[2].partition(":")[0]
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        loaded["permissions"].append({"user": user, "vhost": self.vhost, **everything})
        self.broker.load(loaded)
        self.url = f"{self.broker.url.rpartition('/')[0]}/{self.vhost}"

    def _fill(self, name: str, url: str) -> None:
        command = ["-m", f"pprg_{name}", "migrate"]
        environment = os.environ | self.environment | self._own(name, url) | {"CRASHPOINT": ""}
        forked.run(command, environment, check=True)

    @property
    def addresses(self) -> dict[str, list[str]]:
        return {name: [each.address for each in self.of(name)] for name in NAMES}

    def of(self, service: str) -> list[Process]:
        """The processes of a service."""
        return [each for label, each in self.processes.items() if label.partition("-")[0] == service]

    @contextmanager
    def channel(self) -> Iterator[Any]:
        """A channel of the broker's administrator."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            yield connection.channel()
        finally:
            connection.close()

    def on_broker(self) -> dict[str, int]:
        with self.channel() as channel:
            names = [named(name) for name in NAMES for named in (queue_name, dead_queue_name)]
            return {name: channel.queue_declare(name, passive=True).method.message_count for name in names}

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """The broker is short of memory and takes no messages."""
        self.broker.ctl("set_vm_memory_high_watermark", "0.00001")
        try:
            yield
        finally:
            self.broker.ctl("set_vm_memory_high_watermark", "0.4")


def _password(service: str) -> str:
    return f"{service}'s own"
