"""Prompts of what is beside the system, of those who speak, and of few words."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.prompts.in_files import LIMITS, in_files

TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
)
ASK = (
    "from openai import OpenAI\nfrom prompts import PLANNER\n\ndef answer(q):\n"
    "    return OpenAI().responses.create(model='gpt-4o', instructions=PLANNER, input=q)\n"
)
APART = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": ASK,
    "prompts.py": f'PLANNER = """{TEXT}"""\n',
}
CODE = "\ndef shorten(text, most):\n    return text if len(text) < most else text[:most] + '…'\n"
INLINE = f'SYSTEM_PROMPT = """{TEXT}"""\n{CODE}{CODE.replace("shorten", "cut")}'
SPEAKERS = (
    f"planner:\n  name: Planner\n  prompt_start: |\n    {TEXT[:140]}\n    {TEXT[140:]}\n"
    "  mode: html\n"
)
MODES = (
    "import yaml\nfrom openai import OpenAI\nMODES = yaml.safe_load(open('chat_modes.yml'))\n"
    "\ndef answer(mode, q):\n    return OpenAI().responses.create(model='gpt-4o', input=q,\n"
    "        instructions=MODES[mode]['prompt_start'])\n"
)
SETTINGS = f'class Texts(BaseModel):\n    planner_tpl: str = """\n        {TEXT[:16]} {TEXT}"""\n'
HANDED = (
    "from litellm import completion\n\ndef edit(ask, text):\n"
    "    return ask(text, system_prompt='{}')\n"
)
TITLE = (
    "from openai import OpenAI\n\ndef title(text):\n"
    "    request = 'Write a short title for the text below: ' + text\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=request)\n"
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {
        "repo": testing.repository(given),
        "component": testing.component(given),
        "limits": LIMITS,
    }
    return in_files.ask(inputs).outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"scripts/rate.py": INLINE}, Outcome.PASS),
        ({"legacy/agent.py": INLINE}, Outcome.PASS),
        ({"agent.py": INLINE}, Outcome.FAIL),
        ({"edit.py": HANDED.format("You are an editor of invoices, be terse.")}, Outcome.FAIL),
        ({"edit.py": HANDED.format("invoices/editor.md")}, Outcome.PASS),
        ({"title.py": TITLE}, Outcome.FAIL),
        ({"title.py": TITLE.replace("request =", "help =")}, Outcome.PASS),
        ({"page.py": INLINE.replace("SYSTEM_PROMPT", "INSTRUCTIONS_MARKDOWN")}, Outcome.FAIL),
        (
            {"page.py": f'INSTRUCTIONS_MARKDOWN = """Use this page so. {TEXT[16:]}"""\n'},
            Outcome.PASS,
        ),
    ],
)
def test_what_stands_beside_prompts_of_their_own(more: dict[str, str], outcome: Outcome) -> None:
    assert _outcome({**APART, **more}) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(SPEAKERS, Outcome.PASS), ("planner:\n  prompt_start: |\n    Plan.\n", Outcome.UNKNOWN)],
)
def test_a_file_says_who_speaks(text: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": MODES}
    assert _outcome({**files, "config/chat_modes.yml": text}) is outcome


def test_attributes_of_a_class_in_a_module_of_prompts() -> None:
    ask = ASK.replace("import PLANNER", "import Texts").replace("PLANNER", "Texts().planner_tpl")
    assert _outcome({**APART, "app.py": ask, "prompts.py": SETTINGS}) is Outcome.PASS
