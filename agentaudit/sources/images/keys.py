"""Public keys that somebody vouches for, from PEM files.

`cryptography` is an optional extra, and nothing of it is loaded where no key is given.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from agentaudit.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    Public = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

_LARGEST = 64 << 10
"""Bytes of a key file."""
_SHORTEST = 2_048
"""Bits of an RSA key."""
_CURVES = ("secp256r1", "secp384r1")
_KINDS = "ECDSA P-256 or P-384, Ed25519, RSA of 2,048 bits or more"


class Key(Struct, frozen=True):
    """One public key."""

    name: str
    """Its file, and the start of the digest that it is known by."""
    ids: frozenset[str]
    """How attachments name it: the SHA-256 of its DER form, in hexadecimal and base64."""
    public: Public


def load(files: Iterable[Path]) -> tuple[Key, ...]:
    """The keys in PEM files. Raises ConfigError for a file that holds none, or where the extra
    that verifies is not installed."""
    return tuple(_loaded(each) for each in dict.fromkeys(files))


def _loaded(file: Path) -> Key:
    shown = os.path.relpath(file)
    try:
        import_module("cryptography.hazmat.primitives.serialization")
    except ImportError:
        raise ConfigError(
            "a key verifies signatures by the extra `signatures`, which is not installed",
            where=shown,
            hint="pip install 'agentaudit-rubric[signatures]', or leave the key out",
        ) from None
    return _key(file.name, _public(_read(file, shown), shown))


def _read(file: Path, shown: str) -> bytes:
    try:
        if not file.is_file():
            there = "it is no regular file" if file.exists() else "there is no such file"
            raise FileNotFoundError(2, there)
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"the key cannot be read: {error.strerror}",
            where=shown,
            hint="name the file of a public key, e.g. cosign.pub",
        ) from None
    if data.count(b"-----BEGIN ") != 1 or b"-----BEGIN PUBLIC KEY-----" not in data:
        raise ConfigError(
            f"holds {_held(data)}, not one public key in PEM form",
            where=shown,
            hint="one key a file: cosign public-key --key cosign.key, or openssl pkey -pubout",
        )
    return data


def _held(data: bytes) -> str:
    if b"PRIVATE KEY-----" in data:
        return "a private key"
    if b"-----BEGIN CERTIFICATE-----" in data:
        return "a certificate"
    blocks = data.count(b"-----BEGIN ")
    return f"{blocks} PEM block{'s' * (blocks > 1)}" if blocks else "no PEM text"


def _public(data: bytes, shown: str) -> Public:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(
            "is no public key: what it holds cannot be understood",
            where=shown,
            hint="write it anew, e.g. cosign public-key --key cosign.key",
        ) from None
    if (
        isinstance(key, ed25519.Ed25519PublicKey)
        or (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST)
    ):
        return key
    raise ConfigError("is of no kind that is verified", where=shown, hint=f"known: {_KINDS}")


def _key(name: str, public: Public) -> Key:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(der)
    ids = frozenset({digest.hexdigest(), base64.b64encode(digest.digest()).decode()})
    return Key(f"{name} (sha256:{digest.hexdigest()[:12]})", ids, public)
