"""The two systems of the laws: a made-up one with stories of all sorts, and the shipped example."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from agentaudit.audit import Sources
from agentaudit.cli.opening import configured, opened
from agentaudit.cli.request import request
from agentaudit.config import Store
from agentaudit.sources.traces import TraceStore
from agentaudit.sources.traces.assemble import Context
from agentaudit.testing import Shelf
from tests import dialects
from tests.cli.test_request import flags
from tests.laws.stories import Story, documents, stories
from tests.laws.worlds import NO_TRACES, WHOLE, Scene, System
from tests.scanning import GIT, git, repository, write

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "invoice-agents"
NO_REPO, NO_GIT, NO_LOGS = "no repository", "no history", "no logs"
LONGEST = 30
"""Spans of the longest response of the example that is told."""
CONFIG = """\
system: made-up
sources: {repos: [.], traces: ["otlp:traces/spans.jsonl", "otlp:traces/logs.jsonl"]}
"""
PRACTICES = {
    "agentaudit.yaml": CONFIG,
    "uv.lock": "version = 1\n"
    '[[package]]\nname = "openai"\nversion = "1.0.0"\n'
    '[[package]]\nname = "chromadb"\nversion = "1.0.0"\n',
    ".env.example": "OPENAI_MODEL=\n",
    "Dockerfile": f"FROM python:3.11-slim@{dialects.DIGEST}\nCOPY . /app\n",
    "ops/alerts.yml": "groups:\n  - rules:\n      - alert: Slow\n        expr: errors > 5\n",
    "evals/golden.jsonl": "".join(
        f'{{"input": "Weather in city {n}?", "expected": "rain"}}\n' for n in range(200)
    ),
    ".github/workflows/ci.yml": "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - run: python -m evals.run --all\n"
    "      - run: docker build -t registry.example/planner:$GITHUB_SHA .\n",
}
"""What makes the repository a good one, so that there are levels to lose."""
WHY = "The planner asked for the weather of towns that nobody had named."
FURTHER: dict[str, dict[str, Any]] = {
    "registry": {dialects.REGISTRY: {}},
    "images": {dialects.DIGEST: dialects.image({**dialects.REPOSITORY, **PRACTICES})},
    "documents": {"kb@2026-11-01": {}},
}
"""What stands in for the kinds of source that have no reader yet."""


class Site:
    """A system directory; its sources stay open until the stack is left."""

    def __init__(self, stack: ExitStack, root: Path) -> None:
        self._stack = stack
        self._config = configured(root, flags(as_of="2026-11-21"))
        self._request = request(("scan",), self._config, flags(), lambda phase, done: None)

    def sources(self, **instead: str) -> Sources:
        """Sources as declared, or with another one of a kind."""
        given: dict[str, Any] = {
            kind: (Store(uri, self._config.document.folder, "instead"),)
            for kind, uri in instead.items()
        }
        config = replace(self._config, **given)
        held = self._stack.enter_context(opened(config, self._request.rubric, plugins=False))
        assert not held.failures
        return held

    def stories(self, sources: Sources) -> list[Story]:
        """Every response of the sources."""
        store = sources.traces
        assert isinstance(store, TraceStore)
        head = self._config.settings.sampling.head
        sampling = "" if head is None else f"sampling: head {head:g}"
        context = Context(sampling=sampling, logs_read=store.logs_read, shows=store.shows)
        return list(stories(store.responses(), context))

    def scene(self, sources: Sources, told: list[Story]) -> Scene:
        return Scene(self._request, sources, told)


def made_up(stack: ExitStack, root: Path) -> System:
    """One repository of one component, and every story there is."""
    repository(root, {**dialects.REPOSITORY, **PRACTICES})
    git(root, "commit", "-q", "--amend", "-m", "Ask for named towns only", "-m", WHY)
    commit = git(root, "rev-parse", "HEAD")
    named = list(documents(commit))
    held = [document for _, document in named]
    for kind, key in (("spans", "resourceSpans"), ("logs", "resourceLogs")):
        write(root / "traces" / f"{kind}.jsonl", [d for d in held if key in d])
    plain = shutil.copytree(root, root.parent / "plain", ignore=shutil.ignore_patterns(".git"))
    site = Site(stack, root)
    shelves: dict[str, Any] = {kind: Shelf(opens) for kind, opens in FURTHER.items()}
    whole = replace(site.sources(), **shelves)
    stories = site.stories(whole)
    names = {_trace_id(document): name for name, document in named}
    for story in stories:
        story.name = f"{names[story.trace.trace_id]}, {story.name}"
    silent = replace(site.sources(traces="otlp:traces/spans.jsonl"), **shelves)
    system = System(
        "made-up",
        {
            WHOLE: site.scene(whole, stories),
            NO_REPO: site.scene(replace(whole, repo=None), stories),
            NO_GIT: site.scene(replace(whole, repo=site.sources(repos=str(plain)).repo), stories),
            NO_LOGS: site.scene(silent, site.stories(silent)),
            NO_TRACES: site.scene(replace(whole, traces=None), []),
        },
    )
    for kind in FURTHER:
        none: dict[str, Any] = {kind: None}
        less = replace(whole, **none)
        system.scenes[f"no {kind}"] = site.scene(less, stories)
    return system


def _trace_id(document: Any) -> str:
    """Trace id of the first span or log record, wherever it is."""
    for value in document.values() if isinstance(document, dict) else document:
        if isinstance(value, dict | list) and (found := _trace_id(value)):
            return found
    return str(document.get("traceId", "")) if isinstance(document, dict) else ""


def example(stack: ExitStack, root: Path) -> System:
    """The shipped example: its bundle, its traces, and of each sort of response one."""
    site = Site(stack, EXAMPLE)
    plain = root / "plain"
    bundle = str(EXAMPLE / "history.bundle")
    subprocess.run(["git", "clone", "-q", bundle, str(plain)], env=GIT, check=True)
    shutil.rmtree(plain / ".git")
    whole, silent = site.sources(), site.sources(traces="otlp:traces/*.spans.jsonl.gz")
    stories = _sorts(site.stories(whole))
    ids = [story.id for story in stories]
    unheard = {story.id: story for story in site.stories(silent)}
    without_git = replace(whole, repo=site.sources(repos=str(plain)).repo)
    return System(
        "example",
        {
            WHOLE: site.scene(whole, stories),
            NO_REPO: site.scene(replace(whole, repo=None), stories),
            NO_GIT: site.scene(without_git, stories),
            NO_LOGS: site.scene(silent, [unheard[id] for id in ids]),
            NO_TRACES: site.scene(replace(whole, traces=None), []),
        },
    )


def _sorts(found: list[Story]) -> list[Story]:
    """Of responses with the same attributes on the same spans, the one with the smallest id."""
    sorts: dict[tuple[str, ...], Story] = {}
    for story in sorted(found, key=lambda s: s.id):
        if len(story.trace.spans) <= LONGEST:
            shape = {f"{s.name} {s.failed} {sorted(s.attributes)}" for s in story.trace.spans}
            kept = {f"{sorted(s.resource.attributes or {})}" for s in story.trace.spans}
            sorts.setdefault((*sorted(shape), *sorted(kept)), story)
    return list(sorts.values())
