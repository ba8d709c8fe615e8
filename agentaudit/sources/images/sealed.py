"""What the signatures of an attachment cover: bytes, signatures, and whose they say they are.

Three forms: a DSSE envelope (cosign's attestations, Sigstore bundles), cosign's payload with its
signature in an annotation, and a Sigstore bundle that signs a digest. One document can look like
several: whoever reads it as one of them asks for the signatures of that form.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from agentaudit.image import Attachment

STATEMENT = "application/vnd.in-toto+json"
_PAYLOADS = ("cosign container image signature", "atomic container signature")
"""What a payload must say it is, so that nothing else that was signed passes for one."""
_SIGNATURE = "dev.cosignproject.cosign/signature"
_CERTIFICATE = "dev.sigstore.cosign/certificate"
_MOST = 8
"""Signatures of one attachment that are looked at."""
_NONE = "carries no signature"
_LONGEST = 4_096
"""Bytes of a signature; one of an RSA key of 32,768 bits."""


class Sealed(Struct, frozen=True):
    """What is signed, and by what."""

    sha256: bytes = b""
    """Digest of what is signed."""
    data: bytes | None = None
    """What is signed, where it is at hand."""
    signatures: tuple[bytes, ...] = ()
    hints: frozenset[str] = frozenset()
    """Ids of keys that the attachment names; anybody can write them."""
    certified: bool = False
    """Whether the signer shows a certificate."""
    problem: str = ""
    """Why no key can verify it."""


def decoded(text: object) -> bytes | None:
    """Bytes of base64; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def encoding(type: str, payload: bytes) -> bytes:
    """DSSE's PAE, which is what is signed: the payload together with what it is said to be."""
    kind = type.encode("utf-8", "surrogatepass")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def nothing(attachment: Attachment, given: Mapping[str, Any]) -> Sealed:
    """Of a document that has no place for a signature."""
    return Sealed(problem=_NONE)


def payload(attachment: Attachment, given: Mapping[str, Any]) -> Sealed:
    """Of cosign's payload: all of it. `given` is the JSON of the attachment, here as below."""
    critical = given["critical"]
    certified = bool(attachment.annotations.get(_CERTIFICATE))
    if not isinstance(critical, dict) or critical.get("type") not in _PAYLOADS:
        return Sealed(problem="is not of the type that cosign signs")
    signature = attachment.annotations.get(_SIGNATURE)
    return _sealed(attachment.data, [signature] if signature else [], frozenset(), certified)


def envelope(attachment: Attachment, given: Mapping[str, Any]) -> Sealed:
    """Of a statement in a DSSE envelope, itself perhaps in a bundle; nothing of a bare one."""
    held = given.get("dsseEnvelope", given)
    if not isinstance(held, dict) or not isinstance(held.get("payload"), str):
        return Sealed(problem=_NONE)
    type, covered = held.get("payloadType"), decoded(held["payload"])
    if type != STATEMENT or covered is None:
        return Sealed(problem="has an envelope for something else than a statement")
    listed = held.get("signatures")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    hints = {each["keyid"] for each in found[:_MOST] if isinstance(each.get("keyid"), str)}
    certified = _certified(given) or bool(attachment.annotations.get(_CERTIFICATE))
    return _sealed(
        encoding(STATEMENT, covered),
        [each.get("sig") for each in found],
        frozenset(hints) | _hint(given),
        certified,
    )


def message(attachment: Attachment, given: Mapping[str, Any]) -> Sealed:
    """Of a bundle that signs a digest."""
    held = given["messageSignature"]
    about = held.get("messageDigest")
    about = about if isinstance(about, dict) else {}
    sha256 = decoded(about.get("digest"))
    if about.get("algorithm") != "SHA2_256" or sha256 is None or len(sha256) != 32:
        return Sealed(problem="signs no SHA-256 digest")
    signatures, problem = _signatures([held.get("signature")])
    return Sealed(sha256, None, signatures, _hint(given), _certified(given), problem)


def _sealed(data: bytes, given: list[Any], hints: frozenset[str], certified: bool) -> Sealed:
    signatures, problem = _signatures(given)
    sha256 = hashlib.sha256(data).digest()
    return Sealed(sha256, data, signatures, hints, certified, problem)


def _signatures(given: list[Any]) -> tuple[tuple[bytes, ...], str]:
    """Those that can be one, or why there is none."""
    present = [each for each in given[:_MOST] if each]
    found = tuple(_decoded(present))
    if found:
        return found, ""
    return (), "has a broken signature: it is not base64" if present else _NONE


def _decoded(given: list[Any]) -> Iterator[bytes]:
    for each in given:
        data = decoded(each)
        if data and len(data) <= _LONGEST:
            yield data


def _material(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = given.get("verificationMaterial")
    return found if isinstance(found, dict) else {}


def _certified(given: Mapping[str, Any]) -> bool:
    return not _material(given).keys().isdisjoint(("certificate", "x509CertificateChain"))


def _hint(given: Mapping[str, Any]) -> frozenset[str]:
    """The key that a bundle names."""
    named = _material(given).get("publicKey")
    hint = named.get("hint") if isinstance(named, dict) else None
    return frozenset({hint}) if isinstance(hint, str) else frozenset()
