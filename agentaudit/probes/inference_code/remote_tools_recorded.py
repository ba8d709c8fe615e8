from __future__ import annotations

from collections.abc import Iterator

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Span

LOCAL = {"name": "execute_tool add", "attributes": {"gen_ai.tool.name": "add"}}
MCP = {"mcp.method.name": "tools/call", "gen_ai.tool.name": "post_invoice"}
CALL = {"name": "tools/call post_invoice", "attributes": MCP}
TOOL = {
    "name": "execute_tool post",
    "id": "00000000000000a1",
    "attributes": {"gen_ai.tool.name": "post"},
}
REQUEST = {
    "name": "POST",
    "otel_kind": "CLIENT",
    "id": "00000000000000a2",
    "parent": "00000000000000a1",
}
SERVER = {"name": "POST /invoices", "otel_kind": "SERVER", "parent": "00000000000000a2"}
ERP = {"service.name": "erp"}
HERE = frozenset({"function"})
"""`gen_ai.tool.type` of a tool that runs in the process that calls it."""


@probe(
    "inference-code-remote-tools-recorded",
    fix="Record what answered beside what was asked: "
    '`span.set_attributes({"gen_ai.tool.name": tool.name, "mcp.server.version": '
    "session.server_info.version})`.",
    examples=[
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**CALL, "attributes": {**MCP, "mcp.server.version": "2.4.0"}}]
                }
            },
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        TOOL,
                        REQUEST,
                        {**SERVER, "resource": {**ERP, "service.version": "7.1"}},
                    ]
                }
            },
            "the service behind the tool records its version",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [CALL]}}, "which version answered?"),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [TOOL, REQUEST, {**SERVER, "resource": ERP}]}},
            "the tool calls another service, which records no version",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**CALL, "attributes": {**MCP, "tool.version": "latest"}}]}},
            "`latest` names no version",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [LOCAL]}},
            "the tool runs in the process that calls it",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {
                "response": {
                    "spans": [
                        {
                            **LOCAL,
                            "attributes": {
                                "gen_ai.tool.name": "add",
                                "gen_ai.tool.type": "function",
                            },
                        }
                    ]
                }
            },
        ),
    ],
)
def remote_tools_recorded(response: Response) -> Answer:
    """Does every remote tool and MCP server that was called record its name and version?

    The commit of the caller says nothing about code that runs elsewhere. When somebody else
    updates their server, the agent changes its behaviour and no repository of the team shows it.
    """
    remote = [span for span in response.of(Kind.TOOL) if _remote(span, response)]
    if not remote:
        return not_applicable("no tool was called elsewhere", response.entry.evidence())
    gaps = Gaps(2 * len(remote))
    for span in remote:
        place = response.service_name(span)
        gaps.need(span.fact("tool.name"), f"name of tool {span.name}", place, span.evidence())
        gaps.need(_version(span, response), f"version of tool {span.name}", place, span.evidence())
    return gaps.answer("every remote tool records its name and version")


def _remote(span: Span, response: Response) -> bool:
    """Whether a marker says so, or a request below it reaches another service."""
    marker = span.fact("tool.remote")
    marked = bool(marker) and marker.text.lower() not in HERE
    return marked or span.name.startswith("tools/call") or any(_behind(span, response))


def _behind(span: Span, response: Response) -> Iterator[Span]:
    """Spans of other services that a request below the tool reached."""
    for below in response.below(span):
        if response.service_name(below) != response.service_name(span):
            above = response.parent(below)
            if above is not None and above.otel_kind in {"CLIENT", "PRODUCER"}:
                yield below


def _version(span: Span, response: Response) -> Fact:
    """The version on the tool's span, or of the service behind it."""
    own = span.fact("tool.version")
    if own:
        return own
    found = (below.resource_fact("service.version") for below in _behind(span, response))
    return next((fact for fact in found if fact), own)
