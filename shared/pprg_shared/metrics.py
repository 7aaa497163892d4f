"""Metrics for Prometheus: what waits, what was parked, how long the oldest has been there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import boxes_of, waiting
from pprg_shared.limits import limits, reached
from pprg_shared.logs import log

if TYPE_CHECKING:  # the runtime imports boxes, and boxes must not import the runtime
    from pprg_shared.service import Runtime


@dataclass(frozen=True)
class Counted:
    """What the database of a service told at one moment."""

    #: Box to rows that wait and rows that were parked.
    boxes: dict[str, tuple[int, int]]
    #: The age in seconds of the oldest row that waits, or of what came lately when it came.
    oldest: float
    #: Who is over a limit, by what they did.
    limits: Mapping[str, int]


class Boxes:
    """Reads the boxes at the moment of asking: no counter that could drift."""

    def __init__(self, alive: "Sequence[Runtime]") -> None:
        self._alive = alive

    def collect(self) -> Iterator[Metric]:
        """The families of metrics; of a database that does not answer there is nothing but that."""
        up = GaugeMetricFamily("pprg_database_up", "1 when the database tells what waits.", labels=["service"])
        undone = GaugeMetricFamily("pprg_box_waiting", "Rows not done yet.", labels=["service", "box"])
        parked = GaugeMetricFamily(
            "pprg_box_parked", "Rows given up, for a person to look at.", labels=["service", "box"]
        )
        oldest = GaugeMetricFamily(
            "pprg_oldest_seconds",
            "Age of the oldest waiting row, or of what came lately.",
            labels=["service"],
        )
        slowed = GaugeMetricFamily("pprg_limits_reached", "Who is over a limit just now.", labels=["service", "what"])
        for each in self._alive:
            name, counted = each.service.name, _counted(each)
            up.add_metric([name], float(counted is not None))
            if counted is None:
                continue
            for box, (waits, given_up) in counted.boxes.items():
                undone.add_metric([name, box], waits)
                parked.add_metric([name, box], given_up)
            oldest.add_metric([name], counted.oldest)
            for what, number in counted.limits.items():
                slowed.add_metric([name, what], number)
        yield from (up, undone, parked, oldest, slowed, *self._of_the_process())

    def _of_the_process(self) -> Iterator[Metric]:
        """What needs no database."""
        broker = GaugeMetricFamily("pprg_broker_connected", "1 when the bus can be used.", labels=["service"])
        unanchored = GaugeMetricFamily("pprg_audit_unanchored", "Entries behind the last anchor.", labels=["service"])
        failing = GaugeMetricFamily("pprg_audit_anchors_failing", "1 when no anchor can be laid.", labels=["service"])
        for each in self._alive:
            name = each.service.name
            broker.add_metric([name], float(each.bus.connected()))
            if each.settings.loop:
                unanchored.add_metric([name], each.keeper.unanchored)
                failing.add_metric([name], float(each.keeper.problem is not None))
        yield from (broker, unanchored, failing)


def _counted(alive: "Runtime") -> Counted | None:
    """What the database tells; None when it is away, or is not what this version needs."""
    tables = alive.service.metadata.tables
    try:
        with alive.database.reading() as session:
            boxes = {table.name: _rows(session, table) for table in boxes_of(alive.service.metadata).values()}
            slowed = reached(session) if limits.name in tables else {}
        return Counted(boxes, max(alive.oldest(), alive.arrival.behind()), slowed)
    except sa.exc.SQLAlchemyError as error:
        log.warning("nothing counted", service=alive.service.name, fault=type(error).__name__)
        return None


def _rows(session: Session, table: sa.Table) -> tuple[int, int]:
    counted = sa.select(sa.func.count()).select_from(table)
    parked = session.scalar(counted.where(table.c.failed_at.is_not(None)))
    return session.scalar(counted.where(*waiting(table))) or 0, parked or 0


def exposition(alive: "Sequence[Runtime]") -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Boxes(alive))
    return generate_latest(registry)
