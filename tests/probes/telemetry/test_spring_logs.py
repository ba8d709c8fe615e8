"""Spring Boot's structured logs, in every form that its settings have."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

NEED = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency>"
POM = (
    "<project><dependencies>"
    + NEED.format("org.springframework.ai", "spring-ai-starter-model-openai")
    + NEED.format("io.micrometer", "micrometer-tracing-bridge-otel")
    + NEED.format("io.opentelemetry", "opentelemetry-exporter-otlp")
    + "</dependencies></project>\n"
)
ASK = (
    "import org.springframework.ai.chat.client.ChatClient;\nclass A {\n"
    "  String ask(ChatClient chat) { return chat.prompt().call().content(); }\n"
    "  public static void main(String[] a) { new A().ask(null); }\n}\n"
)
HOME = "src/main/resources/"
LOG4J = (
    '<Configuration><Appenders><Console name="{}" target="SYSTEM_OUT">\n  <{}/>\n</Console>'
    '</Appenders><Loggers><Root level="info"><AppenderRef ref="C"/></Root></Loggers>'
    "</Configuration>\n"
)
TRACED = (
    "management:\n  tracing.sampling.probability: {}\n"
    "  otlp.tracing.endpoint: http://collector:4318/v1/traces\n"
)


def _outcome(probe: Probe, name: str, text: str, **more: str) -> Outcome:
    given = {"files": {"pom.xml": POM, "src/main/java/a/A.java": ASK, name: text, **more}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(asked).outcome


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("application.yml", "logging:\n  structured:\n    format:\n      console: ecs\n", True),
        ("application.yml", "logging.structured.format.console: ecs\n", True),
        ("application.yml", "logging:\n  structured.format.console: logstash\n", True),
        ("application.properties", "logging.structured.format.console=ecs\n", True),
        ("application.properties", "logging.structured.format.console=${FORMAT:ecs}\n", True),
        ("application.properties", "logging.structured.format.console=${FORMAT:}\n", False),
        ("application-prod.properties", "logging.structured.format.console=ecs\n", True),
        ("application-local.properties", "logging.structured.format.console=ecs\n", False),
        ("application.yml", "logging:\n  level:\n    root: info\n", False),
        ("log4j2-spring.xml", LOG4J.format("C", "JsonTemplateLayout"), True),
        ("log4j2-spring.xml", LOG4J.format("D", "JsonTemplateLayout"), False),
        ("log4j2-spring.xml", LOG4J.format("C", "PatternLayout"), False),
    ],
)
def test_records_of_spring_have_fields(name: str, text: str, outcome: bool) -> None:
    said = _outcome(logs_structured, HOME + name, text)
    assert said is (Outcome.PASS if outcome else Outcome.FAIL)


def test_a_profile_that_an_image_switches_on_counts() -> None:
    name, text = HOME + "application-demo.yml", "logging.structured.format.console: ecs\n"
    image = "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE={}\nCOPY . .\n"
    assert _outcome(logs_structured, name, text) is Outcome.FAIL
    for profile, outcome in (("demo", Outcome.PASS), ("test", Outcome.FAIL)):
        said = _outcome(logs_structured, name, text, Dockerfile=image.format(profile))
        assert said is outcome, profile


@pytest.mark.parametrize(("sampled", "outcome"), [("1.0", Outcome.PASS), ("0.1", Outcome.FAIL)])
def test_keys_with_dots_in_yaml(sampled: str, outcome: Outcome) -> None:
    assert _outcome(tracing_wired, HOME + "application.yml", TRACED.format(sampled)) is outcome
