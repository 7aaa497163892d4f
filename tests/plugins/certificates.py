"""Certificates for servers of tests, each of an issuer of its own: whoever is given its file trusts no other."""

import ssl
from dataclasses import dataclass

import pytest

from pprg_embedded.certificates import issue


@dataclass(frozen=True)
class Certificate:
    """A certificate, its key and its issuer's certificate, in one file."""

    path: str

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


@pytest.fixture(scope="session")
def make_certificate(tmp_path_factory):
    """Certificates for an address or a name."""

    def make(host: str) -> Certificate:
        issuer, issued = issue([host])
        path = tmp_path_factory.mktemp("certificate") / "server.pem"
        path.write_text(f"{issued[host].key}\n{issued[host].certificate}\n{issuer}\n")
        return Certificate(str(path))

    return make


@pytest.fixture(scope="session")
def certificate(make_certificate) -> Certificate:
    return make_certificate("127.0.0.1")


@pytest.fixture(scope="session")
def certificate_of_another(make_certificate) -> Certificate:
    return make_certificate("evil.example")
