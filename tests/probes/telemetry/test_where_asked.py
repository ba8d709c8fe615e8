"""Errors of models followed to where requests arrive, and what keeps logs and traces from going."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.attempts import is_sync
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

LOCAL = (
    "import logging\nfrom fastapi import FastAPI, HTTPException\n"
    "from transformers import AutoTokenizer, pipeline\n"
    "logger = logging.getLogger(__name__)\napp = FastAPI()\n"
    "tokenizer = AutoTokenizer.from_pretrained('gpt2')\npipe = pipeline('text-generation')\n\n\n"
    "@app.post('/chat')\ndef chat(text: str):\n{}"
)
TRIED = (
    "    try:\n        return pipe(text)\n    except Exception as error:\n"
    "        logger.error(f'failed: {error}')\n"
    "        raise HTTPException(500, detail=str(error))\n"
)
ANSWER = (
    "from openai import OpenAI\n\n\ndef answer(text):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
)
ROUTE = (
    "from fastapi import FastAPI\nfrom answering import answer\napp = FastAPI()\n\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n{}"
)
NODE = '{"name": "api", "dependencies": {"openai": "5.0.0", "koa": "3.0.0", "winston": "3.0.0"}}'
LOGGER = "import winston from 'winston';\nconst logger = winston.createLogger();\n"
GRAPH = (
    LOGGER + "import OpenAI from 'openai';\nexport async function answer(text: string) {\n"
    "  return await new OpenAI().responses.create({ model: 'gpt-4.1', input: text });\n}\n"
)
TOLD = "  try {{\n    return await {}(text);\n  }} catch (error) {{\n    {}\n  }}\n"
ASKED = (
    "import { answer } from './graph.js';\n"
    "export const asked = async (text: string) => {\n"
    + TOLD.format("answer", "return { error: (error as Error).message };")
    + "};\n"
)
LOGFIRE = "import logfire\n{}logfire.configure()\nlogfire.instrument_openai()\n"
FLOW = "from openai import OpenAI\nfrom promptflow.tracing import {}trace\n{}\n\n@trace\n" + (
    "def ask(text):\n    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
)


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    asked = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files}),
    }
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("body", "outcome"), [(TRIED, Outcome.FAIL), ("    return pipe(text)\n", Outcome.PASS)]
)
def test_model_that_is_called_by_its_name_is_asked(body: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "fastapi==0.115.0\ntransformers==4.53.0\n"}
    assert _outcome(tracebacks_kept, {**files, "app.py": LOCAL.format(body)}) is outcome


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("    return answer(text)\n", Outcome.PASS),
        (
            "    try:\n        return answer(text)\n    except Exception:\n        return None\n",
            Outcome.FAIL,
        ),
    ],
)
def test_server_may_stand_in_a_file_that_uses_nothing_else(body: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "fastapi==0.115.0\nopenai==1.93.0\n",
        "answering.py": ANSWER,
        "serving.py": ROUTE.format(body),
    }
    assert _outcome(tracebacks_kept, files) is outcome


@pytest.mark.parametrize(("name", "outcome"), [("controller", "fail"), ("printed", "pass")])
def test_logs_elsewhere_do_not_make_up_for_the_answer(name: str, outcome: str) -> None:
    others = "".join(
        f"export async function try{at}(text: string) {{\n"
        + TOLD.format("answer", "logger.error('failed', error);")
        + "}\n"
        for at in range(3)
    )
    others += "export const all = [try0, try1, try2];\n"
    files = {"package.json": NODE, "src/graph.ts": GRAPH + others, f"src/{name}.ts": ASKED}
    assert _outcome(tracebacks_kept, files).value == outcome


@pytest.mark.parametrize(
    ("key", "imported", "outcome"),
    [("err", "pino", "pass"), ("data", "pino", "fail"), ("err", "tslog", "fail")],
)
def test_function_of_pino_keeps_what_it_is_given_under_its_key(
    key: str, imported: str, outcome: str
) -> None:
    log = (
        f"import pino from '{imported}';\nconst logger = pino();\n"
        "export const logError = (msg: string, ...args: unknown[]) => {\n"
        f"  logger.error(args[0] instanceof Error ? {{ {key}: args[0] }} : {{}}, msg);\n}};\n"
    )
    asked = ASKED.replace("return {", "logError('failed', error); return {")
    assert asked != ASKED
    files = {"package.json": NODE.replace("winston", imported), "src/log.ts": log}
    files |= {"src/graph.ts": GRAPH.replace("winston", imported), "src/controller.ts": asked}
    assert _outcome(tracebacks_kept, files).value == outcome


@pytest.mark.parametrize(
    ("tried", "plain"),
    [
        ("    rows = json.loads(row[0])\n    items.append(str(rows))", True),
        ("    items = {k: str(v) for k, v in found.items()}", True),
        ("    found = json.loads(client.ask(text))", False),
        ("    await turn(json.loads(text))", False),
        ("", False),
    ],
)
def test_turning_values_into_others_asks_nobody(tried: str, plain: bool) -> None:
    assert is_sync("app.py", tried) is plain


@pytest.mark.parametrize(
    ("used", "outcome"),
    [
        ("", Outcome.PASS),
        ("from loguru import logger\n", Outcome.FAIL),
        (
            "from loguru import logger\nlogger.configure(handlers=[logfire.loguru_handler()])\n",
            Outcome.PASS,
        ),
    ],
)
def test_logfire_is_handed_the_records_of_another_logger(used: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "logfire==3.0.0\nloguru==0.7.3\nopenai==1.93.0\n",
        "app.py": LOGFIRE.format(used) + "from openai import OpenAI\nOpenAI()\n",
    }
    assert _outcome(logs_structured, files) is outcome


@pytest.mark.parametrize(
    ("imported", "begun", "more", "outcome"),
    [
        ("", "", {}, Outcome.FAIL),
        ("start_trace, ", "start_trace()", {}, Outcome.PASS),
        ("", "", {"deploy.yml": "app_insights_enabled: true\n"}, Outcome.PASS),
    ],
)
def test_flow_is_traced_once_something_begins_it(
    imported: str, begun: str, more: dict[str, str], outcome: Outcome
) -> None:
    files = {
        "requirements.txt": "promptflow-tracing==1.16.0\nopenai==1.93.0\n",
        "app.py": FLOW.format(imported, begun) + "\n\nask('x')\n",
    }
    assert _outcome(tracing_wired, {**files, **more}) is outcome
