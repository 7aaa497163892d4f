"""A service as its own command runs it, but what a killed process had in hand is free again after seconds."""

import os
import sys
from datetime import timedelta
from importlib import import_module

from pprg_shared.audit import keeping
from pprg_shared.boxes import work

#: One loop empties a box in one process, so that a lease can be this short; replicas need more.
work.LEASE = timedelta(seconds=float(os.environ.get("LEASE_SECONDS", "1")))

#: Who saw what is told so often that each passage of telling comes soon.
keeping.PAUSE = timedelta(seconds=1)

if __name__ == "__main__":
    _, service, *words = sys.argv
    import_module(f"pprg_{service}.__main__").main(words)
