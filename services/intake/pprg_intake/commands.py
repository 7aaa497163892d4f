"""Commands of intake alone."""

from collections.abc import Callable, Generator
from contextlib import closing

import click
from sqlalchemy import select

from pprg_intake.actions.directory import said_of_agency, said_of_person
from pprg_intake.models import Agency, Person
from pprg_shared.boxes.operations import tell
from pprg_shared.contract import Event
from pprg_shared.service import Runtime


def directory_command(alive: Callable[[], Runtime]) -> click.Group:
    """`directory republish`: what the directory holds is said anew."""
    group = click.Group("directory", help="The directory of agencies and people.")

    @group.command("republish")
    @click.option("--to", required=True, help="The service that is to hear it: triage, notifier or publisher.")
    def command(to: str) -> None:
        """Say the present state of every agency and person to one service, which keeps what is newer than its own."""
        runtime = alive()
        with closing(states(runtime)) as events:
            said = tell(runtime, to, events)
        click.echo(f"{said} agencies and people said to {to}")

    return group


def states(runtime: Runtime) -> Generator[Event, None, None]:
    """What is said of every agency, then of every person."""
    with runtime.database.reading(in_pieces=True) as session:
        for agency in session.scalars(select(Agency).order_by(Agency.id)).all():
            yield said_of_agency(session, agency)
        everybody = select(Person).order_by(Person.id).execution_options(yield_per=500)
        with closing(session.scalars(everybody)) as people:
            for person in people:
                yield said_of_person(session, person)
                session.expunge(person)
