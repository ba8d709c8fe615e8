"""The directories of a repository that have a manifest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git import outputs
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerignore import ignored
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.reader import (
    Reader,
    ancestors,
    directory,
    inside,
    mapping,
    sequence,
    word,
)
from agentaudit.sources.git.roles import SOURCES

_GRADLE = ("build.gradle", "build.gradle.kts")
_GATHERS = regex(r"<packaging>\s*pom\s*</packaging>")
_MODULE = regex(r"<module>\s*([\w./-]{1,200})\s*</module>")
TRIES = regex(
    r"(?i)(?:^|/)(?=[^/]{0,60}compose)[^/]{0,60}[._-](?:e2e|tests?|testing|mocks?)[._-][^/]{0,60}$"
)
"""Compose files that start what is only tried."""
_ANDROID = regex(r"\bcom\.android\.(?:application|library|tools\.build)\b")


class Homes:
    """Directories with a manifest."""

    def __init__(self, reader: Reader, manifests: dict[str, str]) -> None:
        self._reader = reader
        self.manifests = manifests
        """Manifest path → directory that it speaks for."""
        self.known = frozenset(manifests.values())

    def nearest(self, home: str) -> str | None:
        """The directory itself or the nearest above it that has a manifest."""
        return next((above for above in ancestors(home) if above in self.known), None)

    def is_alone(self, own: str) -> bool:
        """Whether no project but the whole is around a directory, and none is below it."""
        return bool(own) and not self.nearest(own) and not self._below(own)

    def holds(self, path: str) -> bool:
        """Whether there is such a file or directory."""
        return path in self._reader.known or path in self._reader.directories

    def is_app(self, home: str) -> bool:
        """Whether a directory is one of the application."""
        return self._reader.directory_role(home) is Role.APP

    def is_part(self, home: str) -> bool:
        """The same, also of one that stands among what deploys it."""
        return self.is_app(home) or self._reader.is_among_infrastructure(home)

    def coded(self, home: str) -> bool:
        """Whether code of the application stands there."""
        return home in self._coded

    @cached_property
    def only(self) -> str:
        """The one directory with a manifest, where all code of the application stands; empty where
        there is no such."""
        home = next(iter(self.known)) if len(self.known) == 1 else ""
        code = [path for path in self._coded if path in self._reader.known]
        return home if code and all(inside(path, home) for path in code) else ""

    @cached_property
    def _coded(self) -> frozenset[str]:
        """Files of code of the application, and the directories that hold any."""
        found: set[str] = set()
        for path in self._reader.app:
            if path.rpartition(".")[2] in SOURCES and self._reader.role(path) is Role.APP:
                found.add(path)
                for above in ancestors(directory(path)):
                    if above in found:
                        break
                    found.add(above)
        return frozenset(found)

    @cached_property
    def trials(self) -> tuple[str, ...]:
        """The compose files that start what is only tried."""
        tried = filter(TRIES.search, self._reader.paths)
        return tuple(self._reader.text(path) or "" for path in tried)

    @cached_property
    def members(self) -> frozenset[str]:
        """Directories of the members of a workspace of npm, pnpm, yarn or bun."""
        given = mapping(self._reader.json("package.json")).get("workspaces")
        listed = sequence(given) or sequence(mapping(given).get("packages"))
        for tree in self._reader.yaml("pnpm-workspace.yaml")[:1]:
            listed = listed or sequence(mapping(tree.data).get("packages"))
        patterns = [word(each).removeprefix("./").rstrip("/") for each in listed]
        return frozenset(
            home
            for path, home in self.manifests.items()
            if home and path.endswith("package.json")
            if any(matches(home, pattern) for pattern in patterns)
        )

    def linked(self, member: str) -> set[str]:
        """A member of a workspace and those that it needs, if only through others."""
        named = {word(self._manifest(home).get("name")): home for home in self.members}
        found, pending = {member}, [member]
        while pending:
            given = self._manifest(pending.pop())
            needs = {*mapping(given.get("dependencies")), *mapping(given.get("devDependencies"))}
            fresh = {named[need] for need in needs & named.keys()} - found
            found |= fresh
            pending += fresh
        return found

    def begins(self, member: str) -> bool:
        """Whether a member of a workspace is a page, or has a script that starts it."""
        scripts = mapping(self._manifest(member).get("scripts"))
        return "start" in scripts or f"{member}/index.html" in self._reader.known

    def _manifest(self, home: str) -> dict[str, Any]:
        return mapping(self._reader.json(f"{home}/package.json".lstrip("/")))

    @cached_property
    def modules(self) -> frozenset[str]:
        """Directories that Maven or Gradle builds."""
        return frozenset(h for p, h in self.manifests.items() if p.endswith(("pom.xml", *_GRADLE)))

    def needed(self, module: str, modules: Collection[str]) -> set[str]:
        """The module and those of the same build that it needs."""
        return outputs.needed(self._reader, module, modules)

    @cached_property
    def scripts(self) -> dict[str, str]:
        """The scripts of the package.json at the root, by name."""
        given = mapping(mapping(self._reader.json("package.json")).get("scripts"))
        return {name: word(script) for name, script in given.items()}

    def name(self, home: str) -> str:
        """What the package of a directory is called, without its scope; empty without one."""
        return word(self._manifest(home).get("name")).rpartition("/")[2]

    def gathered(self, home: str) -> str:
        """The one module of a Maven build that only gathers it; empty where there is no such."""
        text = self._reader.text(f"{home}/pom.xml".lstrip("/")) or ""
        named = _MODULE.findall(text) if _GATHERS.search(text) else []
        module = joined(home, named[0]) if len(named) == 1 else None
        return module if module in self.known and module else ""

    def gathers(self, home: str) -> bool:
        """Whether all that stands in a directory is the Maven build that its modules are of."""
        mine = [path for path, each in self.manifests.items() if each == home]
        text = (self._reader.text(mine[0]) or "") if mine and mine[0].endswith("pom.xml") else ""
        return len(mine) == 1 and bool(_GATHERS.search(text) and _MODULE.search(text))

    @cached_property
    def _telephones(self) -> frozenset[str]:
        """Manifests of applications for Android."""
        gradle = (path for path in self.manifests if path.endswith(_GRADLE))
        return frozenset(p for p in gradle if _ANDROID.search(self._reader.text(p) or ""))

    def copied(self, context: str, sources: Collection[str]) -> tuple[str, ...]:
        """Manifests that the given sources of a COPY bring in; a telephone's application may be
        among what is copied, but is no part of what runs."""
        found = []
        for source in sources:
            full = joined(context, source)
            if full is None:
                continue
            made = outputs.modules(self._reader, self.known, full)
            below = self._below(full)
            found += [
                path
                for path, home in (self.manifests if made or "*" in full else below).items()
                if path not in self._telephones
                if path in below or ("*" in full and matches(path, full)) or home in made
            ]
        out = self._left_out(context) if found and "." in sources else frozenset()
        return tuple(path for path in dict.fromkeys(found) if path not in out)

    def _below(self, directory: str) -> Mapping[str, str]:
        """The manifests in a directory and below, or the one of that path, in their order."""
        if not directory:
            return self.manifests
        names = self._sorted
        start, end = bisect_left(names, f"{directory}/"), bisect_left(names, f"{directory}0")
        found = {*names[start:end], directory} & self.manifests.keys()
        return {path: self.manifests[path] for path in sorted(found, key=self._order.__getitem__)}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.manifests)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {path: at for at, path in enumerate(self.manifests)}

    def _left_out(self, context: str) -> frozenset[str]:
        """Manifests whose directories the `.dockerignore` of a context keeps out of every image."""
        text = self._reader.text(f"{context}/.dockerignore".lstrip("/"))
        if not text:
            return frozenset()
        start = f"{context}/" if context else ""
        below = {p: home for p, home in self.manifests.items() if home != context}
        shown = {p: (p.removeprefix(start), home.removeprefix(start)) for p, home in below.items()}
        out = ignored(text, (each for pair in shown.values() for each in pair))
        return frozenset(path for path, pair in shown.items() if out.issuperset(pair))
