"""What `docker save` and skopeo write: manifest.json, a configuration, and layers in tar.

Three shapes are in use: layers as ID/layer.tar with manifest.json last, layers as DIFF_ID.tar, and
an OCI layout with a manifest.json beside it. All of them are read by their manifest.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from agentaudit.expressions import regex
from agentaudit.image import Image, Layer
from agentaudit.sources.images.documents import (
    decoded,
    descriptor,
    diff_ids,
    listed,
    settings,
    told,
)
from agentaudit.sources.images.extract.wanted import Selection
from agentaudit.sources.images.files import Archive, document
from agentaudit.sources.images.limits import Limits, Refused, Spent
from agentaudit.sources.images.references import DOCKER_ARCHIVE, full
from agentaudit.sources.images.scan import LayerScan, normal, scan
from agentaudit.sources.images.streams import LayerStream

_HEX = regex(r"(?:.*/)?([0-9a-f]{64})(?:\.json)?")
_BLOB = regex(r"blobs/sha256/([0-9a-f]{64})")
_MOST_IMAGES = 200


class DockerArchive:
    """A transport over one archive."""

    def __init__(self, files: Archive, name: str, limits: Limits, reference: str) -> None:
        self._files = files
        self._name = name
        self._limits = limits
        self._reference = reference
        self._places: dict[str, str] = {}

    def image(self) -> Image:
        held = self._held()
        data, digest = self._config(held)
        config = decoded(data, "the configuration")
        said, promised = settings(config), diff_ids(config, self._limits)
        places = [self._path(each) for each in _strings(held, "Layers")]
        if len(places) != len(promised):
            raise Refused(
                f"manifest.json has {len(places)} layers and the configuration {len(promised)}"
            )
        self._places = dict(zip(promised, places, strict=True))
        carried = [
            Layer(diff_id, size=self._files.size(place))
            for diff_id, place in zip(promised, places, strict=True)
        ]
        # Anybody can write a digest there: a trace would lead to an image that it never named.
        names = tuple(sorted(tag for tag in _strings(held, "RepoTags") if "@" not in tag))
        layers, manifest = told(said.history, carried), self._manifest(digest)
        return Image(self._reference, DOCKER_ARCHIVE, layers, said, digest, manifest, names=names)

    def scans(
        self, image: Image, needed: Collection[str], selection: Selection, spent: Spent
    ) -> Iterator[LayerScan]:
        for diff_id, place in self._places.items():
            if diff_id in needed:
                blob = _BLOB.fullmatch(place)
                digest = f"sha256:{blob[1]}" if blob else ""
                with self._files.open(place) as source:
                    yield scan(LayerStream(source, spent, diff_id, digest), selection, spent)

    def absent(self, image: Image) -> int:
        return 0

    def close(self) -> None:
        self._files.close()

    def _held(self) -> dict[str, Any]:
        """The entry of manifest.json that the reference names."""
        data = document(self._files, "manifest.json", self._limits)
        wrapped = decoded(b'{"images":%b}' % data, "manifest.json")["images"]
        if not isinstance(wrapped, list):
            raise Refused("manifest.json holds no list")
        images = [each for each in wrapped[:_MOST_IMAGES] if isinstance(each, dict)]
        name = self._name and full(self._name)
        found = [e for e in images if not name or name in map(full, _strings(e, "RepoTags"))]
        if len(found) == 1:
            return found[0]
        tags = ", ".join(sorted(tag for each in images for tag in _strings(each, "RepoTags"))[:5])
        what = f"holds no image {self._name!r}" if self._name else f"holds {len(found)} images"
        raise Refused(f"the archive {what}", hint=f"name one of: {tags or 'no tags'}")

    def _config(self, held: dict[str, Any]) -> tuple[bytes, str]:
        place = self._path(str(held.get("Config")))
        named = _HEX.fullmatch(place)
        expected = f"sha256:{named[1]}" if named else ""
        data = document(self._files, place, self._limits, expected)
        return data, f"sha256:{hashlib.sha256(data).hexdigest()}"

    def _manifest(self, config: str) -> str:
        """Digest of the manifest where a layout beside manifest.json has one for this image."""
        with suppress(Refused):
            index = decoded(document(self._files, "index.json", self._limits), "index.json")
            for each in listed(index, "manifests"):
                place = f"blobs/sha256/{each.digest.removeprefix('sha256:')}"
                data = document(self._files, place, self._limits, each.digest)
                held = decoded(data, "a manifest").get("config")
                if isinstance(held, dict) and descriptor(held).digest == config:
                    return each.digest
        return ""

    def _path(self, name: str) -> str:
        path = normal(name, self._limits.path)
        if not path:
            raise Refused(f"manifest.json names {name[:100]!r}")
        return path


def _strings(held: dict[str, Any], key: str) -> list[str]:
    value = held.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
