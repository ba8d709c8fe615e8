"""The JSON documents of an image: indexes, manifests, configurations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit import parse
from agentaudit.evidence import safe
from agentaudit.expressions import regex
from agentaudit.image import Instruction, Layer, Settings
from agentaudit.sources.images.extract.settings import environment, labels
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.streams import checked_digest

MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
PREFERRED = ("linux", "amd64")
"""Read where an index holds several platforms: the same on every machine that audits."""
_NAME = "org.opencontainers.image.ref.name"
_ATTESTS = "vnd.docker.reference.type"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 1_000
"""Entries of a list in a document."""
_FREE = frozenset({"Labels", "annotations", "ExposedPorts", "Volumes"})
"""What holds keys of the image's own choice."""
_FRACTION = regex(r"\.\d{1,12}(?=Z|[+-]|$)")
_METADATA = regex(
    r"(?:/bin/sh -c #\(nop\)\s{1,4})?(?:ENV|LABEL|CMD|ENTRYPOINT|USER|EXPOSE|ARG|VOLUME|STOPSIGNAL"
    r"|HEALTHCHECK|ONBUILD|SHELL|MAINTAINER)\b"
)
_SETTING = regex(
    r"(?:/bin/sh -c #\(nop\)\s{1,4})?(?:ENV|ARG)\s[^\0]{0,8000}"
    r"|(?:RUN )?\|\d{1,4} (?:(?!/bin/sh)[^\0]){0,8000}"
)
"""An ENV or ARG instruction; or the build arguments before a command."""
_PAIR = regex(r"""([A-Za-z_][A-Za-z0-9_]{0,99})=("[^"]{0,4000}"|'[^']{0,4000}'|\S{0,4000})""")


class Descriptor(Struct, frozen=True):
    """What a document says about another: its digest, size and kind."""

    digest: str
    size: int | None
    media_type: str
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""
    platform: tuple[str, str] = ("", "")
    """Operating system and architecture."""

    @property
    def name(self) -> str:
        """The tag it has in a layout."""
        return self.annotations.get(_NAME, "")

    @property
    def attests(self) -> str:
        """Digest of the image it is an attestation of; empty for an image."""
        held = self.annotations.get(_ATTESTS) == "attestation-manifest"
        return self.annotations.get("vnd.docker.reference.digest", "") if held else ""

    @property
    def runs(self) -> bool:
        """Whether it may be an image of some platform."""
        return not self.annotations.get(_ATTESTS) and self.platform[0] != "unknown"


