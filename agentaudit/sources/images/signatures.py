"""Whether a given key made a signature; where none did, as much as can be known of why.

Nothing is fetched, and a certificate is not followed: that needs roots that a scan does not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from agentaudit.sources.images.keys import Key
from agentaudit.sources.images.sealed import Sealed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_EDWARDS = 64
"""Bytes of an Ed25519 signature."""
_RSA = 256
"""Least bytes of an RSA signature."""
_SLACK = 64
"""Leading zero bits that neither number of an ECDSA signature has but by a wonder."""


class _Made(StrEnum):
    """What one key says of one signature; of several answers, the first is told."""

    YES = ""
    CHANGED = "is not what was signed: a given key made this signature over something else"
    NAMED = "names a given key, which does not verify it: it or its signature was changed"
    UNSEEN = "cannot be verified: Ed25519 signs the bytes, and here is only their digest"
    UNCLEAR = "is verified by no given key: another one signed it, or it was changed since"
    OTHER = "is signed with a key of another kind than those given"
    BROKEN = "has a broken signature: of no form that is known"


def judged(sealed: Sealed, keys: Iterable[Key]) -> tuple[str, str]:
    """(name of the key that made a signature, why none did): one of them is empty."""
    if sealed.problem:
        return "", sealed.problem
    found = set()
    for key in keys:
        for signature in sealed.signatures:
            made = _made(key, sealed, signature)
            if made is _Made.YES:
                return key.name, ""
            found.add(made)
    if sealed.certified:
        return "", "is signed by a certificate: its roots are not known to a scan"
    return "", next(made for made in _Made if made in found).value


def _made(key: Key, sealed: Sealed, signature: bytes) -> _Made:
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    if isinstance(key.public, ed25519.Ed25519PublicKey):
        made = _edwards(key.public, sealed, signature)
    elif isinstance(key.public, rsa.RSAPublicKey):
        made = _rsa(key.public, sealed, signature)
    else:
        made = _ecdsa(key.public, sealed, signature)
    return _Made.NAMED if made is _Made.UNCLEAR and sealed.hints & key.ids else made


def _edwards(public: Ed25519PublicKey, sealed: Sealed, signature: bytes) -> _Made:
    data = sealed.data
    if len(signature) != _EDWARDS:
        return _strange(signature)
    if data is None:
        return _Made.UNSEEN
    return _Made.YES if _holds(lambda: public.verify(signature, data)) else _Made.UNCLEAR


def _rsa(public: RSAPublicKey, sealed: Sealed, signature: bytes) -> _Made:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    padding, hash = PKCS1v15(), SHA256()
    if len(signature) != (public.key_size + 7) // 8:
        return _strange(signature)
    if _holds(lambda: public.verify(signature, sealed.sha256, padding, Prehashed(hash))):
        return _Made.YES
    # An RSA signature holds the digest that was signed, for whoever has the right key.
    if _holds(lambda: public.recover_data_from_signature(signature, padding, hash)):
        return _Made.CHANGED
    return _Made.UNCLEAR


def _ecdsa(public: EllipticCurvePublicKey, sealed: Sealed, signature: bytes) -> _Made:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384

    if not public.key_size - _SLACK < _bits(signature) <= public.key_size:
        return _strange(signature)
    short, digest = ECDSA(Prehashed(SHA256())), sealed.sha256
    if _holds(lambda: public.verify(signature, digest, short)):
        return _Made.YES
    if public.key_size == 384 and sealed.data is not None:  # tools differ in what they hash with
        long, more = ECDSA(Prehashed(SHA384())), hashlib.sha384(sealed.data).digest()
        if _holds(lambda: public.verify(signature, more, long)):
            return _Made.YES
    return _Made.UNCLEAR


def _strange(signature: bytes) -> _Made:
    """Of a signature that this kind of key cannot have made."""
    known = len(signature) == _EDWARDS or len(signature) >= _RSA or _bits(signature)
    return _Made.OTHER if known else _Made.BROKEN


def _bits(signature: bytes) -> int:
    """Size of the numbers of an ECDSA signature; 0 for what is none."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        parts = decode_dss_signature(signature)
    except ValueError:
        return 0
    return max(parts).bit_length() if min(parts) > 0 else 0


def _holds(verify: Callable[[], object]) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        verify()
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
