"""The `pprg` command."""

import dataclasses

import click

from pprg_embedded.world import compose, with_secrets
from pprg_shared import logs
from pprg_shared.server import Server
from pprg_shared.service import Runtime
from pprg_shared.startup import checked, ending, settings_of

THREADS = 8


@click.group()
def main() -> None:
    """Practice reviews: all four services in one command."""


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


if __name__ == "__main__":
    logs.set_up("text")
    main()
