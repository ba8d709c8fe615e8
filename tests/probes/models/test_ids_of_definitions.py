"""Models that definitions of agents name in data files, beside what the agents are told."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

DATED, ALIAS = "gpt-4o-2024-08-06", "gpt-4o"
CREW = (
    "import json5\nfrom pathlib import Path\nfrom crewai import Agent, Crew\n\ndef crew():\n"
    "    found = Path('agents').glob('*')\n"
    "    made = [Agent(**json5.loads(each.read_text())) for each in found]\n"
    "    return Crew(agents=made).kickoff()\n"
)
LOADS = (
    "from pathlib import Path\nfrom crewai import Agent, Crew\n\n"
    "def crew():\n    made = Agent(**read(Path(__file__).parent / 'FILE'))\n"
    "    return Crew(agents=[made]).kickoff()\n"
)
STORY = '"role": "Planner", "backstory": "You are a careful planner of days on the road."'

ASKS = {
    "agents/planner.jsonc": f'{{\n  // who plans\n  {STORY},\n  "llm": "bedrock/ID",\n}}\n',
    "agents/planner.json": f'{{{STORY}, "llm": {{"model": "openai/ID", "temperature": 0}}}}\n',
    "agents/planner.json5": f'{{\n  {STORY},\n  model: "ID",\n}}\n',
    "agents/planner.yaml": (
        "role: Planner\nbackstory: You are a careful planner of days on the road.\nllm: openai/ID\n"
    ),
    "agents/team.yml": (
        "- name: planner\n  model: ID\n  instructions: |\n    Plan the day.\n    Name each place.\n"
    ),
    "agents/crew.jsonc": f'{{\n  "agents": [{{{STORY}}}],\n  "manager_llm": "openai/ID"\n}}\n',
    "agents/declared.yaml": (
        "kind: Prompt\nmodel:\n  id: ID\ninstructions: |\n  Plan the day.\n  Name each place.\n"
    ),
    "agents/bot.yaml": ("model_name: ID\nsystem_prompt: |\n  Plan the day.\n  Name each place.\n"),
}
SILENT = {
    "said in a remark": ("agents/a.jsonc", f'{{\n  {STORY},\n  // "llm": "openai/ID"\n}}\n'),
    "tells nobody anything": ("agents/prices.json", '{"model": "ID", "price": 2}\n'),
    "of an example": ("examples/agents/a.jsonc", f'{{{STORY}, "llm": "openai/ID"}}\n'),
    "of what is tried": ("agents/all.e2e.json", f'{{{STORY}, "llm": "openai/ID"}}\n'),
    "no id": ("agents/a.jsonc", f'{{{STORY}, "llm": "fast"}}\n'),
}


def _asked(path: str, text: str, id: str, code: str = CREW) -> Outcome:
    files = {
        "requirements.txt": "crewai==1.15.0\njson5==0.12.0\n",
        "app.py": code,
        path: text.replace("ID", id),
    }
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return ids_pinned.ask(asked).outcome


@pytest.mark.parametrize(("path", "text"), ASKS.items())
def test_the_definition_says_which_model(path: str, text: str) -> None:
    assert _asked(path, text, DATED) is Outcome.PASS
    assert _asked(path, text, ALIAS) is Outcome.FAIL


@pytest.mark.parametrize(("path", "text"), SILENT.values(), ids=SILENT)
def test_what_asks_nobody(path: str, text: str) -> None:
    assert _asked(path, text, ALIAS) not in (Outcome.PASS, Outcome.FAIL)


def test_a_definition_that_no_code_names() -> None:
    path, text = next(iter(ASKS.items()))
    code = LOADS.replace("FILE", "other.json")
    assert _asked(path, text, ALIAS, code) not in (Outcome.PASS, Outcome.FAIL)
