"""Traces by what stands around the code: gateways, servers, agents, commands that deploy."""

from __future__ import annotations

import json

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

IMAGE = "FROM python:3.12\nCOPY . .\n"
OPENAI = {"requirements.txt": "openai==1.93.0\n", "Dockerfile": IMAGE}
ASK = "from openai import OpenAI\nclient = OpenAI({})\nclient.responses.create(model='gpt-4.1')\n"
HELICONE = "base_url='https://oai.helicone.ai/v1'"
AT = "services:\n  api:\n    build: .\n    environment:\n      OPENAI_BASE_URL: {}\n"
PROXY = (
    "  litellm:\n    image: ghcr.io/berriai/litellm:v1.70.0\n"
    "    volumes: ['./litellm.yaml:/app/config.yaml']\n"
    "    environment:\n      LANGFUSE_SECRET_KEY: ${LANGFUSE_SECRET_KEY:?}\n"
)
SENTRY = {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.40.0\n", "Dockerfile": IMAGE}
INIT = "import sentry_sdk\nsentry_sdk.init(dsn='{}', traces_sample_rate=1.0)\n" + ASK.format("")
DSN = "https://a@o1.ingest.sentry.io/2"
ADK = {
    "requirements.txt": "google-adk==1.10.0\n",
    "agent.py": "from google.adk.agents import Agent\nroot_agent = Agent(name='a')\n",
}
SERVER = (
    "from google.adk.cli.fast_api import get_fast_api_app\nget_fast_api_app(trace_to_cloud={})\n"
)
ENGINE = (
    "from vertexai.preview.reasoning_engines import AdkApp\nfrom agent import root_agent\n"
    "def ship():\n    return AdkApp(agent=root_agent, enable_tracing={})\n"
)
NOTEBOOK = json.dumps(
    {"nbformat": 4, "cells": [{"cell_type": "code", "source": [ENGINE.format("True")]}]}
)
DEPLOY = "deploy:\n\tadk deploy cloud_run --project=x \\\n\t  {} agent\n"
UNDER = IMAGE + 'CMD ["newrelic-admin", "run-program", "python", "app.py"]\n'
INI = "[newrelic]\nai_monitoring.enabled = {}\n[newrelic:development]\nmonitor_mode = false\n"
WATCHED = {**OPENAI, "app.py": ASK.format(""), "Dockerfile": UNDER}
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "newrelic": "13.0.0"}, '
    '"scripts": {"start": "node -r newrelic app.js"}}',
    "app.js": 'import OpenAI from "openai";\nnew OpenAI().responses.create({});\n',
}
GRAPH = {
    "requirements.txt": "langgraph==0.5.0\n",
    "app.py": "from langgraph.graph import StateGraph\nStateGraph(dict).compile()\n",
    "Dockerfile": IMAGE,
}
FLOW = ".github/workflows/deploy.yml"
ORDER = "on: push\njobs:\n  b:\n    steps:\n      - run: |\n          test $LANGSMITH_API_KEY\n"
ORDER += "          {}\n"
SENT = ORDER.format(
    "cat > {} << END\n          LANGSMITH_TRACING=true\n          END\n          {} host"
)
ELSEWHERE = SENT.format("agent.env", "pytest") + "  c:\n    steps:\n      - run: ssh host up\n"
OTHERS = "gcloud run deploy a --image {} --set-env-vars=LANGSMITH_TRACING=true"
BUILT = "docker push docker.io/a/b:1\n          "
PATCHED = {
    **OPENAI,
    "app.py": ASK.format(""),
    "Dockerfile": IMAGE + 'CMD ["ddtrace-run", "python", "app.py"]\n',
}
FOUND = {
    "helicone": {**OPENAI, "app.py": ASK.format(HELICONE)},
    "helicone by a variable": {
        **OPENAI,
        "app.py": ASK.format(""),
        "compose.yaml": AT.format("https://oai.helicone.ai/v1"),
    },
    "sentry": {**SENTRY, "app.py": INIT.format(DSN)},
    "server of adk": {**ADK, "main.py": SERVER.format("True")},
    "agent engine": {**ADK, "deployment/ship.py": ENGINE.format("True")},
    "deployed with traces": {**ADK, "Makefile": DEPLOY.format("--trace_to_cloud")},
    "langsmith, by what a workflow sends along": {**GRAPH, FLOW: SENT.format("agent.env", "ssh")},
    "langsmith, by the order that deploys": {
        **GRAPH,
        FLOW: ORDER.format("gcloud run deploy a --set-env-vars=LANGSMITH_TRACING=true"),
    },
    "langsmith, with an image that is made there": {
        **GRAPH,
        FLOW: ORDER.format(BUILT + OTHERS.format("docker.io/a/b")),
    },
    "new relic": {**WATCHED, "newrelic.ini": INI.format("true")},
    "datadog": PATCHED,
    "new relic of Node.js": {
        **NODE,
        "newrelic.js": "exports.config = {\n  ai_monitoring: {\n    enabled: true\n  }\n}\n",
    },
}
MISSING = {
    "another gateway": {**OPENAI, "app.py": ASK.format("base_url='https://gw.acme.io/v1'")},
    "one that is optional": {
        **OPENAI,
        "app.py": "import os\nif os.getenv('HELICONE'):\n    "
        + ASK.format(HELICONE).split("\n")[1]
        + "\nfrom openai import OpenAI\nOpenAI().responses.create(model='gpt-4.1')\n",
    },
    "a proxy beside it that traces what arrives there": {
        **OPENAI,
        "app.py": ASK.format("base_url='http://litellm:4000'"),
        "compose.yaml": AT.format("http://litellm:4000") + PROXY,
        "litellm.yaml": "litellm_settings:\n  success_callback: ['langfuse']\n",
    },
    "an address to fill in": {**SENTRY, "app.py": INIT.format("")},
    "a server told not to": {**ADK, "main.py": SERVER.format("False")},
    "agent engine, by hand": {
        **ADK,
        "ship.ipynb": NOTEBOOK,
    },
    "agent engine without": {**ADK, "deployment/ship.py": ENGINE.format("False")},
    "deployed without": {**ADK, "Makefile": DEPLOY.format("--with_ui")},
    "deployed so in a remark": {**ADK, "Makefile": "# " + DEPLOY.format("--trace_to_cloud")[8:]},
    "langsmith, in a workflow that deploys nothing": {
        **GRAPH,
        FLOW: SENT.format("agent.env", "pytest"),
    },
    "langsmith, in a job beside the one that deploys": {**GRAPH, FLOW: ELSEWHERE},
    "langsmith, with the image of somebody else": {
        **GRAPH,
        FLOW: ORDER.format(OTHERS.format("docker.io/x/y")),
    },
    "langsmith, for the rest of the job": {
        **GRAPH,
        FLOW: ORDER.format('echo "LANGSMITH_TRACING=true" >> $GITHUB_ENV && fly deploy'),
    },
    "langsmith, which traces no client of its own accord": {
        **OPENAI,
        "app.py": ASK.format(""),
        FLOW: SENT.format("agent.env", "ssh"),
    },
    "not monitored": {**WATCHED, "newrelic.ini": INI.format("false")},
    "silent": {**WATCHED, "newrelic.ini": "monitor_mode = false\n" + INI.format("true")},
    "not started under it": {**WATCHED, "Dockerfile": IMAGE, "newrelic.ini": INI.format("true")},
    "datadog, told not to": {
        **PATCHED,
        "Dockerfile": IMAGE
        + 'ENV DD_TRACE_ENABLED=false\nCMD ["ddtrace-run", "python", "app.py"]\n',
    },
    "the agent of Node.js as it comes": NODE,
}


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return tracing_wired.ask(asked).outcome


