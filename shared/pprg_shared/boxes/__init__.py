"""Boxes: work that waits as rows, said and heard in the same transaction as the change it belongs to."""

from pprg_shared.boxes.arrival import Arrival
from pprg_shared.boxes.outgoing import publish
from pprg_shared.boxes.work import Box, Outcome

__all__ = ["Arrival", "Box", "Outcome", "publish"]
