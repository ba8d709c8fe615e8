"""What CI names by its commit without telling the builder of images so."""

from __future__ import annotations

from functools import partial

from agentaudit.finding import Answer
from agentaudit.probe import passed
from agentaudit.probes.inference_code.plans import planned
from agentaudit.probes.inference_code.recipes import hosted, made
from agentaudit.probes.inference_code.resource_tags import tagged
from agentaudit.probes.inference_code.stored import stored
from agentaudit.source import Component, Repo

_WAYS = (
    (made, "CI hands the commit to the Makefile that builds it"),
    (hosted, "CI hands the commit to the host that builds it"),
    (planned, "CI builds what a file names by the commit"),
    (stored, "CI builds it and keeps it by its commit"),
    (partial(tagged, packed=True), "CI builds and deploys it, tagged with the commit"),
)


def otherwise(repo: Repo, component: Component) -> Answer | None:
    """The pass of the first such way."""
    for look, message in _WAYS:
        for place in look(repo, component):
            return passed(message, place.evidence())
    return None
