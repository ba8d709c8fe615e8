"""Whether the code of a component asks a model, by itself or through a framework."""

from __future__ import annotations

import re

from agentaudit.code import Role, Strength, Use
from agentaudit.source import Component

_PASSES_ON = frozenset(
    {"mcp", "fastmcp", "a2a-sdk", "@modelcontextprotocol/sdk", "@a2a-js/sdk", "@ai-sdk/mcp"}
    | {"langgraph-sdk", "@langchain/langgraph-sdk", "composio", "composio-core", "@composio/core"}
    | {"e2b-code-interpreter", "chainlit", "@copilotkit/runtime", "huggingface-hub"}
    | {"@langchain/core", "langchain-core"}
)
"""Libraries of agents that serve tools, or pass a question on to where an agent runs."""
_POSTS = re.compile(r"(?:^|[._])(?:post|stringify|dumps|urlopen|request|PostAsJsonAsync|Marshal)$")
_MODEL = frozenset({"model", "model_id", "modelId", "model_name"})


def asking(component: Component) -> list[Use]:
    """Libraries by which its code asks models, strongest first."""
    uses = [*component.uses("model"), *component.uses("agent"), *component.uses("embedding")]
    found = [u for u in uses if u.strength >= Strength.IMPORTED and u.library not in _PASSES_ON]
    return sorted(found, key=lambda use: -use.strength)


def posts(component: Component) -> bool:
    """Whether its code sends the id of a model over HTTP, without a library for it."""
    return any(
        literal.role is Role.APP and literal.name in _MODEL and _POSTS.search(literal.callee)
        for literal in component.code.literals
    )


def asks(component: Component) -> bool:
    """Whether its code asks a model at all."""
    return bool(asking(component)) or posts(component)
