"""Whether any part of a program holds exceptions back from whatever runs it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.errors import kept
from agentaudit.probes.telemetry.fates import Fates, followed
from agentaudit.probes.telemetry.held import holds_elsewhere

PYTHON = {
    "requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n",
    "planner.py": (
        "from openai import OpenAI\n\ndef draft(text):\n"
        "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n\n"
        "def outline(text):\n    try:\n        return draft(text)\n"
        "    except ValueError as error:\n        return str(error)\n"
    ),
}
ROUTE = (
    "import logging\nfrom fastapi import FastAPI\nfrom planner import outline\napp = FastAPI()\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n    try:\n        return outline(text)\n"
    "    except Exception as error:\n        {}\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "express": "5.0.0"}}',
    "planner.ts": (
        'import OpenAI from "openai";\n'
        "export async function outline(\n  text: string,\n  options: { short: boolean } = {},\n"
        "): Promise<{ text: string }> {\n  try {\n"
        "    return await new OpenAI().responses.create({ model: 'gpt-4.1', input: text });\n"
        "  } catch (error) {\n    throw new Error(`outline: ${error}`);\n  }\n}\n"
    ),
}
SERVED = (
    'import express from "express";\nimport { outline } from "./planner";\nconst app = express();\n'
    'app.post("/ask", async (req, res) => {\n  try {\n    res.json(await outline(req.body));\n'
    "  } catch (error) {\n    %s\n  }\n});\n"
)
TRIED_ASIDE = (
    "import logging, openai\ndef read(path):\n    try:\n        return open(path).read()\n"
    "    except {}:\n        {}\n"
)
SCRIPT_ASIDE = (
    "export async function read(text: string) {\n  try { return %s; }\n"
    "  catch (error) { return null; }\n}\n"
)


def _followed(files: dict[str, str]) -> Fates:
    component = testing.component({"files": files})
    return followed(testing.repository({"files": files}), component, list(kept(component.code)))


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({"aside.py": "def read(path):\n    return open(path).read()\n"}, True),
        ({"aside.py": TRIED_ASIDE.format("Exception", "return ''")}, False),
        ({"aside.py": TRIED_ASIDE.format("Exception", "raise")}, True),
        ({"aside.py": TRIED_ASIDE.format("Exception", "logging.exception('unread')")}, True),
        ({"aside.py": TRIED_ASIDE.format("FileNotFoundError", "return ''")}, True),
        ({"aside.py": TRIED_ASIDE.format("openai.APIError", "return ''")}, False),
        (
            {"aside.py": "from contextlib import suppress\nwith suppress(Exception):\n    f()\n"},
            False,
        ),
        ({"demo.py": "import openai\n" + TRIED_ASIDE.format("Exception", "pass")}, False),
        ({"odd.py": "x = '\\\n" + TRIED_ASIDE.format("Exception", "pass")}, False),
        ({"tests/test_ask.py": TRIED_ASIDE.format("Exception", "return ''")}, True),
    ],
)
def test_whether_any_part_of_a_program_holds_exceptions_back(
    files: dict[str, str], free: bool
) -> None:
    ends = _followed({**PYTHON, "app.py": ROUTE.format("raise"), **files})
    assert ends.nothing_holds is free


@pytest.mark.parametrize(
    ("path", "text", "free"),
    [
        ("src/read.ts", SCRIPT_ASIDE % "JSON.parse(text)", True),
        ("src/read.ts", SCRIPT_ASIDE % "await fetch(text)", False),
        ("src/components/read.ts", SCRIPT_ASIDE % "await fetch(text)", True),
        ("src/components/api/route.ts", SCRIPT_ASIDE % "await fetch(text)", False),
        ("src/errors.ts", "app.use((err: Error, req, res, next) => { res.status(500); });", False),
        ("src/errors.ts", "ask('x').catch(() => undefined);", False),
        ("src/errors.ts", "ask('x').catch((err) => { console.error(err); exit(1); });", True),
        ("src/errors.ts", "ask('x').catch(console.error);", True),
    ],
)
def test_whether_any_script_holds_exceptions_back(path: str, text: str, free: bool) -> None:
    ends = _followed({**NODE, "app.ts": SERVED % "next(error);", path: text})
    assert ends.nothing_holds is free


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("@OnError\npublic void failed(Session session, Throwable error) {}\n", True),
        ("public class Failed implements ExceptionMapper<Throwable> {}\n", True),
        ("@OnMessage\npublic void asked(String text) {}\n", False),
    ],
)
def test_whether_a_server_of_java_is_told_what_to_do_with_them(text: str, held: bool) -> None:
    assert holds_elsewhere("src/main/java/Chat.java", text) is held
