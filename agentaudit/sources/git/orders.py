"""What CI and compose files ask for: images to build, packages to make, things to start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.compose import Service, joined
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.shipping import working_directory
from agentaudit.sources.git.variants import variants
from agentaudit.sources.git.workflows import Run


class Order(Struct, frozen=True):
    """A request to build an image, from CI or compose."""

    place: Place
    context: str
    """Directory, relative to the root."""
    file: str | None
    """Path of the build file; None for the usual one of the context."""
    names: frozenset[str]
    """Short names of the image that it makes."""
    home: str = ""
    """Directory of the project that the image is of, where that is said."""
    arguments: tuple[tuple[str, str], ...] = ()
    """What it gives the build file, whose ARGs may choose one of several projects."""
    target: str = ""
    """The stage that is built; empty for the last."""
    command: str | None = None
    """What a service starts in it, empty for what the image would; None where it is only built."""
    images: tuple[str, ...] = ()
    """The same images, by their whole names as they are written."""


def from_compose(services: list[Service]) -> Iterator[Order]:
    """What compose files build."""
    for service in services:
        if service.context is not None:
            image = {short_name(service.image.reference)} if service.image else set()
            names = frozenset(image | {service.name.lower()})
            yield Order(
                *(service.place, service.context, service.build_file, names, ""),
                *(service.arguments, service.target, service.command),
                images=(service.image.reference,) if service.image else (),
            )


_FILLED = regex(r"\$\{\{[^{}]{0,300}\}\}")
"""What a workflow fills in, spaces and all."""


def from_ci(runs: list[Run]) -> Iterator[Order]:
    """What CI builds with docker or its like, once for each combination of a matrix."""
    for run in variants(runs):
        inputs = dict(run.inputs)
        if run.action in ("docker/build-push-action", "depot/build-push-action"):
            context = joined("", inputs.get("context") or ".")
            file = inputs.get("file")
            tags = re.split(r"[\s,]+", _FILLED.sub("$", inputs.get("tags", "")))
            names = _image_names(tags)
            rows = inputs.get("build-args", "").replace("\r", "").split("\n")
            given = tuple(pair for row in rows if (pair := _pair(row.strip())))
            if context is not None and "$" not in (file or ""):
                path = joined("", file) if file else None
                target = inputs.get("target", "")
                told = (names, "", given, target, None, tuple(tags))
                yield Order(run.step.place, context, path, *told)
        elif (asked := built(run.step.text)) and (home := working_directory(run)) is not None:
            context = joined(home, asked.context)
            if context is not None:
                file = joined(home, asked.file) if asked.file else None
                more = (asked.arguments, asked.target, None, asked.tags)
                yield Order(run.step.place, context, file, asked.names, "", *more)


_BUILD = regex(
    r"(?:^|[;&|(]\s{0,20}|\bsudo |\btime )(?:[A-Z_]{1,40}=\S{0,80} )?\S{0,60}?"
    r"\b(?:docker|podman|buildah|nerdctl|finch)\s+(?:(?:buildx|image|builder)\s+)?(?:build|bud)\s(.*)"
)
_TAKES_NO_VALUE = frozenset(
    ["--push", "--load", "--pull", "--no-cache", "--quiet", "-q", "--rm", "--squash"]
)


class Asked(Struct, frozen=True):
    """`docker build` as it is typed: paths are relative to where it is run."""

    context: str
    file: str
    names: frozenset[str]
    arguments: tuple[tuple[str, str], ...]
    target: str = ""
    tags: tuple[str, ...] = ()


def built(text: str) -> Asked | None:
    """What a command builds; None where it builds no image that can be told."""
    found = _BUILD.search(text)
    if found is None:
        return None
    try:
        words = shlex.split(re.split(r"\s(?:&&|\|\||;|\|)\s", found[1])[0])
    except ValueError:
        return None
    return asked_for(words)


def asked_for(words: list[str]) -> Asked | None:
    """The same for the words after `build`."""
    file, rest, target, unknown = "", "", "", False
    tags: list[str] = []
    given: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.startswith((">", "2>", "<")):
            break
        if not word.startswith("-") or word == "-":
            unknown = unknown or "$" in word
            rest = rest if "$" in word else word
            continue
        name, sign, value = word.partition("=")
        if not sign and name not in _TAKES_NO_VALUE and at < len(words):
            value, at = words[at], at + 1
        if name in ("-f", "--file"):
            file = value
        elif name == "--target":
            target = value
        elif name in ("-t", "--tag"):
            tags.append(value)
        elif name == "--build-arg" and (pair := _pair(value)):
            given.append(pair)
    if "$" in file or (unknown and not rest):
        return None
    names = _image_names(tags)
    return Asked(rest or ".", file, names, tuple(given), target, tuple(tags))


def _pair(text: str) -> tuple[str, str] | None:
    """`NAME=value` of a build argument whose value is known."""
    name, sign, value = text.partition("=")
    return (name, value.strip("\"'")) if sign and name and "$" not in value else None


def _image_names(tags: list[str]) -> frozenset[str]:
    names = {short_name(tag) for tag in tags if tag}
    return frozenset(name for name in names if name and "$" not in name and "{" not in name)


_CONTEXT = regex(r"--build-context[= ]([\w.-]{1,100})=|\bbuild-contexts=([\w.-]{1,100})=")


def named_contexts(services: list[Service], runs: list[Run]) -> frozenset[str]:
    """Names under which builds are given further directories: they are no images."""
    found = {name for service in services for name in service.contexts}
    for run in runs:
        found |= {match[1] or match[2] for match in _CONTEXT.finditer(run.step.text)}
    return frozenset(found)
