"""Lock files as lists of packages with versions, and which of them every installation has."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agentaudit import parse
from agentaudit.image import LockFile, Pin
from agentaudit.sources.git.declared import normalised
from agentaudit.sources.git.lock_formats import REQUIREMENTS_LOCK
from agentaudit.sources.git.python_manifests import REQUIREMENTS
from agentaudit.sources.git.reader import mapping, sequence, word
from agentaudit.sources.git.requirements import exact_versions
from agentaudit.sources.git.text import Content, is_pointer


def kind(path: str) -> str:
    """The format of a lock file by its name; empty for any other file."""
    name = path.rpartition("/")[2]
    if name in _FORMATS:
        return name
    if name.startswith("pylock.") and name.endswith(".toml"):
        return "pylock.toml"
    if REQUIREMENTS_LOCK.fullmatch(name) or (REQUIREMENTS.fullmatch(name) and name[-4:] == ".txt"):
        return "requirements.txt"
    return ""


def lock_file(path: str, content: Content) -> LockFile | None:
    """The lock file at a path; None where it is none: a requirements file that pins too little."""
    form = kind(path)
    ecosystem, read = _FORMATS[form]
    if content.text is None:
        return LockFile(path, ecosystem, (), content.problem)
    if is_pointer(content.text):
        return LockFile(path, ecosystem, (), "a Git LFS pointer, not the file")
    try:
        pins = tuple(read(content.text))
    except parse.Malformed as error:
        return LockFile(path, ecosystem, (), f"cannot be understood: {error}")
    if form == "requirements.txt" and (not pins or any(not p.version for p in pins if not p.local)):
        return None
    digest = hashlib.sha256(content.text.encode()).hexdigest()
    return LockFile(path, ecosystem, pins, "" if pins else "lists no package", digest)


def _tables(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [mapping(item) for item in sequence(data.get(name))]


def _uv(text: str) -> Iterator[Pin]:
    packages = [p for p in _tables(parse.toml(text), "package") if word(p.get("name"))]
    by_name: dict[str, list[dict[str, Any]]] = {}
    for package in packages:
        by_name.setdefault(normalised(word(package["name"])), []).append(package)
    own = {name for name, held in by_name.items() if any(map(_local, held))}
    needed = _shared([_closure(by_name, name) for name in sorted(own)])
    for name, held in by_name.items():
        for package in held:
            version = word(package.get("version"))
            yield Pin(name, version, name in needed and len(held) == 1, name in own)


def _local(package: Mapping[str, Any]) -> bool:
    return bool({"editable", "virtual", "directory"} & set(mapping(package.get("source"))))


def _closure(by_name: Mapping[str, list[dict[str, Any]]], start: str) -> set[str]:
    """What a package needs wherever it is installed."""
    found: set[str] = set()
    todo: list[tuple[str, tuple[str, ...]]] = [(start, ())]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extras = todo.pop()
        found.add(name)
        for package in by_name.get(name, ()):
            for part in ("", *extras):
                if (name, part) not in seen:
                    seen.add((name, part))
                    todo += _needed(package, part)
    return found - {start}


def _needed(package: Mapping[str, Any], extra: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    optional = mapping(package.get("optional-dependencies"))
    for item in sequence(optional.get(extra) if extra else package.get("dependencies")):
        entry = mapping(item)
        if word(entry.get("name")) and not entry.get("marker"):
            extras = tuple(word(each) for each in sequence(entry.get("extra")))
            yield normalised(word(entry["name"])), extras


def _shared(sets: list[set[str]]) -> set[str]:
    """What every member of a workspace needs: an image may hold one of them only."""
    return set.intersection(*sets) if sets else set()


def _poetry(text: str) -> Iterator[Pin]:
    """poetry.lock, pdm.lock."""
    for package in _tables(parse.toml(text), "package"):
        groups = package.get("groups", [package["category"]] if "category" in package else [])
        main = bool({"main", "default"} & {word(each) for each in sequence(groups)})
        guarded = any(package.get(key) for key in ("optional", "markers", "marker"))
        local = mapping(package.get("source")).get("type") == "directory" or "path" in package
        name = normalised(word(package.get("name")))
        yield Pin(name, word(package.get("version")), main and not guarded, local)


def _pylock(text: str) -> Iterator[Pin]:
    """PEP 751: extras and groups are markers."""
    for package in _tables(parse.toml(text), "packages"):
        name = normalised(word(package.get("name")))
        local = "directory" in package
        yield Pin(name, word(package.get("version")), not package.get("marker"), local)


def _pipfile(text: str) -> Iterator[Pin]:
    data = mapping(parse.json(text))
    for group in ("default", "develop"):
        for name, item in mapping(data.get(group)).items():
            entry = mapping(item)
            version = word(entry.get("version")).removeprefix("==")
            required = group == "default" and not entry.get("markers")
            yield Pin(normalised(name), version, required, "path" in entry)


def _requirements(text: str) -> Iterator[Pin]:
    for name, version, conditional, local in exact_versions(text):
        yield Pin(normalised(name), version, not conditional and not local, local)


def _npm(text: str) -> Iterator[Pin]:
    for path, item in mapping(mapping(parse.json(text)).get("packages")).items():
        entry = mapping(item)
        name = path.rpartition("node_modules/")[2] if "node_modules/" in path else ""
        if name:
            guarded = any(entry.get(key) for key in ("dev", "optional", "peer", "devOptional"))
            local = bool(entry.get("link"))
            yield Pin(name, word(entry.get("version")), not guarded and not local, local)


_FORMATS: dict[str, tuple[str, Callable[[str], Iterator[Pin]]]] = {
    "uv.lock": ("python", _uv),
    "poetry.lock": ("python", _poetry),
    "pdm.lock": ("python", _poetry),
    "pylock.toml": ("python", _pylock),
    "Pipfile.lock": ("python", _pipfile),
    "requirements.txt": ("python", _requirements),
    "package-lock.json": ("node", _npm),
    "npm-shrinkwrap.json": ("node", _npm),
}
