"""The `pprg` command."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from pkgutil import resolve_name
from typing import IO, Any

import click

from pprg_embedded.ahead import Ahead
from pprg_embedded.demo import STEPS, play
from pprg_embedded.demo.browser import Failed
from pprg_embedded.demo.people import Person, Signers, read_people, who_signs_in
from pprg_embedded.deployment import nginx_map, write_certificates, write_secrets
from pprg_embedded.ports import free_ports
from pprg_embedded.world import SERVICES, assemble, compose, with_secrets
from pprg_intake.actions.opening import issue_first_code
from pprg_intake.actions.trial import trial_people
from pprg_shared import logs
from pprg_shared.audit.commands import audit_commands
from pprg_shared.boxes.commands import boxes_commands
from pprg_shared.config import Settings, SettingsError
from pprg_shared.database import utcnow
from pprg_shared.definitions import definitions_json
from pprg_shared.keys import keys_commands
from pprg_shared.profile import Profile, load_profile
from pprg_shared.server import Server
from pprg_shared.service import Runtime, Service
from pprg_shared.startup import checked, ending, settings_of

THREADS = 8


@click.group()
def main() -> None:
    """Practice reviews: all four services in one command."""


@main.command()
@click.option(
    "--ahead",
    type=click.Path(path_type=Path),
    help="A file with the seconds by which the clock is ahead: the demo lets days go by with it.",
)
def run(*, ahead: Path | None) -> None:
    """Run the four services in this process: SQLite, no broker, loopback."""
    settings = own_settings()
    checked(settings)

    alive: list[Runtime] = []

    def start() -> list[Runtime]:
        ending(lambda: alive.extend(compose(settings, Ahead(ahead) if ahead else utcnow)))
        return alive

    def ready() -> None:
        address = f"http://{settings.host}:{settings.port}"
        click.echo(f"ready: {address}")
        tell_how_to_sign_in(alive[0], address)
        click.echo(f"  Letters are kept, not sent: {address}/letters. State lies in {settings.var}/.")
        click.echo(f"  Health: http://{settings.ops_host}:{settings.ops_port}/readyz. This process holds all keys.")

    Server(settings, start, ready, threads=THREADS).run()


def tell_how_to_sign_in(intake: Runtime, address: str) -> None:
    """Say where the first administrator enrols, and how one of the invented people signs in."""
    with intake.database.writing("action") as session:
        code = issue_first_code(session)
    if code:
        click.echo(f"  Be the first administrator: {address}/sign-in/first with the code {code} (it works for a day).")
    for each in trial_people(intake, "coordinator"):
        click.echo(f"  Or sign in at {address}/sign-in as {each.name}, coordinator, who is invented:")
        click.echo(f"    {each.address}, password {each.password}, code now {each.code_now}")
        click.echo("    Another code, and everybody else who is invented: .venv/bin/pprg intake admin trial-people")
    click.echo(f"  Refer a case at {address}/referrals/start; for that nobody signs in.")


def own_settings() -> Settings:
    """The settings of this world: always a try-out, at the address on which it listens."""
    settings = dataclasses.replace(with_secrets(settings_of()), trial=True)
    if not settings.base_url or settings.base_url.endswith(":8000"):
        settings = dataclasses.replace(settings, base_url=f"http://{settings.host}:{settings.port}")
    return settings


@main.command()
@click.option("--url", help="A running product; without it, one is started in a temporary folder.")
@click.option(
    "--people",
    type=click.File(encoding="utf-8"),
    help="How people sign in at URL, as `admin trial-people --out FILE` writes it there; - for standard input.",
)
@click.option("--mailbox", help="MailDev's address, where URL sends its letters to MailDev instead of keeping them.")
@click.option("--agencies", default=8, type=click.IntRange(2, 13))
@click.option("--json", "as_json", is_flag=True)
def demo(*, url: str | None, people: IO[str] | None, mailbox: str | None, agencies: int, as_json: bool) -> None:
    """Play one invented case over HTTP and check what the product says of it.

    Office and group sign in with password and authenticator. Agencies and who referred come by the links of their
    letters, and type the codes that are mailed to them: with 13 agencies twice an hour from one address, and no more.
    In a product that the demo starts itself days go by, and an agency is reminded of a return that is overdue.
    """
    if (url and not people) or (not url and (people or mailbox)):
        raise click.UsageError("--url and --people belong together, and --mailbox to them; without them all is started")
    profile = ending(lambda: load_profile(os.environ.get("PROFILE")))
    try:
        signing_in = nullcontext((url, read_people(people.read()), None)) if url and people else tried_out(profile)
        bar = click.progressbar(length=STEPS + agencies, label="demo", file=sys.stderr, item_show_func=str)
        with signing_in as (base, who, clock), bar:
            signers = Signers(base, who, clock or utcnow)
            result = play(base, profile, signers, agencies, lambda words: bar.update(1, words), mailbox, clock)
    except Failed as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(result, indent=2))
    else:
        show(result)
    if not all(each["ok"] for each in result["checks"]):
        sys.exit(1)


def show(result: dict[str, Any]) -> None:
    """Print what the demo checked, and its figures."""
    for each in result["checks"]:
        click.echo(f"{'ok ' if each['ok'] else 'NOT'} {each['name']}: {each['detail']}")
    words = ("case", "letters", "events", "coordinator_steps", "typed_mails", "seconds")
    click.echo(", ".join(f"{name.replace('_', ' ')} {result[name]}" for name in words))


@main.command()
@click.argument("folder", default="secrets", type=click.Path(path_type=Path))
def secrets(folder: Path) -> None:
    """Write fresh secrets for docker-compose into FOLDER, once; what was sealed with lost keys is lost."""
    try:
        write_secrets(folder)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}; nothing was overwritten") from None
    click.echo(f"{folder}: written. Keep a copy of it apart from the databases.")


@main.command()
@click.argument("folder", default="secrets", type=click.Path(path_type=Path))
def certificates(folder: Path) -> None:
    """Write fresh certificates for database and broker into FOLDER; all of docker-compose must be started anew."""
    try:
        write_certificates(folder)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}; `pprg secrets` makes it") from None
    click.echo(f"{folder}: certificates written. Start everything anew: docs/how-to/deploy.md says how.")


@main.command()
def definitions() -> None:
    """Print RabbitMQ's definitions.json; the hashes of passwords come from the environment (INTAKE_BROKER_…)."""
    try:
        click.echo(definitions_json(SERVICES))
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@main.command()
def nginx() -> None:
    """Print nginx's map of the one origin; deploy/nginx/services.map holds it."""
    click.echo(nginx_map(SERVICES), nl=False)


