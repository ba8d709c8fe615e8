"""Ids in a configuration that is to be copied and in constants that nothing says the name of, and
words about a model that are no id."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.models.ids_pinned import ids_pinned

READS = (
    "import json\nfrom anthropic import Anthropic\nmodels = json.load(open('config.json'))\n\n"
    "def answer(q, model):\n    return Anthropic().messages.create(model=model, messages=q)\n"
)


def _asked(files: dict[str, str]) -> Outcome:
    given = {"files": files, "path": "."}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return ids_pinned.ask(inputs).outcome


@pytest.mark.parametrize(
    ("id", "outcome"),
    [("claude-sonnet-4-20250514", Outcome.PASS), ("claude-3-5-sonnet-latest", Outcome.FAIL)],
)
@pytest.mark.parametrize("name", ["config.json.example", "config.json.sample"])
def test_samples_of_configuration_tell_ids(name: str, id: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "anthropic==0.57.0\n", "app.py": READS}
    files[name] = f'{{\n  "models": [\n    {{"model_id": "{id}", "name": "Sonnet"}}\n  ]\n}}\n'
    assert _asked(files) is outcome


def test_the_family_of_a_model_is_no_id() -> None:
    client = (
        "from autogen_ext.models.openai import OpenAIChatCompletionClient\n"
        "client = OpenAIChatCompletionClient(\n    model='o4-mini-2025-04-16',\n"
        "    model_info={'vision': True, 'family': 'o4'},\n)\n"
    )
    files = {"requirements.txt": "autogen-ext==0.6.1\n", "app.py": client}
    assert _asked(files) is Outcome.PASS


DATED = "gpt-4o-2024-08-06"


@pytest.mark.parametrize(
    ("asked", "beside", "outcome"),
    [
        ("NOW", "", Outcome.PASS),
        ("OLD", "", Outcome.FAIL),
        ("NOW", "export const all = [OLD];\n", Outcome.FAIL),
    ],
)
def test_a_constant_that_nothing_says_the_name_of_is_not_asked(
    asked: str, beside: str, outcome: Outcome
) -> None:
    files = {
        "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2"}}',
        "src/models.ts": f"export const NOW = '{DATED}';\nexport const OLD = 'gpt-4o';\n{beside}",
        "src/ask.ts": 'import { generateText } from "ai";\n'
        'import { openai } from "@ai-sdk/openai";\n'
        f'import {{ {asked} }} from "./models";\n'
        "export const ask = (prompt: string) =>\n"
        f"  generateText({{ model: openai({asked}), prompt }});\n",
    }
    assert _asked(files) is outcome


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("compose.override.yaml", Outcome.FAIL), ("compose.test.yaml", Outcome.PASS)],
)
def test_a_compose_file_that_is_loaded_by_default_tells_the_id(name: str, outcome: Outcome) -> None:
    code = "import os\nfrom openai import OpenAI\n"
    code += "OpenAI().responses.create(model=os.environ['MODEL'])\n"
    service = "services:\n  a:\n    build: .\n    environment: [MODEL={}]\n"
    files = {
        **{"requirements.txt": "openai==1.93.0\n", "app.py": code},
        **{"Dockerfile": "FROM python:3.12\nCOPY . .\n", name: service.format("gpt-4o")},
        "compose.yaml": service.format("gpt-4o-2024-08-06"),
    }
    assert _asked(files) is outcome


JOB = "on: push\njobs:\n  a:\n    runs-on: a\n    env: {MODEL: gpt-4o-2024-08-06}\n    steps:\n"
SERVICE = "services:\n  a:\n    build: .\n    environment: {MODEL: gpt-4o-2024-08-06}\n"


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("compose.yaml", SERVICE, Outcome.PASS),
        ("compose.yaml", SERVICE + "    profiles: [by-hand]\n", Outcome.UNKNOWN),
        (".github/workflows/a.yml", JOB + "      - run: pytest\n", Outcome.UNKNOWN),
    ],
)
def test_what_a_trial_is_given_is_no_value_of_what_answers(
    name: str, text: str, outcome: Outcome
) -> None:
    code = "import os\nfrom openai import OpenAI\n"
    code += "OpenAI().responses.create(model=os.environ['MODEL'])\n"
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": code, name: text}
    assert _asked({**files, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}) is outcome
