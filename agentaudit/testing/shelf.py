"""Every source at once, for the references of an example."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from agentaudit.image import Image
from agentaudit.ledger import Ledger
from agentaudit.response import CodePlace, Commit, PromptText, Resolution, Target
from agentaudit.source import Repo
from agentaudit.sources.git.memory import MemoryRepo
from agentaudit.sources.images.memory import memory_image


class Shelf(Struct, frozen=True):
    """Every source at once: what opens, by the value that is looked up; anything else is broken.

    Keys are commit ids, paths, `path:line`, image digests, registry URIs, `source@snapshot`, trace
    ids and response ids. Each may say: resolution, reason, detail; of a commit reachable (True
    unless given) and files {path: text}; of a file its text; of an image what `image` knows.
    """

    opens: Mapping[str, Mapping[str, Any]]
    name: str = "example"
    _images: dict[str, Image] = field(default_factory=dict)

    def commit(self, sha: str) -> Target:
        given = self.opens.get(sha, {})
        refs = ("main",) if given.get("reachable", True) else ()
        reachable = given.get("reachable", True)
        return self._target(sha, Commit(sha, self.name, reachable, refs, "", ""))

    def text_at(self, sha: str, path: str) -> Target:
        text = self.opens.get(path, {}).get("text", "")
        return self._target(path, PromptText(path, sha, text))

    def code_at(self, sha: str, path: str, line: int | None, symbol: str) -> Target:
        key = (path if line is None else f"{path}:{line}") or symbol
        return self._target(key, CodePlace(path, line, symbol, sha))

    def tree_at(self, sha: str) -> Target:
        return self._repo().tree_at(sha)

    def locks_at(self, sha: str) -> Target:
        return self._repo().locks_at(sha)

    def recent(self, limit: int) -> tuple[str, ...]:
        return self._repo().recent(limit)

    def _repo(self) -> Repo:
        return MemoryRepo.of(
            {
                "commits": [
                    {"sha": key, "files": given.get("files", {})}
                    for key, given in self.opens.items()
                    if re.fullmatch(r"[0-9a-f]{40}", key)
                ]
            }
        )

    def image(self, digest: str) -> Target:
        return self._target(digest, self._image(digest))

    def examine(self, image: Image) -> Image:
        return image

    def all(self) -> tuple[Image, ...]:
        return tuple(self._image(key) for key in self.opens if key.startswith("sha256:"))

    def _image(self, digest: str) -> Image:
        """Made once, as a store of images reads one once."""
        made = self._images.get(digest)
        if made is None:
            given = {"digest": digest, **self.opens.get(digest, {})}
            made = self._images[digest] = memory_image(given)
        return made

    def ledgers(self) -> list[Ledger]:
        return []

    def version(self, uri: str) -> Target:
        return self._target(uri, uri)

    def document(self, source: str, snapshot: str, id: str) -> Target:
        return self._target(f"{source}@{snapshot}", snapshot)

    def holds_trace(self, trace_id: str) -> bool:
        return trace_id in self.opens

    def holds_completion(self, response_id: str) -> bool:
        return response_id in self.opens

    def _target(self, value: str, content: object) -> Target:
        if value not in self.opens:
            return Target(Resolution.BROKEN, f"{value} is not in {self.name}", "broken")
        given = self.opens[value]
        resolution = Resolution(given.get("resolution", "resolved"))
        detail, reason = given.get("detail", f"{value} opens"), given.get("reason", "")
        good = resolution in {Resolution.RESOLVED, Resolution.VERIFIED}
        return Target(resolution, detail, reason, content=content if good else None)
