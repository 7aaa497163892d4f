"""Commands of triage alone."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import or_, select

from pprg_shared.actor import NOBODY
from pprg_shared.audit import record
from pprg_shared.calendar import LONDON
from pprg_shared.database import uuid_of
from pprg_shared.service import Runtime
from pprg_triage.models import Case
from pprg_triage.projections import whole_access


class Moment(click.ParamType[datetime]):
    """A moment as ISO 8601 writes it; without a zone it is meant in London."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant."""
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no moment: write 2026-12-08T10:00", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=LONDON)


def who_saw_command(alive: Callable[[], Runtime]) -> click.Command:
    """`who-saw CASE`: who saw or received what about a case."""

    @click.command("who-saw")
    @click.argument("case")
    @click.option("--from", "start", type=Moment(), help="From this moment on, such as 2026-12-08T10:00.")
    @click.option("--to", "end", type=Moment(), help="Before this moment.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
    def command(case: str, start: datetime | None, end: datetime | None, *, as_json: bool) -> None:
        """Tell who saw or received what about CASE (reference or id), the newest first; this is recorded, too."""
        runtime = alive()
        found = _case(runtime, case)
        with runtime.database.writing("action") as session:
            record(session, "export", "who_saw", str(found), NOBODY)
        with runtime.database.reading(in_pieces=True) as session:
            for each in whole_access(session, runtime.profile, found, start=start, end=end):
                cells = {name: str(value) for name, value in dataclasses.asdict(each).items()}
                click.echo(json.dumps(cells) if as_json else "\t".join(cells.values()))

    return command


def _case(runtime: Runtime, named: str) -> UUID:
    with runtime.database.reading() as session:
        chosen = select(Case.id).where(or_(Case.reference == named, Case.id == uuid_of(named)))
        found = session.scalar(chosen)
    if found is None:
        raise click.ClickException(f"there is no case {named}")
    return found
