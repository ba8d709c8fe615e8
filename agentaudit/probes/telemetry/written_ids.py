"""Where code or configuration of logs writes the trace id into a record, and is in use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Repo

_WRITTEN = regex(
    r"%\((?:otelTraceID|trace_id|traceId|dd\.trace_id)\)|%X\{(?:traceId|trace_id)\}"
    r"|\b(?:event\w{0,10}|evt|ed)\[[\"'](?:dd\.)?trace_?id[\"']|record\.(?:trace_id|otelTraceID)\b"
    r"|\[[\"']extra[\"']\](?:\[[\"'](?:dd\.)?trace_?[iI]d[\"']\]\s{0,4}=|\.update\(\s{0,4}trace_?id=)"
    r"|log_?(?:record|entry)?\w{0,20}\[[\"']trace_?id[\"']|logging\.googleapis\.com/trace"
)
_ABOUT_LOGS = regex(r"(?i)log|structlog|observ|telemetr|trac|main|app|middleware|server")
_COMMENT = regex(r"\s{0,80}(?:#|//|\*|;|<!--)")
_FOUND = regex(
    r"(?i)(?:logback|log4j2?)[\w.-]{0,40}\.xml|application(?:-[\w-]{1,40})?\.(?:ya?ml|properties)"
    r"|logging\.properties"
)
"""Files that a framework finds by their name."""
_DEFINED = regex(r"(?:async\s+)?(?:def|class)\s+(\w{1,80})")
_KINDS = ("xml", "yaml", "yml", "ini", "properties")
_LOADING = (
    *("**/*.py", "**/*.ts", "**/*.js", "**/*.sh", "**/*.toml", "**/*.y*ml", "**/*.json"),
    *("**/Dockerfile*", "**/Makefile", "**/Procfile"),
)


def written_ids(repo: Repo, component: Component) -> Iterator[Place]:
    """Rows that do, of which the function or the file is used."""
    home = "" if component.path == "." else component.path + "/"
    for suffix in ("py", *_KINDS):
        for file in repo.files(f"{home}**/*.{suffix}"):
            name = file.path.rpartition("/")[2]
            if not _ABOUT_LOGS.search(name) or repo.role(file) in ASIDE:
                continue
            rows = (repo.read(file) or "").split("\n")
            for number, row in enumerate(rows, 1):
                wrote = _WRITTEN.search(row[:500]) and not _COMMENT.match(row)
                if wrote and _is_used(repo, file, rows, number - 1):
                    yield replace(file, line=number, text=row.strip()[:300])


def _is_used(repo: Repo, file: Place, rows: Sequence[str], at: int) -> bool:
    """Whether anything names the function, class or file that the row stands in."""
    name = file.path.rpartition("/")[2]
    if not name.endswith(".py"):
        return _FOUND.fullmatch(name) is not None or _is_named(repo, name, _LOADING, 1)
    heads = (_DEFINED.match(row) for row in reversed(rows[: at + 1]) if row[:1].strip())
    head = next(heads, None)
    if head is None or head[1] in ("main", "lifespan"):
        return True
    return _is_named(repo, head[1], ("**/*.py", "**/*.y*ml", "**/*.ini", "**/*.json"), 2)


def _is_named(repo: Repo, name: str, kinds: Sequence[str], times: int) -> bool:
    """Whether files other than tests say the name so often, all of them together."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for kind in kinds:
        for file in repo.files(kind, saying=(name,)):
            if repo.role(file) not in ASIDE:
                text = (repo.read(file) or "")[:300_000]
                rows = (row for row in text.split("\n") if not _COMMENT.match(row))
                times -= sum(len(word.findall(row[:1000])) for row in rows if "import" not in row)
                if times <= 0:
                    return True
    return False


_SHOWS = regex(r"\bConsoleRenderer\(")
_FIELDS = regex(
    r"\b(?:JSONRenderer|LogfmtRenderer|KeyValueRenderer|JsonFormatter|JSONFormatter)\b|orjson|StructlogProcessor"
    r"|render_to_log_kwargs|ECSFormatter|EcsFormatter"
)
_CONFIGURED = regex(r"\bstructlog\.configure\(|\bwrap_logger\(")
_MERGES = regex(r"\bmerge_contextvars\b")


def shown_only(repo: Repo, component: Component) -> bool:
    """Whether structlog is told to write for a console only."""
    texts = list(_texts(repo, component))
    return any(map(_SHOWS.search, texts)) and not any(map(_FIELDS.search, texts))


def merges(repo: Repo, component: Component) -> bool:
    """Whether what is bound to the context enters records of structlog: it does by default, and
    where its own chain of processors says so."""
    texts = list(_texts(repo, component))
    return not any(map(_CONFIGURED.search, texts)) or any(map(_MERGES.search, texts))


def _texts(repo: Repo, component: Component) -> Iterator[str]:
    rows = (row.place for row in component.code.imports if row.library == "structlog")
    for file in {Place(place.repo, place.path) for place in rows}:
        yield (repo.read(file) or "")[:300_000]
