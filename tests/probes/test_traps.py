"""Every trap that real repositories set for detectors, in the order in which they were listed."""

from __future__ import annotations

import pytest

from tests.probes.traps import (
    aliases,
    by_string,
    declared_only,
    fails_open,
    locks,
    looks_pinned,
    no_guardrail,
    recorded,
    substrings,
    switched_off,
    words,
)
from tests.probes.traps.trap import Trap

LISTED = (
    # Substring.
    "`rollbar` in scrollbar",
    "`arize` in summarize",
    "`meter.` in parameter.",
    "`chroma` the Go syntax highlighter",
    "`create_histogram` of a chart",
    # Present but off.
    "OpenAI Agents tracing disabled by env in code",
    "Phoenix handler only when not in production",
    "Langfuse flag default false",
    "NeMo Guardrails off by default",
    "safeguard fails open without a key",
    "prompt registry falls back silently to local text",
    # Dependency without use.
    "azure-ai-evaluation declared, never imported",
    "opentelemetry-instrumentation-openai declared, never imported",
    "OpenTelemetry only indirect in go.sum",
    "prompty transitive",
    # Tracing without import.
    '`litellm.callbacks = ["langfuse"]`',
    '`set_global_handler("arize_phoenix")`',
    "LangSmith purely by env",
    # Alias indirection.
    "deployment named `gpt-4` whose model is gpt-4o",
    "version pinned only in Bicep",
    "id through enum",
    "id through dict",
    "id through settings class",
    "id through dataclass default",
    # Looks pinned.
    '`revision="main"`',
    "tag `latest_v5`",
    "`FROM ${ARG}:${ARG}`",
    "`FROM base`, a stage",
    "compose image names that are local builds",
    "helm `tag: latest`",
    "`COPY --from=...:latest`",
    "IaC parameter default 'latest'",
    'npm dist-tag "latest" is not an image',
    # Words with another meaning.
    "`revision =` is alembic",
    "`threshold` = coverage",
    "`threshold` = liveness probe",
    "`threshold` = dedup",
    "`threshold` = relevance",
    "`evaluate(` = numexpr",
    "`evaluate(` = Maven `help:evaluate`",
    "`crew().train()` is not fine-tuning",
    '"Model Registry" comment',
    "langchain `register_model`",
    "safety evaluators are not guardrails",
    "Moderation metrics are not guardrails",
    "tests/evals that only assert on prompt text",
    "result jsonl is not a data set",
    # Locks.
    "two competing JS lockfiles",
    "CI runs `uv sync` with no uv.lock",
    "locks under non-standard names",
    "LFS pointer where a data set should be",
    "`.python-version` 3.12 while the image installs 3.13",
    # Recorded, and not used.
    "hub commit of a prompt recorded while the agent runs instructions.md",
)
SINCE = (
    "a lock that leaves indirect packages out",
    "the runtime is pinned by the platform",
    "a lock of another manager than the one that installs",
    "a stage that knows no version",
)
"""Seen after the list was made."""

TRAPS: tuple[Trap, ...] = (
    *substrings.TRAPS,
    *switched_off.TRAPS,
    *fails_open.TRAPS,
    *declared_only.TRAPS,
    *by_string.TRAPS,
    *aliases.TRAPS,
    *looks_pinned.TRAPS,
    *words.TRAPS,
    *no_guardrail.TRAPS,
    *locks.TRAPS,
    *recorded.TRAPS,
    *locks.SINCE,
)


def test_every_listed_trap_has_a_row_in_its_place() -> None:
    assert tuple(dict.fromkeys(trap.name for trap in TRAPS)) == (*LISTED, *SINCE)


def test_no_row_hides_another() -> None:
    assert len({str(trap) for trap in TRAPS}) == len(TRAPS)


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_trap(trap: Trap) -> None:
    answer = trap.ask()
    assert (answer.outcome, trap.says in answer.message) == (trap.outcome, True), answer.message
