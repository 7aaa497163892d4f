"""The `pprg` command."""

import dataclasses

import click
from pprg_embedded.documents import documents
from pprg_embedded.world import SERVICES, compose, with_secrets

from pprg_shared import logs
from pprg_shared.cli import checked, ending, settings_of
from pprg_shared.definitions import definitions_json
from pprg_shared.server import Server
from pprg_shared.service import Runtime

THREADS = 8


@click.group()
def main() -> None:
    """Practice reviews: run, try out and document all four services."""


@main.command()
def run() -> None:
    """Run the four services in this process: SQLite, no broker, loopback."""
    settings = dataclasses.replace(with_secrets(settings_of()), trial=True)
    if not settings.base_url or settings.base_url.endswith(":8000"):
        settings = dataclasses.replace(settings, base_url=f"http://{settings.host}:{settings.port}")
    checked(settings)

    def start() -> list[Runtime]:
        alive: list[Runtime] = []
        ending(lambda: alive.extend(compose(settings)))
        return alive

    def ready() -> None:
        address = f"http://{settings.host}:{settings.port}"
        click.echo(f"ready: {address}")
        click.echo(f"  Say who you are at {address}/sign-in, then refer a case at {address}/referrals/new.")
        click.echo(f"  Letters are kept, not sent: {address}/letters. State lies in {settings.var}/.")
        click.echo(f"  Health: http://{settings.ops_host}:{settings.ops_port}/readyz. This process holds all keys.")

    Server(settings, start, ready, THREADS).run()


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a document is not current.")
def docs(*, check: bool) -> None:
    """Write the generated reference: AsyncAPI, settings, events."""
    stale = documents(check=check)
    if stale and check:
        raise click.ClickException(f"not current, run `make docs`: {', '.join(stale)}")
    click.echo(f"{len(stale)} documents written" if stale else "all documents are current")


@main.command()
def definitions() -> None:
    """Print RabbitMQ's definitions.json: topology, one login a service, password hashes from the environment."""
    click.echo(definitions_json(SERVICES))


if __name__ == "__main__":
    logs.set_up("text")
    main()
