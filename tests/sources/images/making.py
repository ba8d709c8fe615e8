"""Layers, layouts and archives, good and bad, made in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image"
Member = tuple[tarfile.TarInfo, bytes]


def file(name: str, data: bytes = b"", **more: Any) -> Member:
    """A regular file, or with `type` anything else."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def folder(name: str) -> Member:
    return file(name, type=tarfile.DIRTYPE)


def link(name: str, target: str, hard: bool = False) -> Member:
    type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    return file(name, type=type, linkname=target)


def layer(*members: Member, format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=format) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return held.getvalue()


def header(name: str, size: int, type: bytes = tarfile.REGTYPE) -> bytes:
    """One block that announces a body of any size."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, type
    return info.tobuf(tarfile.GNU_FORMAT)[:512]


def signed(block: bytes | bytearray) -> bytes:
    """A block with its sum put right."""
    total = sum(block[:148]) + 8 * 32 + sum(block[156:512])
    return bytes(block[:148]) + b"%06o\0 " % total + bytes(block[156:])


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def config(layers: list[bytes], **more: Any) -> dict[str, Any]:
    """An image configuration whose diff_ids are right."""
    return {
        "os": "linux",
        "architecture": "amd64",
        "created": "2026-11-20T10:00:00.123456Z",
        "config": {"Env": ["MODEL_NAME=planner:3"], "Labels": {"a": "b"}, "Cmd": ["run"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(each) for each in layers]},
        "history": [{"created_by": f"step {n}"} for n, _ in enumerate(layers)],
        **more,
    }


class Blobs:
    """The blobs of a layout, and the manifests that lead to them."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def add(self, data: bytes) -> str:
        self.held[sha256(data)] = data
        return sha256(data)

    def manifest(
        self,
        layers: list[bytes],
        packed: list[bytes] | None = None,
        said: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """Digest of an image manifest; `packed` are the layers as they are carried."""
        carried = packed or [gzip.compress(each, 1, mtime=0) for each in layers]
        held = encoded(said or config(layers))
        document = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": {
                "mediaType": f"{OCI}.config.v1+json",
                "digest": self.add(held),
                "size": len(held),
            },
            "layers": [
                {
                    "mediaType": f"{OCI}.layer.v1.tar+gzip",
                    "digest": self.add(each),
                    "size": len(each),
                }
                for each in carried
            ],
            **more,
        }
        return self.add(encoded(document))

    def index(self, *manifests: dict[str, Any]) -> str:
        return self.add(encoded({"schemaVersion": 2, "manifests": list(manifests)}))

    def entry(self, digest: str, tag: str = "", **more: Any) -> dict[str, Any]:
        """A descriptor of something held."""
        notes = {"org.opencontainers.image.ref.name": tag} if tag else {}
        notes |= more.pop("annotations", {})
        size = len(self.held[digest])
        kind = f"{OCI}.manifest.v1+json"
        return {"mediaType": kind, "digest": digest, "size": size, "annotations": notes, **more}

    def files(self, *entries: dict[str, Any]) -> dict[str, bytes]:
        """Path → content of a layout."""
        return {
            "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
            "index.json": encoded({"schemaVersion": 2, "manifests": list(entries)}),
            **{f"blobs/{d.replace(':', '/')}": data for d, data in self.held.items()},
        }


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def layout(root: Path, *layers: bytes, **more: Any) -> str:
    """A layout with one image; its reference."""
    blobs = Blobs()
    digest = blobs.manifest(list(layers), **more)
    write(root, blobs.files(blobs.entry(digest, "one")))
    return f"oci:{root}:one"
