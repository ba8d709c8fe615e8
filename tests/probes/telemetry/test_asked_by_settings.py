"""Telemetry that properties, locks and infrastructure ask for, whatever the code is."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.memory_measured import memory_measured
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

NEED = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency>"
QUARKUS = (
    "<project><dependencies>"
    + NEED.format("io.quarkiverse.langchain4j", "quarkus-langchain4j-openai")
    + NEED.format("io.quarkus", "quarkus-micrometer-opentelemetry")
    + "</dependencies></project>\n"
)
SERVICE = (
    "import dev.langchain4j.service.SystemMessage;\nimport io.quarkiverse.langchain4j."
    'RegisterAiService;\n@RegisterAiService\npublic interface A {\n  @SystemMessage("""\n'
    '  Be kind.\n  """)\n  String chat(String text);\n}\n'
)
SPRING = (
    "<project><dependencies>"
    + NEED.format("org.springframework.ai", "spring-ai-starter-model-openai")
    + NEED.format("org.springframework.boot", "spring-boot-starter-actuator")
    + NEED.format("io.micrometer", "micrometer-tracing-bridge-otel")
    + NEED.format("io.opentelemetry", "opentelemetry-exporter-otlp")
    + "</dependencies></project>\n"
)
CHAT = (
    "import org.springframework.ai.chat.client.ChatClient;\n@RestController\n"
    "public class A { ChatClient chat; }\n"
)
REGISTRY = NEED.format("io.micrometer", "micrometer-registry-prometheus")
SAMPLED = (
    "management.endpoints.web.exposure.include=health,metrics\n"
    "management.tracing.sampling.probability=${{SAMPLED:{}}}\n"
    "management.otlp.tracing.endpoint=http://collector:4318/v1/traces\n{}"
)
RESOURCES = "src/main/resources/application.properties"
MODULE = (
    "module {} 'br/public:avm/res/{}:0.1.0' = {{\n  params: {{\n    name: 'api'\n"
    "    applicationInsightResourceId: monitoring.outputs.id\n  }}\n}}\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0",'
    ' "@azure/monitor-opentelemetry": "^1.9.0"}}',
    "app.ts": 'import {{ useAzureMonitor }} from "@azure/monitor-opentelemetry";\n'
    'import OpenAI from "openai";\nuseAzureMonitor({});\nnew OpenAI();\n',
}
LOCK = (
    '{{"lockfileVersion": 3, "packages": {{\n    "node_modules/@azure/monitor-opentelemetry": {{\n'
    '      "version": "{}"\n    }}\n}}}}\n'
)
ASK = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
}
SENTRY = (
    "import os\nimport sentry_sdk\nfrom openai import OpenAI\n"
    "from sentry_sdk.integrations.openai import OpenAIIntegration\n"
    "sentry_sdk.init(dsn='https://a@b.c/1', traces_sample_rate=1.0, enable_tracing={},\n"
    "    integrations=[OpenAIIntegration()])\nOpenAI()\n"
)


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("properties", "outcome"),
    [
        (
            "quarkus.otel.traces.enabled=true\nquarkus.otel.logs.enabled=true\n"
            "quarkus.otel.metrics.enabled=true\n",
            Outcome.PASS,
        ),
        ("quarkus.otel.traces.enabled=false\n", Outcome.FAIL),
        (
            "quarkus.otel.traces.enabled=true\nquarkus.otel.logs.enabled=true\n"
            "quarkus.otel.metrics.enabled=true\n%prod.quarkus.otel.sdk.disabled=true\n",
            Outcome.FAIL,
        ),
        ("quarkus.http.port=8080\n", Outcome.FAIL),
    ],
)
def test_the_telemetry_of_quarkus(properties: str, outcome: Outcome) -> None:
    files = {"pom.xml": QUARKUS, "src/main/java/A.java": SERVICE, RESOURCES: properties}
    assert _outcome(tracing_wired, files) is outcome
    assert _outcome(logs_structured, files) is outcome
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("rate", "more", "outcome"),
    [
        ("1.0", "", Outcome.PASS),
        ("0.1", "", Outcome.UNKNOWN),
        ("1.0", "management.otlp.tracing.export.enabled=false\n", Outcome.UNKNOWN),
    ],
)
def test_spring_needs_no_code_that_is_read(rate: str, more: str, outcome: Outcome) -> None:
    code = "package a\n\nclass App(val chat: ChatClient)\n"
    told = SAMPLED.format(rate, more)
    files = {"pom.xml": SPRING, "src/main/kotlin/App.kt": code, RESOURCES: told}
    assert _outcome(tracing_wired, files) is outcome
    assert _outcome(memory_measured, files) is Outcome.PASS


