"""An image as plain data, for machines; all outside text in it made safe.

`facts` depends on the image alone: the same image gives the same bytes on every transport.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from agentaudit.evidence import safe
from agentaudit.image.facts import Attestation, Package
from agentaudit.image.files import FileMap
from agentaudit.image.whole import Contents, Image, Layer

_LONG = 2_000
"""Characters of a path that are shown."""


def document(image: Image) -> dict[str, Any]:
    """Everything known about an image."""
    return {
        "reference": safe(image.reference, _LONG),
        "transport": image.transport,
        "manifest": image.manifest,
        "index": image.index,
        "config": image.config,
        "names": [safe(name) for name in image.names],
        "layers": [_layer(layer) for layer in image.layers],
        "attestations": [_attestation(each) for each in image.attestations],
        "examined": image.examined,
        "why": safe(image.why),
        "facts": facts(image),
    }


def facts(image: Image) -> dict[str, Any]:
    """What is true of the image wherever it is kept."""
    said = image.settings
    return {
        "identity": image.identity,
        "diff_ids": list(image.diff_ids),
        "platform": said.platform,
        "created": said.created,
        "env": dict(sorted(said.env.items())),
        "labels": dict(sorted(said.labels.items())),
        "entrypoint": list(said.entrypoint),
        "command": list(said.command),
        "user": said.user,
        "workdir": said.workdir,
        "history": [[each.created, each.created_by] for each in said.history],
        "created_by": [layer.created_by for layer in image.layers],
        "contents": None if image.contents is None else _contents(image.contents),
    }


def _contents(held: Contents) -> dict[str, Any]:
    system = held.system
    return {
        "system": system
        and {
            "id": safe(system.id),
            "version": safe(system.version),
            "name": safe(system.name),
            "path": safe(system.path),
        },
        "packages": [_package(each) for each in held.packages],
        "cuda": [[safe(each.version), safe(each.place)] for each in held.cuda],
        "bills": [[each.format, safe(each.path), len(each.packages)] for each in held.bills],
        "altered": [[safe(name), safe(path, _LONG)] for name, path in held.altered],
        "application": list(_application(held)),
        "files": {"count": len(held.files.entries), "sha256": digest(held.files)},
        "problems": [safe(each) for each in held.problems],
    }


def _package(each: Package) -> dict[str, Any]:
    return {
        "ecosystem": each.ecosystem,
        "name": safe(each.name),
        "version": safe(each.version),
        "path": safe(each.path, _LONG),
        "installed": each.installed,
        "origin": safe(each.origin),
    }


def _application(held: Contents) -> Iterator[dict[str, Any]]:
    for path in held.application:
        entry = held.files.entries[path]
        yield {
            "path": safe(path, _LONG),
            "size": entry.size,
            "sha256": entry.sha256,
            "blob": entry.blob,
            "layer": entry.layer,
        }


def digest(files: FileMap) -> str:
    """One digest of every path with all that is known of it: equal file maps are equal here."""
    total = hashlib.sha256()
    for path in sorted(files.entries):
        _, kind, size, mode, layer, sha256, blob, target = files.entries[path]
        line = f"{path}\0{kind}\0{size}\0{mode}\0{layer}\0{sha256}\0{blob}\0{target}\0\0"
        total.update(line.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "diff_id": layer.diff_id,
        "digest": layer.digest,
        "size": layer.size,
        "media_type": safe(layer.media_type),
        "created_by": safe(layer.created_by),
    }


def _attestation(each: Attestation) -> dict[str, Any]:
    return {
        "predicate": safe(each.predicate),
        "how": safe(each.how),
        "trust": each.trust.value,
        "subjects": [safe(subject) for subject in each.subjects],
        "digest": each.digest,
        "built": {safe(k): safe(v) for k, v in sorted(each.built.items())},
        "claimed": {safe(k): safe(v) for k, v in sorted(each.claimed.items())},
        "packages": len(each.bill.packages) if each.bill else None,
        "problem": safe(each.problem),
        **({"signer": safe(each.signer)} if each.signer else {}),
    }
