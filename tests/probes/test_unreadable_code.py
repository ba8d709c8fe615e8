"""Code that cannot be read is UNKNOWN: nobody looked, so nothing is missing."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes import builtin

NEEDS = {"requirements.txt": "openai==1.93.0\nchromadb==1.0.15\ntrl==0.19.0\nragas==0.3.0\n"}
UNREADABLE = {
    "binary": b"import openai\0\x01\x02",
    "a pointer": "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
}
ASKED = [
    "models-ids-pinned",
    "models-hub-loads-pinned",
    "models-registry-versioned",
    "prompts-in-files",
    "rag-ingestion-in-repository",
    "rag-embedding-model-pinned",
    "rag-source-kept",
    "guardrails-on-by-default",
    "guardrails-output-scored",
    "guardrails-pass-marks-numeric",
    "guardrails-tested-adversarially",
    "fine-tuning-code-in-repository",
    "fine-tuning-runs-tracked",
]
LIMITS = {"inline_share": 0.05, "inline_characters": 200}


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", ASKED)
def test_code_that_cannot_be_read_is_unknown(name: str, source: str | bytes) -> None:
    files = {**NEEDS, "app.py": source}
    given = testing.build({"component": {"files": files}, "repo": {"files": files}})
    answer = builtin()[name].ask({**given, "limits": LIMITS})
    assert answer.outcome is Outcome.UNKNOWN, answer.message
