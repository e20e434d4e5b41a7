"""Keys and certificates as WeChat Pay gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """One of WeChat Pay's keys."""
    del number
    return rsa.generate_private_key(65_537, 2_048)


@cache
def public_pem(number: int) -> str:
    """The key that a merchant downloads."""
    encoded = key(number).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def certificate(number: int) -> str:
    """A platform certificate of that key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key(number).public_key()).serial_number(number + 1)
    made = made.not_valid_before(today).not_valid_after(today + timedelta(days=1))
    return made.sign(key(number), SHA256()).public_bytes(Encoding.PEM).decode()
