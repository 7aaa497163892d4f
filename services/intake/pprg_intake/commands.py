"""Commands of intake alone: what the directory holds is said anew, and who may sign in before anybody can."""

import json
import os
import re
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import select

from pprg_intake.actions import accounts, opening
from pprg_intake.actions.directory import said_of_agency, said_of_person
from pprg_intake.actions.trial import Invented, trial_people
from pprg_intake.models import Agency, Person
from pprg_shared.boxes.operations import tell
from pprg_shared.contract import Event
from pprg_shared.errors import Refused
from pprg_shared.service import Runtime
from pprg_shared.startup import ending

MOST_ADDRESS = 320
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


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


def admin_commands(alive: Callable[[], Runtime]) -> click.Group:
    """The `admin` group of intake's command."""

    def ready() -> Runtime:
        runtime = alive()
        ending(lambda: runtime.migrations.check(runtime.database))
        return runtime

    @click.group()
    def admin() -> None:
        """Who may sign in, before anybody can by a page."""

    @admin.command()
    @click.argument("address")
    @click.argument("name")
    def create(address: str, name: str) -> None:
        """Make an administrator, and print where they choose a password; ADDRESS is their work address."""
        _create(ready(), address, name)

    @admin.command()
    @click.argument("address")
    def enrol(address: str) -> None:
        """Let somebody of the directory enrol anew, as when their authenticator and recovery codes are lost."""
        _enrol(ready(), address)

    @admin.command("trial-people")
    @click.option(
        "--out",
        type=click.Path(path_type=Path, allow_dash=True),
        help="Where to write all of it as JSON, for programs; - for standard output.",
    )
    def trial_people_(out: Path | None) -> None:
        """Give the invented people accounts and say how they sign in; only with TRIAL=1."""
        _trial_people(ready(), out)

    return admin


def _create(runtime: Runtime, address: str, name: str) -> None:
    if not ADDRESS.fullmatch(address) or len(address) > MOST_ADDRESS:
        raise click.ClickException("ADDRESS must be one plain address, such as name@council.gov.uk")
    try:
        with runtime.database.writing("action") as session:
            person = opening.make_administrator(session, address, name)
            number, code = opening.issue_enrolment(session, person)
    except Refused as error:
        raise click.ClickException(str(error)) from None
    _tell(runtime, str(number), code)


def _enrol(runtime: Runtime, address: str) -> None:
    with runtime.database.writing("action") as session:
        person = accounts.person_of(session, address)
        if person is None:
            raise click.ClickException("The directory has nobody with this address who may sign in")
        number, code = opening.issue_enrolment(session, person)
    _tell(runtime, str(number), code)


def _trial_people(runtime: Runtime, out: Path | None) -> None:
    if not runtime.settings.trial:
        raise click.ClickException("TRIAL=1 must be set: invented people sign in where the product is tried out")
    people = trial_people(runtime)
    if out is None:
        _show(people)
        return
    whole = json.dumps({each.code: each.as_json() for each in people}, indent=2)
    if str(out) == "-":
        click.echo(whole)
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(whole)
    click.echo(f"{out}: {len(people)} people")


def _tell(runtime: Runtime, number: str, code: str) -> None:
    click.echo(f"Open {runtime.settings.base_url.rstrip('/')}/sign-in/enrol/{number} and type this code:")
    click.echo(f"  {code}")
    click.echo("It works once, for a day. Hand it over in person or by telephone.")


def _show(people: list[Invented]) -> None:
    for each in people:
        click.echo(f"{each.address:<60} {each.password:<30} code now {each.code_now}")
    click.echo("A code works for about a minute, once; type the one that the authenticator shows, or ask again.")
