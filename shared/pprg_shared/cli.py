"""The command of a service: serve, work, migrate, boxes and keys."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import click

from pprg_shared import logs
from pprg_shared.boxes.commands import boxes_commands
from pprg_shared.config import Settings, SettingsError
from pprg_shared.database import Locked
from pprg_shared.keys import keys_commands
from pprg_shared.migrations import WrongDatabase
from pprg_shared.rabbit import RabbitBus
from pprg_shared.server import Server
from pprg_shared.service import Runtime, Service


def settings_of() -> Settings:
    """Settings from the environment; a wrong one ends the command with a sentence."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    logs.set_up(settings.log_format)
    return settings


def alive(service: Service, settings: Settings) -> Runtime:
    """A runtime on RabbitMQ; raises ClickException when a setting is missing."""
    if not settings.broker_url:
        raise click.ClickException("BROKER_URL must be set: a service on its own speaks over RabbitMQ")
    try:
        return Runtime(service, settings, RabbitBus(settings.broker_url, service.name))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def service_command(service: Service) -> click.Group:
    """The command line of one service."""

    @click.group(name=f"pprg-{service.name}")
    def group() -> None:
        pass

    group.help = f"{service.title}: run this service and look after it."

    @group.command()
    def serve() -> None:
        """Serve pages and API, and run the loops unless LOOP=0."""
        settings = checked(settings_of())

        def compose() -> list[Runtime]:
            runtime = alive(service, settings)
            ending(runtime.database.hold)
            ending(lambda: runtime.migrations.check(runtime.database))
            return [runtime]

        Server(settings, compose, lambda: logs.log.info("ready", service=service.name, port=settings.port)).run()

    @group.command()
    def work() -> None:
        """Run the loops alone."""
        runtime = alive(service, settings_of())
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        ending(runtime.database.hold)
        ending(runtime.start)
        logs.log.info("working", service=service.name)
        stopped.wait()
        runtime.stop()

    @group.command()
    def migrate() -> None:
        """Bring the database up to what this version needs."""
        runtime = alive(service, settings_of())
        ending(runtime.migrate)
        click.echo(f"{service.name}: database at {runtime.migrations.current(runtime.database)}")
        runtime.database.close()

    group.add_command(boxes_commands(lambda: alive(service, settings_of())))
    group.add_command(keys_commands(lambda: alive(service, settings_of())))
    return group


def checked(settings: Settings) -> Settings:
    """Settings fit to serve with; a wrong one ends the command with a sentence."""
    try:
        settings.check()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    return settings


def ending(step: Callable[[], Any]) -> None:
    """Take a step of starting up; what is wrong ends the process with one sentence, not a trace."""
    try:
        step()
    except (Locked, WrongDatabase, SettingsError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(3)
