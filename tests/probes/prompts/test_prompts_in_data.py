"""Prompts in files that are called after something else, in modules of texts, and with services."""

from __future__ import annotations

from time import process_time

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.prompts.in_files import LIMITS, in_files
from agentaudit.probes.prompts.texts_only import holds_only

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount."
)
PYTHON = {"requirements.txt": "openai==1.93.0\n"}
NODE = {"package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2"}}'}
ASK = (
    "from openai import OpenAI\nclient = OpenAI()\nTOLD = load('{}')\n\ndef answer(question):\n"
    "    return client.chat.completions.create(model='gpt-4o', messages=[\n"
    "        {{'role': 'system', 'content': TOLD}}, {{'role': 'user', 'content': question}}])\n"
)
HOSTED = (
    "from openai import OpenAI\n\ndef answer(question):\n    return OpenAI().responses.create("
    "model='gpt-4o', {}, input=question)\n"
)
CALL = (
    'import { generateText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
    'import { people } from "./people";\nexport const answer = (prompt: string) =>\n'
    '  generateText({ model: openai("gpt-4o"), system: people[0].said, prompt });\n'
)
PEOPLE = f"export const people = [\n  {{ name: 'a', systemPrompt: `{TEXT}`.trim() }},\n];\n"


def _ask(files: dict[str, str]) -> Outcome:
    needs = testing.build(
        {"component": {"files": files}, "repo": {"files": files}, "limits": LIMITS}
    )
    return in_files.ask(needs).outcome


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("resources/start.txt", TEXT, PASS),
        ("resources/start.txt", f"Notes of a meeting. {TEXT}", UNKNOWN),
        ("agents/planner.md", f"---\nname: planner\n---\n# Planner\n\n{TEXT}", PASS),
        ("README.md", TEXT, UNKNOWN),
        ("docs/planner.md", TEXT, UNKNOWN),
        ("config/steps.json", f'[{{"name": "a", "said": "{TEXT}"}}]', PASS),
        ("config/crew.jsonc", f'{{"goal": "{TEXT}"}} // by hand', PASS),
        ("config/steps.json", '[{"name": "a", "said": "Hello"}]', UNKNOWN),
        ("config/steps.yaml", f"preamble: |\n  <ROLE>\n    {TEXT}\n", PASS),
        ("config/steps.yaml", f"notes: |\n  <ROLE>\n    {TEXT}\n", UNKNOWN),
        ("config/roles.yaml", f"- title: a\n  text: {TEXT}\n", UNKNOWN),
        ("config/steps.yaml", f"# said: {TEXT}\nsaid: later\n", UNKNOWN),
    ],
)
def test_what_code_loads(path: str, text: str, outcome: Outcome) -> None:
    name = path.rpartition("/")[2]
    assert _ask({**PYTHON, "app.py": ASK.format(name), path: text}) is outcome


@pytest.mark.parametrize("name", ["a", "b"])
def test_what_no_code_loads(name: str) -> None:
    """A text for people may be called like anything that code says."""
    assert _ask({**PYTHON, "app.py": ASK.format(name), "resources/b.txt": TEXT}) is UNKNOWN


@pytest.mark.parametrize(
    ("told", "outcome"),
    [("prompt={'id': 'pmpt_1', 'version': '2'}", PASS), ("store=True", UNKNOWN)],
)
def test_what_a_service_keeps(told: str, outcome: Outcome) -> None:
    assert _ask({**PYTHON, "app.py": HOSTED.format(told)}) is outcome


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("people.ts", PEOPLE, PASS),
        ("people.ts", f"{PEOPLE}export const first = () => start(people[0]);\n", FAIL),
        ("constants.ts", PEOPLE, FAIL),
    ],
)
def test_a_module_of_records(path: str, text: str, outcome: Outcome) -> None:
    call = CALL.replace("./people", f"./{path.removesuffix('.ts')}")
    assert _ask({**NODE, "src/app.ts": call, f"src/{path}": text}) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f'def said(name):\n    return f"""{TEXT * 9} {{name}}"""\n', PASS),
        (f'def said(name):\n    return """{TEXT * 9}""".format(name=name)\n', PASS),
        (f'def said(name):\n    return send(f"""{TEXT * 9} {{name}}""")\n', FAIL),
        (f'said = Chat.of("""{TEXT * 9}""") | llm\n', FAIL),
        (f'said = Planner(name="r", instructions="""{TEXT * 9}""")\n', FAIL),
    ],
)
def test_functions_that_only_hand_out_a_text(text: str, outcome: Outcome) -> None:
    """What makes an agent of it, or sends it, runs."""
    code = f"from wording import said\n{ASK.format('x')}"
    assert _ask({**PYTHON, "app.py": code, "wording.py": text}) is outcome


@pytest.mark.parametrize(
    "text", ['"\\' * 150_000, "`\\" * 150_000, "'''\\" * 90_000, "/*" * 150_000]
)
def test_texts_that_nothing_closes_are_read_once(text: str) -> None:
    began = process_time()
    holds_only(text, asks=False)
    assert process_time() - began < 5
