"""Signatures: verified with a given key, or not and why, and never in the place of a subject."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentaudit.image import Attachment, Attestation, Trust
from agentaudit.sources.images.attest import attestation
from agentaudit.sources.images.keys import load
from agentaudit.sources.images.sealed import encoding
from tests.sources.images import signing
from tests.sources.images.signing import b64, bundle, envelope, message, payload, statement

MANIFEST = b'{"schemaVersion":2}'
IMAGE = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
OTHER = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
SIGNATURE = "dev.cosignproject.cosign/signature"
CERTIFICATE = "dev.sigstore.cosign/certificate"
UNCLEAR = "is verified by no given key: another one signed it, or it was changed since"


def read(
    said: Any,
    keys: list[Path],
    notes: dict[str, str] | None = None,
    image: str = IMAGE,
) -> Attestation:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    attachment = Attachment("referrers", image, "sha256:1", "x/y", data, "", notes or {})
    return attestation(attachment, frozenset({image}), load(keys))


def cosigned(name: str, digest: str = IMAGE) -> tuple[bytes, dict[str, str]]:
    said = payload(digest)
    return said, {SIGNATURE: b64(signing.sign(name, said))}


FORMS: dict[str, Callable[[str], tuple[Any, dict[str, str]]]] = {
    "envelope": lambda name: (envelope(name, statement(IMAGE)), {SIGNATURE: ""}),
    "bundle": lambda name: (bundle(name, statement(IMAGE)), {}),
    "payload": cosigned,
    "message": lambda name: (message(name, MANIFEST), {}),
}
KEYS = ("p256", "p384", "p384-long", "ed25519", "rsa")
UNSEEN = {("message", "ed25519"), ("message", "p384-long")}
"""What signs with another hash than the SHA-256 that the bundle holds."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", KEYS)
def test_the_right_key_verifies(tmp_path: Path, form: str, name: str) -> None:
    said, notes = FORMS[form](name)
    keys = signing.write(tmp_path, "other", name)
    found = read(said, keys, notes)
    if (form, name) in UNSEEN:
        assert (found.trust, found.signer) == (Trust.MATCHES, "")
        assert ("only their digest" in found.problem) is (name == "ed25519")
        return
    id = base64.b64decode(signing.hint(name)).hex()[:12]
    assert (found.trust, found.problem) == (Trust.SIGNED, "")
    assert found.signer == f"{name}.pub (sha256:{id})"
    assert found.standing == f"signed with {found.signer}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", KEYS)
def test_without_a_key_nothing_is_looked_at(form: str, name: str) -> None:
    said, notes = FORMS[form](name)
    found = read(said, [], notes)
    assert (found.trust, found.problem, found.signer) == (Trust.MATCHES, "", "")
    assert found.standing == "matches"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("p256", "other", UNCLEAR),
        ("rsa", "rsa-other", UNCLEAR),
        *(
            (name, other, "is signed with a key of another kind than those given")
            for name in ("p256", "p384", "ed25519", "rsa")
            for other in ("p256", "p384", "ed25519", "rsa")
            if name != other
        ),
    ],
)
def test_the_key_of_another_does_not(
    tmp_path: Path, form: str, name: str, given: str, why: str
) -> None:
    said, notes = FORMS[form](name)
    found = read(said, signing.write(tmp_path, given), notes)
    assert (found.trust, found.problem, found.signer) == (Trust.MATCHES, why, "")
    assert found.standing == f"matches; {why}"


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _sealed(said: Any) -> Any:
    return said.get("dsseEnvelope", said)


@pytest.mark.parametrize("form", ["envelope", "bundle"])
@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("place", ["builder", '"_type"', "predicateType"])
def test_one_byte_of_a_statement(tmp_path: Path, form: str, name: str, place: str) -> None:
    """The statement still reads, and is about the image; it is not what was signed."""
    said, notes = FORMS[form](name)
    changed = statement(IMAGE)
    at = changed.index(place.encode()) + 3
    _sealed(said)["payload"] = b64(_flipped(changed, at))
    found = read(said, signing.write(tmp_path, name), notes)
    assert found.trust is not Trust.SIGNED
    named = form == "bundle"
    wrong = "is not what was signed" if name == "rsa" else "names a given key" if named else UNCLEAR
    assert wrong in found.problem


