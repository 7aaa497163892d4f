"""Ports of this machine that a process about to start may have."""

import os
import socket
from itertools import islice

BELOW_THE_SYSTEMS_OWN = range(10_000, 32_000)
"""Linux gives an outgoing connection a port from 32768 on, others from 49152 on: none of these is taken by one between
the choice and the start."""
APART = 64
"""Ports from one process's first to that of the next, so that two who look at the same time find different ones."""

_in_turn = (
    BELOW_THE_SYSTEMS_OWN[(os.getpid() * APART + further) % len(BELOW_THE_SYSTEMS_OWN)]
    for further in range(len(BELOW_THE_SYSTEMS_OWN))
)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on at this moment and this process has not given before."""
    return list(islice(filter(is_free, _in_turn), count))


def is_free(port: int) -> bool:
    """Whether somebody could listen on this port of loopback."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
