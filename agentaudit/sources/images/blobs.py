"""Images whose parts are kept under their digests: layouts, their archives, registries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from agentaudit.image import Attachment, Image
from agentaudit.sources.images.documents import (
    Descriptor,
    chosen,
    decoded,
    descriptor,
    layers,
    listed,
    settings,
    told,
)
from agentaudit.sources.images.extract.wanted import Selection
from agentaudit.sources.images.limits import Limits, Refused, Spent
from agentaudit.sources.images.scan import LayerScan, scan
from agentaudit.sources.images.streams import LayerStream, small
from agentaudit.sources.images.transport import Blobs

_DEEPEST = 4
"""Indexes within indexes."""


class BlobImage:
    """A transport over any store of blobs."""

    def __init__(self, blobs: Blobs, limits: Limits, reference: str) -> None:
        self._blobs = blobs
        self._limits = limits
        self._reference = reference
        self._children: list[Descriptor] = []

    def image(self) -> Image:
        digest, data = self._blobs.top()
        index, document = "", decoded(data, "the manifest")
        for _ in range(_DEEPEST):
            if "manifests" not in document:
                break
            index = index or digest
            self._children = list(listed(document, "manifests"))
            digest = chosen(document).digest
            document = decoded(self._blobs.manifest(digest), "the manifest")
        if not isinstance(document.get("config"), dict):
            raise Refused("it leads to no image manifest (indexes in a circle, or an old format)")
        held = descriptor(document["config"])
        config = decoded(self._document(held), "the configuration")
        said = settings(config)
        return Image(
            self._reference,
            self._blobs.transport,
            told(said.history, layers(document, config, self._limits)),
            said,
            held.digest,
            digest,
            index,
            self._blobs.names(),
            tuple(self._attachments(digest, index)),
        )

    def absent(self, image: Image) -> int:
        return sum(self._blobs.lacks(layer.digest) for layer in image.layers)

    def scans(
        self, image: Image, needed: Collection[str], selection: Selection, spent: Spent
    ) -> Iterator[LayerScan]:
        done = set[str]()
        for layer in image.layers:
            if layer.diff_id in needed and layer.diff_id not in done:
                done.add(layer.diff_id)
                with self._blobs.blob(layer.digest) as source:
                    yield scan(
                        LayerStream(source, spent, layer.diff_id, layer.digest), selection, spent
                    )

    def close(self) -> None:
        self._blobs.close()

    def _document(self, held: Descriptor) -> bytes:
        with self._blobs.blob(held.digest) as source:
            return small(source, self._limits, held.digest, "the configuration")

    def _attachments(self, digest: str, index: str) -> Iterator[Attachment]:
        """Documents attached to the image; one that is damaged is left out, never the image."""
        left, size = self._limits.attachments, 4 * self._limits.document
        for how, subject, found in self._attached(digest, index):
            with suppress(Refused):
                for each in self._layers_of(how, subject, found):
                    left, size = left - 1, size - len(each.data)
                    if left < 0 or size < 0:
                        return
                    yield each

    def _attached(self, digest: str, index: str) -> Iterator[tuple[str, str, Descriptor]]:
        for each in self._children:
            if each.attests == digest:
                yield "buildkit", digest, each
        for subject in filter(None, (digest, index)):
            for how, each in self._blobs.referrers(subject):
                yield how, subject, each

    def _layers_of(self, how: str, subject: str, found: Descriptor) -> Iterator[Attachment]:
        manifest = decoded(self._blobs.manifest(found.digest), "an attachment's manifest")
        if how == "referrers":  # a listing is no proof: the manifest itself says what it is about
            about = manifest.get("subject")
            named = descriptor(about).digest if isinstance(about, dict) else ""
            if named not in ("", subject):
                return
            how = how if named else "index"
        type = manifest.get("artifactType") or found.artifact_type
        for each in list(listed(manifest, "layers"))[: self._limits.attachments]:
            with self._blobs.blob(each.digest) as source:
                data = small(source, self._limits, each.digest, "an attachment")
            notes = {**found.annotations, **each.annotations}
            yield Attachment(
                how, subject, each.digest, each.media_type, data, str(type or "")[:200], notes
            )