@pytest.mark.parametrize("name", KEYS)
def test_every_byte_of_a_payload(tmp_path: Path, name: str) -> None:
    said, notes = cosigned(name)
    keys = signing.write(tmp_path, name)
    step = 1 if name == "p256" else 17
    for at in range(0, len(said), step):
        assert read(_flipped(said, at), keys, notes).trust is not Trust.SIGNED


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["p256", "ed25519", "rsa"])
def test_every_byte_of_a_signature(tmp_path: Path, form: str, name: str) -> None:
    keys = signing.write(tmp_path, name)
    said, notes = FORMS[form](name)
    where, key = _signature(said, notes)
    good = base64.b64decode(where[key])
    problems = set()
    for at in range(0, len(good), 1 if name == "p256" else 31):
        where[key] = b64(_flipped(good, at))
        found = read(said, keys, notes)
        assert found.trust is Trust.MATCHES
        problems.add(found.problem)
    assert "" not in problems
    if name == "p256":
        assert any("broken signature: of no form" in each for each in problems)


def _signature(said: Any, notes: dict[str, str]) -> tuple[dict[str, str], str]:
    """The mapping that holds the signature, and its key."""
    if notes.get(SIGNATURE):
        return notes, SIGNATURE
    if "messageSignature" in said:
        return said["messageSignature"], "signature"
    return _sealed(said)["signatures"][0], "sig"


@pytest.mark.parametrize(
    ("form", "said", "notes"),
    [
        ("envelope", envelope("p256", statement(OTHER)), {}),
        ("bundle", bundle("p256", statement(OTHER)), {}),
        ("payload", *cosigned("p256", OTHER)),
        ("message", message("p256", b"another manifest"), {}),
    ],
)
def test_a_good_signature_of_another_image_is_worth_nothing(
    tmp_path: Path, form: str, said: Any, notes: dict[str, str]
) -> None:
    found = read(said, signing.write(tmp_path, "p256"), notes)
    assert (found.trust, found.signer) == (Trust.PRESENT, ""), form
    assert found.problem == "is about another image"


def test_a_signature_that_was_moved_from_another_document(tmp_path: Path) -> None:
    keys = signing.write(tmp_path, "p256", "rsa")
    _, notes = cosigned("p256", OTHER)
    assert read(payload(IMAGE), keys, notes).problem == UNCLEAR
    _, notes = cosigned("rsa", OTHER)
    moved = read(payload(IMAGE), keys, notes)
    assert moved.trust is Trust.MATCHES
    assert "a given key made this signature over something else" in moved.problem
    here = message("p256", MANIFEST)
    here["messageSignature"]["signature"] = message("p256", b"x")["messageSignature"]["signature"]
    assert "names a given key, which does not verify it" in read(here, keys).problem


def test_the_type_of_an_envelope_is_signed_too(tmp_path: Path) -> None:
    keys = signing.write(tmp_path, "p256")
    relabelled = envelope("p256", statement(IMAGE), "application/json")
    assert "for something else than a statement" in read(relabelled, keys).problem
    relabelled["payloadType"] = "application/vnd.in-toto+json"
    found = read(relabelled, keys)
    assert (found.trust, found.problem) == (Trust.MATCHES, UNCLEAR)


def test_a_payload_of_another_type_passes_for_no_signature_of_an_image(tmp_path: Path) -> None:
    said = payload(IMAGE, "something else")
    found = read(
        said, signing.write(tmp_path, "p256"), {SIGNATURE: b64(signing.sign("p256", said))}
    )
    assert (found.trust, found.problem) == (Trust.MATCHES, "is not of the type that cosign signs")


def test_a_document_of_two_forms_has_the_signature_of_the_one_that_is_read(tmp_path: Path) -> None:
    """A good envelope, copied into a list of packages that nobody signed."""
    keys = signing.write(tmp_path, "p256")
    listed = {"bomFormat": "CycloneDX", "components": [{"name": "planted", "version": "1"}]}
    good, (text, notes) = envelope("p256", statement(IMAGE)), cosigned("p256")
    for said in ({**listed, **good}, {**listed, "dsseEnvelope": good}):
        found = read(said, keys)
        assert found.bill is not None
        assert (found.trust, found.problem) == (Trust.MATCHES, "carries no signature")
    for more in (json.loads(text), message("p256", b"x")):
        assert read({**good, **more}, keys, notes).trust is not Trust.SIGNED
    bare = json.loads(statement(IMAGE))
    found = read({**bare, "payloadType": good["payloadType"], "dsseEnvelope": {}}, keys)
    assert (found.trust, found.problem) == (Trust.MATCHES, "carries no signature")


