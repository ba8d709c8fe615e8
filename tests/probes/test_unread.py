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


ROWS = "services:\n  a:\n    build: .\n    environment:\n      MODEL: gpt-4o\n      {}: 'true'\n"


@pytest.mark.parametrize(
    ("count", "name", "outcome"),
    [
        (9, "LANGSMITH_TRACING", Outcome.PASS),
        (9, "OTHER", Outcome.FAIL),
        (6000, "LANGSMITH_TRACING", Outcome.UNKNOWN),
        (6000, "OTHER", Outcome.UNKNOWN),
    ],
)
def test_settings_beyond_those_that_are_read_are_never_taken_for_absent(
    count: int, name: str, outcome: Outcome
) -> None:
    more = "".join(f"  s{at}:\n    environment: {{A: b}}\n" for at in range(count))
    rows = f"services:\n{more}" + ROWS.format(name).partition("\n")[2]
    code = "from langchain_openai import ChatOpenAI\nChatOpenAI()\n"
    image = "FROM python:3.12\nCOPY . .\n"
    files = {"requirements.txt": "langchain-openai\n", "main.py": code, "Dockerfile": image}
    repo = MemoryRepo({**files, "compose.yaml": rows})
    (component,) = repo.components()
    answer = builtin()["telemetry-tracing-wired"].ask({"repo": repo, "component": component})
    assert answer.outcome is outcome
    said = [each.why for each in repo.ledgers()[0].unread_places]
    beyond = "holds more than 5,000 settings: the rest is not read"
    assert said == [beyond] * (outcome is Outcome.UNKNOWN)
    assert (beyond in answer.message) is (outcome is Outcome.UNKNOWN)
