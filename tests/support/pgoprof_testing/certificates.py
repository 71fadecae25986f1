"""Certificates for servers and clients, good ones and bad ones, as PEM files."""

import datetime
import functools
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = datetime.timedelta(days=1)


def _subject(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Certificates:
    """An authority, in the file `ca`, and what it signs.

    `files(KIND)` gives the paths (certificate, key) of a pair for 127.0.0.1, ::1 and localhost; of the kinds, only "good"
    and "client" are sound: "expired", "early" (not valid yet), "other-name", "self-signed", "unknown-authority".
    """

    def __init__(self, folder):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._unknown_key = ec.generate_private_key(ec.SECP256R1())
        authority = self._build("authority", self._key.public_key(), "authority", self._key, days=(-1, 2), is_authority=True)
        self.ca = self._write("ca.pem", authority.public_bytes(serialization.Encoding.PEM))

    def _write(self, name, content):
        path = self._folder / name
        path.write_bytes(content)
        return path

    def _build(self, name, public_key, issuer, issuer_key, days, names=(), is_authority=False):
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(_subject(name)).issuer_name(_subject(issuer))
                   .public_key(public_key).serial_number(x509.random_serial_number())
                   .not_valid_before(now + days[0] * _DAY).not_valid_after(now + days[1] * _DAY)
                   .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(n) for n in names]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    @functools.lru_cache(maxsize=None)
    def files(self, kind="good"):
        key = ec.generate_private_key(ec.SECP256R1())
        days = {"expired": (-10, -1), "early": (1, 10)}.get(kind, (-1, 2))
        names = ["example.org"] if kind == "other-name" else ["127.0.0.1", "::1", "localhost", "fleet.test"]
        issuer, issuer_key = {"self-signed": (kind, key), "unknown-authority": ("unknown", self._unknown_key)}.get(
            kind, ("authority", self._key))
        certificate = self._build(kind, key.public_key(), issuer, issuer_key, days, names)
        pem = serialization.Encoding.PEM
        return (self._write(f"{kind}.pem", certificate.public_bytes(pem)),
                self._write(f"{kind}.key", key.private_bytes(pem, serialization.PrivateFormat.PKCS8,
                                                             serialization.NoEncryption())))

    def server(self, kind="good", demand_client=False):
        """An ssl.SSLContext."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files(kind))
        if demand_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context