@pytest.mark.parametrize(
    ("said", "notes", "why"),
    [
        (statement(IMAGE), {}, "carries no signature"),
        ({"bomFormat": "CycloneDX", "components": []}, {}, "carries no signature"),
        ({**envelope("p256", statement(IMAGE)), "signatures": []}, {}, "carries no signature"),
        ({**envelope("p256", statement(IMAGE)), "signatures": 7}, {}, "carries no signature"),
        (payload(IMAGE), {}, "carries no signature"),
        (payload(IMAGE), {SIGNATURE: "é"}, "has a broken signature: it is not base64"),
        (payload(IMAGE), {SIGNATURE: b64(b"x" * 5_000)}, "has a broken signature"),
        (payload(IMAGE), {SIGNATURE: b64(b"short")}, "has a broken signature: of no form"),
        ({"messageSignature": {}}, {}, "signs no SHA-256 digest"),
    ],
)
def test_what_is_not_signed_says_so(
    tmp_path: Path, said: Any, notes: dict[str, str], why: str
) -> None:
    found = read(said, signing.write(tmp_path, "p256"), notes)
    assert found.trust is not Trust.SIGNED
    assert why in found.problem


def test_a_certificate_is_not_followed(tmp_path: Path) -> None:
    why = "is signed by a certificate: its roots are not known to a scan"
    keys = signing.write(tmp_path, "other")
    said, notes = cosigned("p256")
    assert read(said, keys, {**notes, CERTIFICATE: "-----BEGIN…"}).problem == why
    for material in ({"certificate": {"rawBytes": ""}}, {"x509CertificateChain": {}}):
        for form in (bundle("p256", statement(IMAGE)), message("p256", MANIFEST)):
            found = read({**form, "verificationMaterial": material}, keys)
            assert (found.trust, found.problem) == (Trust.MATCHES, why)


def test_of_several_signatures_one_is_enough(tmp_path: Path) -> None:
    said = envelope("other", statement(IMAGE))
    said["signatures"] += [None, {"sig": 3}, *envelope("p256", statement(IMAGE))["signatures"]]
    assert read(said, signing.write(tmp_path, "p256")).trust is Trust.SIGNED
    said["signatures"] = said["signatures"][:1] * 1_000 + said["signatures"][-1:]
    assert read(said, signing.write(tmp_path, "p256")).problem == UNCLEAR


