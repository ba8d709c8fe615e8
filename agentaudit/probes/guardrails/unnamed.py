"""Guardrails that are told by no name of a call."""

from __future__ import annotations

from collections.abc import Callable

from agentaudit.evidence import Place
from agentaudit.finding import Answer
from agentaudit.probe import passed
from agentaudit.probes.guardrails.aspects import around_methods
from agentaudit.probes.guardrails.called_back import answering
from agentaudit.probes.guardrails.content_filters import content_filter
from agentaudit.probes.guardrails.decided import deciding
from agentaudit.probes.guardrails.middleware import around_routes
from agentaudit.probes.guardrails.objects import refused
from agentaudit.probes.guardrails.phrases import refusing
from agentaudit.probes.guardrails.posted import posted
from agentaudit.probes.guardrails.proxied import of_the_proxy
from agentaudit.probes.guardrails.reviewed import reviewing
from agentaudit.source import Component, Repo


def elsewhere(repo: Repo, component: Component) -> Answer | None:
    """PASS by the first of them that is seen."""
    for sees, said in _WAYS:
        if seen := sees(repo, component):
            return passed(said, seen.evidence())
    return None


_WAYS: tuple[tuple[Callable[[Repo, Component], Place | None], str], ...] = (
    (content_filter, "the deployment of the model has a content filter of its own that blocks"),
    (refusing, "phrases that take a system over are refused wherever somebody asks"),
    (posted, "a provider is asked whether it may be said, and what is flagged is turned away"),
    (reviewing, "a second answer of a model decides whether the first is given"),
    (deciding, "a field of a model's answer says whether it is safe, and decides"),
    (refused, "what judges questions is asked, and turns them away"),
    (answering, "what an agent calls back answers in place of its model"),
    (around_methods, "an aspect judges what each method that asks the model is given"),
    (around_routes, "what judges stands before the routes that lead to the model"),
    (of_the_proxy, "the proxy that answers for the model has a guardrail that is on by default"),
)
