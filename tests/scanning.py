"""Scan a made-up system in process: a real repository, real OTLP files, the shipped rubric."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from agentaudit import rubric
from agentaudit.audit import Identity, Request, Sources, audit
from agentaudit.lineage.placing import Declaration
from agentaudit.probes import builtin
from agentaudit.rubric import Rubric
from agentaudit.score import GateSettings
from agentaudit.score.scorecard import Scorecard
from agentaudit.sources.git import open_repos
from agentaudit.sources.images.memory import MemoryImages, memory_image
from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces

AS_OF = date(2026, 11, 21)
GIT = {
    **os.environ,
    "GIT_AUTHOR_NAME": "Acme",
    "GIT_AUTHOR_EMAIL": "acme@example.org",
    "GIT_COMMITTER_NAME": "Acme",
    "GIT_COMMITTER_EMAIL": "acme@example.org",
    "GIT_AUTHOR_DATE": "2026-11-01T00:00:00+00:00",
    "GIT_COMMITTER_DATE": "2026-11-01T00:00:00+00:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(path: Path, *arguments: str) -> str:
    """Run git in a directory; its output without the last newline."""
    command = ["git", "-C", str(path), *arguments]
    done = subprocess.run(command, env=GIT, check=True, capture_output=True, text=True)
    return done.stdout.rstrip("\n")


def repository(path: Path, files: Mapping[str, str]) -> str:
    """A repository with one commit on `main` that holds `files`; the commit id."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    git(path, "init", "-q", "-b", "main")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "A system")
    return git(path, "rev-parse", "HEAD")


def write(path: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    """OTLP JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(d) + "\n" for d in documents), encoding="utf-8")


def shipped() -> Rubric:
    """The rubric that users get, with its probes resolved."""
    return rubric.load("agentic-mlops")


def scan(
    root: Path,
    *,
    repo: bool = True,
    traces: bool = True,
    asked: Rubric | None = None,
    gate: GateSettings | None = None,
    services: Mapping[str, Declaration] | None = None,
    image: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scorecard:
    """Audit `root`: its repository, its `traces/*.jsonl`, and an image where one is given."""
    asked = asked or shipped()
    read = ReadOptions(root=root, **options)
    request = Request(
        rubric=asked,
        probes=rubric.resolve(asked, builtin()),
        identity=Identity("0", "acme", AS_OF, "agentaudit scan", "", "", read.seed, read.sample),
        gate=gate or GateSettings(),
        services=services or {},
    )
    found_repo = open_repos(["."], root) if repo else None
    found_traces = open_traces([TraceSource("otlp:traces/*.jsonl")], read) if traces else None
    try:
        images = MemoryImages([memory_image(image)]) if image else None
        return audit(request, Sources(repo=found_repo, traces=found_traces, images=images))
    finally:
        for source in (found_repo, found_traces):
            if source is not None:
                source.close()


def responses_only(asked: Rubric) -> Rubric:
    """The same rubric with nothing but its questions about responses."""
    dimensions = tuple(
        d.model_copy(update={"criteria": tuple(c for c in d.criteria if c.subject == "response")})
        for d in asked.dimensions
    )
    return asked.model_copy(update={"dimensions": dimensions})


def without(scorecard: Scorecard, **fields: Any) -> Scorecard:
    """A scorecard with some fields of its run replaced, to compare the rest."""
    return scorecard.model_copy(update={"run": scorecard.run.model_copy(update=fields)})


__all__ = ["git", "replace", "repository", "responses_only", "scan", "shipped", "without", "write"]
