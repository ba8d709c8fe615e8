"""One image in every shape that tools write: the same facts from each."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agentaudit.errors import SourceError
from agentaudit.image import Image, Trust
from agentaudit.image.document import facts
from agentaudit.response import Resolution
from agentaudit.sources.images import ConfiguredImages, ImageSource, ReadOptions, open_images
from tests.sources.images.making import Blobs, config, encoded, file, layer, layout, sha256, write

ROOT = layer(
    file("usr/lib/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
    file("site-packages/kept-1.0.dist-info/METADATA", b"Name: kept\nVersion: 1.0\n"),
)
APP = layer(file("srv/main.py", b"print()\n"))
EMPTY = bytes(1024)
LAYERS = [ROOT, EMPTY, APP]
CONFIG = encoded(config(LAYERS))
HEX = [sha256(each).removeprefix("sha256:") for each in LAYERS]
CONFIG_HEX = sha256(CONFIG).removeprefix("sha256:")


def images(reference: str, **more: Any) -> ConfiguredImages:
    return open_images([ImageSource(reference)], ReadOptions(Path(), **more))


def examined(reference: str) -> Image:
    with images(reference) as found:
        return found.examine(found.all()[0])


def _layout(root: Path, pack: Callable[[bytes], bytes]) -> str:
    return layout(root, *LAYERS, packed=[pack(each) for each in LAYERS])


def _two_members(data: bytes) -> bytes:
    """gzip files may be put behind each other, with zeros for padding."""
    return gzip.compress(data[:700]) + gzip.compress(data[700:]) + bytes(100)


def _tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path.write_bytes(layer(*members))
    return path


def _layout_archive(root: Path) -> str:
    blobs = Blobs()
    entry = blobs.entry(blobs.manifest(LAYERS), "one")
    made = _tar(root / "a.tar", *(file(n, d) for n, d in blobs.files(entry).items()))
    return f"oci-archive:{made}:one"


def _manifest(config: str, layers: list[str], tag: str = "planner:1") -> bytes:
    return encoded([{"Config": config, "RepoTags": [tag], "Layers": layers}])


def _saved(root: Path) -> str:
    """docker save until 24: legacy files, layers out of order, manifest.json last."""
    order = [(2, APP), (0, ROOT), (1, EMPTY)]
    parts = [
        part
        for number, data in order
        for part in (
            file(f"{number}/VERSION", b"1.0"),
            file(f"{number}/json", b"{}"),
            file(f"{number}/layer.tar", data),
        )
    ]
    listed = _manifest(f"{CONFIG_HEX}.json", [f"{n}/layer.tar" for n in range(3)])
    config, last = file(f"{CONFIG_HEX}.json", CONFIG), file("manifest.json", listed)
    return f"docker-archive:{_tar(root / 'a.tar', *parts, config, last)}:planner:1"


def _skopeo(root: Path) -> str:
    """skopeo: layers by diff_id, and links for readers of the old shape."""
    parts = [file(f"{name}.tar", data) for name, data in zip(HEX, LAYERS, strict=True)]
    link, _ = file("0/layer.tar", type=tarfile.SYMTYPE, linkname=f"../{HEX[0]}.tar")
    names = ["0/layer.tar", *(f"{name}.tar" for name in HEX[1:])]
    listed = _manifest(f"{CONFIG_HEX}.json", names, "docker.io/library/planner:1")
    rest = (file(f"{CONFIG_HEX}.json", CONFIG), file("manifest.json", listed))
    return f"docker-archive:{_tar(root / 'a.tar', *parts, (link, b''), *rest)}:planner:1"


def _layout_with_manifest(root: Path) -> str:
    """docker save since 25: a layout, whose layers may be compressed, beside a manifest.json."""
    blobs = Blobs()
    entry = blobs.entry(blobs.manifest(LAYERS), "1")
    packed = [sha256(gzip.compress(each, 1, mtime=0)).replace(":", "/") for each in LAYERS]
    listed = _manifest(f"blobs/sha256/{CONFIG_HEX}", [f"blobs/{each}" for each in packed])
    parts = {**blobs.files(entry), "manifest.json": listed}
    made = _tar(root / "a.tar", *(file(n, d) for n, d in parts.items()))
    return f"docker-archive:{made}"


SHAPES: dict[str, Callable[[Path], str]] = {
    "gzip": lambda root: _layout(root, gzip.compress),
    "several gzip members": lambda root: _layout(root, _two_members),
    "zstd": lambda root: _layout(root, zstandard.ZstdCompressor().compress),
    "not compressed": lambda root: _layout(root, bytes),
    "layout in an archive": _layout_archive,
    "docker save": _saved,
    "skopeo": _skopeo,
    "docker save since 25": _layout_with_manifest,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_facts(tmp_path: Path, shape: str) -> None:
    expected = examined(layout(tmp_path / "expected", *LAYERS))
    found = examined(SHAPES[shape](tmp_path))
    assert found.why == ""
    assert json.dumps(facts(found)) == json.dumps(facts(expected))
    assert found.contents is not None
    assert [(p.name, p.version) for p in found.contents.packages] == [("kept", "1.0")]


def test_a_layout_beside_a_manifest_gives_the_manifest_digest(tmp_path: Path) -> None:
    found = examined(_layout_with_manifest(tmp_path))
    assert found.manifest == Blobs().manifest(LAYERS)


def _multi(root: Path) -> tuple[str, dict[str, str]]:
    """An index with two platforms and an attestation of the first; digests by name."""
    blobs = Blobs()
    amd, arm = blobs.manifest([ROOT]), blobs.manifest([APP])
    said = encoded(
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": "p", "subject": []}
    )
    attested = blobs.manifest([b""], packed=[said])
    notes = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": amd,
    }
    unknown = {"architecture": "unknown", "os": "unknown"}
    index = blobs.index(
        blobs.entry(attested, platform=unknown, annotations=notes),
        blobs.entry(arm, platform={"architecture": "arm64", "os": "linux"}),
        blobs.entry(amd, platform={"architecture": "amd64", "os": "linux"}),
    )
    write(root, blobs.files(blobs.entry(index, "one")))
    return f"oci:{root}:one", {"index": index, "amd": amd, "arm": arm, "said": sha256(said)}


def test_an_index_leads_to_one_platform_and_its_attestations(tmp_path: Path) -> None:
    reference, digests = _multi(tmp_path)
    with images(reference) as found:
        (image,) = found.all()
    assert (image.index, image.manifest) == (digests["index"], digests["amd"])
    assert [(a.how, a.digest) for a in image.attachments] == [("buildkit", digests["said"])]
    assert len(image.attestations) == 1


@pytest.mark.parametrize(("about", "trust"), [("one", Trust.MATCHES), ("two", None), ("", "")])
def test_an_artifact_is_about_the_image_that_its_manifest_names(
    tmp_path: Path, about: str, trust: Trust | str | None
) -> None:
    """A layout lists the artifacts of all its images; a bare bill of materials names none."""
    blobs = Blobs()
    held = {"one": blobs.manifest([ROOT]), "two": blobs.manifest([APP])}
    parts = [{"name": "a", "version": "1", "purl": "pkg:pypi/a@1"}]
    bill = encoded({"bomFormat": "CycloneDX", "components": parts})
    subject = {"subject": {"digest": held[about], "size": 1}} if about else {}
    listed = blobs.entry(
        blobs.manifest([b""], packed=[bill], artifactType="x/bom", **subject), artifactType="x/bom"
    )
    write(tmp_path, blobs.files(*(blobs.entry(d, t) for t, d in held.items()), listed))
    with images(f"oci:{tmp_path}:one") as found:
        told = [each.trust for each in found.all()[0].attestations]
    assert told == ([] if trust is None else [trust or Trust.PRESENT])


def test_another_digest_of_the_same_store_opens(tmp_path: Path) -> None:
    reference, digests = _multi(tmp_path)
    with images(reference) as found:
        target = found.image(f"registry.example/planner@{digests['arm']}")
        assert isinstance(target.content, Image)
        assert target.content.diff_ids == (sha256(APP),)
        assert found.examine(target.content).examined
        assert len(found.all()) == 1


def test_every_alias_opens_and_nothing_else_does(tmp_path: Path) -> None:
    reference, _ = _multi(tmp_path)
    with images(reference) as found:
        (image,) = found.all()
        for alias in (*image.aliases, image.identity):
            assert found.image(alias).resolution is Resolution.RESOLVED
        lost = found.image(sha256(b"lost"))
        tag = found.image("registry.example/planner:latest")
        assert found.open(reference).content == image
    assert (lost.resolution, lost.reason) == (Resolution.BROKEN, "broken")
    assert (tag.resolution, tag.reason) == (Resolution.BROKEN, "not_pinned")


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("oci:{root}:two", "has no tag 'two'"),
        ("oci:{root}/lost:one", "is no directory"),
        ("oci-archive:{root}/lost.tar", "cannot be read"),
        ("docker-archive:{root}/lost.tar", "cannot be read"),
        ("docker-archive:{root}/a.tar.gz", "is compressed"),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, reference: str, why: str) -> None:
    layout(tmp_path, *LAYERS)
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(b"x"))
    with pytest.raises(SourceError, match=why):
        images(reference.format(root=tmp_path))


def test_several_images_without_a_name_are_named(tmp_path: Path) -> None:
    blobs = Blobs()
    one, two = blobs.manifest([ROOT]), blobs.manifest([APP])
    write(tmp_path, blobs.files(blobs.entry(one, "one"), blobs.entry(two, "two")))
    with pytest.raises(SourceError, match="holds 2 images") as failure:
        images(f"oci:{tmp_path}")
    assert failure.value.hint == "name one of: one, two"


def test_the_ledger_says_what_was_read(tmp_path: Path) -> None:
    reference = layout(tmp_path, *LAYERS)
    with images(reference) as found:
        (before,) = found.ledgers()
        found.examine(found.all()[0])
        (after,) = found.ledgers()
    assert (before.kind, before.uri, before.read) == ("images", reference, 0)
    assert before.notes[-1].endswith("layers, not examined: no question needed them")
    assert after.read == 3
    assert len(after.notes) == 1


def test_a_layer_is_read_once_however_often_it_lies_there(tmp_path: Path) -> None:
    found = examined(layout(tmp_path, EMPTY, EMPTY, APP))
    assert found.contents is not None
    assert found.contents.files.entries["srv/main.py"].layer == 2


def test_settings_are_told_without_secrets(tmp_path: Path) -> None:
    run = {
        "Env": ["DATABASE=hunter2hunter2", "CUDA_VERSION=12.4", "broken"],
        "Entrypoint": ["python3"],
        "Cmd": "serve",
        "User": "1000",
        "WorkingDir": "/srv",
    }
    lines = [
        {"created_by": "ENV DATABASE=hunter2hunter2"},
        {"created_by": "RUN |1 T=s3cret /bin/sh"},
    ]
    said = config([ROOT], config=run, history=lines)
    found = examined(layout(tmp_path, ROOT, said=said))
    assert dict(found.settings.env) == {"DATABASE": "(14 characters)", "CUDA_VERSION": "12.4"}
    assert (found.settings.entrypoint, found.settings.command) == (("python3",), ("serve",))
    assert found.settings.created == "2026-11-20T10:00:00Z"
    shown = json.dumps(facts(found))
    assert "hunter2" not in shown
    assert "s3cret" not in shown


def test_an_archive_is_opened_without_reading_its_layers(tmp_path: Path) -> None:
    """Only headers are read: a layer cut off at its end opens, and is damaged once it is asked."""
    large = layer(file("big", bytes(5_000_000)))
    digest = sha256(encoded(config([large]))).removeprefix("sha256:")
    listed = _manifest(f"{digest}.json", ["layer.tar"])
    parts = (file("manifest.json", listed), file(f"{digest}.json", encoded(config([large]))))
    data = bytearray(layer(*parts, file("layer.tar", large)))
    data[data.index(large) + 3_000_000] ^= 1
    (tmp_path / "a.tar").write_bytes(bytes(data))
    found = examined(f"docker-archive:{tmp_path}/a.tar")
    assert found.damaged
    assert "an unpacked layer is" in found.why
    assert io.BytesIO(data).getbuffer().nbytes > 5_000_000


def test_distributions_at_the_root_own_their_files(tmp_path: Path) -> None:
    """`pip install --target /` leaves no directory above them."""
    root = layer(
        file("kept/__init__.py", b"1\n"),
        file("kept-1.0.dist-info/METADATA", b"Name: kept\nVersion: 1.0\n"),
        file("kept-1.0.dist-info/RECORD", b"kept/__init__.py,,\nkept-1.0.dist-info/RECORD,,\n"),
    )
    held = examined(layout(tmp_path, root)).contents
    assert held is not None
    assert [(p.name, p.installed) for p in held.packages] == [("kept", True)]
    assert "kept/__init__.py" not in held.application


def test_an_archive_cannot_name_the_digest_of_another_image(tmp_path: Path) -> None:
    other = f"sha256:{'a' * 64}"
    listed = encoded(
        [
            {
                "Config": f"{CONFIG_HEX}.json",
                "RepoTags": [f"r.example/planner@{other}", "planner:1"],
                "Layers": [f"{each}.tar" for each in HEX],
            }
        ]
    )
    parts = [file(f"{name}.tar", data) for name, data in zip(HEX, LAYERS, strict=True)]
    rest = (file(f"{CONFIG_HEX}.json", CONFIG), file("manifest.json", listed))
    with images(f"docker-archive:{_tar(tmp_path / 'a.tar', *parts, *rest)}") as found:
        assert found.all()[0].names == ("planner:1",)
        assert found.image(other).resolution is Resolution.BROKEN


def test_settings_are_read_as_programs_do_that_run_them(tmp_path: Path) -> None:
    """Go takes any case of a key."""
    said = config([APP], config={"entrypoint": ["hot"], "ENV": ["MODEL=x"]})
    settings = examined(layout(tmp_path, APP, said=said)).settings
    assert (settings.entrypoint, settings.env) == (("hot",), {"MODEL": "x"})
