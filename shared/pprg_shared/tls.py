"""Links to broker, database and mail server that prove who is at the other end, and what to do when one does not."""

import re
import ssl
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: Instead of a file: the issuers that this machine trusts.
SYSTEM = "system"
#: What OpenSSL says of a good certificate that is somebody else's: another name, another address.
ANOTHER = frozenset({62, 64})
_OTHER_NAME = re.compile("does not match host name|does not match")


def trusting(ca: str, setting: str) -> ssl.SSLContext:
    """A context that verifies certificate and host name; without a file of issuers, as this machine trusts."""
    try:
        context = ssl.create_default_context(cafile=None if ca in {"", SYSTEM} else ca)
    except OSError:
        raise ValueError(f"{setting} must be the path of a file of certificates (PEM) that can be read") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def verified(url: str, ca: str) -> str:
    """A PostgreSQL address by which certificate and host name are verified, whatever it said before."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {"sslmode": "verify-full", "sslrootcert": ca}
    return urlunsplit(parts._replace(query=urlencode(query)))


def beyond(url: str) -> str:
    """The host that an address names, if it is another machine; empty when it is this one, or a socket on it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""  # whoever is to use it says that it cannot be read
    query = dict(parse_qsl(parts.query))  # PostgreSQL's addresses may name the host there, or a folder with its socket
    named = [host, *(query.get(each, "") for each in ("host", "hostaddr"))]
    return next((each for each in named if each and each not in LOOPBACK and not each.startswith("/")), "")


def advice(error: BaseException, address: str, ca: str) -> str:
    """What to do about a certificate that does not hold, by the names of two settings; empty for other errors."""
    code = getattr(error, "verify_code", None)
    text = str(error)
    if code in ANOTHER or _OTHER_NAME.search(text):
        return f"its certificate is for another name: write into {address} the name that stands in it"
    if code is not None or "certificate verify failed" in text:
        return f"nobody whom we trust has issued its certificate: name the file with its issuer's in {ca}"
    if "does not support SSL" in text:
        return "it does not speak TLS: give it a certificate"
    return ""
