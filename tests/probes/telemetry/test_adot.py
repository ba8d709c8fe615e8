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
