"""Container images as evidence: what an image is, what its layers hold, what is attached to it.

Three steps, each of which knows nothing of the next:

- a transport (`docker-daemon`, `oci`, `oci-archive`, `docker-archive`, `docker`) gives documents
  and layers whose digests were verified to the last byte;
- one pass over a layer gives a `LayerScan`: entries with digests, and the content of the files that
  `extract.wanted.wanted()` selects; scans are cached by diff_id and merged into a `FileMap`;
- `extract.extract(files)` turns a `FileMap` into `Contents`, and `attest.attested(image, keys)`
  turns `image.attachments` into `Attestation`s; both are pure.
"""

from __future__ import annotations

from agentaudit.sources.images.configured import ConfiguredImages, open_images
from agentaudit.sources.images.limits import Limits
from agentaudit.sources.images.opening import ImageSource, ReadOptions, read_options

__all__ = [
    "ConfiguredImages",
    "ImageSource",
    "Limits",
    "ReadOptions",
    "open_images",
    "read_options",
]