@pytest.mark.parametrize(
    ("exposed", "more", "outcome"),
    [
        ("prometheus", "", Outcome.FAIL),
        ("prometheus", REGISTRY, Outcome.PASS),
        ("prometheus", f"<!-- {REGISTRY} -->", Outcome.FAIL),
        ("prometheus", REGISTRY.replace("</dep", "<scope>test</scope></dep"), Outcome.FAIL),
        ("prometheus", REGISTRY.replace("</dep", "<scope>runtime</scope></dep"), Outcome.PASS),
        ("metrics", "", Outcome.PASS),
        ("*", "", Outcome.PASS),
        ("health", REGISTRY, Outcome.FAIL),
    ],
)
def test_what_springs_actuator_exposes(exposed: str, more: str, outcome: Outcome) -> None:
    told = f"management.endpoints.web.exposure.include=info,{exposed}\n"
    pom = SPRING.replace("</dependencies>", f"{more}</dependencies>")
    files = {"pom.xml": pom, "src/main/java/A.java": CHAT, RESOURCES: told}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("profile", "main", "outcome"),
    [
        ("dev", "", Outcome.FAIL),
        ("dev", "spring.profiles.active=dev\n", Outcome.PASS),
        ("prod", "", Outcome.PASS),
    ],
)
def test_a_profile_that_nobody_switches_on(profile: str, main: str, outcome: Outcome) -> None:
    told = "management.endpoints.web.exposure.include=health,metrics\n"
    aside = RESOURCES.replace("application", f"application-{profile}")
    files = {"pom.xml": SPRING, "src/main/java/A.java": CHAT, RESOURCES: main, aside: told}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("asks", "outcome"),
    [
        ("runtimeOnly", Outcome.PASS),
        ("testImplementation", Outcome.FAIL),
        ("// implementation", Outcome.FAIL),
    ],
)
def test_a_registry_that_gradle_asks_for(asks: str, outcome: Outcome) -> None:
    told = "management.endpoints.web.exposure.include=info,prometheus\n"
    gradle = f"dependencies {{\n  {asks}('io.micrometer:micrometer-registry-prometheus')\n}}\n"
    files = {"pom.xml": SPRING, "src/main/java/A.java": CHAT, RESOURCES: told}
    assert _outcome(memory_measured, {**files, "build.gradle": gradle}) is outcome


@pytest.mark.parametrize(
    ("pom", "outcome"),
    [
        (SPRING, Outcome.PASS),
        (SPRING.replace("micrometer-tracing-bridge-otel", "micrometer-core"), Outcome.FAIL),
        (SPRING.replace("opentelemetry-exporter-otlp", "opentelemetry-api"), Outcome.FAIL),
    ],
)
def test_variables_sample_what_spring_bridges(pom: str, outcome: Outcome) -> None:
    image = "FROM eclipse-temurin:21-jre\nENV MANAGEMENT_TRACING_SAMPLING_PROBABILITY=1.0\n"
    image += "ENV MANAGEMENT_OTLP_TRACING_ENDPOINT=http://collector:4318/v1/traces\nCOPY . .\n"
    files = {"pom.xml": pom, "src/main/java/A.java": CHAT, "Dockerfile": image}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("release", "given", "bicep", "outcome"),
    [
        ("1.14.0", "", MODULE.format("api", "web/site/config"), Outcome.PASS),
        ("1.9.0", "", MODULE.format("api", "web/site/config"), Outcome.FAIL),
        ("1.14.0", "", MODULE.format("env", "app/managed-environment"), Outcome.FAIL),
        (
            "1.14.0",
            "{ enablePerformanceCounters: false }",
            MODULE.format("api", "web/site/config"),
            Outcome.FAIL,
        ),
    ],
)
def test_counters_of_node(release: str, given: str, bicep: str, outcome: Outcome) -> None:
    files = {**NODE, "app.ts": NODE["app.ts"].format(given), "infra/main.bicep": bicep}
    files["package-lock.json"] = LOCK.format(release)
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('monitoring_service = "monitoring.googleapis.com/kubernetes"', Outcome.PASS),
        ('monitoring_service = "none"', Outcome.FAIL),
        ('monitoring_config {\n    enable_components = ["SYSTEM_COMPONENTS"]\n  }', Outcome.PASS),
        ("oms_agent {\n    log_analytics_workspace_id = a.id\n  }", Outcome.PASS),
        ("# oms_agent {", Outcome.FAIL),
    ],
)
def test_clusters_measure_their_pods(text: str, outcome: Outcome) -> None:
    cluster = f'resource "container_cluster" "main" {{\n  {text}\n}}\n'
    assert _outcome(memory_measured, {**ASK, "infra/main.tf": cluster}) is outcome


@pytest.mark.parametrize(
    ("app", "outcome"),
    [("BedrockAgentCoreApp", Outcome.FAIL), ("BedrockAgentCoreMemory", Outcome.PASS)],
)
def test_cluster_beside_an_agent_of_agentcore(app: str, outcome: Outcome) -> None:
    code = f"from bedrock_agentcore.runtime import {app}\napp = {app}()\n{ASK['app.py']}"
    cluster = 'setting {\n  name  = "containerInsights"\n  value = "enabled"\n}\n'
    files = {**ASK, "app.py": code, "infra/main.tf": cluster}
    assert _outcome(memory_measured, files) is outcome


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        ("True", Outcome.PASS),
        ("os.environ.get('TRACED', 'False').lower() in ('true', '1')", Outcome.FAIL),
        ("os.environ.get('TRACED', 'True').lower() in ('true', '1')", Outcome.PASS),
    ],
)
def test_sentry_that_is_told_to_trace_nothing(asked: str, outcome: Outcome) -> None:
    needs = "openai==1.93.0\nsentry-sdk==2.30.0\n"
    files = {"requirements.txt": needs, "app.py": SENTRY.format(asked)}
    assert _outcome(tracing_wired, files) is outcome


