"""Three nodes of RabbitMQ that are one broker, on this machine: any of them may be killed, frozen or restarted."""

import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pprg_embedded.ports import free_port
from rabbitmq import USER, ProgramBroker, scripts_folder
from waiting import eventually
from wire import Wire

NODES = 3
#: Whoever sees only the smaller part of the nodes takes no messages, lest two parts go on without each other.
#: That one is frozen is known to the others within a quarter of a minute instead of a whole.
CONFIGURATION = "cluster_partition_handling = pause_minority\nnet_ticktime = 15\n"
#: A node that comes back has caught up within this time.
SETTLED_SECONDS = 60


class Node(ProgramBroker):
    """One of several, which know each other by a cookie and a registry of their own."""

    def __init__(self, folder: Path, scripts: Path, cookie: str, registry: int, password: str) -> None:
        folder.mkdir()
        super().__init__(folder, scripts, CONFIGURATION)
        self.epmd_port, self.password = registry, password
        self.url = self.address(USER, password)
        self.environment["ERL_EPMD_PORT"] = str(registry)
        configuration = folder / "rabbitmq.conf"
        lines = [each for each in configuration.read_text().splitlines() if not each.startswith("default_pass")]
        configuration.write_text("\n".join([*lines, f"default_pass = {password}", ""]))
        secret = folder / ".erlang.cookie"
        secret.unlink()
        secret.write_text(cookie)
        secret.chmod(0o400)

    @property
    def name(self) -> str:
        return self.environment["RABBITMQ_NODENAME"]

    @property
    def runs(self) -> bool:
        return hasattr(self, "process") and self.process.poll() is None

    def join(self, other: "Node") -> None:
        for words in (("stop_app",), ("join_cluster", other.name), ("start_app",)):
            self.ctl(*words)

    def restart(self) -> None:
        """As an administrator would, for an upgrade."""
        self.ctl("stop")
        self.process.wait(60)
        self.start()


class Cluster:
    """Three nodes, and one address for all of them."""

    origin = "three nodes from programs on this machine"

    def __init__(self, folder: Path, scripts: Path) -> None:
        about = (secrets.token_hex(16), free_port(), secrets.token_hex(8))
        self.nodes = [Node(folder / f"node{number}", scripts, *about) for number in range(NODES)]
        self.wire = Wire("127.0.0.1", *(each.port for each in self.nodes))
        self.port = self.wire.port
        self.url = self.nodes[0].url.replace(f":{self.nodes[0].port}/", f":{self.port}/")

    def start(self) -> None:
        self._start(self.nodes)
        first, *others = self.nodes
        for each in others:
            each.join(first)
        self.version = first.ctl("version").strip()

    @staticmethod
    def _start(nodes: Iterable[Node]) -> None:
        """All at once; each waits for another."""
        with ThreadPoolExecutor(NODES) as starting:
            list(starting.map(Node.start, nodes))

    def stop(self) -> None:
        self.wire.close()
        for each in self.nodes:
            if each.runs:
                each.stop()

    def leader(self, queue: str) -> Node:
        """The node by which everything in this queue goes first."""
        asked = next(each for each in self.nodes if each.greets())
        lines = asked.ctl("list_queues", "name", "leader").splitlines()
        led = dict(line.split("\t") for line in lines if line.count("\t") == 1)
        return next(each for each in self.nodes if each.name == led[queue])

    def heal(self) -> None:
        """All three run and take messages again; one that sees the smaller part greets nobody."""
        for each in self.nodes:
            if each.runs:
                each.thaw()
        self._start(each for each in self.nodes if not each.runs)
        eventually(lambda: all(each.greets() for each in self.nodes), SETTLED_SECONDS)


@contextmanager
def three_nodes() -> Iterator[Cluster]:
    scripts = scripts_folder()
    with TemporaryDirectory(prefix="rabbitmq-") as folder, ExitStack() as stack:
        cluster = Cluster(Path(folder), scripts)
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster
