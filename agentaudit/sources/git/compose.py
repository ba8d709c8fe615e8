"""Compose files: what they build from the repository, and which other images they start."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.parse import Path, Tree
from agentaudit.source import ImageUse, Place
from agentaudit.sources.git.images import expand, use
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

_TEMPLATES = frozenset(["example", "sample", "template", "dist", "default", "defaults"])
_PARTS = regex(r"[._-]")
_NAME = regex(r"(?:docker-)?(?:compose|swarm|stack)(?:[.-][\w.-]{1,80})?\.ya?ml")


class Service(Struct, frozen=True):
    """One service of a compose file."""

    file: str
    name: str
    place: Place
    context: str | None
    """Directory that it is built from; None when it is not built here."""
    build_file: str | None
    """Path of its Dockerfile, where it is built here."""
    image: ImageUse | None
    needs: tuple[str, ...]
    """Services that it is started with."""
    settings: Place | None
    """Where its environment is declared."""
    contexts: tuple[str, ...] = ()
    """Further directories of the repository, by the name that the build file copies from."""
    arguments: tuple[tuple[str, str], ...] = ()
    """Arguments of its build."""
    target: str = ""
    """The stage of its build file that becomes its image."""
    mounts: tuple[str, ...] = ()
    """Directories of the repository that it works in, as they are, or of a script that it runs."""
    command: str = ""
    """What it starts instead of what its image would."""
    bare: bool = False
    """Whether it names neither an image nor what it is built from: a file beside this one does."""
    like: str = ""
    """The service that it takes over."""
    base: str = ""
    """The file that this one is of, where it says."""
    held: bool = False
    """Whether it starts only where somebody names a profile."""
    files: tuple[str, ...] = ()
    """Files that its environment is read from, or templates of these."""
    handed: frozenset[str] = frozenset()
    """Variables that it is given from the environment of whoever starts it."""
    given: frozenset[str] = frozenset()
    """Variables that it is given a value for, be it an empty one, or that are taken from it."""
    anew: frozenset[str] = frozenset()
    """Keys of which nothing is left that a file below this one says; an empty one is all."""


def find(reader: Reader) -> list[Service]:
    """Every service of every compose file."""
    committed = cache(partial(environment, reader))
    return [
        service
        for path in _files(reader)
        for tree in reader.yaml(path)[:1]
        for service in _services(reader, path, tree, committed)
    ]


def _files(reader: Reader) -> list[str]:
    """The files in order: those that are called so, and what they include or extend, whatever it is
    called."""
    pending = list(reader.named(_NAME.fullmatch))
    found = set(pending)
    while pending:
        path = pending.pop()
        for tree in reader.yaml(path)[:1]:
            named = {joined(directory(path), each) or "" for each in _named(mapping(tree.data))}
            fresh = [each for each in named & reader.known - found if reader.is_own(each)]
            found.update(fresh)
            pending += fresh
    return sorted(found)


def _named(given: dict[str, Any]) -> Iterator[str]:
    """Other files that a compose file names."""
    for each in sequence(given.get("include")):
        paths = mapping(each).get("path", each)
        yield from filter(None, map(word, [paths, *sequence(paths)]))
    for service in mapping(given.get("services")).values():
        if file := word(mapping(mapping(service).get("extends")).get("file")):
            yield file


def by_file(services: Iterable[Service]) -> list[tuple[str, dict[str, Service]]]:
    """The files in order, with their services by name."""
    found: dict[str, dict[str, Service]] = {}
    for service in services:
        found.setdefault(service.file, {})[service.name] = service
    return sorted(found.items())


def _services(
    reader: Reader, path: str, tree: Tree, committed: Callable[[str], str]
) -> Iterator[Service]:
    marked = _marked(tree)
    for name, value in mapping(mapping(tree.data).get("services")).items():
        given = mapping(value)
        at = ("services", name)
        context, build_file = _build(path, given.get("build"))
        image = None
        if reference := word(given.get("image")):
            place = reader.place(path, tree.line(*at, "image"))
            image = use(*_filled(reference, place))
        files = tuple(filter(None, map(committed, _env_files(path, given))))
        declared = "environment" if given.get("environment") else "env_file" if files else ""
        settings = reader.place(path, tree.line(*at, declared)) if declared else None
        place = reader.place(path, tree.line(*at))
        needs = tuple({*_names(given.get("depends_on")), *_names(given.get("links"))})
        build = mapping(given.get("build"))
        contexts = tuple(mapping(build.get("additional_contexts")))
        yield Service(
            *(path, name, place, context, build_file, image, needs, settings, contexts),
            *(tuple(_arguments(build.get("args"))), word(build.get("target"))),
            *(tuple(_mounts(path, given)), _command(given)),
            bare=given.keys().isdisjoint(("image", "build")),
            like=_taken(given.get("extends")),
            base=joined(directory(path), word(mapping(given.get("extends")).get("file"))) or "",
            held=bool(given.get("profiles")),
            files=files,
            handed=frozenset(_handed(given.get("environment"))),
            given=marked.get((*at, "environment"), _NONE).union(_given(given.get("environment"))),
            anew=_ALL if name in marked.get(("services",), _NONE) else marked.get(at, _NONE),
        )


_ALL, _NONE = frozenset([""]), frozenset[str]()


def _marked(tree: Tree) -> dict[Path, frozenset[str]]:
    """Path → the keys right below it of which nothing is left that a file below this one says."""
    found: dict[Path, set[str]] = {}
    for path, tag in tree.tags.items():
        if tag in ("!reset", "!override"):
            found.setdefault(path[:-1], set()).add(str(path[-1]))
    return {path: frozenset(keys) for path, keys in found.items()}


def _taken(extends: object) -> str:
    return word(mapping(extends).get("service")) or word(extends)


def _handed(value: object) -> Iterator[str]:
    """What an environment names without a value, or fills in."""
    for name, text in _pairs(value):
        if text is None:
            yield name
        yield from _VARIABLE.findall(word(text))


def _given(value: object) -> Iterator[str]:
    """What an environment gives a value, or a default of one."""
    for name, text in _pairs(value):
        if text is not None and ("$" not in word(text) or "-" in word(text)):
            yield name


def _pairs(value: object) -> list[tuple[str, Any]]:
    """The variables of an environment, which is written as a mapping or as a list."""
    listed = [word(item).partition("=") for item in sequence(value)]
    pairs = [(name, rest if sign else None) for name, sign, rest in listed]
    return list(mapping(value).items()) or pairs


_VARIABLE = regex(r"\$\{?([A-Za-z_]\w{0,100})")


def _mounts(path: str, given: dict[str, Any]) -> Iterator[str]:
    """Directories that are mounted where the service works, and that its command runs, and that
    of the file itself, where a script beside it is mounted and started."""
    command = given.get("command")
    works = expand(word(given.get("working_dir")) if command else "", {})[0].rstrip("/")
    runs = {*_said(command).split(), *_said(given.get("entrypoint")).split()}
    for item in sequence(given.get("volumes")) if works or runs else ():
        source, _, rest = word(item).partition(":")
        source = word(mapping(item).get("source")) or source
        target = (word(mapping(item).get("target")) or rest.partition(":")[0]).rstrip("/")
        found = joined(directory(path), source) if source.startswith(".") else None
        if found and target == works:
            yield found
        elif found and target in runs and _SCRIPT.search(target):
            yield from [directory(path)] if directory(found) == directory(path) else ()


_SCRIPT = regex(r"\.(?:sh|py|[cm]?[jt]s)$")


def _command(given: dict[str, Any]) -> str:
    return _said(given.get("command") or given.get("entrypoint"))


def _said(value: object) -> str:
    return word(value) or " ".join(map(word, sequence(value)))


def _arguments(value: object) -> Iterator[tuple[str, str]]:
    """Build arguments, which are written as a mapping or as a list."""
    listed = [word(item).partition("=")[::2] for item in sequence(value)]
    for name, given in mapping(value).items() or listed:
        text, unresolved = expand(word(given), {})
        if text and not unresolved:
            yield name, text


def _env_files(path: str, given: dict[str, Any]) -> Iterator[str]:
    value = given.get("env_file")
    for item in [value] if isinstance(value, str | dict) else sequence(value):
        file = word(item) or word(mapping(item).get("path"))
        if found := joined(directory(path), file):
            yield found


def environment(reader: Reader, path: str) -> str:
    """The file of variables itself, where it is committed, else a template of it beside it: of
    `.env`, `.env.example`. Empty where there is neither."""
    if path in reader.known:
        return path
    home, _, name = path.rpartition("/")
    stem = name.strip(".").partition(".")[0] or "env"

    def is_template(other: str) -> bool:
        words = _PARTS.split(other.lower())
        ends = words[-1] in _TEMPLATES or words[-1] == stem.lower()
        return ends and stem.lower() in words and not _TEMPLATES.isdisjoint(words)

    return next((p for p in reader.named(is_template) if directory(p) == home), "")


def _filled(reference: str, place: Place) -> tuple[str, Place, bool]:
    text, unresolved = expand(reference, {})
    return text, place, unresolved


def _names(value: object) -> list[str]:
    found = list(value) if isinstance(value, dict) else map(word, sequence(value))
    return [name.partition(":")[0] for name in found]


def _build(path: str, value: object) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    given = mapping(value)
    context = joined(
        directory(path), expand(word(given.get("context")) or word(value) or ".", {})[0]
    )
    if context is None:
        return None, None
    if given.get("dockerfile_inline"):
        return context, path
    name = word(given.get("dockerfile"))
    return context, joined(context, expand(name, {})[0]) if name else None


def joined(home: str, relative: str) -> str | None:
    """A path relative to a directory of the repository; None when it leads out or is a URL."""
    if "://" in relative or relative.startswith(("/", "git@", "~")):
        return None
    found = posixpath.normpath(posixpath.join(home or ".", relative))
    if found == ".." or found.startswith("../"):
        return None
    return "" if found == "." else found


def build_files(services: Iterable[Service]) -> set[str]:
    """What services name as their build file, whatever it is called."""
    found = {service.build_file for service in services if service.build_file != service.file}
    return {path for path in found if path is not None}


def closure(
    names: Collection[str], services: Mapping[str, Service], started: Collection[str]
) -> set[str]:
    """The services and all that they need to start, by name; what others that were `started` need
    in their turn is theirs."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        current = pending.pop()
        if current in services and current not in found:
            found.add(current)
            apart = current in started and current not in names
            pending += () if apart else services[current].needs
    return found
