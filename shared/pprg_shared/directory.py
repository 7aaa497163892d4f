"""Copies of the directory that services keep for themselves: who there is, of the highest revision heard."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import insert_new


def keep_higher(session: Session, table: sa.Table, key: str, values: dict[str, Any]) -> bool:
    """Keep the whole state of a person, say, if its revision is higher than the copy's; whether it was."""
    column = table.c[key]
    inserted = session.execute(insert_new(session, table), values).first()
    if inserted is not None:
        return True
    older = (column == values[key], table.c.revision < values["revision"])
    changed = session.execute(sa.update(table).where(*older).values(**values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
