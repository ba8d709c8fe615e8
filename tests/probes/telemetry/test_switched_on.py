"""Whether what is wired also runs by default: keys, addresses, switches, agents, lent code."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.memory_measured import memory_measured
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

LANGFUSE = {
    "requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n",
    "app.py": "from langfuse import CallbackHandler\nfrom openai import OpenAI\n"
    "from settings import Settings\nOpenAI()\nCallbackHandler()\n",
}
SETTINGS = "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    {}\n"
COMPOSE = "services:\n  api:\n    build: .\n    environment:\n      LANGFUSE_SECRET_KEY: {}\n"
STRANDS = {
    "requirements.txt": "strands-agents==1.0.0\n",
    "app.py": "from strands import Agent\nAgent()('x')\n",
}
STARTED = (
    "FROM python:3.12\nRUN pip install aws-opentelemetry-distro\nCOPY . .\n"
    'CMD ["opentelemetry-instrument", "python", "app.py"]\n'
)
STAGED = STARTED.replace("FROM python:3.12", "FROM python:3.12 AS first")
PLAIN = STARTED.replace('"opentelemetry-instrument", ', "")
BEFORE = '["sh", "-c", "opentelemetry-instrument python warm.py; python app.py", '
AFTER = '["sh", "-c", "python warm.py && opentelemetry-instrument python app.py", '
EXPORTED = (
    "import os\nfrom openai import OpenAI\nfrom opentelemetry import trace\n"
    "from opentelemetry.sdk.trace import TracerProvider\n\n{}"
    "provider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(exporter))\n"
    "trace.set_tracer_provider(provider)\n"
    "with trace.get_tracer('a').start_as_current_span('{}'):\n    OpenAI()\n"
)
ASKED = (
    "address = os.getenv('OTEL_EXPORTER_OTLP_ENDPOINT')\nif not address:\n    print('no traces')\n"
)
WEB = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework>'
    '</PropertyGroup><ItemGroup><PackageReference Include="Microsoft.SemanticKernel" '
    'Version="1.60.0" />{}</ItemGroup></Project>\n'
)
REFERENCE = '<ProjectReference Include="..\\defaults\\defaults.csproj" />'
DEFAULTS = (
    "using OpenTelemetry.Trace;\npublic static class Extensions {{\n"
    "  public static T AddServiceDefaults<T>(this T builder) where T : IHostApplicationBuilder {{\n"
    "    {}\n    builder.Logging.AddOpenTelemetry(x => {{ }});\n"
    "    builder.Services.AddOpenTelemetry().WithMetrics(m => m.AddRuntimeInstrumentation())\n"
    '      .WithTracing(t => t.AddSource("{}"));\n    return builder;\n  }}\n}}\n'
)
SWITCH = (
    'AppContext.SetSwitch("Microsoft.SemanticKernel.Experimental.GenAI.EnableOTelDiagnostics", '
    "true);"
)
KERNEL = "Microsoft.SemanticKernel*"
PROGRAM = (
    "using Microsoft.SemanticKernel;\nvar builder = WebApplication.CreateBuilder(args);\n{}\n"
    "Kernel.CreateBuilder();\n"
)
PSUTIL = {
    "requirements.txt": "openai==1.93.0\npsutil==7.0.0\n",
    "app.py": "import logging\nimport psutil\nfrom openai import OpenAI\nOpenAI()\n"
    "logger = logging.getLogger()\nused = psutil.Process().memory_info()\n",
}
ASK = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
}
AZURE = (
    "resource {0} 'Microsoft.Web/sites@2022-03-01' = {{\n  name: 'api'\n}}\n"
    "resource kept 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {{\n"
    "  scope: {1}\n  properties: {{\n    metrics: [\n      {{\n        category: 'AllMetrics'\n"
    "        enabled: {2}\n      }}\n    ]\n  }}\n}}\n"
)
MONITOR = (
    "from azure.monitor.opentelemetry import configure_azure_monitor\nfrom openai import OpenAI\n"
    "configure_azure_monitor({})\nOpenAI()\n"
)
BICEP = "resource a 'x' = {\n  env: [\n    {\n      name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'\n"
BICEP += "      value: insights.properties.ConnectionString\n    }\n  ]\n}\n"


def _outcome(probe: Probe, files: dict[str, str], home: str = ".") -> Outcome:
    given = {"files": files, "path": home}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("declared", "compose", "outcome"),
    [
        ("langfuse_secret_key: str | None = None", "", Outcome.FAIL),
        ("langfuse_secret_key: Optional[str] = Field(default=None)", "", Outcome.FAIL),
        ("langfuse_secret_key: str", "", Outcome.PASS),
        ("langfuse_secret_key: str | None = None", "${LANGFUSE_SECRET_KEY:-}", Outcome.FAIL),
        ("langfuse_secret_key: str | None = None", "${SECRET_OF_TRACES}", Outcome.PASS),
    ],
)
def test_a_key_that_may_be_left_out(declared: str, compose: str, outcome: Outcome) -> None:
    more = {"settings.py": SETTINGS.format(declared), "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    more |= {"compose.yaml": COMPOSE.format(compose)} if compose else {}
    assert _outcome(tracing_wired, LANGFUSE | more) is outcome


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("compose.yaml", COMPOSE.format("''"), Outcome.FAIL),
        ("compose.yaml", COMPOSE.format("${LANGFUSE_SECRET_KEY}"), Outcome.PASS),
        ("compose.yaml", COMPOSE.format("sk-lf-1"), Outcome.PASS),
        ("compose.yaml", COMPOSE.replace("SECRET_KEY", "HOST").format("''"), Outcome.PASS),
        (".env.example", "LANGFUSE_SECRET_KEY=\n", Outcome.PASS),
        (".env", "LANGFUSE_SECRET_KEY=\n", Outcome.PASS),
    ],
)
def test_a_key_that_is_deployed_empty(name: str, text: str, outcome: Outcome) -> None:
    files = LANGFUSE | {"Dockerfile": "FROM python:3.12\nCOPY . .\n", name: text}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("if not settings.langfuse_secret_key:\n    raise ValueError", Outcome.PASS),
        ("if not settings.langfuse_secret_key:\n    return", Outcome.FAIL),
        ("key = os.getenv('LANGFUSE_SECRET_KEY')\nif not key:\n    raise ValueError", Outcome.PASS),
        ("key = os.getenv('LANGFUSE_SECRET_KEY')\nif not key:\n    return", Outcome.FAIL),
        ("key = os.getenv('LANGFUSE_SECRET_KEY')\nuse(key)", Outcome.PASS),
    ],
)
def test_code_that_goes_on_without_a_key(condition: str, outcome: Outcome) -> None:
    code = "def begin(settings):\n    " + condition.replace("\n", "\n    ") + "\n"
    assert _outcome(tracing_wired, LANGFUSE | {"begin.py": code}) is outcome


ONLY_WITH_KEYS = (
    'import {{ NodeSDK }} from "@opentelemetry/sdk-node";\nimport winston from "winston";\n'
    'import {{ LangfuseExporter }} from "langfuse-vercel";\nimport OpenAI from "openai";\n'
    'import {{ getNodeAutoInstrumentations }} from "@opentelemetry/auto-instrumentations-node";\n'
    "export const logger = winston.createLogger({{ format: winston.format.json() }});\n"
    "export class Traces {{\n  begin() {{\n"
    '    const openKey = this.configService.get<string>("LANGFUSE_PUBLIC_KEY"{0});\n'
    '    const secretKey = this.configService.get<string>("LANGFUSE_SECRET_KEY"{0});\n'
    '    const url = this.configService.get<string>("LANGFUSE_BASE_URL", "https://cloud.langfuse.com");\n'
    "    if (openKey && secretKey && url) {{\n      new NodeSDK({{\n"
    "        traceExporter: new LangfuseExporter(),\n"
    "        instrumentations: [getNodeAutoInstrumentations()] }}).start();\n    }}\n  }}\n}}\n"
    "new Traces().begin();\nnew OpenAI();\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "winston": "3.17.0", '
    '"langfuse-vercel": "3.38.0", "@opentelemetry/sdk-node": "0.200.0", '
    '"@opentelemetry/auto-instrumentations-node": "0.60.0"}}'
}


@pytest.mark.parametrize(
    ("default", "given", "outcome"),
    [
        ("", "", Outcome.FAIL),
        ("", "LANGFUSE_PUBLIC_KEY", Outcome.PASS),
        (", 'sk-lf-1'", "", Outcome.PASS),
    ],
)
def test_scripts_that_wait_for_keys(default: str, given: str, outcome: Outcome) -> None:
    files = NODE | {"src/index.ts": ONLY_WITH_KEYS.format(default)}
    if given:
        compose = COMPOSE.replace("LANGFUSE_SECRET_KEY", given).format("lf-1")
        files |= {"Dockerfile": "FROM node:22\nCOPY . .\n", "compose.yaml": compose}
    assert _outcome(tracing_wired, files) is outcome
    assert _outcome(logs_structured, files) is outcome


@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        (STARTED, Outcome.PASS),
        (STARTED.replace('"opentelemetry-instrument", ', ""), Outcome.FAIL),
        (STARTED.replace("aws-opentelemetry-distro", "opentelemetry-api"), Outcome.FAIL),
        # only the last command counts, and what tells the health of an image starts nothing
        (STARTED + 'CMD ["python", "app.py"]\n', Outcome.FAIL),
        ('FROM python:3.12 AS dev\nCMD ["python", "app.py"]\n' + STARTED, Outcome.PASS),
        (STAGED + 'FROM python:3.12\nCMD ["python", "app.py"]\n', Outcome.FAIL),
        (STAGED + 'FROM first\nCMD ["python", "app.py"]\n', Outcome.FAIL),
        (STAGED + "FROM first\nENV A=b\n", Outcome.PASS),
        (STAGED + "FROM python:3.12\nCOPY --from=first /a /a\n", Outcome.FAIL),
        (STARTED.replace("CMD", "HEALTHCHECK CMD"), Outcome.FAIL),
        (STARTED.replace("CMD", "HEALTHCHECK --retries=3 \\\n  CMD"), Outcome.FAIL),
        # what is run before the program
        (STARTED.replace('["opentelemetry-instrument", ', BEFORE), Outcome.FAIL),
        (STARTED.replace('["opentelemetry-instrument", ', AFTER), Outcome.PASS),
    ],
)
def test_what_starts_the_program_takes_its_spans(image: str, outcome: Outcome) -> None:
    assert _outcome(tracing_wired, STRANDS | {"Dockerfile": image}) is outcome


@pytest.mark.parametrize(
    ("targets", "outcome"),
    [
        (("first",), Outcome.PASS),
        (("last",), Outcome.FAIL),
        (("first", "last"), Outcome.FAIL),
        (("first", "tests"), Outcome.PASS),
    ],
)
def test_what_starts_the_program_is_of_the_stage_that_is_built(
    targets: tuple[str, ...], outcome: Outcome
) -> None:
    plain = PLAIN.replace("FROM python:3.12", "FROM python:3.12 AS {}")
    image = STAGED + plain.format("tests") + plain.format("last")
    compose = "services:\n" + "".join(
        f"  {name}:\n    build: {{context: ., target: {name}}}\n" for name in targets
    )
    files = {**STRANDS, "Dockerfile": image, "compose.yaml": compose}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("traced", "started", "outcome"),
    [
        ("main.py", "main:app", Outcome.PASS),
        ("run.py", "main:app", Outcome.FAIL),
        ("admin/main.py", "main:app", Outcome.FAIL),
        ("scripts/server.py", "main:app", Outcome.FAIL),
        ("admin/main.py", "admin.main:app", Outcome.PASS),
        ("begin.py", "main:app", Outcome.PASS),
        # nobody can tell what is started
        ("run.py", "serve", Outcome.PASS),
    ],
)
def test_a_program_that_nothing_starts(traced: str, started: str, outcome: Outcome) -> None:
    code = "from langfuse import observe\nfrom openai import OpenAI\n\n@observe()\n{}"
    plan = "def plan(text):\n    return OpenAI().responses.create(input=text)\n\nplan('x')\n"
    files = {
        "requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n",
        "main.py": "import begin\nfrom openai import OpenAI\nOpenAI()\n",
        "Dockerfile": f'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "{started}"]\n',
    }
    assert _outcome(tracing_wired, files | {traced: code.format(plan)}) is outcome


@pytest.mark.parametrize("by", ["Procfile", "start.sh", "compose.yaml", "worker.toml"])
def test_a_program_that_something_names(by: str) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n",
        "main.py": "from openai import OpenAI\nOpenAI()\n",
        "worker.py": "from langfuse import observe\n\n@observe()\ndef plan(): ...\n\nplan()\n",
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app"]\n',
    }
    assert _outcome(tracing_wired, files) is Outcome.FAIL
    said = "a = 'python worker.py'\n" if by.endswith("toml") else "worker: python worker.py\n"
    assert _outcome(tracing_wired, files | {by: said}) is Outcome.PASS


@pytest.mark.parametrize(
    ("said", "image", "outcome"),
    [
        ("command: opentelemetry-instrument python app.py", PLAIN, Outcome.PASS),
        ("entrypoint: [opentelemetry-instrument]\n    command: [python]", PLAIN, Outcome.PASS),
        ("command: python app.py", PLAIN, Outcome.FAIL),
        ("command: python app.py", STARTED, Outcome.FAIL),
        ("command: python app.py", STARTED.replace("CMD", "ENTRYPOINT"), Outcome.PASS),
        ("ports: ['8000:8000']", STARTED, Outcome.PASS),
    ],
)
def test_a_service_says_what_is_started_instead(said: str, image: str, outcome: Outcome) -> None:
    compose = f"services:\n  api:\n    build: .\n    {said}\n"
    files = {**STRANDS, "Dockerfile": image, "compose.yaml": compose}
    assert _outcome(tracing_wired, files) is outcome
    other = compose.replace("api", "web").replace("build: .", "image: acme/web:1")
    alone = {**STRANDS, "Dockerfile": image, "compose.yaml": other}
    started = "opentelemetry-instrument" in image
    assert _outcome(tracing_wired, alone) is (Outcome.PASS if started else Outcome.FAIL)


@pytest.mark.parametrize(
    ("name", "image", "outcome"),
    [
        ("requirements.txt", "", Outcome.PASS),
        ("requirements-dev.txt", "", Outcome.FAIL),
        ("requirements-dev.txt", "RUN pip install -r requirements-dev.txt\n", Outcome.PASS),
    ],
)
def test_an_agent_is_installed_where_it_serves(name: str, image: str, outcome: Outcome) -> None:
    built = STARTED.replace("RUN pip install aws-opentelemetry-distro\n", image)
    needs = {"requirements.txt": "strands-agents==1.0.0\n"}
    needs[name] = needs.get(name, "") + "aws-opentelemetry-distro==0.10.1\n"
    assert _outcome(tracing_wired, {**STRANDS, **needs, "Dockerfile": built}) is outcome


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("exec opentelemetry-instrument python app.py", Outcome.PASS),
        ('if [ "$OTEL" ]; then\n  exec opentelemetry-instrument python app.py\nfi', Outcome.FAIL),
    ],
)
def test_a_script_that_starts_the_program(line: str, outcome: Outcome) -> None:
    image = 'FROM python:3.12\nENV OTEL_TRACES_EXPORTER=otlp\nCOPY . .\nENTRYPOINT ["./start.sh"]\n'
    files = {**STRANDS, "Dockerfile": image, "start.sh": f"#!/bin/sh\n{line}\n"}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("asked", "span", "env", "outcome"),
    [
        ("", "llm_completion", "", Outcome.PASS),
        ("", "load_settings", "", Outcome.FAIL),
        (ASKED, "llm_completion", "", Outcome.FAIL),
        (ASKED, "llm_completion", "http://collector:4317", Outcome.PASS),
    ],
)
def test_spans_that_go_somewhere(asked: str, span: str, env: str, outcome: Outcome) -> None:
    needs = {"requirements.txt": "openai==1.93.0\nopentelemetry-sdk==1.35.0\n"}
    image = f"FROM python:3.12\nENV OTEL_EXPORTER_OTLP_ENDPOINT={env}\nCOPY . .\n"
    more = {"Dockerfile": image} if env else {}
    files = {**needs, **more, "app.py": EXPORTED.format(asked, span)}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("called", "switch", "source", "traced", "logged"),
    [
        ("builder.AddServiceDefaults();", SWITCH, KERNEL, Outcome.PASS, Outcome.PASS),
        ("builder.AddServiceDefaults();", "", KERNEL, Outcome.FAIL, Outcome.PASS),
        (
            "builder.AddServiceDefaults();",
            SWITCH,
            "Microsoft.SemanticKernel",
            Outcome.FAIL,
            Outcome.PASS,
        ),
        ("", SWITCH, KERNEL, Outcome.FAIL, Outcome.FAIL),
    ],
)
def test_lent_code_runs_where_it_is_called(
    called: str, switch: str, source: str, traced: Outcome, logged: Outcome
) -> None:
    image = "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n"
    files = {
        "api/api.csproj": WEB.format(REFERENCE),
        "api/Program.cs": PROGRAM.format(called),
        "api/Dockerfile": image,
        "other/other.csproj": WEB.format(REFERENCE),
        "other/Program.cs": PROGRAM.format("builder.AddServiceDefaults();"),
        "other/Dockerfile": image,
        "defaults/defaults.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>\n',
        "defaults/Extensions.cs": DEFAULTS.format(switch, source),
    }
    assert _outcome(tracing_wired, files, "api") is traced
    assert _outcome(logs_structured, files, "api") is logged
    assert _outcome(memory_measured, files, "api") is logged


@pytest.mark.parametrize(
    ("kept", "outcome"),
    [
        ("logger.info(f'resident: {used.rss / 1024}')", Outcome.PASS),
        ("logger.info('took %s', round(1.0))", Outcome.FAIL),
        ("if used.rss > 9:\n    logger.warning('too much memory')", Outcome.FAIL),
    ],
)
def test_a_figure_that_is_logged(kept: str, outcome: Outcome) -> None:
    files = {**PSUTIL, "app.py": PSUTIL["app.py"] + kept + "\n"}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("app", "scope", "enabled", "outcome"),
    [
        ("api", "api", "true", Outcome.PASS),
        ("api", "api", "false", Outcome.FAIL),
        ("api", "registry", "true", Outcome.FAIL),
    ],
)
def test_diagnostics_of_azure(app: str, scope: str, enabled: str, outcome: Outcome) -> None:
    files = ASK | {"infra/api.bicep": AZURE.format(app, scope, enabled)}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("release", "given", "bicep", "outcome"),
    [
        ("1.8.7", "", BICEP, Outcome.PASS),
        ("1.6.9", "", BICEP, Outcome.FAIL),
        ("1.8.7", "enable_performance_counters=False", BICEP, Outcome.FAIL),
        ("1.8.7", "", "", Outcome.FAIL),
    ],
)
def test_counters_of_azure_monitor(release: str, given: str, bicep: str, outcome: Outcome) -> None:
    needs = f"openai==1.93.0\nazure-monitor-opentelemetry=={release}\n"
    files = {"requirements.txt": needs, "app.py": MONITOR.format(given), "infra/a.bicep": bicep}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("file", "outcome"), [("compose.test.yaml", Outcome.PASS), ("compose.yaml", Outcome.FAIL)]
)
def test_what_is_off_where_it_is_tried(file: str, outcome: Outcome) -> None:
    needs = {"requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n"}
    code = "from langfuse import CallbackHandler\nfrom openai import OpenAI\nOpenAI()\n"
    off = "services:\n  api:\n    build: .\n    environment:\n      OTEL_SDK_DISABLED: 'true'\n"
    files = {**needs, "app.py": code + "CallbackHandler()\n", file: off}
    files["Dockerfile"] = "FROM python:3.12\nCOPY . .\n"
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("if os.environ.get('LANGSMITH_API_KEY'):", Outcome.FAIL),
        ("if True:", Outcome.PASS),
    ],
)
def test_a_variable_that_code_sets(condition: str, outcome: Outcome) -> None:
    needs = {"requirements.txt": "langgraph==0.5.0\n"}
    code = "import os\nfrom langgraph.graph import StateGraph\n" + condition
    code += "\n    os.environ['LANGSMITH_TRACING'] = 'true'\nStateGraph(dict)\n"
    assert _outcome(tracing_wired, {**needs, "app.py": code}) is outcome


@pytest.mark.parametrize(
    ("made", "encoding", "outcome"),
    [
        ("logx.WithContext(ctx)", "json", Outcome.PASS),
        ("logx.WithContext(ctx)", "plain", Outcome.FAIL),
        ("logx.WithDuration(0)", "json", Outcome.FAIL),
    ],
)
def test_logs_of_go_zero(made: str, encoding: str, outcome: Outcome) -> None:
    files = {
        "go.mod": "module x.io/a\n\ngo 1.24\n\nrequire (\n\tgithub.com/openai/openai-go v1.8.0\n"
        "\tgithub.com/zeromicro/go-zero v1.8.0\n)\n",
        "main.go": 'package main\n\nimport (\n\t"github.com/openai/openai-go"\n'
        '\t"github.com/zeromicro/go-zero/core/logx"\n\t"github.com/zeromicro/go-zero/rest"\n)\n\n'
        f"func main() {{\n\topenai.NewClient()\n\trest.MustNewServer(c)\n\t{made}.Info(1)\n}}\n",
        "etc/api.yaml": f"Name: api\nLog:\n  Encoding: {encoding}\n",
    }
    assert _outcome(logs_structured, files) is outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("from openai import OpenAI\nOpenAI()\n", Outcome.FAIL),
        ("import langsmith\nfrom openai import OpenAI\nOpenAI()\n", Outcome.FAIL),
        ("from langchain_openai import ChatOpenAI\nChatOpenAI()\n", Outcome.PASS),
        ("from langgraph.graph import StateGraph\nStateGraph(dict)\n", Outcome.PASS),
        (
            "from langsmith.wrappers import wrap_openai\nfrom openai import OpenAI\n"
            "wrap_openai(OpenAI())\n",
            Outcome.PASS,
        ),
        (
            "from langsmith import traceable\nfrom openai import OpenAI\n"
            "@traceable\ndef ask(q):\n    return OpenAI().responses.create(input=q)\n",
            Outcome.PASS,
        ),
    ],
)
def test_a_variable_of_langsmith_needs_what_reads_it(code: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nlangsmith==0.4.0\nlangchain-openai==0.3.0\n",
        "app.py": code,
        "compose.yaml": COMPOSE.replace("LANGFUSE_SECRET_KEY", "LANGSMITH_TRACING").format(
            "'true'"
        ),
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    }
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("path", "outcome"),
    [("src/index.ts", Outcome.PASS), ("evals/run.ts", Outcome.FAIL)],
)
def test_a_variable_that_only_evaluations_set(path: str, outcome: Outcome) -> None:
    files = {
        "package.json": '{"name": "a", "dependencies": {"openai": "5.0.0", "langsmith": "0.4.0"}}',
        "src/client.ts": 'export function connect() { process.env.LANGSMITH_TRACING = "true"; }\n',
        "src/index.ts": 'import { traceable } from "langsmith/traceable";\n'
        'import OpenAI from "openai";\ntraceable(() => new OpenAI())();\n',
    }
    files[path] = 'import { connect } from "../src/client";\nconnect();\n' + files.get(path, "")
    assert _outcome(tracing_wired, files) is outcome
