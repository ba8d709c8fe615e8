"""What a trap is: a repository or a response that misled detectors, and the right answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentaudit import rubric, testing
from agentaudit.finding import Answer, Outcome
from agentaudit.probes import builtin

FAIL, PASS = Outcome.FAIL, Outcome.PASS
UNKNOWN, NOT_APPLICABLE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE

OPENAI = {"requirements.txt": "openai==1.93.0\n"}
ASK = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef answer(question: str) -> str:\n"
    '    """Ask the model."""\n'
    '    said = client.responses.create(model="gpt-4o-2024-08-06", input=question)\n'
    "    return said.output_text\n"
)
"""An application that asks a model, pinned, and does nothing else."""
APP = {**OPENAI, "app.py": ASK + '\n\nif __name__ == "__main__":\n    print(answer("why?"))\n'}


@dataclass(frozen=True, slots=True)
class Trap:
    """One row: a probe is asked about what looks like something, and must not be taken in."""

    name: str
    """As the list of traps names it."""
    probe: str
    outcome: Outcome
    says: str
    """Part of the message, so that the answer is right for the right reason."""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The repository, by path; empty for a response."""
    more: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What a stand-in is made of besides: commits of a repository, spans of a response."""
    case: str = ""
    """What this row shows, where a trap has several."""

    def __str__(self) -> str:
        return f"{self.name}: {self.case}" if self.case else self.name

    def ask(self) -> Answer:
        """What the probe answers, with the limits of the default rubric."""
        given = {"files": self.files, **self.more}
        made = testing.build({"component" if self.files else "response": given})
        return builtin()[self.probe].ask({**made, "limits": LIMITS.get(self.probe, {})})


LIMITS = {each.probe: each.limits for each in rubric.load("agentic-mlops").criteria}
