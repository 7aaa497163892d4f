"""compose(): four runtimes on one in-process bus, with secrets that are written once."""

import dataclasses
import os
import secrets
from pathlib import Path
from typing import Any

from pprg_intake.service import service as intake
from pprg_notifier.service import service as notifier
from pprg_publisher.service import service as publisher
from pprg_shared.config import Settings
from pprg_shared.database import Clock, utcnow
from pprg_shared.identity.tokens import new_signing_key, public_key
from pprg_shared.local import LocalBus
from pprg_shared.sealing import new_key
from pprg_shared.service import Runtime, Service
from pprg_triage.service import service as triage

SERVICES: tuple[Service, ...] = (intake, triage, notifier, publisher)
#: Settings that hold a secret, and how a fresh one is made.
SECRETS = {
    "CASE_KEYS": new_key,
    "CONTACT_KEYS": new_key,
    "SESSION_KEYS": secrets.token_urlsafe,
    "SECRET_KEY": secrets.token_urlsafe,
    "SIGN_IN_KEY": new_signing_key,
}


def with_secrets(settings: Settings) -> Settings:
    """Settings with every secret filled: from the environment, else from the folder, else made and kept there."""
    folder = Path(settings.var).absolute() / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    filled: dict[str, Any] = {}
    for name, fresh in SECRETS.items():
        if getattr(settings, name.lower()):
            continue
        path = folder / name
        if not path.exists():
            write_once(path, fresh())
        filled[name.lower()] = path.read_text(encoding="ascii").strip()
    whole = dataclasses.replace(settings, **filled)
    if not whole.sign_in_public_keys:
        whole = dataclasses.replace(whole, sign_in_public_keys=public_key(whole.sign_in_key))
    return whole


def write_once(path: Path, value: str) -> None:
    """Durable before it is used: what was sealed with a lost key is lost."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(value + "\n")
        out.flush()
        os.fsync(out.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def assemble(settings: Settings, clock: Clock = utcnow) -> list[Runtime]:
    """Four services on one bus, nothing touched yet."""
    bus = LocalBus(each.name for each in SERVICES)
    return [Runtime(each, settings, bus, clock) for each in SERVICES]


def compose(settings: Settings, clock: Clock = utcnow) -> list[Runtime]:
    """Four services on one bus, their databases up to date."""
    alive = assemble(settings, clock)
    for each in alive:
        each.migrate()
    return alive
