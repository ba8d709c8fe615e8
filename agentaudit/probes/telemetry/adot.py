"""AWS's distribution of OpenTelemetry: what it makes spans of, and where it sends log records. The
runtime of Bedrock AgentCore tells it to send both, unless somebody declines."""

from __future__ import annotations

from agentaudit.code import Role, Setting, Strength
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.development import installed
from agentaudit.source import Component, Repo

_NAMED = regex(r"aws[-_]opentelemetry[-_]distro")
_THROUGH_BOTOCORE = frozenset(
    {
        *("bedrock", "langchain-aws"),
        *("llama-index-llms-bedrock", "llama-index-llms-bedrock-converse"),
    }
)
"""Libraries whose calls of models become spans by its instrumentation of botocore."""
_RUNTIME = "BedrockAgentCoreApp"
_DECLINED = {
    "DISABLE_ADOT_OBSERVABILITY": "true",
    "AGENT_OBSERVABILITY_ENABLED": "false",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": "false",
}
_LOGGER = regex(r"\bgetLogger\(")
_APART = regex(r"(?m)^[ \t]{0,40}\w{1,40}\.propagate\s?=\s?False\b")
"""What is logged there does not reach the root, where the distribution takes it."""
_OTHERS = frozenset({"loguru", "structlog"})
"""Loggers that write past `logging`, or may."""


def is_installed(repo: Repo, component: Component) -> bool:
    """Whether an image or a manifest installs it."""
    said = [repo.read(file.place) or "" for file in component.build_files]
    return any(map(_NAMED.search, (*said, *installed(repo, component))))


def traces_models(repo: Repo, component: Component) -> bool:
    """Whether the calls of models are among those that it makes spans of."""
    asked = any(
        use.library in _THROUGH_BOTOCORE and use.strength >= Strength.CALLED
        for use in component.uses("model")
    )
    return asked and is_installed(repo, component) and shut(component) is None


def shut(component: Component) -> Setting | None:
    """The setting by which it makes no spans of them."""
    said = component.code.set("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS")
    return next((each for each in said if "botoc" in each.value), None)


def sends_logs(repo: Repo, component: Component) -> bool:
    """Whether it runs on AgentCore, and what the code logs reaches it."""
    code = component.code
    hosted = any(call.reached for call in code.methods(_RUNTIME))
    declined = any(
        each.value.strip("\"' ").lower() == value
        for name, value in _DECLINED.items()
        for each in code.set(name)
    )
    if not hosted or declined or not is_installed(repo, component):
        return False
    mine = [each for each in code.imports if each.role is Role.APP]
    if any(each.module.partition(".")[0] in _OTHERS for each in mine):
        return False
    home = "" if component.path == "." else f"{component.path}/"
    files = (each for each in repo.files(f"{home}**/*.py") if is_serving(repo, each))
    texts = [(repo.read(each) or "")[:200_000] for each in files]
    return any(map(_LOGGER.search, texts)) and not any(map(_APART.search, texts))
