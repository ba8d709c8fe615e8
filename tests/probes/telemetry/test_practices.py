"""Whether tracebacks that are kept elsewhere make up for those of models that are lost."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept


def _package(*names: str) -> str:
    return '{"dependencies": {' + ", ".join(f'"{name}": "1.0.0"' for name in names) + "}}"


SCRIPT = (
    'import express from "express";\nimport { ask } from "./ask";\nconst app = express();\n'
    "app.post('/ask', async (req, res) => {\n  try { res.json(await ask(req.body)); }\n"
    "  catch (e) { console.error(e); res.status(500).end(); }\n});\n"
)
ASK = (
    'import OpenAI from "openai";\nexport async function ask(text: string) {{\n  try {{\n'
    "    return await new OpenAI().responses.create({{ model: 'gpt-4.1', input: text }});\n"
    "  }} catch (error) {{\n    {}\n  }}\n}}\n"
)
MORE = (
    "app.get('/{}', async (req, res) => {{\n  try {{ await save(req); }}\n"
    "  catch (e) {{ console.error(e); }}\n}});\n"
)


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("return { failed: String(error) };", Outcome.FAIL),
        ("throw error;", Outcome.PASS),
        ("console.error(error); return null;", Outcome.PASS),
    ],
)
def test_what_scripts_print_elsewhere_says_nothing_of_models(does: str, outcome: Outcome) -> None:
    app = SCRIPT + "".join(MORE.format(name) for name in ("a", "b", "c", "d", "e", "f", "g"))
    files = {"package.json": _package("express", "openai"), "ask.ts": ASK.format(does)}
    files["app.ts"] = app
    given = {"repo": testing.repository({"files": files})}
    given["component"] = testing.component({"files": files})
    assert tracebacks_kept.ask(given).outcome is outcome
