"""Attestations: present, about this image or about another one, and who computed what they say."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from agentaudit import testing
from agentaudit.image import Attachment, Attestation, Trust
from agentaudit.sources.images.attest import attestation

IMAGE = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
COMMIT = "7e744fbe81e1c531f69e3fd06d450d298c87cbbb"
CLAIMED = "1111111111111111111111111111111111111111"
SLSA_1, SLSA_0 = "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"
BASE = {"uri": "pkg:docker/python@3.12", "digest": {"sha256": "ab" * 32}}
BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"


def statement(predicate_type: str, predicate: Any, subject: str = IMAGE) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": subject.removeprefix("sha256:")}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    }


def read(given: Any, how: str = "buildkit", filed: str = IMAGE) -> Attestation:
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    attachment = Attachment(how, filed, "sha256:" + "0" * 64, "application/vnd.in-toto+json", data)
    return attestation(attachment, frozenset({IMAGE}))


def test_provenance_of_buildkit_tells_computed_from_claimed() -> None:
    predicate = {
        "buildDefinition": {
            "externalParameters": {
                "configSource": {"uri": "https://g.example/a.git", "digest": {"sha1": COMMIT}},
                "request": {"args": {"vcs:revision": CLAIMED, "vcs:source": "https://x.example"}},
            },
            "resolvedDependencies": [BASE],
        },
        "runDetails": {"builder": {"id": "https://builder.example"}},
    }
    found = read(statement(SLSA_1, predicate))
    assert (found.trust, found.problem, found.describes) == (Trust.MATCHES, "", True)
    assert found.built["revision"] == COMMIT
    assert found.built["source"] == "https://g.example/a.git"
    assert found.built["base"].startswith("pkg:docker/python@3.12 sha256:abab")
    assert found.built["builder"] == "https://builder.example"
    assert dict(found.claimed) == {"revision": CLAIMED, "source": "https://x.example"}


def test_a_build_from_a_directory_proves_no_commit() -> None:
    """Only the client says the commit, so nothing that was computed has one."""
    vcs = {"vcs": {"source": "https://x.example", "revision": CLAIMED}}
    for type, predicate in (
        (SLSA_1, {"runDetails": {"metadata": {"buildkit_metadata": vcs}}}),
        (SLSA_0, {"metadata": {BUILDKIT: vcs}, "materials": [BASE]}),
    ):
        found = read(statement(type, predicate))
        assert "revision" not in found.built
        assert found.claimed["revision"] == CLAIMED


def test_provenance_of_the_older_form_and_of_actions() -> None:
    source = {"uri": "https://g.example/a.git", "digest": {"sha1": COMMIT}}
    older = read(statement(SLSA_0, {"invocation": {"configSource": source}}))
    assert older.built["revision"] == COMMIT
    inputs = [{"uri": "git+https://g.example/a@refs/heads/main", "digest": {"gitCommit": COMMIT}}]
    action = {"buildDefinition": {"resolvedDependencies": inputs}}
    assert read(statement(SLSA_1, action)).built["revision"] == COMMIT
    two = {"buildDefinition": {"resolvedDependencies": inputs * 2}}
    assert "revision" not in read(statement(SLSA_1, two)).built


def test_a_statement_about_another_image_is_only_present() -> None:
    found = read(statement(SLSA_1, {}, OTHER))
    assert (found.trust, found.problem) == (Trust.PRESENT, "is about another image")
    nameless = read({**statement(SLSA_1, {}), "subject": []})
    assert (nameless.trust, nameless.problem) == (Trust.PRESENT, "names no image")


def test_envelopes_are_opened() -> None:
    inner = json.dumps(statement(SLSA_1, {})).encode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": b64(inner)}
    for given in (envelope, {"mediaType": "x", "dsseEnvelope": envelope}):
        assert read(given).trust is Trust.MATCHES
    assert "not base64" in read({**envelope, "payload": "!"}).problem


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_signatures_say_which_digest_was_signed() -> None:
    payload = {"critical": {"image": {"docker-manifest-digest": IMAGE}, "type": "cosign"}}
    found = read(payload, how="sha256-x.sig")
    assert (found.trust, found.describes) == (Trust.MATCHES, False)
    digest = b64(bytes.fromhex(OTHER.removeprefix("sha256:")))
    bundle = {"messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": digest}}}
    assert read(bundle).trust is Trust.PRESENT
    assert read({"critical": []}).problem == "names no image"


def test_a_bare_bill_is_about_what_its_referrer_names() -> None:
    bill = {"bomFormat": "CycloneDX", "components": [{"name": "a", "version": "1"}]}
    found = read(bill, how="referrers")
    assert (found.trust, found.describes) == (Trust.MATCHES, True)
    assert found.bill is not None
    assert [p.name for p in found.bill.packages] == ["a"]
    assert read(bill, how="referrers", filed=OTHER).trust is Trust.PRESENT
    assert read(bill, how="sha256-x.sbom").trust is Trust.PRESENT


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\xff",
        b"[" * 5000,
        [],
        {},
        {"subject": 3, "predicateType": 4},
        {"subject": [3], "predicateType": "x", "predicate": []},
        {"payload": 3},
        {"dsseEnvelope": []},
        {"payload": base64.b64encode(b"[]").decode()},
        {"messageSignature": {"messageDigest": {"digest": "é"}}},
    ],
)
def test_what_is_malformed_says_so(given: Any) -> None:
    found = read(given)
    assert found.trust is Trust.PRESENT
    assert found.problem
    assert not found.describes


@pytest.mark.parametrize("type", [SLSA_1, SLSA_0])
@pytest.mark.parametrize("odd", [None, 3, "x", [], {}])
def test_odd_provenance_says_nothing(type: str, odd: Any) -> None:
    keys = ("buildDefinition", "runDetails", "invocation", "metadata", "materials", "builder")
    for key in keys:
        assert dict(read(statement(type, {key: odd})).built) == {}
    assert read(statement(type, odd)).trust is Trust.MATCHES


def test_every_attachment_of_an_image_is_read() -> None:
    made = testing.image({"attestations": [{"predicateType": SLSA_1}, {"predicateType": "x"}]})
    assert [each.predicate for each in made.attestations] == [SLSA_1, "x"]
    assert {each.trust for each in made.attestations} == {Trust.MATCHES}
