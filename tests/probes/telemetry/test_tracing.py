"""What keeps a library that traces from running, though it is called."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Answer, Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

MANIFEST = {"requirements.txt": "openai==1.93.0\nlangsmith==0.4.0\nlangfuse==3.2.0\n"}
TRACEABLE = (
    "from langsmith import traceable\nfrom openai import OpenAI\n\n@traceable\ndef plan(text):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
)
OBSERVED = (
    "from ioa_observe.sdk.decorators import agent\nfrom openai import OpenAI\n\n@agent(name='a')\n"
    "class Planner:\n    def plan(self, text):\n"
    "        return OpenAI().responses.create(model='gpt-4.1', input=text)\n\nPlanner().plan('x')\n"
)
KEYED = (
    "import os\nfrom langfuse import CallbackHandler\nfrom openai import OpenAI\nOpenAI()\n"
    "if os.environ.get('LANGFUSE_SECRET_KEY'):\n    CallbackHandler()\n"
)
HANDLER = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\nOpenAI()\nCallbackHandler()\n"
)
CLIENT = (
    "import os\nfrom langfuse import Langfuse, observe\nfrom openai import OpenAI\n\n"
    "def client():\n    if not os.environ.get('LANGFUSE_SECRET_KEY'):\n        return None\n"
    "    return Langfuse()\n\nclient()\n\n@observe()\ndef plan():\n    return OpenAI()\n\nplan()\n"
)
KEY_GIVEN = "services:\n  api:\n    build: .\n    environment:\n      LANGFUSE_SECRET_KEY: ${KEY}\n"
MADE = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\n"
    "from start import make_client\nOpenAI()\nclient = make_client()\n"
    "if client is not None:\n    CallbackHandler(client)\n"
)
GENERIC = (
    "from langfuse import CallbackHandler\nfrom openai import OpenAI\nfrom conf import settings\n"
    "OpenAI()\n"
    "if settings.tracing.enabled:\n    CallbackHandler()\n"
)
DEVELOPMENT = (
    '[project]\nname = "a"\ndependencies = ["openai", "langsmith"]\n[dependency-groups]\ndev = [\n'
    '    "langfuse>=3",\n]\n'
)
EXTRA = (
    '[project]\nname = "a"\ndependencies = ["openai"]\n[project.optional-dependencies]\n'
    'tracing = [\n    "langfuse>=3",\n]\nall = [\n    "a[tracing]",\n]\n'
)
IMAGE = "FROM python:3.12\nCOPY . .\nRUN uv sync {}\n"
ASKED = (
    "import os\n\ndef is_tracing_on():\n"
    "    return os.getenv('LANGFUSE_TRACING', '{}').lower() == 'true'\n"
)
SENTRY = (
    "import sentry_sdk\nfrom openai import OpenAI\n"
    "sentry_sdk.init(dsn=settings.dsn, traces_sample_rate={})\nOpenAI()\n"
)
DEPLOYED = "services:\n  api:\n    build: .\n    environment:\n      SENTRY_DSN: ${SENTRY}\n"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"app.py": TRACEABLE}, Outcome.FAIL),
        ({"app.py": TRACEABLE, ".env.example": "LANGSMITH_TRACING=true\n"}, Outcome.UNKNOWN),
        (
            {"app.py": TRACEABLE, "Dockerfile": "FROM a\nENV LANGSMITH_TRACING=true\nCOPY . .\n"},
            Outcome.PASS,
        ),
        ({"app.py": OBSERVED}, Outcome.PASS),
        ({"app.py": OBSERVED.replace("@agent(name='a')\n", "")}, Outcome.FAIL),
        ({"app.py": KEYED}, Outcome.FAIL),
        ({"app.py": KEYED, ".env.example": "LANGFUSE_SECRET_KEY=\n"}, Outcome.FAIL),
        (
            {"app.py": KEYED, ".env.example": "# Required settings\n\nLANGFUSE_SECRET_KEY=\n"},
            Outcome.PASS,
        ),
        ({"app.py": KEYED, "compose.yaml": KEY_GIVEN}, Outcome.PASS),
        ({"app.py": CLIENT}, Outcome.FAIL),
        ({"app.py": CLIENT, "compose.yaml": KEY_GIVEN}, Outcome.PASS),
        ({"app.py": MADE}, Outcome.UNKNOWN),
        ({"app.py": HANDLER, "pyproject.toml": DEVELOPMENT, "requirements.txt": ""}, Outcome.FAIL),
        ({"app.py": HANDLER}, Outcome.PASS),
        ({"app.py": GENERIC, "chart/values.yaml": "nginx:\n  enabled: true\n"}, Outcome.FAIL),
    ],
)
def test_what_keeps_it_from_running(files: dict[str, str], outcome: Outcome) -> None:
    answer = _asked(MANIFEST | files)
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [("", Outcome.FAIL), ("--extra all", Outcome.PASS), ("--all-extras", Outcome.PASS)],
)
def test_an_extra_is_there_where_its_image_installs_it(flags: str, outcome: Outcome) -> None:
    files = {"pyproject.toml": EXTRA, "Dockerfile": IMAGE.format(flags), "app.py": HANDLER}
    assert _asked(files).outcome is outcome


@pytest.mark.parametrize(("default", "outcome"), [("", Outcome.FAIL), ("true", Outcome.PASS)])
def test_a_switch_that_is_compared_with_true_is_off(default: str, outcome: Outcome) -> None:
    files = {"app.py": HANDLER, "telemetry.py": ASKED.format(default)}
    assert _asked(MANIFEST | files).outcome is outcome


@pytest.mark.parametrize(
    ("needs", "rate", "compose", "outcome"),
    [
        ("openai==1.93.0\nsentry-sdk==2.30.0\n", "0.2", DEPLOYED, Outcome.PASS),
        ("openai==1.93.0\nsentry-sdk==2.30.0\n", "0.0", DEPLOYED, Outcome.FAIL),
        ("openai==1.93.0\nsentry-sdk==2.30.0\n", "0.2", "services: {}\n", Outcome.FAIL),
        ("openai==1.93.0\nsentry-sdk==1.45.0\n", "0.2", DEPLOYED, Outcome.FAIL),
        (
            "openai==1.93.0\nsentry-sdk==2.30.0\n",
            "0.2, disabled_integrations=[OpenAIIntegration()]",
            DEPLOYED,
            Outcome.FAIL,
        ),
    ],
)
def test_sentry_traces_models_by_itself(
    needs: str, rate: str, compose: str, outcome: Outcome
) -> None:
    code = {"app.py": SENTRY.format(rate), "docker-compose.yml": compose, "Dockerfile": "FROM a\n"}
    answer = _asked({"requirements.txt": needs, **code})
    assert answer.outcome is outcome, answer.message


OWN = (
    "from openai import OpenAI\nfrom opentelemetry import trace\n"
    "from opentelemetry.sdk.trace import TracerProvider\n"
    "provider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(exporter))\n"
    "trace.set_tracer_provider(provider)\nOpenAI()\n"
    "trace.get_current_span().set_attribute('gen_ai.request.model', 'gpt-4.1')\n"
)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ('${APP_TRACING_ENABLED:-"False"}', Outcome.FAIL),
        ("false", Outcome.FAIL),
        ("true", Outcome.PASS),
        ("${APP_TRACING_ENABLED}", Outcome.PASS),
    ],
)
def test_spans_of_ones_own_are_off_where_the_deployment_says_so(
    value: str, outcome: Outcome
) -> None:
    compose = "services:\n  api:\n    build: .\n    environment:\n"
    files = {
        "requirements.txt": "openai==1.93.0\nopentelemetry-sdk==1.35.0\n",
        "app.py": OWN,
        "Dockerfile": "FROM python:3.12\n",
        "docker-compose.yml": f"{compose}      APP_TRACING_ENABLED: {value}\n",
    }
    assert _asked(files).outcome is outcome


NO_EXPORT = (
    "from openinference.instrumentation.openai import OpenAIInstrumentor\n"
    "from openai import OpenAI\n{}OpenAIInstrumentor().instrument()\nOpenAI()\n"
)
INSTRUMENTED = {"requirements.txt": "openai==1.93.0\nopeninference-instrumentation-openai==0.1.0\n"}
PROVIDER = (
    "from opentelemetry.sdk.trace import TracerProvider\n"
    "provider = TracerProvider({})\n"
    "provider.add_span_processor(SimpleSpanProcessor({}()))\n"
)
OTHERS = {
    "requirements.txt": "openai==1.93.0\nopeninference-instrumentation-langchain==0.1.0\n",
    "app.py": NO_EXPORT.format(PROVIDER.format("", "OTLPSpanExporter"))
    .replace("openinference.instrumentation.openai", "openinference.instrumentation.langchain")
    .replace("OpenAIInstrumentor", "LangChainInstrumentor"),
}
SET_UP = (
    "from langfuse import CallbackHandler\ndef setup_tracing():\n    return CallbackHandler()\n"
)
ASKS = "from setting_up import setup_tracing\nfrom openai import OpenAI\nOpenAI()\n"
FLAGGED = ASKS + "from conf import settings\nif settings.tracing_enabled:\n    setup_tracing()\n"
CONF = "class Settings:\n    tracing_enabled: bool = {}\n"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (INSTRUMENTED | {"app.py": NO_EXPORT.format("")}, Outcome.FAIL),
        (
            INSTRUMENTED | {"app.py": NO_EXPORT.format(PROVIDER.format("", "ConsoleSpanExporter"))},
            Outcome.FAIL,
        ),
        (
            INSTRUMENTED | {"app.py": NO_EXPORT.format(PROVIDER.format("", "OTLPSpanExporter"))},
            Outcome.PASS,
        ),
        (
            INSTRUMENTED
            | {
                "app.py": NO_EXPORT.format(
                    PROVIDER.format("sampler=ALWAYS_OFF", "OTLPSpanExporter")
                )
            },
            Outcome.FAIL,
        ),
        (OTHERS, Outcome.FAIL),
        (OTHERS | {"chain.py": "from langchain_core.runnables import chain\n"}, Outcome.PASS),
    ],
)
def test_spans_reach_somebody(files: dict[str, str], outcome: Outcome) -> None:
    answer = _asked(files)
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"app.py": ASKS}, Outcome.FAIL),
        ({"app.py": ASKS, "debug.py": ASKS + "setup_tracing()\n"}, Outcome.FAIL),
        ({"app.py": ASKS + "setup_tracing()\n"}, Outcome.PASS),
        ({"app.py": ASKS + "start(on=[setup_tracing])\n"}, Outcome.PASS),
        ({"app.py": FLAGGED, "conf.py": CONF.format("False")}, Outcome.FAIL),
        ({"app.py": FLAGGED, "conf.py": CONF.format("True")}, Outcome.PASS),
        (
            {"app.py": FLAGGED, "conf.py": CONF.format("False"), ".env": "TRACING_ENABLED=true\n"},
            Outcome.PASS,
        ),
    ],
)
def test_what_sets_it_up_is_called(files: dict[str, str], outcome: Outcome) -> None:
    answer = _asked(MANIFEST | {"setting_up.py": SET_UP} | files)
    assert answer.outcome is outcome, answer.message


SDK = (
    'import { NodeSDK } from "@opentelemetry/sdk-node";\n'
    'import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";\n'
    "const sdk = new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] });\n"
)
STREAM = (
    'import { generateText } from "ai";\nimport { registerOTel } from "@vercel/otel";\n'
    "registerOTel({});\ngenerateText({ experimental_telemetry: { isEnabled: %s } });\n"
)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (SDK, Outcome.FAIL),
        (SDK + "sdk.start();\n", Outcome.PASS),
        (SDK + "// sdk.start();\n", Outcome.FAIL),
        (SDK + 'if (process.env.OTEL_ON === "1") {\n  sdk.start();\n}\n', Outcome.FAIL),
        (SDK + 'if (process.env.OTEL_ON !== "0") {\n  sdk.start();\n}\n', Outcome.PASS),
        (SDK + "if (process.env.OTEL_ENDPOINT) sdk.start();\n", Outcome.PASS),
        (STREAM % 'process.env.TELEMETRY === "1"', Outcome.FAIL),
        (STREAM % "true", Outcome.PASS),
    ],
)
def test_scripts_switch_it_on(text: str, outcome: Outcome) -> None:
    needs = (
        '{"dependencies": {"ai": "5.0.0", "@arizeai/openinference-instrumentation-openai": "2"}}'
    )
    answer = _asked({"package.json": needs, "index.ts": text})
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("starts", "more", "outcome"),
    [
        ("node app.js", {}, Outcome.FAIL),
        ("node --import ./dist/instrumentation.js app.js", {}, Outcome.PASS),
        ("node app.js", {"app.ts": 'import "./instrumentation";\n'}, Outcome.PASS),
        (
            "node app.js",
            {"k8s/a.yaml": "env: [{name: NODE_OPTIONS, value: -r ./dist/instrumentation.js}]\n"},
            Outcome.PASS,
        ),
        ("next start", {}, Outcome.PASS),
    ],
)
def test_something_loads_the_instrumentation(
    starts: str, more: dict[str, str], outcome: Outcome
) -> None:
    next_ = '"next": "15", ' if starts.startswith("next") else ""
    needs = (
        f'{{"scripts": {{"start": "{starts}"}}, "dependencies": {{{next_}"openai": "5", '
        '"@opentelemetry/instrumentation": "1", '
        '"@arizeai/openinference-instrumentation-openai": "2"}}'
    )
    asks = 'import OpenAI from "openai";\nnew OpenAI();\n'
    files = {"package.json": needs, "src/instrumentation.ts": SDK + "sdk.start();\n"}
    answer = _asked({**files, "ask.ts": asks, **more})
    assert answer.outcome is outcome, answer.message


SPRING = (
    "<project><dependencies>"
    + "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId></dependency>"
        for group, name in (
            ("org.springframework.ai", "spring-ai-starter-model-openai"),
            ("io.micrometer", "micrometer-tracing-bridge-otel"),
            ("io.opentelemetry", "opentelemetry-exporter-otlp"),
        )
    )
    + "</dependencies></project>\n"
)
PROFILE = (
    "management:\n  tracing:\n    sampling:\n      probability: {}\n"
    "otel:\n  exporter:\n    otlp:\n      endpoint: https://traces.acme.example\n"
)


@pytest.mark.parametrize(
    ("included", "sampled", "outcome"),
    [
        ("traced", "1.0", Outcome.PASS),
        ("other", "1.0", Outcome.FAIL),
        ("traced", "${SAMPLED:0}", Outcome.FAIL),
    ],
)
def test_spring_traces_by_a_profile_that_is_on(
    included: str, sampled: str, outcome: Outcome
) -> None:
    home = "src/main/resources"
    files = {
        "pom.xml": SPRING,
        "src/main/java/A.java": "import org.springframework.ai.chat.client.ChatClient;\n"
        "@RestController\npublic class A { ChatClient chat = ChatClient.create(model); }\n",
        f"{home}/application.yml": f"spring:\n  profiles:\n    include: {included}\n",
        f"{home}/application-traced.yml": PROFILE.format(sampled),
    }
    answer = _asked(files)
    assert answer.outcome is outcome, answer.message


def _asked(files: dict[str, str]) -> Answer:
    given = {"files": files}
    return tracing_wired.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    )


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({".env.example": "LANGSMITH_TRACING=true\n"}, Outcome.UNKNOWN),
        (
            {".env.example": "LANGSMITH_TRACING=true\n", "langgraph.json": '{"env": ".env"}'},
            Outcome.PASS,
        ),
        (
            {
                ".env.example": "# Optional: LangSmith\nLANGSMITH_TRACING=true\n",
                "langgraph.json": '{"env": ".env"}',
            },
            Outcome.UNKNOWN,
        ),
        (
            {
                "compose.yaml": "services:\n  a:\n    build: .\n"
                "    environment: [LANGSMITH_TRACING=true]\n"
            },
            Outcome.PASS,
        ),
    ],
)
def test_a_template_of_settings_switches_nothing_on(more: dict[str, str], outcome: Outcome) -> None:
    code = "from langchain_openai import ChatOpenAI\nChatOpenAI(model='gpt-4.1').invoke('x')\n"
    needs = {"requirements.txt": "langchain-openai==0.3\nlangsmith==0.4.0\n", "a.py": code}
    assert _asked({**needs, **more}).outcome is outcome


@pytest.mark.parametrize(("release", "outcome"), [("1.3.0", Outcome.FAIL), ("1.6.0", Outcome.PASS)])
def test_agent_framework_traces_by_itself_since_a_release(release: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": f"agent-framework=={release}\nazure-monitor-opentelemetry==1.8.2\n",
        "app.py": "from agent_framework import ChatAgent\n"
        "from azure.monitor.opentelemetry import configure_azure_monitor\n"
        "configure_azure_monitor()\nChatAgent(name='a').run('hello')\n",
        "Dockerfile": "FROM python:3.12\nENV APPLICATIONINSIGHTS_CONNECTION_STRING=a\nCOPY . .\n",
    }
    assert _asked(files).outcome is outcome
