from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.probes.telemetry import dotnet_addresses, ray_dashboard
from agentaudit.probes.telemetry.alarm_modules import of_memory
from agentaudit.probes.telemetry.azure_counters import counted
from agentaudit.probes.telemetry.counted import is_switched_off
from agentaudit.probes.telemetry.dashboards import on_dashboards
from agentaudit.probes.telemetry.declared_lines import saying
from agentaudit.probes.telemetry.diagnostics import diagnosed
from agentaudit.probes.telemetry.figures import gauged, logged
from agentaudit.probes.telemetry.hosting import hosts
from agentaudit.probes.telemetry.insights import insights
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.oms_agent import is_used
from agentaudit.probes.telemetry.registries import lacks_memory
from agentaudit.probes.telemetry.unasked import by_default, serving
from agentaudit.probes.telemetry.watchers import watchers
from agentaudit.source import Component, Repo

PYTHON = {
    "requirements.txt": "openai==1.93.0\nprometheus-client==0.22.0\npsutil==7.0.0\n"
    "nvidia-ml-py==12.575.51\n"
}
ASK = "from openai import OpenAI\nOpenAI()\n"
SERVED = ASK + "from prometheus_client import start_http_server\nstart_http_server(9000)\n"
MOUNTED = ASK + (
    "from starlette_prometheus import metrics\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    "app.add_route('/metrics', metrics)\n"
)
GAUGE = ASK + (
    "import psutil\nfrom prometheus_client import Gauge\n"
    "Gauge('planner_memory_bytes', 'resident').set(psutil.Process().memory_info().rss)\n"
)
COUNTED = "import psutil\nworkers = psutil.virtual_memory().total // 2**30\n"
LOCAL = {"requirements.txt": "vllm==0.9.1\nprometheus-client==0.22.0\nnvidia-ml-py==12.575.51\n"}
HOSTED = "from vllm import LLM\nLLM('acme/planner')\n" + SERVED[len(ASK) :]
GPU = (
    "import pynvml\nfrom prometheus_client import Gauge\npynvml.nvmlInit()\n"
    "Gauge('gpu_memory_bytes', 'used').set(pynvml.nvmlDeviceGetMemoryInfo(0).used)\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "prom-client": "15.1.0"}}'
}
CLIENT = (
    'import OpenAI from "openai";\nimport client from "prom-client";\n'
    "client.collectDefaultMetrics();\nnew OpenAI();\n"
)
INSIGHTS = (
    'resource "aws_ecs_cluster" "main" {\n  setting {\n    name  = "containerInsights"\n'
    '    value = "enabled"\n  }\n}\n'
)
STACK = "import aws_cdk.aws_ecs as ecs\necs.Cluster(self, 'c', container_insights={})\n"
COMPOSE = (
    "services:\n  api:\n    build: .\n  cadvisor:\n    image: gcr.io/cadvisor/cadvisor:v0.52.1\n"
)


def _files(base: dict[str, str], text: str, name: str = "app.py", **more: str) -> dict[str, object]:
    return {"component": {"files": {**base, name: text, **more}}}


def _two(**more: str) -> dict[str, object]:
    """One of two components that ask a model."""
    image = {"Dockerfile": "FROM python:3.12\nCOPY . .\n", **PYTHON, "app.py": ASK}
    files = {f"{home}/{name}": text for home in ("planner", "web") for name, text in image.items()}
    told = {"files": {**files, **more}, "path": "planner"}
    return {"component": told, "repo": {"files": told["files"]}}


