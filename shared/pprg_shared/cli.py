"""The command of a service: serve, work, migrate, move, boxes, keys and audit."""

import dataclasses
from pkgutil import resolve_name

import click

from pprg_shared import logs
from pprg_shared.audit.commands import audit_commands
from pprg_shared.boxes.commands import boxes_commands
from pprg_shared.config import Settings
from pprg_shared.keys import keys_commands
from pprg_shared.moving import move_command
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.listeners import heard
from pprg_shared.server import Server
from pprg_shared.service import Runtime, Service
from pprg_shared.startup import checked, ending, settings_of


def alive(service: Service, settings: Settings) -> Runtime:
    """A runtime on RabbitMQ; raises ClickException when a setting is missing."""
    if not settings.broker_url:
        raise click.ClickException("BROKER_URL must be set: a service on its own speaks over RabbitMQ")
    try:
        said = heard(each.event_name for each in service.says)
        bus = RabbitBus(settings.broker_url, service.name, settings.broker_ca, said)
        runtime = Runtime(service, settings, bus)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    bus.on_return, bus.has_heard = runtime.hurry, runtime.has_heard
    return runtime


def looked_after(service: Service, settings: Settings) -> Runtime:
    """A runtime whose database fits this version; ends the command with a sentence when it does not."""
    runtime = alive(service, settings)
    ending(lambda: runtime.migrations.check(runtime.database))
    return runtime


def run(service: Service, settings: Settings, word: str, *, pages: bool) -> None:
    """Run a service until it is told to stop; says the word once it is there."""

    def compose() -> list[Runtime]:
        runtime = ending(lambda: alive(service, settings))
        ending(runtime.database.hold)
        ending(lambda: runtime.migrations.check(runtime.database))
        return [runtime]

    def ready() -> None:
        logs.log.info(word, service=service.name, port=settings.port if pages else settings.ops_port)

    Server(settings, compose, ready, pages=pages).run()


def service_command(service: Service) -> click.Group:
    """The command line of one service."""

    @click.group(name=f"pprg-{service.name}")
    def group() -> None:
        pass

    group.help = f"{service.title}: run this service and look after it."

    @group.command()
    def serve() -> None:
        """Serve pages and API, and run the loops unless LOOP=0."""
        run(service, checked(settings_of()), "ready", pages=True)

    @group.command()
    def work() -> None:
        """Run the loops alone, with the operations port."""
        run(service, dataclasses.replace(settings_of(), loop=True), "working", pages=False)

    @group.command()
    def migrate() -> None:
        """Bring the database up to what this version needs."""
        runtime = alive(service, settings_of())
        ending(runtime.migrate)
        click.echo(f"{service.name}: database at {runtime.migrations.current(runtime.database)}")
        runtime.database.close()

    for commands in (boxes_commands, keys_commands, audit_commands):
        group.add_command(commands(lambda: looked_after(service, settings_of())))
    group.add_command(move_command(lambda: alive(service, settings_of())))
    for name in service.commands:
        group.add_command(resolve_name(name)(lambda: alive(service, settings_of())))
    return group