@contextmanager
def tried_out(profile: Profile) -> Iterator[tuple[str, dict[str, Person], Ahead]]:
    """Start the world in a temporary folder; its address, how those whom the demo needs sign in, and its clock."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), Path(folder) / "ahead") as base:
        world = assemble(with_secrets(dataclasses.replace(settings_of(), var=folder, trial=True)))
        people = {each.code: each.as_json() for each in trial_people(world[0], *who_signs_in(profile))}
        for each in world:
            each.database.close()
        yield base, read_people(json.dumps(people)), Ahead(Path(folder) / "ahead")


@contextmanager
def started(folder: Path, ahead: Path | None = None) -> Iterator[str]:
    """Start the world in this folder, on free ports, by the clock of this file if any; its address, until the end."""
    ports = free_ports(2)
    own = {"PORT": str(ports[0]), "OPS_PORT": str(ports[1]), "VAR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pprg_embedded", "run", *(("--ahead", str(ahead)) if ahead else ())]
    with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, text=True) as world:  # noqa: S603
        try:
            first = world.stdout.readline() if world.stdout else ""
            if not first.startswith("ready: "):
                raise click.ClickException("the product did not start; see above")
            yield first.removeprefix("ready: ").strip()
        finally:
            world.terminate()
            world.wait(30)


def look_after(service: Service) -> click.Group:
    """The `boxes`, `keys` and `audit` of one service of this world, whether or not it runs at the moment."""

    def alive() -> Runtime:
        world = assemble(own_settings())
        for each in world:
            click.get_current_context().call_on_close(each.database.close)
            each.listen()
        wanted = next(each for each in world if each.service is service)
        ending(lambda: wanted.migrations.check(wanted.database))
        return wanted

    group = click.Group(service.name, help=f"{service.title}: look after this service.")
    for commands in (boxes_commands, keys_commands, audit_commands):
        group.add_command(commands(alive))
    for name in service.commands:
        group.add_command(resolve_name(name)(alive))
    return group


for each in SERVICES:
    main.add_command(look_after(each))


if __name__ == "__main__":
    logs.set_up("text")
    main()
