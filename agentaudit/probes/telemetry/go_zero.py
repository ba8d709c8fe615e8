"""Logs of go-zero: JSON unless told otherwise, with the trace id where a context is given."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

_LOGS = "github.com/zeromicro/go-zero/core/logx"
_SERVES = regex(r"github\.com/zeromicro/go-zero/(?:rest|zrpc)(?:/.{0,60})?")
"""Servers of go-zero open a span for every request, whether or not anybody takes it."""
_WITH = regex(r"\blogx\.WithContext\(")
_PLAIN = regex(r"(?m)^\s{1,20}Encoding:\s{0,9}[\"']?plain\b")


def traced_logs(repo: Repo, component: Component) -> Iterator[Place]:
    """Where a logger is made from the context of a request that a server of go-zero answers."""
    rows = [row for row in component.code.imports if row.role is Role.APP]
    if not any(_SERVES.fullmatch(row.module[:160]) for row in rows):
        return
    home = "" if component.path == "." else component.path + "/"
    for kind in ("yaml", "yml"):
        for file in repo.files(f"{home}**/*.{kind}"):
            if _PLAIN.search((repo.read(file) or "")[:100_000]):
                return
    for row in rows:
        if row.module == _LOGS:
            text = repo.read(Place(row.place.repo, row.place.path)) or ""
            if found := _WITH.search(text[:200_000]):
                line = text.count("\n", 0, found.start()) + 1
                yield replace(row.place, line=line, text=found[0])
