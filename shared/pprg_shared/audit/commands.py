"""`audit verify`: whether the chain of a service is as it was written."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.verifying import verified

if TYPE_CHECKING:  # the runtime imports this package, and it must not import the runtime
    from pprg_shared.service import Runtime


def audit_commands(alive: "Callable[[], Runtime]") -> click.Group:
    """The `audit` group of a service's command."""

    @click.group()
    def audit() -> None:
        """Who saw and changed what."""

    @audit.command("verify")
    @click.option("--json", "as_json", is_flag=True, help="One JSON document.")
    def verify_(*, as_json: bool) -> None:
        """Look whether any entry was changed, taken away, exchanged or put in; exit code 1 if so."""
        runtime = alive()
        anchors = Anchors(runtime.settings.anchors(), runtime.service.name)
        found = verified(runtime.database, anchors)
        if as_json:
            click.echo(json.dumps(asdict(found) | {"whole": found.whole}))
        elif found.whole:
            click.echo(f"whole: {found.entries} entries, {found.anchors} anchors")
        else:
            click.echo(f"broken at entry {found.broken_at}: {found.why}")
        if not found.whole:
            sys.exit(1)

    return audit
