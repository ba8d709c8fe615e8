"""Signatures as other tools make them: written from their formats, with nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import permutations
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sources.images.making import Blobs, encoded, file, layer
from tests.sources.images.making import write as write_layout

Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

PRIVATE: dict[str, Private] = {
    "p256": ec.derive_private_key(0xA1, ec.SECP256R1()),
    "other": ec.derive_private_key(0xA2, ec.SECP256R1()),
    "p384": ec.derive_private_key(0xA3, ec.SECP384R1()),
    "p384-long": ec.derive_private_key(0xA3, ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(b"\7" * 32),
    "rsa": rsa.generate_private_key(65537, 2048),
    "rsa-other": rsa.generate_private_key(65537, 2048),
}
"""By name; `p384-long` hashes with SHA-384."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign(name: str, data: bytes) -> bytes:
    """A signature as cosign makes it with a key of that kind."""
    key = PRIVATE[name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    hash = hashes.SHA384() if name.endswith("long") else hashes.SHA256()
    return key.sign(data, ec.ECDSA(hash))


def pem(name: str) -> bytes:
    public = PRIVATE[name].public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hint(name: str) -> str:
    """How a Sigstore bundle names a key."""
    public = PRIVATE[name].public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64(hashlib.sha256(der).digest())


def write(folder: Path, *names: str) -> list[Path]:
    """Files of public keys."""
    files = [folder / f"{name}.pub" for name in names]
    for target, name in zip(files, names, strict=True):
        target.write_bytes(pem(name))
    return files


def statement(digest: str) -> bytes:
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"runDetails": {"builder": {"id": "https://ci.example/builder"}}},
    }
    return json.dumps(said).encode()


def envelope(name: str, payload: bytes, type: str = "application/vnd.in-toto+json") -> Any:
    """`cosign attest`: a DSSE envelope."""
    covered = b" ".join(
        [b"DSSEv1", b"%d" % len(type), type.encode(), b"%d" % len(payload), payload]
    )
    signatures = [{"keyid": "", "sig": b64(sign(name, covered))}]
    return {"payloadType": type, "payload": b64(payload), "signatures": signatures}


def bundle(name: str, payload: bytes) -> Any:
    """The same in a Sigstore bundle."""
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint(name)}, "tlogEntries": []},
        "dsseEnvelope": envelope(name, payload),
    }


def message(name: str, signed: bytes) -> Any:
    """A Sigstore bundle that signs a document which is not in it."""
    digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(signed).digest())}
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint(name)}, "tlogEntries": []},
        "messageSignature": {"messageDigest": digest, "signature": b64(sign(name, signed))},
    }


def payload(digest: str, type: str = "cosign container image signature") -> bytes:
    """`cosign generate`: what `cosign sign` signs."""
    said = {
        "critical": {
            "identity": {"docker-reference": "registry.example/app"},
            "image": {"docker-manifest-digest": digest},
            "type": type,
        },
        "optional": None,
    }
    return json.dumps(said, separators=(",", ":")).encode()


def attached(blobs: Blobs, data: bytes, notes: dict[str, str], **more: Any) -> str:
    """Manifest of something attached, its only layer annotated as cosign does."""
    held = {"mediaType": "x/y", "digest": blobs.add(data), "size": len(data), "annotations": notes}
    config = {"mediaType": "x/z", "digest": blobs.add(b"{}"), "size": 2}
    return blobs.add(encoded({"schemaVersion": 2, "config": config, "layers": [held], **more}))


def signed(blobs: Blobs, name: str, image: str, covered: str) -> list[dict[str, Any]]:
    """What `cosign sign` and `cosign attest` with a key add to the index of a layout that holds an
    image; `covered`: the digest that is signed."""
    tag, text = image.replace(":", "-"), payload(covered)
    notes = {"dev.cosignproject.cosign/signature": b64(sign(name, text))}
    said = encoded(envelope(name, statement(image)))
    stated = attached(blobs, said, {"dev.cosignproject.cosign/signature": ""})
    signature = attached(blobs, text, notes)
    return [blobs.entry(signature, f"{tag}.sig"), blobs.entry(stated, f"{tag}.att")]


def cosigned(root: Path, name: str, *, moved: bool = False) -> str:
    """Reference of a layout with two signed images, `one` and `two`; `moved`: what lies beside an
    image is the signature of the other one."""
    blobs = Blobs()
    images = {
        tag: blobs.manifest([layer(file("srv/main.py", tag.encode()))]) for tag in ("one", "two")
    }
    found = [blobs.entry(image, tag) for tag, image in images.items()]
    for image, other in permutations(images.values()):
        found += signed(blobs, name, image, other if moved else image)
    write_layout(root, blobs.files(*found))
    return f"oci:{root}:one"
