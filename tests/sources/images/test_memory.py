"""One contract, held by an image in a real layout and by the one in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agentaudit import testing
from agentaudit.image import Image
from agentaudit.response import Resolution
from agentaudit.source import Images
from agentaudit.sources.images.configured import ConfiguredImages
from agentaudit.sources.images.memory import MemoryImages
from agentaudit.sources.images.opening import ImageSource, ReadOptions, open_image
from tests.sources.images.making import OCI, Blobs, config, encoded, file, layer, write

REVISION = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
DISTS = "usr/lib/python3/dist-packages"
LAYERS: list[dict[str, str | None]] = [
    {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
        "var/lib/dpkg/status": "Package: libc6\nVersion: 2.36-9\nStatus: install ok installed\n",
        f"{DISTS}/gone/__init__.py": "",
        f"{DISTS}/gone-1.0.dist-info/METADATA": "Name: gone\nVersion: 1.0\n",
        f"{DISTS}/gone-1.0.dist-info/RECORD": "gone/__init__.py,,\n",
        "srv/app/main.py": "print(1)\n",
        "srv/app/old.py": "print(0)\n",
    },
    {"srv/app/main.py": "print(2)\n", "srv/app/old.py": None},
    {f"{DISTS}/gone/__init__.py": None},
]
GIVEN: dict[str, Any] = {
    "layers": LAYERS,
    "labels": {"org.opencontainers.image.revision": REVISION},
    "env": ["PYTHON_VERSION=3.12.4", "API_KEY=sk-proj-abcdefghijklmnopqrstuv"],
    "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}],
}


def _tar(files: Mapping[str, str | None]) -> bytes:
    members = []
    for path, text in files.items():
        folder, _, name = path.rpartition("/")
        place = f"{folder}/.wh.{name}" if text is None else path
        members.append(file(place, (text or "").encode()))
    return layer(*members)


def _layout(root: Path) -> Images:
    """The same image as files of an OCI layout, with its statement as BuildKit attaches it."""
    blobs, layers = Blobs(), [_tar(each) for each in LAYERS]
    said = config(layers, config={"Env": GIVEN["env"], "Labels": GIVEN["labels"]})
    digest = blobs.manifest(layers, said=said)
    statement = encoded(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "_", "digest": {"sha256": digest.removeprefix("sha256:")}}],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {},
        }
    )
    attached = blobs.add(
        encoded(
            {
                "schemaVersion": 2,
                "mediaType": f"{OCI}.manifest.v1+json",
                "config": {
                    "mediaType": f"{OCI}.config.v1+json",
                    "digest": blobs.add(b"{}"),
                    "size": 2,
                },
                "layers": [
                    {
                        "mediaType": "application/vnd.in-toto+json",
                        "digest": blobs.add(statement),
                        "size": len(statement),
                        "annotations": {
                            "in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"
                        },
                    }
                ],
            }
        )
    )
    platform = {"os": "linux", "architecture": "amd64"}
    notes = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": digest,
    }
    unknown = {"os": "unknown", "architecture": "unknown"}
    index = blobs.index(
        blobs.entry(digest, platform=platform),
        blobs.entry(attached, platform=unknown, annotations=notes),
    )
    top = {**blobs.entry(index, "one"), "mediaType": f"{OCI}.index.v1+json"}
    write(root, blobs.files(top))
    options = ReadOptions(root.parent)
    return ConfiguredImages([open_image(ImageSource(f"oci:{root}:one"), options)], options)


@pytest.fixture(params=["layout", "memory"])
def images(request: pytest.FixtureRequest, tmp_path: Path) -> Images:
    if request.param == "memory":
        return MemoryImages([testing.image({**GIVEN, "reference": "oci:x:one"})])
    return _layout(tmp_path / "layout")


def test_what_an_image_holds(images: Images) -> None:
    (image,) = images.all()
    assert image.contents is None
    held = images.examine(image).contents
    assert held is not None
    assert held.system is not None
    assert held.system.name == "Debian 12"
    assert [(p.ecosystem, p.name, p.version, p.installed) for p in held.packages] == [
        ("deb", "libc6", "2.36-9", True),
        ("python", "gone", "1.0", False),
    ]
    assert held.application == ("srv/app/main.py",)
    entry = held.files.get("srv/app/main.py")
    assert entry is not None
    assert (entry.layer, entry.size) == (1, 9)
    assert [(r.name, r.version) for r in held.runtimes] == [("python", "3.12.4")]


def test_what_an_image_says(images: Images) -> None:
    (image,) = images.all()
    assert image.settings.labels["org.opencontainers.image.revision"] == REVISION
    assert "sk-proj" not in json.dumps(dict(image.settings.env))
    assert image.settings.platform == "linux/amd64"
    (attestation,) = image.attestations
    assert (attestation.trust, attestation.describes) == ("matches", True)
    assert len(image.diff_ids) == 3


def test_an_image_is_found_by_each_of_its_digests(images: Images) -> None:
    (image,) = images.all()
    for digest in (*image.aliases, image.identity, f"registry.example/app@{image.manifest}"):
        target = images.image(digest)
        assert target.resolution is Resolution.RESOLVED
        assert isinstance(target.content, Image)
        assert target.content.identity == image.identity
    gone = images.image("sha256:" + "0" * 64)
    assert (gone.resolution, gone.reason, gone.content) == (Resolution.BROKEN, "broken", None)
