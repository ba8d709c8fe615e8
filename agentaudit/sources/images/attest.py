"""What is attached to an image, read: statements, signatures and bills of materials.

What is asked is whether a document is there, whether the image that it speaks about is this one,
and, where keys are given, whether one of them signed it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from agentaudit import parse
from agentaudit.image import Attachment, Attestation, Bill, Image, Trust
from agentaudit.sources.images import sealed
from agentaudit.sources.images.attest_provenance import Stated, stated
from agentaudit.sources.images.extract.sbom import described
from agentaudit.sources.images.keys import Key
from agentaudit.sources.images.sealed import Sealed, decoded
from agentaudit.sources.images.signatures import judged

Sealer = Callable[[Attachment, dict[str, Any]], Sealed]

_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"


def attested(image: Image, keys: Sequence[Key] = ()) -> tuple[Attestation, ...]:
    """One per attachment, signed ones first, else in the order of the attachments; never raises."""
    known = frozenset(image.aliases)
    found = [attestation(each, known, keys) for each in image.attachments]
    return tuple(sorted(found, key=lambda each: each.trust is not Trust.SIGNED))


def attestation(
    attachment: Attachment, known: frozenset[str], keys: Sequence[Key] = ()
) -> Attestation:
    """What one attachment says; `known` are the digests of the image that was asked about, `keys`
    those by which its signatures are verified: without any, none is looked at."""
    try:
        given = parse.json(attachment.data)
        if not isinstance(given, dict):
            raise parse.Malformed("is no JSON object")
        found, sealer = _read(attachment, given, known)
    except parse.Malformed as error:
        return _broken(attachment, f"cannot be understood: {error}")
    return _verified(found, *judged(sealer(attachment, given), keys)) if keys else found


def _verified(found: Attestation, signer: str, problem: str) -> Attestation:
    """The same with what its signature adds. One about another image proves nothing of this one."""
    if found.trust is Trust.MATCHES and signer:
        return replace(found, trust=Trust.SIGNED, signer=signer)
    return replace(found, problem="; ".join(filter(None, (found.problem, problem))))


def _broken(attachment: Attachment, why: str) -> Attestation:
    kind = attachment.artifact_type or attachment.media_type
    return Attestation(kind, attachment.how, Trust.PRESENT, (), attachment.digest, problem=why)


def _read(
    attachment: Attachment, given: dict[str, Any], known: frozenset[str]
) -> tuple[Attestation, Sealer]:
    """What it says, and where the signatures of just that are found."""
    if "critical" in given:
        return _signature(attachment, given, known), sealed.payload
    if isinstance(given.get("messageSignature"), dict):
        return _message(attachment, given["messageSignature"], known), sealed.message
    bill = described(given, attachment.digest)
    if bill is not None:
        return _bare(attachment, bill, known), sealed.nothing
    return _statement(attachment, _unwrapped(given), known), sealed.envelope


def _bare(attachment: Attachment, bill: Bill, known: frozenset[str]) -> Attestation:
    """A bill of materials without a statement around it."""
    # Only a referrer says itself what it is about; a tag can be put on anything.
    names = (attachment.subject,) if attachment.how == "referrers" else ()
    trust, problem = _trust(names, known)
    return Attestation(
        attachment.artifact_type or attachment.media_type,
        attachment.how,
        trust,
        names,
        attachment.digest,
        bill=bill,
        problem=problem if names else "names no image of its own",
    )


def _statement(attachment: Attachment, given: dict[str, Any], known: frozenset[str]) -> Attestation:
    """An in-toto statement: subjects, a predicate type, and what it says."""
    predicate_type, predicate = given.get("predicateType"), given.get("predicate")
    if not isinstance(predicate_type, str) or not isinstance(given.get("subject"), list):
        return _broken(attachment, "is no statement about any image")
    names = _subjects(given["subject"])
    trust, problem = _trust(names, known)
    said = stated(predicate_type, predicate) if isinstance(predicate, dict) else Stated()
    return Attestation(
        predicate_type[:300],
        attachment.how,
        trust,
        names,
        attachment.digest,
        said.built,
        said.claimed,
        described(predicate, attachment.digest),
        problem,
    )


def _trust(names: tuple[str, ...], known: frozenset[str]) -> tuple[Trust, str]:
    if known.intersection(names):
        return Trust.MATCHES, ""
    return Trust.PRESENT, "is about another image" if names else "names no image"


def _subjects(given: list[Any]) -> tuple[str, ...]:
    found = []
    for item in given[:1000]:
        digests = item.get("digest") if isinstance(item, dict) else None
        value = digests.get("sha256") if isinstance(digests, dict) else None
        if isinstance(value, str) and len(value) == 64:
            found.append(f"sha256:{value.lower()}")
    return tuple(dict.fromkeys(found))


def _unwrapped(given: dict[str, Any]) -> dict[str, Any]:
    """The statement inside a DSSE envelope, itself perhaps inside a Sigstore bundle."""
    envelope = given.get("dsseEnvelope", given)
    payload = envelope.get("payload") if isinstance(envelope, dict) else None
    if not isinstance(payload, str):
        return given
    data = decoded(payload)
    if data is None:
        raise parse.Malformed("its payload is not base64")
    inner = parse.json(data)
    if not isinstance(inner, dict):
        raise parse.Malformed("its payload is no JSON object")
    return inner


def _signature(attachment: Attachment, given: dict[str, Any], known: frozenset[str]) -> Attestation:
    """cosign's payload: the digest that was signed."""
    critical = given["critical"]
    image = critical.get("image") if isinstance(critical, dict) else None
    digest = image.get("docker-manifest-digest") if isinstance(image, dict) else None
    names = (digest,) if isinstance(digest, str) else ()
    trust, problem = _trust(names, known)
    return Attestation(_SIGNING, attachment.how, trust, names, attachment.digest, problem=problem)


def _message(attachment: Attachment, given: dict[str, Any], known: frozenset[str]) -> Attestation:
    """A Sigstore bundle that signs a digest without saying anything about it."""
    message = given.get("messageDigest")
    digest = (decoded(message.get("digest") if isinstance(message, dict) else None) or b"").hex()
    names = (f"sha256:{digest}",) if len(digest) == 64 else ()
    trust, problem = _trust(names, known)
    kind = attachment.artifact_type or attachment.media_type
    return Attestation(kind, attachment.how, trust, names, attachment.digest, problem=problem)
