"""SLSA provenance: what the builder computed, apart from what whoever started it could set.

BuildKit computes where the build definition came from and what the build pulled in. Its `vcs`
metadata and every build argument come from the client, and its own documentation says that they
are hints that cannot be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from agentaudit.expressions import regex

_LONGEST = 500
_MOST = 20
_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"


class Stated(Struct, frozen=True):
    """What a provenance statement says: `source`, `revision`, `builder`, `base` (a line each)."""

    built: Mapping[str, str] = field(default_factory=dict)
    claimed: Mapping[str, str] = field(default_factory=dict)


def stated(predicate_type: str, predicate: Mapping[str, Any]) -> Stated:
    """Both sorts of facts; empty for any other kind of predicate."""
    if predicate_type.startswith("https://slsa.dev/provenance/v1"):
        return _version_1(predicate)
    if predicate_type.startswith("https://slsa.dev/provenance/"):
        return _version_0(predicate)
    return Stated()


def _version_1(predicate: Mapping[str, Any]) -> Stated:
    definition, details = _map(predicate, "buildDefinition"), _map(predicate, "runDetails")
    parameters = _map(definition, "externalParameters")
    metadata = _map(details, "metadata")
    vcs = _map(_map(metadata, "buildkit_metadata"), "vcs") or _map(_map(metadata, _BUILDKIT), "vcs")
    inputs = list(_dependencies(definition.get("resolvedDependencies")))
    built = _source(_map(parameters, "configSource")) or _git(inputs)
    arguments = _map(_map(parameters, "request"), "args")
    return Stated(
        _kept(built | _base(inputs) | {"builder": _map(details, "builder").get("id")}),
        _kept(_hints(vcs, arguments)),
    )


def _version_0(predicate: Mapping[str, Any]) -> Stated:
    invocation = _map(predicate, "invocation")
    metadata = _map(predicate, "metadata")
    inputs = list(_dependencies(predicate.get("materials")))
    built = _source(_map(invocation, "configSource")) or _git(inputs)
    arguments = _map(_map(invocation, "parameters"), "args")
    return Stated(
        _kept(built | _base(inputs) | {"builder": _map(predicate, "builder").get("id")}),
        _kept(_hints(_map(_map(metadata, _BUILDKIT), "vcs"), arguments)),
    )


def _source(given: Mapping[str, Any]) -> dict[str, Any]:
    """Where the build definition came from; nothing for a directory that the client sent."""
    if not isinstance(given.get("uri"), str) or not given["uri"]:
        return {}
    return {"source": given["uri"], "revision": _revision(given)}


def _git(inputs: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The one repository among the inputs that the builder resolved to a commit."""
    found = [each for each in inputs if _revision(each)]
    if len(found) != 1:
        return {}
    return {"source": found[0].get("uri"), "revision": _revision(found[0])}


def _base(inputs: list[Mapping[str, Any]]) -> dict[str, Any]:
    images = [
        f"{each['uri']} sha256:{_map(each, 'digest').get('sha256', '')}"
        for each in inputs
        if isinstance(each.get("uri"), str) and each["uri"].startswith("pkg:docker/")
    ]
    return {"base": ", ".join(images[:_MOST])}


def _hints(vcs: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    label = "label:org.opencontainers.image.revision"
    revision = vcs.get("revision") or arguments.get("vcs:revision") or arguments.get(label)
    return {"source": vcs.get("source") or arguments.get("vcs:source"), "revision": revision}


def _revision(given: Mapping[str, Any]) -> str:
    digest = _map(given, "digest")
    for name in ("sha1", "gitCommit"):
        value = digest.get(name)
        if isinstance(value, str) and _COMMIT.fullmatch(value):
            return value
    return ""


def _dependencies(given: Any) -> Iterator[Mapping[str, Any]]:
    items = given if isinstance(given, list) else []
    return (item for item in items[:10_000] if isinstance(item, dict))


def _map(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = given.get(key)
    return found if isinstance(found, dict) else {}


def _kept(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: value[:_LONGEST] for key, value in given.items() if isinstance(value, str) and value
    }
