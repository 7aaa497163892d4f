"""Metrics for Prometheus: what waits, what was parked, how long the oldest has been there."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from pprg_shared.boxes.tables import boxes_of, waiting
from pprg_shared.limits import limits, reached

if TYPE_CHECKING:  # the runtime imports boxes, and boxes must not import the runtime
    from pprg_shared.service import Runtime


class Boxes:
    """Reads the boxes at the moment of asking: no counter that could drift."""

    def __init__(self, alive: "Sequence[Runtime]") -> None:
        self._alive = alive

    def collect(self) -> Iterator[Metric]:
        """The families of metrics."""
        undone = GaugeMetricFamily("pprg_box_waiting", "Rows not done yet.", labels=["service", "box"])
        parked = GaugeMetricFamily(
            "pprg_box_parked", "Rows given up, for a person to look at.", labels=["service", "box"]
        )
        oldest = GaugeMetricFamily("pprg_oldest_seconds", "Age of the oldest waiting row.", labels=["service"])
        broker = GaugeMetricFamily("pprg_broker_connected", "1 when the bus can be used.", labels=["service"])
        unanchored = GaugeMetricFamily("pprg_audit_unanchored", "Entries behind the last anchor.", labels=["service"])
        failing = GaugeMetricFamily("pprg_audit_anchors_failing", "1 when no anchor can be laid.", labels=["service"])
        slowed = GaugeMetricFamily("pprg_limits_reached", "Who is over a limit just now.", labels=["service", "what"])
        for each in self._alive:
            name = each.service.name
            with each.database.reading() as session:
                for table in boxes_of(each.service.metadata).values():
                    counted = sa.select(sa.func.count()).select_from(table)
                    labels = [name, table.name]
                    undone.add_metric(labels, session.scalar(counted.where(*waiting(table))) or 0)
                    parked.add_metric(labels, session.scalar(counted.where(table.c.failed_at.is_not(None))) or 0)
                if limits.name in each.service.metadata.tables:
                    for what, number in reached(session).items():
                        slowed.add_metric([name, what], number)
            oldest.add_metric([name], each.oldest())
            broker.add_metric([name], float(each.bus.connected()))
            if each.settings.loop:
                unanchored.add_metric([name], each.keeper.unanchored)
                failing.add_metric([name], float(each.keeper.problem is not None))
        yield from (undone, parked, oldest, broker, unanchored, failing, slowed)


def exposition(alive: "Sequence[Runtime]") -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Boxes(alive))
    return generate_latest(registry)
