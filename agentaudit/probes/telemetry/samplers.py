"""Providers that take no span: samplers that keep none, providers without a processor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from msgspec.structs import replace

from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Repo

_NEVER = regex(
    r"(?:\bsampler\s{0,4}[=:]\s{0,4}|\b[sS]etSampler\(\s{0,4}|\bWithSampler\(\s{0,4})(?:new\s+)?(?:\w{1,40}\.){0,6}"
    r"(?:ALWAYS_OFF\b|AlwaysOff(?:Sampler)?\(\s{0,4}\)|alwaysOff\(\)|NeverSample\(\)"
    r"|[tT]race_?[iI][dD]_?[rR]atioBased(?:Sampler)?\(\s{0,4}0(?:\.0{1,4})?[fFdD]?\s{0,4}\))(?!\s{0,4}(?:if\b|\?))"
)
_OTHERS = regex(
    r"ALWAYS_ON|AlwaysOn|alwaysOn|AlwaysSample|[rR]atioBased(?:Sampler)?\(\s{0,4}(?:0?\.\d*[1-9]|1|[a-zA-Z])"
)
"""Samplers that keep some, between which a program may choose."""
_TAKES = regex(
    r"add_span_processor|[aA]ddSpanProcessor|span_?[pP]rocessors?\s{0,4}[=:(]|WithBatcher|WithSpanProcessor"
    r"|WithSyncer|RegisterSpanProcessor|active_span_processor|set_up_exporters|configure_otel_providers"
)
_TAKING = ("rocessor", "WithBatcher", "WithSyncer", "set_up_exporters", "configure_otel_providers")
"""One of these is in whatever that finds."""
_BARE = frozenset(
    {"TracerProvider", "NewTracerProvider", "NodeTracerProvider", "BasicTracerProvider"}
)
"""Providers that hand spans to nobody until they are given a processor."""
_KINDS = ("py", "ts", "js", "mjs", "go", "cs", "java", "kt")


def never_sampled(repo: Repo, component: Component) -> Place | None:
    """Where a provider is told to keep no trace, in a file that knows of no other sampler."""
    rows = component.code.imports
    traced = {row.place.path for row in rows if "telemetry" in row.module.lower()}
    for file, text in _texts(repo, component, traced):
        if "ampler" not in text:
            continue
        found = _NEVER.search(text)
        if found and not _OTHERS.search(text):
            return replace(file, line=text.count("\n", 0, found.start()) + 1, text=found[0][:200])
    return None


def is_bare(repo: Repo, call: Call) -> bool:
    """Whether a call makes a provider that hands its spans to nobody, wherever one looks: one that
    does nothing, or one that no file gives a processor, its own looked at first."""
    if call.method not in _BARE:
        return False
    if "noop" in call.callee.lower():
        return True
    own = Place(call.place.repo, call.place.path)
    kinds = _KINDS[:5]
    files = (file for kind in kinds for file in repo.files(f"**/*.{kind}", saying=_TAKING))
    mine = (file for file in files if repo.role(file) not in ASIDE)
    return not any(_takes(repo.read(file) or "") for file in chain((own,), mine))


def _takes(text: str) -> bool:
    return bool(_TAKES.search(text[:300_000]))


def _texts(repo: Repo, component: Component, among: set[str]) -> Iterator[tuple[Place, str]]:
    home = "" if component.path == "." else component.path + "/"
    for kind in _KINDS:
        for file in repo.files(f"{home}**/*.{kind}"):
            if (not among or file.path in among) and repo.role(file) not in ASIDE:
                yield file, (repo.read(file) or "")[:200_000]
