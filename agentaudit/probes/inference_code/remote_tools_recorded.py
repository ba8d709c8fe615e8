from __future__ import annotations

from agentaudit.below import Below
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
    behind = Below(response, lambda span: _reached(span, response))
    remote = [span for span in response.of(Kind.TOOL) if _remote(span, response, behind)]
    if not remote:
        return not_applicable("no tool was called elsewhere", response.entry.evidence())
    released = Below(response, lambda span: _released(span, response))
    gaps = Gaps(2 * len(remote))
    for span in remote:
        place = response.service_name(span)
        gaps.need(span.fact("tool.name"), f"name of tool {span.name}", place, span.evidence())
        version = _version(span, response, released)
        gaps.need(version, f"version of tool {span.name}", place, span.evidence())
    return gaps.answer("every remote tool records its name and version")


def _remote(span: Span, response: Response, behind: Below) -> bool:
    """Whether a marker says so, or a request below it reaches another service."""
    marker = span.fact("tool.remote")
    marked = bool(marker) and marker.text.lower() not in HERE
    if marked or span.name.startswith("tools/call"):
        return True
    return behind.of(span, response.service_name(span)) is not None


def _reached(span: Span, response: Response) -> str:
    """The service of a span that a request reached."""
    above = response.parent(span)
    asked = above is not None and above.otel_kind in {"CLIENT", "PRODUCER"}
    return response.service_name(span) if asked else ""


def _released(span: Span, response: Response) -> str:
    """The same, where the service records its version."""
    return _reached(span, response) if span.resource_fact("service.version") else ""


def _version(span: Span, response: Response, released: Below) -> Fact:
    """The version on the tool's span, or of the service behind it."""
    own = span.fact("tool.version")
    behind = None if own else released.of(span, response.service_name(span))
    return own if behind is None else behind.resource_fact("service.version")
