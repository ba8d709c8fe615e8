"""Projects that are components though no file says who starts them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agentaudit.expressions import regex
from agentaudit.source import Dependency
from agentaudit.sources.git import manifests, pages, solutions, unowned
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.declared import Parsed
from agentaudit.sources.git.parts import Part, home_of
from agentaudit.sources.git.projects import Project
from agentaudit.sources.git.reader import Reader

_PROGRAM = regex(r"^package main\b", re.MULTILINE)
_STACK = regex(
    r"^[ \t]{0,20}(?:from|import|\}[ \t]{0,9}from|using)\b[^\n]{0,200}?"
    r"(?:\baws_cdk\b|[\"'](?:aws-cdk-lib|@aws-cdk/|@?pulumi\b|@?cdktf\b)|\bpulumi\b|\bAmazon\.CDK\b)",
    re.MULTILINE,
)


class Claims:
    """Those that ask a model, and pages; `found` are the manifests by path, `parts` the components
    known, which whoever asks adds to."""

    def __init__(
        self, reader: Reader, found: Mapping[str, Parsed], parts: Mapping[str, Part]
    ) -> None:
        self._reader = reader
        self._found = found
        self._parts = parts
        self._paths: dict[str, list[str]] = {}
        for path, parsed in found.items():
            self._paths.setdefault(home_of(path, parsed), []).append(path)

    def asking(self, repository: Repository, projects: Sequence[Project]) -> list[Build]:
        """Projects that ask a model."""
        homes = unowned.homes(repository, projects, self.needs, self._taken(), self._deploys)
        return [
            Build(home, self._reader.place(self._paths[home][0], 1))
            for home in homes
            if not solutions.is_library(self._reader, self._paths[home])
            and not self._is_package(home)
        ]

    def _deploys(self, path: str) -> bool:
        """Whether a file imports what infrastructure is written with."""
        return _STACK.search((self._reader.text(path) or "")[:20_000]) is not None

    def _is_package(self, home: str) -> bool:
        """Whether a project is a module of Go that holds no program."""
        if not all(path.endswith("go.mod") for path in self._paths[home]):
            return False
        code = self._reader.matching(f"{home}/**/*.go".lstrip("/"))
        return not any(_PROGRAM.search(self._reader.text(path) or "") for path in code)

    def shown(self) -> list[Build]:
        """Pages, and programs with a window."""
        held = {path for part in self._parts.values() for path in part.manifests}
        free = {h: path for h, given in self._paths.items() for path in given if path not in held}
        homes = pages.homes(self._reader, free, self._taken())
        return [Build(home, self._reader.place(free[home], 1)) for home in homes]

    def needs(self, home: str) -> list[Dependency]:
        """What the project of a directory declares."""
        own = self._paths.get(home, ())
        others = (p for path in own for p in solutions.through(self._reader, self._found, path))
        paths = dict.fromkeys((*own, *others))
        given = [(path, self._found[path]) for path in paths]
        read = (manifests.published(self._reader, *each) for each in given)
        return [need for manifest in read for need in manifest.dependencies]

    def _taken(self) -> frozenset[str]:
        return frozenset(self._parts).union(*(part.copies for part in self._parts.values()))
