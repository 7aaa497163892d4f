"""Starting up: settings read and checked, and what is wrong said in one sentence."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click
import sqlalchemy as sa

from pprg_shared import logs, tls
from pprg_shared.config import Settings, SettingsError
from pprg_shared.database import Damaged, Locked
from pprg_shared.migrations import WrongDatabase
from pprg_shared.profile import ProfileError, load_profile

NOT_STARTED = 3
T = TypeVar("T")


def settings_of() -> Settings:
    """Settings from the environment; a wrong one ends the command with a sentence, and so does a wrong profile."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    logs.set_up(settings.log_format)
    ending(lambda: load_profile(settings.profile or None))
    return settings


def checked(settings: Settings) -> Settings:
    """Settings fit to serve with; a wrong one ends the process with a sentence."""
    ending(settings.check)
    return settings


def ending(step: Callable[[], T]) -> T:
    """Take a step of starting up; what is wrong ends the process with its words, not a trace."""
    try:
        return step()
    except (Locked, Damaged, WrongDatabase, SettingsError, ProfileError, click.ClickException) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(NOT_STARTED)
    except sa.exc.OperationalError as error:
        why = tls.advice(error.orig or error, "DATABASE_URL", "DATABASE_CA") or str(error.orig).splitlines()[0]
        click.echo(f"Error: the database is away: {why}", err=True)
        sys.exit(NOT_STARTED)
