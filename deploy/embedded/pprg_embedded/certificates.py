"""Certificates by which services know database and broker inside one deployment, from an issuer of its own."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: They vouch for names inside one deployment and to nobody else; a date in a year or two would be an outage some night.
LIFE = timedelta(days=3653)
#: For clocks that do not agree.
EARLIER = timedelta(days=1)


@dataclass(frozen=True)
class Certified:
    """A server's certificate and its private key, both PEM."""

    certificate: str
    key: str


def issue(hosts: Iterable[str]) -> tuple[str, dict[str, Certified]]:
    """An issuer's certificate (PEM) and what it issued: host name or address to certificate and key.

    The issuer's key is kept nowhere: nothing more can be issued in its name, and changing one certificate changes all.
    """
    key, name = _fresh(), _named("Practice reviews, links inside one deployment")
    issuer = _about(name, key, name)
    issuer = issuer.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    issuer = issuer.add_extension(_usage(signs_certificates=True), critical=True)
    issued = {host: _server(host, name, key) for host in hosts}
    return _pem(issuer.sign(key, hashes.SHA256())), issued


def _server(host: str, issuer: x509.Name, issuers_key: ec.EllipticCurvePrivateKey) -> Certified:
    key = _fresh()
    built = (
        _about(_named(host), key, issuer)
        .add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers_key.public_key()), critical=False)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certified(_pem(built.sign(issuers_key, hashes.SHA256())), private.decode("ascii").strip())


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _about(name: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _fresh() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii").strip()
