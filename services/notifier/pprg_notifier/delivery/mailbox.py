"""The try-out mailbox: letters are kept in a folder and go nowhere."""

import os
from pathlib import Path
from uuid import UUID

from pprg_notifier.rules import Answer, Step
from pprg_shared.logs import log

KEPT = 250


class Mailbox:
    """Where letters to invented people end; each is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def attempt(self, letter: UUID, raw: bytes) -> Answer:
        """Keep a letter, however often it comes; without a code when the folder cannot be written."""
        try:
            self._keep(letter, raw)
        except OSError as error:
            log.error("try-out mailbox away", fault=type(error).__name__)
            return Answer(Step.CONNECT)
        return Answer(Step.END, KEPT)

    def _keep(self, letter: UUID, raw: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{letter}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self.folder / f"{letter}.eml")

    def read(self, letter: UUID) -> bytes | None:
        """A kept letter."""
        path = self.folder / f"{letter}.eml"
        return path.read_bytes() if path.exists() else None
