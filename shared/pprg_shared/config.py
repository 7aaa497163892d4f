"""Settings of a service, read once from the environment (`NAME`, or `NAME_FILE` naming a file that holds the value)."""

import base64
import dataclasses
import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Self

from pprg_shared import tls

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
LOOPBACK = tls.LOOPBACK
#: Secrets that make run writes for itself are longer than this; anything shorter is a default or a slip.
SECRET_CHARACTERS = 32
KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what to write."""


def setting(default: Any, words: str, among: tuple[str, ...] = ()) -> Any:
    """A setting with its default, the sentence that the reference page shows, and what it may be if that is a list."""
    return field(default=default, metadata={"words": words, "among": among})


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two places where a service runs."""

    database_url: str = setting("", "Database address; empty means an SQLite file under VAR.")
    broker_url: str = setting("", "RabbitMQ address (amqp:// or amqps://); empty only in the embedded world.")
    database_ca: str = setting(
        "",
        "Path of certificates (PEM) that vouch for PostgreSQL, or `system` for this machine's: TLS is then a must.",
    )
    broker_ca: str = setting(
        "", "Path of the certificates (PEM) that vouch for RabbitMQ; empty means those that this machine trusts."
    )
    var: str = setting("var", "Folder for SQLite files, the try-out mailbox and the file store.")
    profile: str = setting("", "Path of the partnership's profile; empty means the Wiltshire sample.")
    base_url: str = setting("http://127.0.0.1:8000", "The address people type, used for links in letters.")
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port of the pages and the API.")
    ops_host: str = setting("127.0.0.1", "Address of the operations port.")
    ops_port: int = setting(8001, "Port of /healthz, /readyz and /metrics; never put it behind the proxy.")
    behind_proxy: bool = setting(False, "1 when a proxy with TLS stands in front; needed to listen beyond loopback.")
    trial: bool = setting(False, "1 for a try-out: invented people can sign in, and every page says so.")
    allowed_hosts: str = setting("", "Host names that may be asked for, with commas between; loopback always may.")
    trusted_proxies: int = setting(0, "How many X-Forwarded-For hops to believe.")
    case_keys: str = setting("", "Sealing keys for case content, base64, newest first (intake, triage, publisher).")
    contact_keys: str = setting("", "Sealing keys for names and addresses of professionals, base64, newest first.")
    session_keys: str = setting("", "Secret that vouches for when somebody was last seen; the same in all four.")
    sign_in_key: str = setting("", "Private key (Ed25519, base64) with which sign-ins are signed; intake's alone.")
    sign_in_public_keys: str = setting("", "Public keys that vouch for sign-ins, base64, newest first; in all four.")
    secret_key: str = setting("", "The service's own secret, for its form tokens.")
    limits: bool = setting(True, "0 for a load test: nobody is slowed who sends many referrals or files.")
    loop: bool = setting(True, "0 to serve pages only; another process then runs `work` (PostgreSQL only).")
    audit_anchors: str = setting("", "Folder for the anchors of the audit chain; empty means `anchors` under VAR.")
    keep_bodies_days: int = setting(400, "Days for which boxes keep what a message said, once it is done.")
    log_format: str = setting("text", "`json` for one JSON object a line, `text` for people.", ("json", "text"))
    mail_server: str = setting("", "SMTP server; empty means letters stay in the try-out mailbox.")
    mail_port: int = setting(587, "Port of the SMTP server.")
    mail_tls: str = setting(
        "starttls", "`starttls`, `tls` or `none` (loopback and try-outs only).", ("starttls", "tls", "none")
    )
    mail_ca: str = setting(
        "", "Path of the certificates (PEM) that vouch for it; empty means those that this machine trusts."
    )
    mail_username: str = setting("", "Login at the SMTP server.")
    mail_password: str = setting("", "Password at the SMTP server.")
    mail_from: str = setting("practice-reviews@pprg.example", "Address that letters come from.")
    mail_timeout: int = setting(20, "Seconds to wait for the SMTP server at each command.")
    mail_end_timeout: int = setting(600, "Seconds to wait for its word on a whole letter; waiting less makes copies.")
    mail_per_minute: int = setting(120, "Most letters that a process gives it in a minute, urgent ones first; 0: all.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings from the environment; raises SettingsError naming the first one that is wrong."""
        source = os.environ if environ is None else environ
        hints = typing.get_type_hints(cls)
        chosen = {}
        for each in dataclasses.fields(cls):
            text = _text(source, each.name.upper())
            if text is not None:
                chosen[each.name] = _typed(each.name.upper(), text, hints[each.name])
                if each.metadata["among"] and chosen[each.name] not in each.metadata["among"]:
                    raise SettingsError(f"{each.name.upper()} must be one of: {', '.join(each.metadata['among'])}")
        return cls(**chosen)

    def check(self) -> None:
        """Refuse to serve beyond loopback with settings that are only fit for trying out."""
        for name in ("session_keys", "secret_key"):
            if len(getattr(self, name)) < SECRET_CHARACTERS:
                raise SettingsError(f"{name.upper()} must be a random text of at least {SECRET_CHARACTERS} characters")
        self._check_sign_in()
        if not self.loop and not self.database_url.startswith("postgresql"):
            raise SettingsError("LOOP=0 needs DATABASE_URL to name PostgreSQL: an SQLite file belongs to one process")
        self._check_mail()
        self._check_links()
        if self.host in LOOPBACK:
            return
        if not self.behind_proxy:
            raise SettingsError(f"HOST={self.host} is beyond loopback: set BEHIND_PROXY=1 and put a proxy in front")
        if not self.allowed_hosts:
            raise SettingsError("ALLOWED_HOSTS must name the host names that people type")
        if not (self.limits or self.trial):
            raise SettingsError("LIMITS=0 is for load tests on this machine: leave it out")

    def _check_sign_in(self) -> None:
        """Refuse keys that are none, for then nobody could sign in."""
        keys = [each.strip() for each in self.sign_in_public_keys.split(",")]
        if not all(_is_key(each) for each in keys):
            raise SettingsError("SIGN_IN_PUBLIC_KEYS must be public keys as `pprg secrets` or `make run` write them")
        if self.sign_in_key and not _is_key(self.sign_in_key):
            raise SettingsError("SIGN_IN_KEY must be a private key as `pprg secrets` or `make run` write it")

    def _check_mail(self) -> None:
        """Refuse to send letters in clear or from an address that nobody has; a try-out with a mail catcher may."""
        if parseaddr(self.mail_from) != ("", self.mail_from) or "@" not in self.mail_from:
            raise SettingsError("MAIL_FROM must be one address and nothing else, such as name@partnership.example")
        if not self.mail_server or self.trial:
            return
        if self.mail_tls == "none" and self.mail_server not in LOOPBACK:
            raise SettingsError("MAIL_TLS=none sends letters in clear: use `starttls` or `tls`")
        if self.mail_from.endswith(".example"):
            raise SettingsError("MAIL_FROM must be an address of your own: letters leave by MAIL_SERVER")

    def _check_links(self) -> None:
        """Refuse to speak in clear, or to whoever answers, beyond this machine; a try-out may, on its own network."""
        for name in ("database_ca", "broker_ca", "mail_ca"):
            try:
                tls.trusting(getattr(self, name), name.upper())
            except ValueError as error:
                raise SettingsError(str(error)) from None
        if self.trial:
            return
        if (host := tls.beyond(self.broker_url)) and not self.broker_url.startswith("amqps://"):
            raise SettingsError(f"BROKER_URL must begin with amqps://: {host} is another machine")
        if (host := tls.beyond(self.database_url)) and not self.database_ca:
            raise SettingsError(f"DATABASE_CA must name the certificates that vouch for {host}: it is another machine")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that may be asked for."""
        return tuple(each.strip() for each in self.allowed_hosts.split(",") if each.strip())

    def anchors(self) -> Path:
        """The folder for the anchors of the audit chain."""
        return Path(self.audit_anchors or Path(self.var) / "anchors").absolute()

    def database(self, service: str) -> str:
        """The database address of a service."""
        if self.database_url and self.database_ca:
            return tls.verified(self.database_url, self.database_ca)
        return self.database_url or f"sqlite:///{Path(self.var).absolute() / f'{service}.sqlite'}"


def _is_key(text: str) -> bool:
    """Whether this is 32 bytes in base64, as Ed25519's keys are."""
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _text(source: Mapping[str, str], name: str) -> str | None:
    if f"{name}_FILE" in source:
        try:
            return Path(source[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE cannot be read: {error.strerror}") from None
    return source.get(name)


def _typed(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() not in TRUE | FALSE:
            raise SettingsError(f"{name} must be 1 or 0")
        return text.lower() in TRUE
    if kind is int:
        if not text.isdecimal():
            raise SettingsError(f"{name} must be a whole number")
        return int(text)
    return text
