"""What frameworks and platforms do by themselves: send traces, log exceptions, measure memory."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.memory_measured import memory_measured
from agentaudit.probes.telemetry.restarts_kept import restarts_kept
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

RUNNER = {
    "requirements.txt": "openai-agents==0.2.0\n",
    "app.py": "from agents import Agent, Runner\n\nasync def answer(text):\n"
    "    return await Runner.run(Agent(name='planner'), text{})\n\nanswer('x')\n",
}
SERVICE = {
    "package.json": '{"name": "a", "dependencies": {"@openai/agents": "0.1.0"}}',
    "src/service.ts": 'import {{ Agent, Runner }} from "@openai/agents";\n{}'
    "export class Service {{\n  runner() {{ return new Runner({{ groupId: 'a' }}); }}\n}}\n"
    "new Service().runner();\n",
}
AGENT = "var builder = WebApplication.CreateBuilder(args);\nbuilder.AddServiceDefaults();\n{}\n"
ASPIRE = {
    "api/api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Aspire.OpenAI" Version="9.5.0" /></ItemGroup></Project>\n',
    "api/Program.cs": AGENT.format('builder.AddOpenAIClient("chat"{}).AddChatClient();'),
    "api/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n",
    "defaults/Extensions.cs": "builder.Services.AddOpenTelemetry().UseOtlpExporter();\n",
    "host/host.csproj": '<Project Sdk="Aspire.AppHost.Sdk/9.5.0"></Project>\n',
}
ADK = {
    "requirements.txt": "google-adk==1.0.0\n",
    "server.py": "from google.adk.cli.fast_api import get_fast_api_app\nimport uvicorn\n"
    "app = get_fast_api_app(agents_dir='.')\nuvicorn.run(app)\n",
    "agent.py": "from google.adk.agents import Agent\n\nroot_agent = Agent(name='planner')\n",
}
SAVES = (
    "from google.adk.agents import Agent\n\nasync def after(context):\n    try:\n        {}\n"
    "    except Exception as error:\n        {}\n\nroot_agent = Agent(name='a')\n"
)
GRAPH = {
    "package.json": '{"name": "a", "dependencies": {"@langchain/langgraph": "0.4.0"}}',
    "langgraph.json": '{"graphs": {"agent": "./src/graph.ts:graph"}, "dependencies": ["."]}',
    "src/graph.ts": 'import { StateGraph } from "@langchain/langgraph";\n'
    "export const graph = new StateGraph({}).compile();\n",
}
TRIED = (
    'import {{ ToolNode }} from "@langchain/langgraph/prebuilt";\n'
    "export async function show(value) {{\n  try {{ return {}; }}\n"
    "  catch {{ return ''; }}\n}}\nnew ToolNode([]);\n"
)
OWN = {
    "package.json": '{"name": "a", "dependencies": {"openai": "5", "winston": "3"}}',
    "src/logger.ts": 'import { createLogger } from "winston";\nclass Log {\n'
    "  private out = createLogger();\n  error(message: string, error?: Error) {\n"
    "    this.out.log('error', message, { stack: error?.stack });\n  }\n}\n"
    "export const logger = new Log();\n",
    "src/app.ts": 'import OpenAI from "openai";\nimport { logger } from "./logger";\n'
    "export async function plan() {\n  try { return await new OpenAI().responses.create({}); }\n"
    "  catch (error) { logger.error('failed', error as Error); throw error; }\n}\nplan();\n",
}


def _outcome(probe: Probe, files: dict[str, str], home: str = ".") -> Outcome:
    given = {"files": files, "path": home}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("", Outcome.PASS),
        (", run_config=RunConfig(tracing_disabled=True)", Outcome.FAIL),
    ],
)
def test_a_run_of_the_agents_sdk_is_traced(told: str, outcome: Outcome) -> None:
    app = RUNNER["app.py"].format(told).replace("Runner\n", "RunConfig, Runner\n")
    assert _outcome(tracing_wired, {**RUNNER, "app.py": app}) is outcome


@pytest.mark.parametrize(
    ("start", "env", "outcome"),
    [
        ("", "", Outcome.PASS),
        ("", "OPENAI_AGENTS_DISABLE_TRACING=1\n", Outcome.FAIL),
        (
            'import { setTracingDisabled } from "@openai/agents";\nsetTracingDisabled(true);\n',
            "",
            Outcome.FAIL,
        ),
    ],
)
def test_a_runner_that_a_service_makes_is_traced(start: str, env: str, outcome: Outcome) -> None:
    files = {**SERVICE, "src/service.ts": SERVICE["src/service.ts"].format(start), ".env": env}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("settings", "left_out", "outcome"),
    [
        ("", "", Outcome.PASS),
        (", s => s.DisableTracing = true", "", Outcome.FAIL),
        ("", "host/host.csproj", Outcome.FAIL),
        ("", "defaults/Extensions.cs", Outcome.FAIL),
    ],
)
def test_clients_of_aspire_are_traced(settings: str, left_out: str, outcome: Outcome) -> None:
    files = {**ASPIRE, "api/Program.cs": ASPIRE["api/Program.cs"].format(settings)}
    files.pop(left_out, None)
    assert _outcome(tracing_wired, files, "api") is outcome


@pytest.mark.parametrize(
    ("callbacks", "outcome"),
    [
        ("", Outcome.PASS),
        (
            SAVES.format("await context.keep()", "logger.warning(f'not kept: {error}')"),
            Outcome.PASS,
        ),
        (SAVES.format("await context.keep()", "pass"), Outcome.FAIL),
        (SAVES.format("await context.run()", "logger.warning(f'failed: {error}')"), Outcome.FAIL),
    ],
)
def test_the_server_of_adk_logs_what_nobody_catches(callbacks: str, outcome: Outcome) -> None:
    assert _outcome(tracebacks_kept, {**ADK, "callbacks.py": callbacks}) is outcome


@pytest.mark.parametrize(
    ("tried", "outcome"),
    [
        ("JSON.stringify(value)", Outcome.PASS),
        ("await model.invoke(value)", Outcome.FAIL),
    ],
)
def test_no_error_of_a_model_is_caught_where_nothing_waits(tried: str, outcome: Outcome) -> None:
    assert _outcome(tracebacks_kept, {**GRAPH, "src/tools.ts": TRIED.format(tried)}) is outcome


def test_a_logger_of_its_own_writes_the_stack() -> None:
    assert _outcome(tracebacks_kept, OWN) is Outcome.PASS
    bare = OWN["src/logger.ts"].replace("stack: error?.stack", "error: error?.message")
    passing = OWN["src/app.ts"].replace(", error as Error", " + error.message")
    passing = passing.replace(" throw error;", "")
    files = {**OWN, "src/logger.ts": bare, "src/app.ts": passing}
    assert _outcome(tracebacks_kept, files) is Outcome.FAIL


LAYER = 'const layer = "arn:aws:lambda:eu-west-2:580247275435:layer:LambdaInsightsExtension:55";\n'
VERSION = "new Function(this, 'f', { insightsVersion: LambdaInsightsVersion.VERSION_1_0_229_0 });\n"


CLUSTER = 'new Cluster(this, "c", { containerInsights: true });\n// planner\n'
ASKS = {
    f"{home}/{name}": text
    for home in ("planner", "server")
    for name, text in (
        ("requirements.txt", "openai==1.93.0\n"),
        ("app.py", "from openai import OpenAI\nOpenAI()\n"),
    )
}
IMAGE = "FROM python:3.12\nCOPY . .\n"


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("server", CLUSTER, Outcome.PASS),
        ("planner", CLUSTER, Outcome.FAIL),
        ("planner", CLUSTER + VERSION, Outcome.PASS),
    ],
)
def test_a_cluster_measures_no_function(path: str, text: str, outcome: Outcome) -> None:
    stack = 'new Function(this, "f", { code: Code.fromAsset("planner") });\n'
    files = {**ASKS, "server/Dockerfile": IMAGE, "cdk.json": "{}", "lib/a.ts": text + stack}
    given = {"component": {"files": files, "path": path}, "repo": {"files": files}}
    assert memory_measured.ask(testing.build(given)).outcome is outcome


@pytest.mark.parametrize(
    ("kind", "outcome"), [("Deployment", Outcome.PASS), ("ConfigMap", Outcome.FAIL)]
)
def test_a_cluster_of_kubernetes_measures_every_pod(kind: str, outcome: Outcome) -> None:
    pods = "".join(
        f"---\napiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n  template:\n"
        f"    spec:\n      containers:\n        - name: {name}\n          image: acme/{name}:1\n"
        for name in ("planner", "server")
    )
    images = {f"{name}/Dockerfile": IMAGE for name in ("planner", "server")}
    aks = 'resource "azurerm_kubernetes_cluster" "a" {\n  oms_agent {\n    id = 1\n  }\n}\n'
    files = {**ASKS, **images, "k8s/all.yaml": pods, "infra/main.tf": aks}
    given = {"component": {"files": files, "path": "planner"}, "repo": {"files": files}}
    assert memory_measured.ask(testing.build(given)).outcome is outcome


@pytest.mark.parametrize(
    ("image", "outcome"),
    [("ghcr.io/acme/acme-planner", Outcome.PASS), ("ghcr.io/acme/acme-proxy", Outcome.FAIL)],
)
def test_an_image_of_a_chart_that_is_called_after_it(image: str, outcome: Outcome) -> None:
    images = {f"{name}/Dockerfile": IMAGE for name in ("planner", "server")}
    aks = 'resource "azurerm_kubernetes_cluster" "a" {\n  oms_agent {\n    id = 1\n  }\n}\n'
    chart = {
        "deploy/k8s/Chart.yaml": "apiVersion: v2\nname: acme\nversion: 1.0.0\n",
        "deploy/k8s/values.yaml": f"agent:\n  repository: {image}\n  tag: main\n",
    }
    files = {**ASKS, **images, **chart, "infra/main.tf": aks}
    given = {"component": {"files": files, "path": "planner"}, "repo": {"files": files}}
    assert memory_measured.ask(testing.build(given)).outcome is outcome


NODE_ASKS = 'import OpenAI from "openai";\nnew OpenAI();\n'
READS_ITS_OWN = "const used = process.memoryUsage();\n"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ('setGauge("memory.rss", used.rss);\n', Outcome.PASS),
        ('setGauge("uptime", process.uptime());\n', Outcome.FAIL),
    ],
)
def test_a_gauge_of_the_team_s_own_keeps_the_figure(line: str, outcome: Outcome) -> None:
    files = {
        "package.json": '{"name": "a", "dependencies": {"openai": "5.0.0"}}',
        "server.ts": f"{NODE_ASKS}setInterval(() => {{\n  {READS_ITS_OWN}  {line}}}, 30000);\n",
    }
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("said", "sets", "outcome"),
    [
        ("GPU memory of the model", "MEMORY.set(read())\n", Outcome.PASS),
        ("GPU memory of the model", "", Outcome.FAIL),
        ("documents read", "MEMORY.set(read())\n", Outcome.FAIL),
    ],
)
def test_a_gauge_for_the_gpu_is_set(said: str, sets: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "vllm==0.9.1\nprometheus-client==0.22.0\n",
        "app.py": "from prometheus_client import Gauge, start_http_server\nfrom vllm import LLM\n"
        f"LLM('acme/planner')\nstart_http_server(9000)\nMEMORY = Gauge('model_bytes', '{said}')\n"
        + sets,
    }
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("lib/stack.ts", LAYER, Outcome.PASS),
        ("lib/stack.ts", VERSION, Outcome.PASS),
        ("lib/stack.ts", f"// {LAYER}", Outcome.FAIL),
        (
            "template.yaml",
            "Layers:\n  - !Sub arn:aws:lambda:eu-west-1:580247275435:layer:"
            "LambdaInsightsExtension-Arm64:20\n",
            Outcome.PASS,
        ),
        (
            "main.tf",
            'layers = ["arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53"]\n',
            Outcome.PASS,
        ),
    ],
)
def test_lambda_insights_measures_memory(path: str, text: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "from openai import OpenAI\nOpenAI()\n",
        "cdk.json": "{}",
        path: text,
    }
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        ("generate_latest()", Outcome.PASS),
        ("generate_latest(REGISTRY)", Outcome.PASS),
        ("generate_latest(own)", Outcome.FAIL),
        ("(ProcessCollector(registry=own), generate_latest(own))", Outcome.PASS),
    ],
)
def test_a_registry_of_its_own_holds_no_memory(made: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nprometheus-client==0.22.0\n",
        "app.py": "from openai import OpenAI\nfrom prometheus_client import (CollectorRegistry, "
        "ProcessCollector, REGISTRY, generate_latest)\nOpenAI()\nown = CollectorRegistry()\n"
        f"print({made})\n",
    }
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        ("promhttp.Handler()", Outcome.PASS),
        ("promhttp.HandlerFor(prometheus.DefaultGatherer, promhttp.HandlerOpts{})", Outcome.PASS),
        ("promhttp.HandlerFor(own, promhttp.HandlerOpts{})", Outcome.FAIL),
        (
            "filled(own, collectors.NewGoCollector(), promhttp.HandlerFor(own, o))",
            Outcome.PASS,
        ),
    ],
)
def test_a_registry_of_go_holds_what_it_is_given(made: str, outcome: Outcome) -> None:
    imports = '"github.com/prometheus/client_golang/prometheus"\n\t'.join(
        ['import (\n\t"net/http"\n\t', '"github.com/sashabaranov/go-openai"\n']
    )
    taken = "".join(
        f'\t"github.com/prometheus/client_golang/prometheus/{each}"\n'
        for each in ("promhttp", "collectors")
        if each in made
    )
    files = {
        "go.mod": "module x\n\ngo 1.24\n\nrequire (\n\tgithub.com/sashabaranov/go-openai v1.40.0\n"
        "\tgithub.com/prometheus/client_golang v1.22.0\n)\n",
        "main.go": f"package main\n\n{imports}{taken})\n\nfunc main() {{\n"
        '\topenai.NewClient("")\n\town := prometheus.NewRegistry()\n'
        f'\thttp.Handle("/metrics", {made})\n}}\n',
    }
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("start", "outcome"),
    [
        ("logfire.configure()\n", Outcome.PASS),
        ("if os.environ.get('LOGFIRE_TOKEN'):\n    logfire.configure()\n", Outcome.FAIL),
    ],
)
def test_logfire_without_a_token_exports_nothing(start: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nlogfire==3.0\n",
        "app.py": f"import os\nimport logfire\nfrom openai import OpenAI\n{start}"
        "logfire.info('ready')\nOpenAI()\n",
    }
    assert _outcome(logs_structured, files) is outcome


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("logs: [ { category: 'ContainerAppSystemLogs', enabled: true } ]\n", Outcome.PASS),
        ("query: 'ContainerAppSystemLogs_CL | where Reason_s == \"Failed\"'\n", Outcome.FAIL),
    ],
)
def test_a_query_keeps_no_restarts(line: str, outcome: Outcome) -> None:
    repo = testing.repository({"files": {"infra/main.bicep": line}})
    assert restarts_kept.ask({"repo": repo}).outcome is outcome


@pytest.mark.parametrize(
    ("package", "given", "outcome"),
    [
        ("ray[default]", "dashboard_host='0.0.0.0'", Outcome.PASS),
        ("ray", "dashboard_host='0.0.0.0'", Outcome.FAIL),
        ("ray[default]", "dashboard_host='0.0.0.0', include_dashboard=False", Outcome.FAIL),
        ("ray[default]", "num_cpus=4", Outcome.FAIL),
    ],
)
def test_a_dashboard_of_ray_that_others_may_open(
    package: str, given: str, outcome: Outcome
) -> None:
    files = {
        "requirements.txt": f"openai==1.93.0\n{package}==2.43.0\n",
        "app.py": f"import ray\nfrom openai import OpenAI\nray.init({given})\nOpenAI()\n",
    }
    assert _outcome(memory_measured, files) is outcome
