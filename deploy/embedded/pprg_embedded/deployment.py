"""What a deployment is made from: nginx's map of the one origin, secrets that are written once, and certificates."""

import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pprg_embedded.certificates import issue
from pprg_embedded.world import SECRETS, SERVICES, write_once
from pprg_shared.definitions import VHOST, definitions_json, hash_name, hash_password
from pprg_shared.identity.tokens import public_key
from pprg_shared.service import Service

#: Secrets that are one and the same wherever they are held, and the ring that a service needs to be given one.
SHARED_SECRETS = {"CASE_KEYS": "case", "CONTACT_KEYS": "contact", "SESSION_KEYS": None}
DATABASE_HOST, BROKER_HOST = "postgres", "rabbitmq"


def nginx_map(services: Iterable[Service]) -> str:
    """The map from a path to the service whose page it is; what nobody claims is the front page's service's."""
    lines = []
    front = ""
    for each in services:
        front = each.name if "" in each.segments else front
        nouns = "|".join(segment for segment in each.segments if segment)
        lines += [
            f'    "~^/(?:api/v1|assets)/{each.name}(?:/|$)" {each.name};',
            f'    "~^/(?:api/v1/)?(?:{nouns})(?:/|$)" {each.name};',
        ]
    head = "# Written by `pprg nginx` from the segments of each service.py."
    return "\n".join([head, "map $uri $service {", f"    default {front};", *lines, "}", ""])


def write_secrets(folder: Path) -> None:
    """Fresh secrets in a folder of their own, one folder for each container; raises FileExistsError the second time.

    A container gets its own folder and nothing else, so files inside may be read by its numeric user, whoever that is;
    on the host, the folder around them is the owner's alone.
    """
    if folder.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    draft = folder.with_name(f"{folder.name}.new")
    draft.mkdir(mode=0o700)
    passwords = {each.name: secrets.token_urlsafe() for each in SERVICES}
    hashes = {hash_name(name): hash_password(password) for name, password in passwords.items()}
    _write(draft, _secrets(passwords, hashes) | _certificates())
    draft.rename(folder)


def write_certificates(folder: Path) -> None:
    """Fresh certificates in place of those in a folder of secrets; raises FileNotFoundError when there is none."""
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    _write(folder, _certificates())


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Each text at its place in the folder."""
    for place, text in texts.items():
        path = folder / place
        path.parent.mkdir(mode=0o755, exist_ok=True)
        write_once(path, text)
        if path.parent != folder:
            path.parent.chmod(0o755)
            path.chmod(0o444)


def _certificates() -> dict[str, str]:
    """Place in the folder to what it holds: a certificate and key for each server, who issued them for each service."""
    issuer, issued = issue((DATABASE_HOST, BROKER_HOST))
    found = {f"{each.name}/issuer.pem": issuer for each in SERVICES}
    for host, own in issued.items():
        found |= {f"{host}/certificate.pem": own.certificate, f"{host}/key.pem": own.key}
    return found


def _secrets(broker_passwords: dict[str, str], hashes: dict[str, str]) -> dict[str, str]:
    """Place in the folder to what it holds."""
    shared = {name: SECRETS[name]() for name in SHARED_SECRETS}
    signing = SECRETS["SIGN_IN_KEY"]()
    found = {
        "postgres.env": f"POSTGRES_PASSWORD={secrets.token_urlsafe()}",
        "rabbitmq.env": "\n".join(f"{name}={value}" for name, value in hashes.items()),
        "rabbitmq/definitions.json": definitions_json(SERVICES, hashes),
    }
    for each in SERVICES:
        password = secrets.token_urlsafe()
        own = {name: shared[name] for name, ring in SHARED_SECRETS.items() if ring is None or ring in each.rings}
        own["SIGN_IN_PUBLIC_KEYS"] = public_key(signing)
        own["SECRET_KEY"] = SECRETS["SECRET_KEY"]()
        own["DATABASE_URL"] = f"postgresql+psycopg://{each.name}:{password}@{DATABASE_HOST}/{each.name}"
        own["BROKER_URL"] = f"amqps://{each.name}:{broker_passwords[each.name]}@{BROKER_HOST}/{VHOST}"
        found |= {f"{each.name}/{name}": value for name, value in own.items()}
        found[f"postgres/{each.name}"] = password
    found["intake/SIGN_IN_KEY"] = signing
    return found
