"""Logs that Sentry takes over as fields, each with the trace id."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Repo

_PYTHON = ("sentry_sdk.init",)
_SCRIPTS = tuple(
    f"@sentry/{name}.init"
    for name in ("node", "nextjs", "nestjs", "bun", "deno", "cloudflare", "aws-serverless")
)
_ASKED = regex(r"[\"']?enable_logs[\"']?\s*[:=]\s*True\b|[\"']?enableLogs[\"']?\s*:\s*true\b")
_TAKES = ("consoleLoggingIntegration", "pinoIntegration", "createSentryWinstonTransport")
"""What hands the logs of others to the SDK of JavaScript; that of Python takes those of `logging`
by itself."""


def sentry_logs(repo: Repo, component: Component) -> Iterator[Place]:
    """Where Sentry is started with logs, and whatever is logged reaches it."""
    code = component.code
    for name in _PYTHON:
        for call in code.called(name):
            if _asks(call) and loaded(repo, component, call.place):
                yield call.place
    taken = any(call.reached for call in code.methods(*_TAKES))
    for name in _SCRIPTS if taken else ():
        for call in code.called(name):
            if _asks(call) and loaded(repo, component, call.place):
                yield call.place


def _asks(call: Call) -> bool:
    """Whether the call asks for logs, and does not switch the SDK off by an empty address."""
    dsn = call.argument("dsn")
    if not call.reached or (dsn is not None and dsn.text == "" and dsn.via == "literal"):
        return False
    asked = call.argument("enable_logs", "enableLogs")
    if asked is not None:
        return (asked.text or asked.written).strip().lower() == "true"
    tried = call.argument("_experiments")
    return tried is not None and bool(_ASKED.search(tried.written))