@probe(
    "telemetry-memory-measured",
    fix="Measure the memory of the process and, where a model runs on it, of the GPU: "
    "`start_http_server(9000)` of prometheus-client exports the first, the image "
    "`nvcr.io/nvidia/k8s/dcgm-exporter:4.2.3-4.1.3-ubuntu22.04` the second.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, SERVED), "its exporter includes the process's memory"),
        Example(Outcome.PASS, _files(PYTHON, GAUGE)),
        Example(Outcome.PASS, _files(NODE, CLIENT, "app.ts")),
        Example(Outcome.PASS, _files(PYTHON, MOUNTED), "served by the application itself"),
        Example(
            Outcome.FAIL,
            _files(PYTHON, MOUNTED.replace("app.add_route", "# app.add_route")),
            "imported, and served nowhere",
        ),
        Example(Outcome.PASS, _files(LOCAL, HOSTED + GPU), "the GPU too, which a model runs on"),
        Example(
            Outcome.PASS,
            {"component": {"files": {**PYTHON, "app.py": ASK, "docker-compose.yml": COMPOSE,
             "Dockerfile": "FROM python:3.12\nCOPY . .\n"}}},
            "an exporter beside it",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**PYTHON, "app.py": ASK,
             "docker-compose.yml": COMPOSE + "    profiles: [debug]\n",
             "Dockerfile": "FROM python:3.12\nCOPY . .\n"}}},
            "an exporter that somebody must ask for",
        ),
        Example(
            Outcome.PASS,
            _files(PYTHON, ASK, **{"infra/main.tf": INSIGHTS}),
            "the cluster measures its tasks",
        ),
        Example(
            Outcome.PASS,
            _files(PYTHON, ASK, **{"cdk/cdk.json": "{}", "cdk/stack.py": STACK.format("True")}),
        ),
        Example(
            Outcome.FAIL,
            _two(**{"infra/web/main.tf": INSIGHTS}),
            "the cluster of something else",
        ),
        Example(Outcome.PASS, _two(**{"infra/planner/main.tf": INSIGHTS})),
        Example(
            Outcome.FAIL,
            _files(PYTHON, ASK, **{"infra/main.tf": INSIGHTS.replace("enabled", "disabled")}),
            "switched off",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, ASK, **{"cdk/cdk.json": "{}", "cdk/stack.py": STACK.format("False")}),
        ),
        Example(Outcome.FAIL, _files(PYTHON, ASK), "declared, never imported"),
        Example(
            Outcome.FAIL,
            _files(PYTHON, ASK + COUNTED),
            "read to choose a number of workers, and kept nowhere",
        ),
        Example(Outcome.FAIL, _files(LOCAL, HOSTED), "a model of its own, and nothing for the GPU"),
        Example(Outcome.FAIL, _files(NODE, CLIENT.replace("client.coll", "// c.coll"), "app.ts")),
        Example(
            Outcome.UNKNOWN,
            {"component": {"files": PYTHON}},
            "there is no code to look at",
        ),
    ],
)  # fmt: skip
@of_code("what measures memory")
def memory_measured(repo: Repo, component: Component) -> Answer:
    """Are CPU and GPU memory measured?

    Out of memory is how models fail most often, and it leaves no traceback. A series of the memory
    in use shows which question was too long, and that the next one will fail too.
    """
    uses = component.uses("measurement")
    asking = [use for trade in ("model", "agent", "trainer") for use in component.uses(trade)]
    if missing := unread(component, [*uses, *asking], "measurements of memory"):
        unasked = None if hosts(component) else next(by_default(repo, component), None)
        return passed("memory is measured", unasked.evidence()) if unasked else missing
    live = [use for use in uses if _runs(repo, component, use)]
    infra = list(_declared(repo, component))
    cpu = next(_places(live, infra, _GPU, wanted=False), None)
    gpu = next(_places(live, infra, _GPU, wanted=True), None)
    hosted = hosts(component)
    if cpu and (gpu or not hosted):
        what = "CPU and GPU memory are" if hosted else "memory is"
        return passed(f"{what} measured", cpu.evidence(), *([gpu.evidence()] if gpu else []))
    fact, place = "memory metrics", component.id
    if hosted and (cpu or gpu):
        lacking = "GPU memory" if cpu else "the memory of the process"
        shown = cpu or gpu or hosted
        message = f"{lacking} is not measured, and a model runs here"
        return failed(
            message, hosted.evidence(), shown.evidence(), reason="partial", fact=fact, place=place
        )
    said = [_step(component, use) for use in uses[:1]]
    message = "; ".join(["nothing measures the memory in use", *said])
    evidence = uses[0].place.evidence() if uses else component.evidence()
    return failed(message, evidence, fact=fact, place=place)


def _declared(repo: Repo, component: Component) -> Iterator[Place]:
    """What measures it without a line of its code, or at its start."""
    for place in saying(repo, _EXPORTERS, _HINTS):
        unused = "omsagent" in place.text.lower() and not is_used(repo, place)
        if not (unused or is_switched_off(repo, place)):
            yield place
    yield from insights(repo, component)
    yield from by_default(repo, component)
    yield from gauged(repo, component)
    yield from counted(repo, component)
    yield from of_memory(repo, component)
    yield from diagnosed(repo, component)
    yield from watchers(component)
    yield from on_dashboards(repo, component)


