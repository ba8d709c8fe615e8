"""Where code names a file: a prompt in a file counts as used when something reads it."""

from __future__ import annotations

import re

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.sources.git.code.index import Index

_LOADS = re.compile(
    rb"open\(|read_text|readFile|load_prompt|from_file|FileSystemLoader|get_template|ReadFile|Resource"
    rb"|load_prompty|ReadAllText|importlib\.resources|from_template_file|PackageLoader|embed"
)


class Mentions:
    """Looks for names of files in code of the application."""

    def __init__(self, repo: str, index: Index) -> None:
        self._repo = repo
        self._files = [f for f in index.files.values() if f.role in (Role.APP, Role.EVAL)]
        self._loads: list[bool] | None = None

    def of(self, name: str) -> Place | None:
        """The first mention: of the whole name, or of the stem in a file that loads files."""
        if self._loads is None:
            self._loads = [bool(_LOADS.search(file.data)) for file in self._files]
        whole = name.encode("utf-8", "replace")
        stem = re.compile(rb"[\"'`/]" + re.escape(whole.partition(b".")[0]) + rb"[\"'`.]")
        for file in self._files:
            if (at := file.data.find(whole)) >= 0:
                return self._place(file.path, file.data, at)
        for file, loads in zip(self._files, self._loads, strict=True):
            if loads and (found := stem.search(file.data)):
                return self._place(file.path, file.data, found.start())
        return None

    def _place(self, path: str, data: bytes, at: int) -> Place:
        line = data.count(b"\n", 0, at) + 1
        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        shown = data[start : end if end >= 0 else len(data)][:800].decode("utf-8", "replace")
        return Place(self._repo, path, line, shown.strip()[:200])
