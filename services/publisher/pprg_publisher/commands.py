"""Commands of the publisher alone."""

from collections.abc import Callable
from pathlib import Path

import click

from pprg_publisher.actions.importing import Plan, import_list, plan_of
from pprg_publisher.rules import Note
from pprg_shared.actor import NOBODY
from pprg_shared.audit import record
from pprg_shared.errors import Refused
from pprg_shared.service import Runtime
from pprg_shared.spreadsheet import NotATable, text_of
from pprg_shared.startup import ending


def import_command(alive: Callable[[], Runtime]) -> click.Command:
    """`import FILE`: reviews that were published before."""

    @click.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
    @click.option("--type", "usual", help="The type of reviews whose type the list does not say, such as lcspr.")
    def command(file: Path, usual: str | None, *, dry_run: bool) -> None:
        """Offer the reviews of a CSV list for release; somebody then releases them on the pages."""
        runtime = alive()
        ending(runtime.database.hold)
        ending(lambda: runtime.migrations.check(runtime.database))
        try:
            _import(runtime, text_of(file.read_bytes()), usual, dry_run=dry_run)
        except NotATable as error:
            raise click.ClickException(f"{error}.") from None
        finally:
            runtime.database.close()

    return command


def _import(runtime: Runtime, text: str, usual: str | None, *, dry_run: bool) -> None:
    if usual and usual not in runtime.profile.publication.types:
        raise click.ClickException(f"{usual} is no type; use one of {', '.join(runtime.profile.publication.types)}")
    with runtime.database.reading() as session:
        _say(plan_of(session, text, usual))
    if dry_run:
        click.echo("Dry run: nothing was made.")
        return
    try:
        with runtime.database.writing("action") as session:
            done = import_list(session, NOBODY, text=text, type=usual)
            record(session, "change", "import_list", done.subject, NOBODY)
    except Refused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Imported. To release: {runtime.settings.base_url.rstrip('/')}{done.location}")


def _say(plan: Plan) -> None:
    for words, reviews in (("new", plan.new), ("here already", plan.known)):
        for each in reviews:
            rows = ", ".join(str(row) for row in each.rows)
            click.echo(f"{words}: {each.title}, {each.year}, {each.partnership} (rows {rows})")
    named = {"problem": plan.reading.problems, "no review": plan.reading.left_out, "remark": plan.reading.remarks}
    for kind, notes in named.items():
        for note in notes:
            click.echo(f"{kind}: {note_words(note)}")


def note_words(note: Note) -> str:
    """`row 4, Published: …`."""
    return f"row {note.row}{f', {note.column}' if note.column else ''}: {note.words}"
