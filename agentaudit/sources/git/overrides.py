"""What one place sets and another sets anew: of both only the latter reaches a process."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.expressions import regex
from agentaudit.sources.git.code.configuration import of_file
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.reader import Reader, directory

_LOADED = regex(r"(?:docker-)?compose\.ya?ml")
_OVER = regex(r"(?:docker-)?compose\.override\.ya?ml")
"""What is loaded over that by default, where it lies beside it."""


def _below(service: Service) -> bool:
    return _LOADED.fullmatch(service.file.rpartition("/")[2]) is not None


class Overrides:
    """The services of all compose files, and what they set anew."""

    def __init__(self, reader: Reader, services: Iterable[Service]) -> None:
        self._reader = reader
        self._names: dict[str, frozenset[str]] = {}
        self._over: dict[tuple[str, str], set[str]] = {}
        """Directory and name of a service → what a file sets for it that is loaded by default."""
        self._anew: dict[tuple[str, str], set[str]] = {}
        """The same → the keys of which the file leaves nothing that others say."""
        for service in services:
            if _OVER.fullmatch(service.file.rpartition("/")[2]):
                key = (directory(service.file), service.name)
                self._over.setdefault(key, set()).update(service.given)
                self._anew.setdefault(key, set()).update(service.anew)

    def of_service(self, service: Service) -> set[str]:
        """Variables of its environment that the file beside it sets anew."""
        return (
            self._over.get((directory(service.file), service.name), set())
            if _below(service)
            else set()
        )

    def drops(self, service: Service, key: str) -> bool:
        """Whether the file beside it leaves nothing of what the service says under a key."""
        anew = self._anew.get((directory(service.file), service.name), set())
        return _below(service) and not anew.isdisjoint(("", key))

    def of_file(self, service: Service, path: str) -> set[str]:
        """Those of a file of its environment that a later one sets, or the environment itself."""
        if self.drops(service, "env_file"):
            return set(self._set(path))
        later = service.files[service.files.index(path) + 1 :] if path in service.files else ()
        named = {name for file in later for name in self._set(file)}
        return named | service.given | self.of_service(service)

    def of_image(self, services: Iterable[Service]) -> set[str]:
        """Those of an image that every service sets anew which runs in it."""
        found = [self._all(service) for service in services]
        return set.intersection(*found) if found else set()

    def _all(self, service: Service) -> set[str]:
        read = () if self.drops(service, "env_file") else service.files
        given = () if self.drops(service, "environment") else service.given
        files = {name for file in read for name in self._set(file)}
        return files.union(given, self.of_service(service))

    def _set(self, path: str) -> frozenset[str]:
        if path not in self._names:
            self._names[path] = frozenset(row.name for row in of_file(self._reader, path))
        return self._names[path]
