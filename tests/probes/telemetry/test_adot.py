"""AWS's distribution of OpenTelemetry: spans of Bedrock, and log records of AgentCore."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.telemetry.logs_structured import logs_structured
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

STARTED = (
    "FROM python:3.12\nRUN pip install aws-opentelemetry-distro\nCOPY . .\n"
    'CMD ["opentelemetry-instrument", "python", "app.py"]\n'
)
BEDROCK = {
    "requirements.txt": "langchain-aws==0.2.30\nbedrock-agentcore==1.4.7\n",
    "app.py": "import logging\nfrom bedrock_agentcore.runtime import BedrockAgentCoreApp\n"
    "from langchain_aws import ChatBedrock\nlogger = logging.getLogger(__name__)\n"
    "app = BedrockAgentCoreApp()\nChatBedrock(model_id='anthropic.claude')\n",
}


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    return probe.ask(testing.build({"component": {"files": files}})).outcome


@pytest.mark.parametrize(
    ("image", "code", "outcome"),
    [
        (STARTED, BEDROCK["app.py"], Outcome.PASS),
        (STARTED.replace("opentelemetry-instrument", "env"), BEDROCK["app.py"], Outcome.FAIL),
        (
            STARTED.replace("COPY", "ENV OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=botocore\nCOPY"),
            BEDROCK["app.py"],
            Outcome.FAIL,
        ),
        (STARTED, BEDROCK["app.py"].replace("_aws import ChatB", "_x import ChatB"), Outcome.FAIL),
    ],
)
def test_the_distribution_of_aws_traces_what_asks_bedrock(
    image: str, code: str, outcome: Outcome
) -> None:
    files = {**BEDROCK, "app.py": code, "Dockerfile": image}
    assert _outcome(tracing_wired, files) is outcome


BY_SCRIPT = STARTED.replace('"opentelemetry-instrument", "python", "app.py"', '"./start.sh"')
RUN = "opentelemetry-instrument python app.py\n"
UNDER = "if [ {} ]; then\n  exec " + RUN + "fi\nexec python app.py\n"
TOLD = (
    "services:\n  agent:\n    build: .\n    environment:\n      OBSERVED: 'true'\n"
    "      OTEL_EXPORTER_OTLP_ENDPOINT: http://collector:4318\n"
)


@pytest.mark.parametrize(
    ("script", "told", "outcome"),
    [
        ("exec " + RUN, "", Outcome.PASS),
        ("exec uv run --no-sync " + RUN, "", Outcome.PASS),
        (UNDER.format('"${OBSERVED:-false}" = "true"'), TOLD, Outcome.PASS),
        (UNDER.format('"$OBSERVED" == "true"'), TOLD, Outcome.PASS),
        (UNDER.format('-n "${OTEL_EXPORTER_OTLP_ENDPOINT:-}"'), TOLD, Outcome.PASS),
        (UNDER.format('"${OBSERVED:-true}" = "true"'), "", Outcome.PASS),
        (UNDER.format('"${OBSERVED:-false}" = "true"'), "", Outcome.FAIL),
        (UNDER.format('-n "$OTEL_EXPORTER_OTLP_ENDPOINT"'), "", Outcome.FAIL),
        (UNDER.format('"$OBSERVED" = "true"'), TOLD.replace("'true'", "'false'"), Outcome.FAIL),
        (UNDER.format('"$OBSERVED" != "true"'), TOLD, Outcome.FAIL),
        (UNDER.format('"$1" = "trace"'), TOLD, Outcome.FAIL),
    ],
)
def test_a_script_that_asks_first(script: str, told: str, outcome: Outcome) -> None:
    files = {**BEDROCK, "Dockerfile": BY_SCRIPT, "start.sh": "#!/bin/sh\n" + script}
    files |= {"docker-compose.yml": told} if told else {}
    assert _outcome(tracing_wired, files) is outcome


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("ENV OTEL_TRACES_SAMPLER=always_off", "OTEL_TRACES_SAMPLER=always_off"),
        ("ENV OTEL_TRACES_SAMPLER=parentbased_always_on", ""),
        (
            "ENV OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0",
            "OTEL_TRACES_SAMPLER_ARG=0",
        ),
        ("ENV OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0.5", ""),
        ("ENV OTEL_TRACES_SAMPLER=always_on OTEL_TRACES_SAMPLER_ARG=0", ""),
        ("ENV OTEL_SDK_DISABLED=true", "OTEL_SDK_DISABLED=true"),
        ("ENV OTEL_SDK_DISABLED=true\nENV OTEL_SDK_DISABLED=false", ""),
        ("ARG OFF=true\nENV OTEL_SDK_DISABLED=${OFF}", "OTEL_SDK_DISABLED=true"),
        ("ARG OFF=false\nENV OTEL_SDK_DISABLED=$OFF", ""),
        ("ENV OTEL_TRACES_EXPORTER=none", "OTEL_TRACES_EXPORTER=none"),
        ("ENV DISABLE_ADOT_OBSERVABILITY=true", "DISABLE_ADOT_OBSERVABILITY=true"),
        ("ENV DISABLE_ADOT_OBSERVABILITY=false", ""),
        (
            "ENV OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=botocore",
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=botocore",
        ),
    ],
)
def test_what_declines_it_is_named(lines: str, named: str) -> None:
    files = {**BEDROCK, "Dockerfile": STARTED.replace("COPY", f"{lines}\nCOPY")}
    found = tracing_wired.ask(testing.build({"component": {"files": files}}))
    assert found.outcome is (Outcome.FAIL if named else Outcome.PASS)
    assert found.message.startswith(f"{named}: " if named else "it is started")
    assert not named or found.evidence[0].location.path == "Dockerfile"


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("", "", Outcome.PASS),
        ("COPY", "ENV DISABLE_ADOT_OBSERVABILITY=true\nCOPY", Outcome.FAIL),
        ("COPY", "ENV OTEL_LOGS_EXPORTER=none\nCOPY", Outcome.FAIL),
        ("BedrockAgentCoreApp()", "None", Outcome.FAIL),
        ("logging.getLogger(__name__)", "print", Outcome.FAIL),
        ("app =", "logger.propagate = False\napp =", Outcome.FAIL),
        ("import logging", "import logging\nimport loguru", Outcome.FAIL),
        ("aws-opentelemetry-distro", "opentelemetry-distro", Outcome.FAIL),
    ],
)
def test_agentcore_takes_what_is_logged(old: str, new: str, outcome: Outcome) -> None:
    files = {**BEDROCK, "Dockerfile": STARTED}
    changed = {name: text.replace(old, new) if old else text for name, text in files.items()}
    assert _outcome(logs_structured, changed) is outcome


RUNTIME = (
    '{{"runtimes": [{{"codeLocation": "app/other/", "instrumentation": {{"enableOtel": true}}}},\n'
    ' {{"codeLocation": "app/planner/", "instrumentation": {{"enableOtel": {}}}}}]}}\n'
)
STRANDS = {
    "app/planner/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "app/planner/requirements.txt": "strands-agents==1.4.0\naws-opentelemetry-distro==0.18.0\n",
    "app/planner/main.py": "from bedrock_agentcore.runtime import BedrockAgentCoreApp\n"
    "from strands import Agent\napp = BedrockAgentCoreApp()\nAgent()('why?')\n",
}


@pytest.mark.parametrize("root", ["", "system/"])
@pytest.mark.parametrize(("asked", "outcome"), [("true", Outcome.PASS), ("false", Outcome.FAIL)])
def test_agentcore_starts_a_runtime_under_the_agent(
    asked: str, outcome: Outcome, root: str
) -> None:
    told = {**STRANDS, "agentcore/agentcore.json": RUNTIME.format(asked)}
    files = {f"{root}{path}": text for path, text in told.items()}
    given = {"component": {"files": files, "path": f"{root}app/planner"}, "repo": {"files": files}}
    assert tracing_wired.ask(testing.build(given)).outcome is outcome
    assert logs_structured.ask(testing.build(given)).outcome is Outcome.FAIL