def test_a_digest_of_another_kind_is_none_of_the_image(tmp_path: Path) -> None:
    said = message("p256", MANIFEST)
    said["messageSignature"]["messageDigest"]["algorithm"] = "SHA2_512"
    assert "signs no SHA-256 digest" in read(said, signing.write(tmp_path, "p256")).problem


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("QUJD")
NESTED = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("critical", "type", "image", "payload", "payloadType", "signatures", "sig"),
                    *("keyid", "dsseEnvelope", "messageSignature", "messageDigest", "algorithm"),
                    *("digest", "signature", "verificationMaterial", "publicKey", "hint"),
                    *("certificate", "subject", "predicateType", "predicate"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(said=NESTED, note=st.text(max_size=12))
def test_nothing_that_is_attached_raises(
    tmp_path_factory: pytest.TempPathFactory, said: Any, note: str
) -> None:
    keys = signing.write(tmp_path_factory.getbasetemp(), "p256", "ed25519", "rsa")
    found = read(json.dumps(said).encode(), keys, {SIGNATURE: note, CERTIFICATE: note})
    assert found.trust is not Trust.SIGNED
    assert found.problem


def test_what_is_covered_is_spelled_as_the_protocol_has_it() -> None:
    """The example of DSSE's protocol.md."""
    covered = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert encoding("http://example.com/HelloWorld", b"hello world") == covered


def _pem(folder: Path, text: str) -> list[Path]:
    file = folder / "vector.pub"
    file.write_text(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    return [file]


def test_a_payload_that_cosign_signed(tmp_path: Path) -> None:
    """From the tests of sigstore-rs, signed by cosign."""
    keys = _pem(
        tmp_path,
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAENptdY/l3nB0yqkXLBWkZWQwo6+cu"
        "OSWS1X9vPavpiQOoTTGC0xX57OojUadxF1cdQmrsiReWg2Wn4FneJfa8xw==",
    )
    image = "sha256:f3cfc9d0dbf931d3db4685ec659b7ac68e2a578219da4aae65427886e649b06b"
    said = (
        '{"critical":{"identity":{"docker-reference":"registry-testing.svc.lan/busybox"},'
        f'"image":{{"docker-manifest-digest":"{image}"}},'
        '"type":"cosign container image signature"},"optional":null}'
    ).encode()
    signature = (
        "MEUCIQD6q/COgzOyW0YH1Dk+CCYSt4uAhm3FDHUwvPI55zwnlwIgE0ZK58ZOWpZw8YVmBapJhBqCfdPekIknimuO"
        "0xH8Jh8="
    )
    assert read(said, keys, {SIGNATURE: signature}, image).trust is Trust.SIGNED
    assert read(said + b" ", keys, {SIGNATURE: signature}, image).problem == UNCLEAR


SUITE = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"
"""The document that Sigstore's conformance suite signs."""


@pytest.mark.parametrize(
    "signature",
    [
        "MEUCIQCACfhpIX3+zVXJjwEeIS0yFTK2jRfBjduXAaLHJSARHAIgSUdTM+S5xucODRFtrGHN2uClS0MRPhqZm76g"
        "0ZHEQ5c=",
        "MEUCIHMEx9zaO/w0VL4noJKU3GuDRssrIjq1noNrBKL6z70GAiEAn7kUe3W8h6dPbe4xGGbVnHi+RfijQ6TT20Gl"
        "ibct+AQ=",
    ],
)
def test_a_bundle_of_the_conformance_suite_with_a_managed_key(
    tmp_path: Path, signature: str
) -> None:
    keys = _pem(
        tmp_path,
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExRRST79+PsrRBnGAI4cMu6Omz2Jh"
        "fwlMW+gIutNKVRaMyS4rQKvgngc5p8UbLj55pVHhIoAxi/SRgURZI0J3Xw==",
    )
    digest = {"algorithm": "SHA2_256", "digest": "oM/HEnHW4njlfNMy/5V8P3BD/do1TEy7GQow1W76Ab8="}
    held: dict[str, Any] = {"messageDigest": digest, "signature": signature}
    hint = "TLMsSDfG3ajPsWge+z/vX5T/zluXnmvbkTkwLIV68Tk="
    said = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}},
        "messageSignature": held,
    }
    assert read(said, keys, image=SUITE).trust is Trust.SIGNED
    held["signature"] = b64(_flipped(base64.b64decode(signature), 20))
    assert "names a given key" in read(said, keys, image=SUITE).problem


def test_an_envelope_of_the_conformance_suite(tmp_path: Path) -> None:
    """Signed by a certificate there; its key is given here."""
    keys = _pem(
        tmp_path,
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1QyGuXvW6qw/A8ZGhPMkTgNtuI5K"
        "D78Melrj2MiRes4Q/35YI+tC14XKYjQDQDgIOVODYXt948sJw9zG7gXMkA==",
    )
    generator = "https://github.com/sigstore-conformance/rekor2-dsse-hashedrekord-regen"
    payload = (
        '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a.txt","digest":{"sha256":'
        f'"{SUITE.removeprefix("sha256:")}"}}}}],"predicateType":"https://slsa.dev/provenance/v1",'
        f'"predicate":{{"buildDefinition":{{"buildType":"{generator}"}},'
        f'"runDetails":{{"builder":{{"id":"{generator}"}}}}}}}}'
    ).encode()
    signature = (
        "MEUCIQCQQ11nsoTaO52/MC48g07mjATdxD86ywdu3NxJUjH7yAIgWGc+MR3eIAoWu8JE1QM2YDslpoFAzMVWpN11"
        "5fCKuqg="
    )
    said = {
        "payloadType": "application/vnd.in-toto+json",
        "payload": b64(payload),
        "signatures": [{"sig": signature}],
    }
    bundled = {"verificationMaterial": {"certificate": {}}, "dsseEnvelope": said}
    found = read(bundled, keys, image=SUITE)
    assert (found.trust, found.built["builder"]) == (Trust.SIGNED, generator)
