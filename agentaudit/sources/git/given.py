"""What manifests, values of charts, blueprints and Terraform start, and the lines that tell of it:
variables on them are given to that, and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.parse import Path, Tree
from agentaudit.source import Place
from agentaudit.sources.git import kubernetes
from agentaudit.sources.git.images import repository
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

RENDER = frozenset(("render.yaml", "render.yml"))
"""Blueprints of Render."""
_REFERENCES = {
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "secretRef": "Secret",
    "secretKeyRef": "Secret",
}
_SCAFFOLD = "nginx"
"""What a new chart starts until somebody writes what it is for."""
_DEEPEST = 40
"""Blocks of Terraform, one in another."""
_TERRAFORM = regex(
    r"(?:#|//)[^\n]{0,2000}|(?<![\w.-])(?:container_)?image(?:_identifier)?[ \t]{0,40}=[ \t]{0,40}"
    r"\"([^\"\n]{1,300})\"|\"(?:[^\"\\\n]|\\.){0,2000}\"|[{}]"
)
"""Comments, images and other texts of Terraform, and where its blocks begin and end."""
Key = tuple[str | int, ...]
"""By which something is told of in two places."""


class Given(Struct, frozen=True):
    """Something that variables are given to."""

    place: Place
    lines: frozenset[int]
    depth: int
    """How many keys it stands below: what stands inside of another has its lines for itself."""
    image: str = ""
    """What it starts, as it is written; empty where another place tells."""
    called: str = ""
    keys: tuple[Key, ...] = ()
    """By which others mean it."""
    means: Key = ()
    """Those that its variables are given to, too."""


def find(reader: Reader) -> Iterator[Given]:
    """All of them, in every file."""
    for path in kubernetes.manifests(reader):
        for tree in reader.yaml(path):
            yield from _manifest(reader, path, tree)
    charts: dict[str, list[str]] = {}
    for path in kubernetes.value_files(reader):
        charts.setdefault(directory(path), []).append(path)
    for chart, paths in charts.items():
        yield from _values(reader, chart, paths)
    for path in reader.named(RENDER.__contains__):
        for tree in reader.yaml(path)[:1]:
            yield from _blueprint(reader, path, tree)
    for path in reader.named(lambda name: name.endswith(".tf")):
        yield from _terraform(reader, path)


def _manifest(reader: Reader, path: str, tree: Tree) -> Iterator[Given]:
    data = mapping(tree.data)
    kind, name = word(data.get("kind")), word(mapping(data.get("metadata")).get("name"))
    if kind in _REFERENCES.values():
        yield _given(reader, path, tree, (), means=(kind, name))
    for at, value in kubernetes.containers(tree):
        called, image = word(value.get("name")), word(value.get("image"))
        own: Key = ("container", name, called)
        keys = (*_reads(value), *([own] if image else ()))
        yield _given(reader, path, tree, at, image, called, keys, () if image else own)


def _reads(container: dict[str, Any]) -> Iterator[Key]:
    """What a container takes variables from."""
    items = (*sequence(container.get("envFrom")), *sequence(container.get("env")))
    for given in map(mapping, items):
        for key, value in {**given, **mapping(given.get("valueFrom"))}.items():
            if key in _REFERENCES:
                yield _REFERENCES[key], word(mapping(value).get("name"))


def _values(reader: Reader, chart: str, paths: list[str]) -> Iterator[Given]:
    """The blocks of values that name an image, in whichever file of the chart, and those of the
    charts that it takes in."""
    named = {path: _blocks(reader, path) for path in paths}
    known = {at for blocks in named.values() for at in blocks}
    others: dict[Path, str] = {(key,): source for key, source in kubernetes.taken_in(reader, chart)}
    for path, blocks in named.items():
        for tree in reader.yaml(path)[:1]:
            for at in (at for at, _ in kubernetes.below(tree) if at in known or at in others):
                called = str(at[-1]) if at else ""
                keys = (("image", chart, *at), *(("in", chart, *at[:n]) for n in range(len(at))))
                for image in blocks.get(at, ()):
                    yield _given(reader, path, tree, at, image, called, keys)
                if at not in known:
                    means: Key = ("in", chart, *at)
                    yield _given(reader, path, tree, at, others[at], called, (), means)
                elif at not in blocks:
                    yield _given(reader, path, tree, at, means=("image", chart, *at))


def _blocks(reader: Reader, path: str) -> dict[Path, list[str]]:
    """Where values name images: the keys above, with what is named there."""
    found: dict[Path, list[str]] = {}
    for tree in reader.yaml(path)[:1]:
        for at, image in kubernetes.started_by(reader, path, tree):
            if at == ("image",) and repository(image.reference) == _SCAFFOLD:
                continue
            found.setdefault(at[:-1] if at[-1:] == ("image",) else at, []).append(image.reference)
    return found


def _blueprint(reader: Reader, path: str, tree: Tree) -> Iterator[Given]:
    """Services of Render, and the groups of variables that they share."""
    data = mapping(tree.data)
    for number, service in enumerate(map(mapping, sequence(data.get("services")))):
        given = map(mapping, sequence(service.get("envVars")))
        keys = tuple(("group", path, word(each.get("fromGroup"))) for each in given)
        image = word(mapping(service.get("image")).get("url"))
        name = word(service.get("name"))
        yield _given(reader, path, tree, ("services", number), image, name, keys)
    for number, group in enumerate(map(mapping, sequence(data.get("envVarGroups")))):
        means: Key = ("group", path, word(group.get("name")))
        yield _given(reader, path, tree, ("envVarGroups", number), means=means)


def _terraform(reader: Reader, path: str) -> Iterator[Given]:
    """The innermost blocks of Terraform that name an image."""
    text = reader.text(path) or ""
    around: list[tuple[int, list[str]]] = []
    line, at = 1, 0
    for found in _TERRAFORM.finditer(text) if "image" in text else ():
        line, at = line + text.count("\n", at, found.start()), found.start()
        if len(around) > _DEEPEST:
            return
        if found[0] == "{":
            around.append((line, []))
        elif found[1] and around:
            around[-1][1].append(found[1])
        elif found[0] == "}" and around:
            start, images = around.pop()
            lines = frozenset(range(start, line + 1)) if images else frozenset()
            for image in images:
                yield Given(reader.place(path, start), lines, len(around), image)


def _given(
    reader: Reader,
    path: str,
    tree: Tree,
    at: Path,
    image: str = "",
    called: str = "",
    keys: tuple[Key, ...] = (),
    means: Key = (),
) -> Given:
    place = reader.place(path, tree.line(*at))
    return Given(place, _lines(tree, at), len(at), image, called, keys, means)


def _below(data: Any, at: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for key in at:
        if isinstance(data, dict):
            data = data.get(key)
        else:
            items = sequence(data)
            data = items[key] if isinstance(key, int) and key < len(items) else None
    return data


def _lines(tree: Tree, at: Path) -> frozenset[int]:
    """The lines of everything below."""
    found = set()
    pending = [(at, _below(tree.data, at))]
    while pending:
        path, value = pending.pop()
        found.add(tree.line(*path))
        items = value.items() if isinstance(value, dict) else enumerate(sequence(value))
        pending += [((*path, key), inner) for key, inner in items]
    return frozenset(found)