_GPU = regex(r"(?i)nvidia|nvml|gpu|dcgm|torch|nvitop|wandb|mlflow|^ray$")
"""What measures GPUs."""
_ALSO_CPU = regex(r"(?i)wandb|mlflow|^ray$")
_EXPORTERS = regex(
    r"(?i)(?:image|repository|chart|name)[\"']?\s*[:=]\s*[\"']?\S{0,100}(?:cadvisor|node-exporter"
    r"|dcgm-exporter|kube-prometheus-stack|datadog/agent|datadoghq/agent|process-exporter)\b"
    r"|chart[\"']?\s*[:=]\s*[\"']?(?:datadog/)?datadog[\"']?\s*$"
    r"|^\s*kind:\s*[\"']?DatadogAgent\b|^\s*omsagent\s*:"
    r"|^\s*(?:-\s*)?(?:hostmetrics|kubeletstats|docker_stats)(?:/\w+)?:"
    r"|metrics_path:\s*[\"']?/metrics/cadvisor"
    r"|job_name:\s*[\"']?\S{0,30}(?:cadvisor|dcgm|node-exporter)"
)
_HINTS = (
    *("cadvisor", "exporter", "prometheus-stack", "datadog", "hostmetrics", "kubeletstats"),
    *("docker_stats", "omsagent"),
)
_READERS = frozenset(
    {
        "psutil",
        "pynvml",
        "nvidia-ml-py",
        "torch",
        "resource",
        "runtime",
        "gputil",
        "systeminformation",
    }
    | {"memory-profiler", "java.lang.management", "pidusage", "github.com/shirou/gopsutil"}
)
"""Libraries that read a figure once: somebody has to keep it."""
_KEEPERS = frozenset(
    {"Gauge", "gauge", "set", "observe", "record", "create_gauge", "create_observable_gauge"}
    | {"createObservableGauge", "log_metric", "log_metrics"}
    | {"addCallback", "histogram", "create_histogram", "NewGauge", "NewGaugeFunc", "Set"}
)
_OF_METERS = frozenset(
    {"create_gauge", "create_observable_gauge", "createObservableGauge", "create_histogram"}
)
"""Keepers of OpenTelemetry; charts have gauges and histograms too."""


def _runs(repo: Repo, component: Component, use: Use) -> bool:
    on = use.strength is Strength.ON and _kept(repo, component, use)
    if use.library in _OF_RUNS and not any(
        trainer.strength >= Strength.CALLED for trainer in component.uses("trainer")
    ):
        return False
    read = on and not dotnet_addresses.unread(repo, component, use.place)
    return read and loaded(repo, component, use.place)


_OF_RUNS = frozenset({"wandb", "mlflow", "codecarbon"})
"""Trackers, which measure the run that trains: of a service they see nothing."""


def _kept(repo: Repo, component: Component, use: Use) -> bool:
    """Whether the figure is kept: exporters keep it, of a reading the same file must."""
    if use.library == ray_dashboard.LIBRARY:
        return ray_dashboard.is_opened(component, use)
    if use.library not in _READERS:
        return not lacks_memory(component, use)
    path, imports = use.place.path, component.code.imports
    metered = any(i.place.path == path and "opentelemetry" in i.module for i in imports)
    keepers = _KEEPERS if metered else _KEEPERS - _OF_METERS
    kept = (c for c in serving(component) if c.place.path == path and c.method in keepers)
    return any(kept) or logged(repo, use.place)


def _places(
    live: list[Use], infra: list[Place], gpu: re.Pattern[str], *, wanted: bool
) -> Iterator[Place]:
    """What measures the memory of GPUs, where that is `wanted`, else that of the process."""
    for use in live:
        if bool(gpu.search(use.library)) is wanted or (
            not wanted and _ALSO_CPU.search(use.library)
        ):
            yield use.place
    for place in infra:
        if bool(gpu.search(place.text)) is wanted or "datadog" in place.text:
            yield place


def _step(component: Component, use: Use) -> str:
    if use.strength is Strength.ON:
        return f"{use.library} reads it, and no metric or log keeps the figure"
    return step_missing(use)
