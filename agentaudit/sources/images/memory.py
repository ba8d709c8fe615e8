"""Images held in memory, merged and read by the same code as real ones: for tests and examples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from agentaudit.image import Attachment, FileEntry, FileKind, Image, Layer, Settings
from agentaudit.ledger import Ledger
from agentaudit.sources.images.attest import attested
from agentaudit.sources.images.extract import extract, wanted
from agentaudit.sources.images.extract.settings import environment, labels
from agentaudit.sources.images.limits import Limits
from agentaudit.sources.images.merge import merged
from agentaudit.sources.images.scan import LayerScan
from agentaudit.sources.images.sealed import STATEMENT
from agentaudit.target import Resolution, Target

_DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


class MemoryImages:
    """Implements `source.Images` over images that are given."""

    def __init__(self, images: Iterable[Image]) -> None:
        self._images = tuple(images)

    def image(self, digest: str) -> Target:
        wanted_digest = digest.rpartition("@")[2]
        for each in self._images:
            if wanted_digest in (*each.aliases, each.identity):
                detail = f"{digest[:19]} is {each.reference}"
                return Target(Resolution.RESOLVED, detail, content=replace(each, contents=None))
        return Target(Resolution.BROKEN, f"no configured image has digest {digest}", "broken")

    def open(self, reference: str) -> Target:
        for each in self._images:
            if reference in (each.reference, *each.names):
                detail = f"{reference} opens"
                return Target(Resolution.RESOLVED, detail, content=replace(each, contents=None))
        return Target(Resolution.BROKEN, f"{reference} is not configured", "broken")

    def examine(self, image: Image) -> Image:
        return next(each for each in self._images if each.likeness == image.likeness)

    def all(self) -> tuple[Image, ...]:
        return tuple(replace(each, contents=None) for each in self._images)

    def ledgers(self) -> list[Ledger]:
        return [Ledger("images", each.reference, read=len(each.layers)) for each in self._images]


def memory_image(given: Mapping[str, Any]) -> Image:
    """One image from plain data, all keys optional.

    layers [{path: text, or None to delete it}], lowest first, or files {path: text} for one layer;
    python {name: version} installed in dist-packages and deb {name: version} add what their
    installers leave, and without any of these it is a Debian with nothing else; labels, env
    [NAME=value], digest (of the manifest), reference, attestations [{predicateType, predicate,
    subject (this image unless given), how}], unread: why its layers were not examined.
    """
    layers = _layers(given)
    scans = [_scan(each) for each in layers]
    found = Image(
        reference=given.get("reference", "oci:example"),
        transport="oci",
        layers=tuple(Layer(scan.diff_id) for scan in scans),
        settings=_settings(given),
        config=_digest(json.dumps([given.get("labels"), [s.diff_id for s in scans]])),
        manifest=given.get("digest") or _digest(repr(sorted(given.items(), key=repr))),
    )
    attachments = tuple(_attachment(each, found) for each in given.get("attestations", ()))
    found = replace(found, attachments=attachments)
    found = replace(found, attestations=attested(found))
    if given.get("unread"):
        return replace(found, why=given["unread"])
    files = merged(scans, Limits())
    return replace(found, contents=extract(files, found.settings.env))


def _settings(given: Mapping[str, Any]) -> Settings:
    return Settings(
        os="linux",
        architecture="amd64",
        env=environment(given.get("env", ())),
        labels=labels(given.get("labels", {})),
    )


def _layers(given: Mapping[str, Any]) -> list[Mapping[str, str | None]]:
    layers = list(given.get("layers", ()))
    if given.get("files") is not None:
        layers.append(given["files"])
    packages = {**_python(given.get("python", {})), **_deb(given.get("deb", {}))}
    if not layers or packages:
        layers.insert(0, {"etc/os-release": _DEBIAN, **packages})
    return layers


def _python(packages: Mapping[str, str]) -> dict[str, str]:
    home = "usr/lib/python3/dist-packages"
    found = {}
    for name, version in packages.items():
        module = name.replace("-", "_")
        info = f"{home}/{module}-{version}.dist-info"
        found[f"{home}/{module}/__init__.py"] = f"# {name}\n"
        found[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        found[f"{info}/INSTALLER"] = "pip\n"
        found[f"{info}/RECORD"] = f"{module}/__init__.py,,\n{info.rpartition('/')[2]}/METADATA,,\n"
    return found


def _deb(packages: Mapping[str, str]) -> dict[str, str]:
    records = (
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n"
        for name, version in packages.items()
    )
    return {"var/lib/dpkg/status": "\n".join(records)} if packages else {}


def _scan(files: Mapping[str, str | None]) -> LayerScan:
    scan = LayerScan(_digest(json.dumps(files, sort_keys=True)))
    selection = wanted()
    for path, text in files.items():
        if text is None:
            scan.deleted.add(path)
            continue
        data = text.encode("utf-8", "surrogateescape")
        blob = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False)
        sha256 = hashlib.sha256(data).hexdigest()
        scan.entries[path] = FileEntry(
            path, FileKind.FILE, len(data), 0o644, 0, sha256, blob.hexdigest()
        )
        if (wish := selection.of(path)) is not None:
            scan.contents[path] = data[: wish.most]
    return scan


def _attachment(given: Mapping[str, Any], image: Image) -> Attachment:
    subject = given.get("subject", image.manifest)
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "_", "digest": {"sha256": subject.rpartition(":")[2]}}],
        "predicateType": given["predicateType"],
        "predicate": given.get("predicate", {}),
    }
    data = json.dumps(statement).encode()
    how = given.get("how", "buildkit")
    return Attachment(how, image.manifest, _digest(data.decode()), STATEMENT, data)


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
