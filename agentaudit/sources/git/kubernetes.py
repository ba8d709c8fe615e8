"""Images that Kubernetes manifests and Helm values start. Helm templates are not rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.parse import Path, Tree
from agentaudit.source import ImageUse
from agentaudit.sources.git.images import use
from agentaudit.sources.git.reader import Reader, directory, inside, mapping, sequence, word

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_MOST_DEPTH = 40


class Started(Struct, frozen=True):
    """An image that a manifest or chart starts."""

    image: ImageUse
    names: tuple[str, ...]
    """What the workload is called there: workload, container or value key, and chart."""


def find(reader: Reader) -> list[Started]:
    """Every image of every manifest and of every chart's values."""
    charts = _charts(reader)
    found: list[Started] = []
    for path in reader.named(lambda name: name.endswith((".yaml", ".yml"))):
        if directory(path) in charts and path.rpartition("/")[2].startswith("values"):
            found += _values(reader, path)
        elif not _CONTRIBUTED.search(path) and _is_plain(path, reader.text(path) or "", charts):
            for tree in reader.yaml(path):
                found += _manifest(reader, path, tree)
    return found


def _is_plain(path: str, text: str, charts: set[str]) -> bool:
    """Whether a file can be a manifest as it stands: a template of a chart is no YAML yet."""
    chart, templates, _ = f"/{path}".rpartition("/templates/")
    rendered = "{{" in text and templates and any(inside(chart[1:], c) for c in charts)
    return may_start(text) and not rendered


def value_files(reader: Reader) -> list[str]:
    """The values of every chart."""
    charts = _charts(reader)
    names = reader.named(
        lambda name: name.startswith("values") and name.endswith((".yaml", ".yml"))
    )
    return [path for path in names if directory(path) in charts]


def manifests(reader: Reader) -> list[str]:
    """Manifests that give variables to what they start."""
    names = reader.named(lambda name: name.endswith((".yaml", ".yml")))
    ours = (path for path in names if reader.role(path) in (Role.APP, Role.INFRA))
    return [path for path in ours if _gives(path, reader.text(path) or "")]


def _gives(path: str, text: str) -> bool:
    told = may_give(text) or ("kind: ConfigMap" in text and "data:" in text)
    return told and "{{" not in text and not _CONTRIBUTED.search(path)


_CHART = regex(r"Chart(?:[._-]template)?\.ya?ml(?:\.(?:tmpl|tpl|in))?")
"""What describes a chart, or what a build makes that of."""
_CONTRIBUTED = regex(r"(?:^|/)contrib/")
"""What others may start beside the application."""


def _is_chart(name: str) -> bool:
    return _CHART.fullmatch(name) is not None


def _charts(reader: Reader) -> set[str]:
    return {directory(path) for path in reader.named(_is_chart) if not _CONTRIBUTED.search(path)}


def may_start(text: str) -> bool:
    """Whether a file can be a manifest that starts containers."""
    return "image:" in text and _tells_of_containers(text)


def may_give(text: str) -> bool:
    """Whether a file can be a manifest that gives containers variables: a patch names no image."""
    return _tells_of_containers(text) and any(key in text for key in ("image:", "env:", "envFrom:"))


def _tells_of_containers(text: str) -> bool:
    return "kind:" in text and "containers:" in text.replace("Containers", "containers")


def _manifest(reader: Reader, path: str, tree: Tree) -> Iterator[Started]:
    workload = word(mapping(mapping(tree.data).get("metadata")).get("name"))
    for at, value in containers(tree):
        if image := word(value.get("image")):
            place = reader.place(path, tree.line(*at, "image"))
            names = tuple(filter(None, (workload, word(value.get("name")))))
            yield Started(use(image, place, "${" in image or "{{" in image), names)


def containers(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every container of a manifest, with its path."""
    data = mapping(tree.data)
    for at, value in _walk(data, ()) if data.get("kind") and data.get("apiVersion") else ():
        if len(at) > 1 and at[-2] in _CONTAINERS:
            yield at, value


def below(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping of values, with its path."""
    return _walk(mapping(tree.data), ())


def _walk(value: Any, at: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping below, with its path."""
    if len(at) > _MOST_DEPTH:
        return
    if isinstance(value, dict):
        yield at, value
        for key, inner in value.items():
            yield from _walk(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*at, index))


def _values(reader: Reader, path: str) -> Iterator[Started]:
    chart = directory(path).rpartition("/")[2]
    for tree in reader.yaml(path)[:1]:
        for at, image in started_by(reader, path, tree):
            keys = tuple(str(part) for part in at if part != "image")
            yield Started(image, (*keys, chart))


def started_by(reader: Reader, path: str, tree: Tree) -> Iterator[tuple[Path, ImageUse]]:
    """Every image that the values of a chart name, with the path of what names it."""
    for at, value in below(tree):
        if repository := word(value.get("repository")):
            if not _is_image(at, value):
                continue
            if name := word(value.get("name")):
                repository = f"{repository.rstrip('/')}/{name}"
            line = tree.line(*at, "tag" if "tag" in value else "repository")
            registry, tag = word(value.get("registry")), word(value.get("tag"))
            digest = word(value.get("digest")) or word(value.get("sha"))
            reference = f"{registry}/{repository}" if registry else repository
            reference += (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
            yield at, use(reference, reader.place(path, line))
        elif image := word(value.get("image")):
            yield at, use(image, reader.place(path, tree.line(*at, "image")))


def taken_in(reader: Reader, chart: str) -> Iterator[tuple[str, str]]:
    """The charts of others that a chart takes in: the key of their values, and where they lie."""
    for tree in reader.yaml(f"{chart}/Chart.yaml".lstrip("/"))[:1]:
        for item in map(mapping, sequence(mapping(tree.data).get("dependencies"))):
            name, source = word(item.get("name")), word(item.get("repository"))
            if name and source and not source.startswith("file:"):
                yield word(item.get("alias")) or name, f"{source.rstrip('/')}/{name}"


def _is_image(at: Path, value: dict[str, Any]) -> bool:
    """`repository` also names git repositories and chart sources."""
    named = bool(at) and "image" in str(at[-1]).lower()
    return named or "tag" in value or "digest" in value
