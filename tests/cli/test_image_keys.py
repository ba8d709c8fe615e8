"""`--image-key` and `keys`: from the command line and the configuration to what is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.system import RUBRIC, command, write
from tests.sources.images import signing
from tests.sources.images.signing import cosigned

ATTESTED = "https://slsa.dev/provenance/v1"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    signing.write(tmp_path, "p256", "other")
    cosigned(tmp_path / "image", "p256")
    return tmp_path


def told(here: Path, capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert command(here, "image", "oci:image:one", "--no-cache", *flags) == 0
    lines = capsys.readouterr().out.splitlines()
    return [line.split("attested", 1)[1].strip() for line in lines if "  attested" in line]


def test_image_tells_what_is_signed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = told(here, capsys, "--image-key", "other.pub", "--image-key", "p256.pub")
    assert first.startswith(
        "application/vnd.dev.cosign.simplesigning.v1+json: signed with p256.pub"
    )
    assert second.startswith(f"{ATTESTED}: signed with p256.pub (sha256:")
    assert [line.rpartition(": ")[2] for line in told(here, capsys)] == ["matches", "matches"]
    for line in told(here, capsys, "--image-key", "other.pub"):
        assert "matches; is verified by no given key" in line


def test_image_tells_that_there_is_nothing_to_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signing.write(tmp_path, "p256")
    signing.write_layout(tmp_path / "image", _bare())
    assert told(tmp_path, capsys) == []
    (line,) = told(tmp_path, capsys, "--image-key", "p256.pub")
    assert line == "nothing is attached that a key could verify"


def _bare() -> dict[str, bytes]:
    blobs = signing.Blobs()
    return blobs.files(blobs.entry(blobs.manifest([signing.layer()]), "one"))


def test_the_json_of_an_image_names_the_key(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def attestations(*flags: str) -> list[dict[str, str]]:
        flags = ("--no-cache", "--format", "json", *flags)
        assert command(here, "image", "oci:image:one", *flags) == 0
        found: list[dict[str, str]] = json.loads(capsys.readouterr().out)["attestations"]
        return found

    for each in attestations("--image-key", "p256.pub"):
        assert (each["trust"], each["problem"]) == ("signed", "")
        assert each["signer"].startswith("p256.pub (sha256:")
    assert all("signer" not in each for each in attestations())


@pytest.mark.parametrize(
    "verb", [("image", "oci:image:one"), ("scan", ".", "--image", "oci:image:one")]
)
@pytest.mark.parametrize(
    ("name", "why"), [("lost.pub", "no such file"), ("image/index.json", "no PEM text")]
)
def test_a_bad_key_is_a_usage_error(
    here: Path, capsys: pytest.CaptureFixture[str], verb: tuple[str, ...], name: str, why: str
) -> None:
    assert command(here, *verb, "--image-key", name) == 2
    error = capsys.readouterr().err
    assert why in error
    assert name in error


def test_a_key_without_an_image_is_a_usage_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(write(here), "scan", ".", "--image-key", "p256.pub") == 2
    assert "--image-key is given, and no image is" in capsys.readouterr().err


ASKED = RUBRIC.replace("level: 1", "level: 4").replace("subject: component", "subject: image", 1)
ASKED = ASKED.replace(
    "{kind: file_present, any_of: [RUNBOOK.md], subject: component}",
    "environment-attestation-attached",
)


def asked(here: Path, *flags: str, keys: str = "") -> tuple[str, list[str]]:
    """What the probe says of the image that the one response names: message and excerpts."""
    image = json.loads((here / "image" / "index.json").read_text())["manifests"][0]["digest"]
    source = f"{{uri: 'oci:image:one', keys: [{keys}]}}" if keys else "oci:image:one"
    traces = 'traces: ["otlp:traces.jsonl"]'
    write(here, f"rubric: rubric.yaml\nsources:\n  {traces}\n  images: [{source}]\n")
    (here / "rubric.yaml").write_text(ASKED)
    named = {"key": "oci.manifest.digest", "value": {"stringValue": image}}
    spans = json.loads((here / "traces.jsonl").read_text())
    spans["resourceSpans"][0]["resource"]["attributes"].append(named)
    (here / "traces.jsonl").write_text(json.dumps(spans) + "\n")
    assert command(here, "scan", ".", "-o", "audit.json", "--quiet", "--no-cache", *flags) == 0
    dimensions = json.loads((here / "audit.json").read_text())["dimensions"]
    (criterion,) = dimensions[0]["criteria"]
    (finding,) = criterion["findings"]
    assert finding["outcome"] == "pass"
    return finding["message"], [each["excerpt"] for each in finding["evidence"]]


def test_the_probe_tells_signed_from_matching(here: Path) -> None:
    message, (shown,) = asked(here)
    assert message == f"attached and about this image: {ATTESTED}"
    assert shown.endswith(".att")
    message, (shown,) = asked(here, "--image-key", "p256.pub")
    assert message == f"attached and about this image: {ATTESTED}; signed: {ATTESTED}"
    assert ".att: signed with p256.pub (sha256:" in shown
    message, (shown,) = asked(here, "--image-key", "other.pub")
    assert "; not signed by a given key: it is verified by no given key" in message
    assert ".att: matches; is verified by no given key" in shown


def test_keys_of_the_configuration_start_at_its_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "keys").mkdir()
    (here / "p256.pub").rename(here / "keys" / "release.pub")
    message, _ = asked(here, keys="keys/release.pub")
    assert message.endswith(f"; signed: {ATTESTED}")
    message, _ = asked(here, "--image-key", "other.pub", keys="keys/release.pub")
    assert "signed: " not in message


def test_explain_tells_it_of_the_image(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(here)
    capsys.readouterr()
    assert command(here, "explain", "4bf92f35", "--image-key", "p256.pub", "--format", "plain") == 0
    assert "; signed with p256.pub (sha256:" in capsys.readouterr().out


def test_no_report_replaces_a_key(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(here)
    flags = ("--image-key", "p256.pub", "-o", "json:p256.pub")
    assert command(here, "scan", ".", *flags) == 2
    assert (here / "p256.pub").read_bytes() == signing.pem("p256")