KOOG = 'dependencies {\n    implementation("ai.koog:koog-agents:0.6.2")\n}\n'
AGENT = (
    "package a\n\nfun make() = AIAgent(executor) {{\n    {}install(OpenTelemetry) {{\n"
    "        {}\n    }}\n}}\n"
)


@pytest.mark.parametrize(
    ("comment", "exporter", "outcome"),
    [
        ("", "addSpanExporter(exporter)", Outcome.PASS),
        ("", "setVerbose(true)", Outcome.UNKNOWN),
        ("", "addSpanExporter(LoggingSpanExporter.create())", Outcome.UNKNOWN),
        ("// ", "addLangfuseExporter()", Outcome.UNKNOWN),
    ],
)
def test_agents_of_koog(comment: str, exporter: str, outcome: Outcome) -> None:
    code = AGENT.format(comment, exporter)
    files = {"build.gradle.kts": KOOG, "src/main/kotlin/App.kt": code}
    assert _outcome(tracing_wired, files) is outcome


SERVER = "services:\n  llm:\n    image: vllm/vllm-openai:v0.10.0\n"
SERVED = (
    "from openai import OpenAI\nOpenAI()\nfrom prometheus_client import start_http_server\n"
    "start_http_server(9000)\n"
)


@pytest.mark.parametrize(
    ("image", "outcome"),
    [("python:3.12", Outcome.PASS), ("vllm/vllm-openai:v0.11.0", Outcome.FAIL)],
)
def test_a_server_of_models_beside_it(image: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nprometheus-client==0.22.0\n",
        "app.py": SERVED,
        "Dockerfile": f"FROM {image}\nCOPY . .\n",
        "docker-compose.yml": SERVER,
    }
    assert _outcome(memory_measured, files) is outcome


PYTHON = (
    "from azure.monitor.opentelemetry import configure_azure_monitor\nfrom openai import OpenAI\n"
    "configure_azure_monitor()\nOpenAI()\n"
)
UV = '[[package]]\nname = "azure-monitor-opentelemetry"\nversion = "1.8.7"\n'


@pytest.mark.parametrize(
    ("needs", "install", "outcome"),
    [
        ("azure-monitor-opentelemetry>=1.8.2", "pip install -r requirements.txt", Outcome.PASS),
        ("azure-monitor-opentelemetry>=1.6.2", "pip install -r requirements.txt", Outcome.FAIL),
        ("azure-monitor-opentelemetry==1.6.2", "uv sync --frozen", Outcome.PASS),
    ],
)
def test_what_builds_it_says_which_release(needs: str, install: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": f"openai==1.93.0\n{needs}\n",
        "app.py": PYTHON,
        "Dockerfile": f"FROM python:3.12\nCOPY . .\nRUN {install}\n",
        "infra/main.bicep": MODULE.format("api", "web/site/config"),
    }
    if "uv" in install:
        files |= {"pyproject.toml": '[project]\nname = "a"\n', "uv.lock": UV}
    assert _outcome(memory_measured, files) is outcome


LOGBACK = (
    '<configuration>\n  <appender name="TEXT" class="ch.qos.logback.core.ConsoleAppender"/>\n'
    '  <appender name="JSON" class="ch.qos.logback.core.ConsoleAppender">\n'
    '    <encoder class="net.logstash.logback.encoder.LogstashEncoder"/>\n  </appender>\n'
    '  <springProfile name="{}">\n    <root><appender-ref ref="{}"/></root>\n  </springProfile>\n'
    "</configuration>\n"
)


@pytest.mark.parametrize(
    ("profile", "appender", "bridged", "outcome"),
    [
        ("prod,test", "JSON", True, Outcome.PASS),
        ("prod", "TEXT", True, Outcome.FAIL),
        ("dev", "JSON", True, Outcome.FAIL),
        ("prod", "JSON", False, Outcome.FAIL),
        ("prod", "JSON", 'class F { void f(String id) { MDC.put("traceId", id); } }', Outcome.PASS),
        ("prod", "JSON", 'class F { void f(String id) { MDC.put("userId", id); } }', Outcome.FAIL),
    ],
)
def test_logback_that_writes_json(
    profile: str, appender: str, bridged: bool | str, outcome: Outcome
) -> None:
    pom = (
        SPRING
        if bridged is True
        else SPRING.replace("micrometer-tracing-bridge-otel", "micrometer-core")
    )
    files = {
        "pom.xml": pom,
        "src/main/java/A.java": CHAT,
        "src/main/resources/logback-spring.xml": LOGBACK.format(profile, appender),
        "src/main/java/F.java": f"{bridged}\n" if isinstance(bridged, str) else "class F {}\n",
    }
    assert _outcome(logs_structured, files) is outcome
