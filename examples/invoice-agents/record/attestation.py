"""An SBOM of an image, attested: an in-toto statement that refers to the image by its digest.

It is kept in the OCI layout beside the image, as an artifact whose manifest names the image as its
subject (OCI image specification 1.1, "referrers").
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EMPTY = b"{}"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
STATEMENT = "application/vnd.in-toto+json"
CYCLONEDX = "https://cyclonedx.org/bom"


def attest(layout: Path, digest: str, reference: str) -> None:
    """List what is in the image with syft and attach the list to it."""
    syft = Path(sys.executable).with_name("syft")
    with _only(layout, digest) as alone:
        command = [str(syft), "scan", f"oci-dir:{alone}", "--quiet", "--output", "cyclonedx-json"]
        command += ["--source-name", reference]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"syft: {done.stderr.decode().strip()}")
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": reference, "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": CYCLONEDX,
        "predicate": json.loads(done.stdout),
    }
    _attach(layout, digest, json.dumps(statement, separators=(",", ":")).encode())


@contextmanager
def _only(layout: Path, digest: str) -> Iterator[Path]:
    """A layout with the same blobs and this image alone: syft reads the first it finds."""
    index = json.loads((layout / "index.json").read_text())
    index["manifests"] = [one for one in index["manifests"] if one["digest"] == digest]
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder)
        (alone / "oci-layout").write_bytes((layout / "oci-layout").read_bytes())
        (alone / "blobs").symlink_to(layout.resolve() / "blobs")
        (alone / "index.json").write_text(json.dumps(index))
        yield alone


def _attach(layout: Path, digest: str, statement: bytes) -> None:
    index = json.loads((layout / "index.json").read_text())
    subject = next(one for one in index["manifests"] if one["digest"] == digest)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": STATEMENT,
        "config": _blob(layout, EMPTY, "application/vnd.oci.empty.v1+json"),
        "layers": [
            _blob(layout, statement, STATEMENT)
            | {"annotations": {"in-toto.io/predicate-type": CYCLONEDX}}
        ],
        "subject": {key: subject[key] for key in ("mediaType", "digest", "size")},
    }
    entry = _blob(layout, json.dumps(manifest, sort_keys=True).encode(), MANIFEST)
    index["manifests"].append(entry | {"artifactType": STATEMENT})
    (layout / "index.json").write_text(json.dumps(index))


def _blob(layout: Path, content: bytes, kind: str) -> dict[str, Any]:
    """Store a blob; its descriptor."""
    digest = hashlib.sha256(content).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}
