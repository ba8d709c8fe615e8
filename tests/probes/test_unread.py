"""What could not be read is unknown, where what is declared says that there may be something."""

from __future__ import annotations

import pytest

from agentaudit.finding import Outcome
from agentaudit.probes import builtin
from agentaudit.sources.git import MemoryRepo

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
QUESTIONS = ("models-ids-pinned", "prompts-in-files", "guardrails-on-by-default")


def _asked(question: str, files: dict[str, str]) -> Outcome:
    repo = MemoryRepo({"requirements.txt": "openai\n", "util.py": "x = 1\n", **files})
    (component,) = repo.components()
    return (
        builtin()[question]
        .ask({"repo": repo, "component": component, "limits": {"inline": 0}})
        .outcome
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_file_that_is_no_file_leaves_the_question_open(question: str) -> None:
    assert _asked(question, {"main.py": POINTER}) is Outcome.UNKNOWN


@pytest.mark.parametrize("question", QUESTIONS)
def test_code_that_was_read_and_asks_nothing_is_not_asked_about(question: str) -> None:
    assert _asked(question, {"main.py": "print(1)\n"}) is Outcome.NOT_APPLICABLE