def decoded(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object. Raises Refused for anything else, and for one with two values for one key:
    programs that run images take either, and `Layers` for `layers`."""
    try:
        found = parse.json(data)
    except parse.Malformed as error:
        raise Refused(f"{what} is no JSON that all read alike: {safe(str(error), 100)}") from None
    if not isinstance(found, dict):
        raise Refused(f"{what} is no JSON object")
    waiting: list[Any] = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if len({key.casefold() for key in each}) < len(each):
                raise Refused(f"{what} has two keys that differ in nothing but case")
            waiting += [held for key, held in each.items() if key not in _FREE]
        elif isinstance(each, list):
            waiting += each
    return found


def listed(document: Mapping[str, Any], key: str) -> Iterator[Descriptor]:
    """Descriptors in a list of a document. Raises Refused for one without a good digest."""
    for item in _list(document, key):
        if not isinstance(item, dict):
            raise Refused(f"{key} holds something else than descriptors")
        yield descriptor(item)


def descriptor(item: Mapping[str, Any]) -> Descriptor:
    """One descriptor. Raises Refused."""
    size, platform = item.get("size"), item.get("platform")
    platform = platform if isinstance(platform, dict) else {}
    notes = item.get("annotations")
    return Descriptor(
        checked_digest(item.get("digest")),
        size if isinstance(size, int) and size >= 0 else None,
        _text(item, "mediaType"),
        {str(k): v for k, v in notes.items() if isinstance(v, str)}
        if isinstance(notes, dict)
        else {},
        _text(item, "artifactType"),
        (_text(platform, "os"), _text(platform, "architecture")),
    )


def chosen(document: Mapping[str, Any]) -> Descriptor:
    """The image of an index that is read. Raises Refused where it holds none."""
    images = [each for each in listed(document, "manifests") if each.runs]
    if not images:
        raise Refused("the index holds no image")
    linux = [each for each in images if each.platform[0] in ("linux", "")]
    return next((each for each in images if each.platform == PREFERRED), (linux or images)[0])


def layers(manifest: Mapping[str, Any], config: Mapping[str, Any], limits: Limits) -> list[Layer]:
    """Layers, lowest first, each with the diff_id that it must unpack to. Raises Refused."""
    carried, promised = list(listed(manifest, "layers")), diff_ids(config, limits)
    if len(carried) != len(promised):
        raise Refused(
            f"the manifest has {len(carried)} layers and the configuration {len(promised)}"
        )
    return [
        Layer(diff_id, each.digest, each.size, each.media_type)
        for each, diff_id in zip(carried, promised, strict=True)
    ]


def diff_ids(config: Mapping[str, Any], limits: Limits) -> list[str]:
    """What the layers unpack to, lowest first. Raises Refused."""
    rootfs = config.get("rootfs")
    if not isinstance(rootfs, dict):
        raise Refused("the configuration is not that of an image: it has no rootfs")
    found = _list(rootfs, "diff_ids")
    if len(found) > limits.layers:
        raise Refused(f"it has more than {limits.layers} layers")
    return [checked_digest(each) for each in found]


def settings(config: Mapping[str, Any]) -> Settings:
    """What a configuration says, redacted. Raises Refused."""
    config = {key.casefold(): value for key, value in config.items()}
    run = config.get("config")
    run = {key.casefold(): value for key, value in run.items()} if isinstance(run, dict) else {}
    given = run.get("labels")
    return Settings(
        os=_shown(config, "os"),
        architecture=_shown(config, "architecture"),
        variant=_shown(config, "variant"),
        created=moment(_shown(config, "created")),
        env=environment(_list(run, "env")),
        labels=labels(given if isinstance(given, dict) else {}),
        entrypoint=_words(run, "entrypoint"),
        command=_words(run, "cmd"),
        user=_shown(run, "user"),
        workdir=_shown(run, "workingdir"),
        history=tuple(_history(config)),
    )


def _history(config: Mapping[str, Any]) -> Iterator[Instruction]:
    for item in _list(config, "history"):
        if isinstance(item, dict):
            by = safe(_without_values(_text(item, "created_by")))
            created = moment(_shown(item, "created"))
            yield Instruction(created, by, item.get("empty_layer") is True)


def _without_values(instruction: str) -> str:
    """An instruction whose settings and build arguments are shown as those of the environment."""
    found = _SETTING.match(instruction)
    if found is None:
        return instruction
    return _PAIR.sub(_shown_pair, found[0]) + instruction[found.end() :]


def _shown_pair(pair: re.Match[str]) -> str:
    (name, value), *_ = environment([f"{pair[1]}={pair[2]}"]).items()
    return f"{name}={value}"


def told(history: tuple[Instruction, ...], layers: list[Layer]) -> tuple[Layer, ...]:
    """Layers with the instruction that made each, where the history accounts for all of them."""
    made = [line for line in history if not line.empty]
    if len(made) != len(layers):
        return tuple(layers)
    return tuple(
        replace(layer, created_by=line.created_by) for layer, line in zip(layers, made, strict=True)
    )


def is_metadata(created_by: str) -> bool:
    """Whether an instruction never makes a layer."""
    return _METADATA.match(created_by) is not None


def moment(text: str | int) -> str:
    """RFC 3339 in whole seconds, as all transports can tell it; other text as it is."""
    if isinstance(text, int):
        try:
            at = _EPOCH + timedelta(seconds=text)
        except OverflowError:
            return ""
        return at.isoformat().replace("+00:00", "Z")
    return _FRACTION.sub("", text)


def _words(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = document.get(key)
    if isinstance(value, str):
        return (safe(value),)
    return tuple(safe(str(each)) for each in _list(document, key))


def _shown(document: Mapping[str, Any], key: str) -> str:
    return safe(_text(document, key))


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key) or []
    if not isinstance(value, list) or len(value) > _MOST:
        raise Refused(f"{key} is no list of at most {_MOST} entries")
    return value