@pytest.mark.parametrize("name", FOUND)
def test_what_traces_from_outside(name: str) -> None:
    assert _outcome(FOUND[name]) is Outcome.PASS


@pytest.mark.parametrize("name", MISSING)
def test_what_does_not(name: str) -> None:
    assert _outcome(MISSING[name]) is Outcome.FAIL


@pytest.mark.parametrize(
    ("file", "text", "outcome"),
    [
        (".env.example", "LANGSMITH_API_KEY=\n", Outcome.FAIL),
        ("compose.yaml", "LANGCHAIN_API_KEY: abc", Outcome.PASS),
        ("compose.yaml", "LANGSMITH_API_KEY: abc", Outcome.PASS),
    ],
)
def test_a_key_of_langsmith_that_is_optional(file: str, text: str, outcome: Outcome) -> None:
    text = (
        f"services:\n  api:\n    build: .\n    environment:\n      {text}\n"
        if ":" in text
        else text
    )
    files = {
        "requirements.txt": "langgraph==0.5.0\n",
        "config.py": "class Config(BaseSettings):\n    langsmith_api_key: str | None = None\n",
        "app.py": "import os\nfrom langgraph.graph import StateGraph\nfrom config import config\n\n"
        "def trace():\n    if not config.langsmith_api_key:\n        return\n"
        "    os.environ['LANGCHAIN_API_KEY'] = config.langsmith_api_key\n"
        "    os.environ['LANGCHAIN_TRACING_V2'] = 'true'\n\ntrace()\nStateGraph(dict)\n",
        file: text,
    }
    assert _outcome(files) is outcome
