"""Which agencies may be named."""

from collections.abc import Mapping

from pprg_shared.acting import runtime


def agencies() -> Mapping[str, str]:
    """The agencies that may be named."""
    return runtime().agencies.asked()
