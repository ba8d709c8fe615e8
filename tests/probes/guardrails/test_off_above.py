"""A guardrail does not run by default where every way to it leads below a switch that is off."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

SETTINGS = (
    "import os\nfrom pydantic_settings import BaseSettings\n\n"
    "class Settings(BaseSettings):\n    guard_on: bool = {}\n\n"
    "settings = Settings()\nUSE_GUARD = os.getenv('USE_GUARD', 'false').lower() == 'true'\n"
)
GUARD = (
    "from llm_guard import scan_prompt\n"
    "from llm_guard.input_scanners import PromptInjection\n\n"
    "def refuse_attacks(\n    question,\n) -> str:\n"
    "    said, valid, _ = scan_prompt([PromptInjection()], question)\n"
    "    if not all(valid.values()):\n        raise ValueError('no')\n    return said\n"
)
OBJECT = (
    "from nemoguardrails import LLMRails, RailsConfig\n\nclass Rails:\n    def start(self):\n"
    "        self.rails = LLMRails(RailsConfig.from_path('rails'))\n\n"
    "    def reply_safely(self, question):\n        return self.rails.generate(question)\n"
)
APP = (
    "import os\nfrom openai import OpenAI\nfrom guard import Rails, refuse_attacks\n"
    "from settings import USE_GUARD, settings\n\nclient = OpenAI()\nrails = Rails()\n"
    "guarded = USE_GUARD\n\ndef answer(question, guarding=False):\n{}"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
    "answer('why?')\n"
)
IF = "    if {}:\n        question = refuse_attacks(question)\n"
RAILS = "    if {}:\n        return rails.reply_safely(question)\n"
LEAVES = "    if not settings.guard_on:\n        return None\n    refuse_attacks(question)\n"


def _outcome(body: str, default: str = "False", **more: str) -> Outcome:
    guard = OBJECT if "rails." in body else GUARD
    listed = "openai==1.93.0\nllm-guard==0.3.16\nnemoguardrails==0.14.0\n"
    files = {"requirements.txt": listed, "guard.py": guard, "app.py": APP.format(body), **more}
    given = {"files": {**files, "settings.py": SETTINGS.format(default)}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return on_by_default.ask(asked).outcome


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (IF.format("settings.guard_on"), Outcome.FAIL),
        (IF.format("question and settings.guard_on"), Outcome.FAIL),
        (IF.format("question or settings.guard_on"), Outcome.PASS),
        (IF.format("not settings.guard_on"), Outcome.PASS),
        (IF.format("USE_GUARD"), Outcome.FAIL),
        (IF.format("guarded"), Outcome.FAIL),
        (IF.format("guarding"), Outcome.FAIL),
        (IF.format("question"), Outcome.PASS),
        (IF.format("os.getenv('GUARD_ON', '0') == '1'"), Outcome.FAIL),
        (IF.format("os.getenv('GUARD_ON', '1') == '1'"), Outcome.PASS),
        (IF.format("os.getenv('GUARD_ON', '1') != '0'"), Outcome.PASS),
        (IF.format("USE_GUARD") + "    refuse_attacks(question)\n", Outcome.PASS),
        ("    question = refuse_attacks(question) if USE_GUARD else question\n", Outcome.FAIL),
        (LEAVES, Outcome.FAIL),
        (RAILS.format("USE_GUARD"), Outcome.FAIL),
        (RAILS.format("question"), Outcome.PASS),
        (IF.format("settings.guard_on is False"), Outcome.PASS),
        (IF.format("settings.guard_on == False"), Outcome.PASS),
        (IF.format("settings.guard_on is True"), Outcome.FAIL),
        (IF.format("settings.guard_on < 1"), Outcome.PASS),
        (IF.format("settings.guard_on > 0"), Outcome.FAIL),
        (IF.format("os.getenv('GUARD_ON', '0') in ('1', 'true')"), Outcome.FAIL),
        (IF.format("os.getenv('GUARD_ON', '0') in ('0', '')"), Outcome.PASS),
        (IF.format("(\n        settings.guard_on\n        and question\n    )"), Outcome.FAIL),
        (IF.format("(\n        settings.guard_on\n        or question\n    )"), Outcome.PASS),
        (IF.replace("{}:", "settings.guard_on:  # later"), Outcome.FAIL),
        (IF.replace("{}:", "question:  # settings.guard_on"), Outcome.PASS),
        (LEAVES.replace("not settings.guard_on", "settings.guard_on is False"), Outcome.FAIL),
        (LEAVES.replace("not settings.guard_on", "settings.guard_on is True"), Outcome.PASS),
        ("    settings.guard_on and refuse_attacks(question)\n", Outcome.FAIL),
        ("    question and refuse_attacks(question)\n", Outcome.PASS),
    ],
)
def test_a_switch_on_the_way(body: str, expected: Outcome) -> None:
    assert _outcome(body) is expected


def test_a_switch_that_is_on() -> None:
    body = IF.format("settings.guard_on")
    assert _outcome(body, "True") is Outcome.PASS
    compose = "services:\n  a:\n    build: .\n    environment:\n      GUARD_ON: 'true'\n"
    image = "FROM python:3.12\nCOPY . .\n"
    deployed = _outcome(body, **{"compose.yaml": compose, "Dockerfile": image})
    assert deployed is Outcome.PASS


@pytest.mark.parametrize(
    ("default", "name", "expected"),
    [
        ("False", "APP_GUARD_ON", Outcome.PASS),
        ("False", "GUARD_ON_CALL", Outcome.FAIL),
        ("Field(False, alias='SHIELD')", "SHIELD", Outcome.PASS),
        ("Field(False, alias='SHIELD')", "SWORD", Outcome.FAIL),
        ("Field(False, alias=NAME)", "SWORD", Outcome.PASS),
        ("Field(\n        default=True,\n    )", "SWORD", Outcome.PASS),
        ("Field(\n        default=False,\n    )", "SWORD", Outcome.FAIL),
    ],
)
def test_a_setting_by_another_name(default: str, name: str, expected: Outcome) -> None:
    compose = f"services:\n  a:\n    build: .\n    environment:\n      {name}: 'true'\n"
    files = {"compose.yaml": compose, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    assert _outcome(IF.format("settings.guard_on"), default, **files) is expected
