"""Spans of models' calls that programs of .NET write themselves, by a source of their own that a
provider adds and sends."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase as fnmatch

from msgspec.structs import replace

from agentaudit.code import Value
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.dotnet_addresses import untold
from agentaudit.probes.telemetry.lent import own_files
from agentaudit.source import Component, Place, Repo

_TELLS = regex(
    r"^(?!\s*//)[^\n]{0,200}?(?:\b(?:Set|Add)Tag\(\s{0,40}|\{\s{0,4})"
    r"\"(?:gen_ai|llm|openinference|langfuse|ai\.model)\.",
    8,
)
_BEGINS = regex(r"\b(\w{1,60})\s{0,4}\??\s{0,40}\.StartActivity\(")
_MADE = regex(
    r"\bActivitySource\s{1,4}(\w{1,60})[^;=\n]{0,40}=\s{0,40}new(?:\s{1,4}ActivitySource)?\(\s{0,40}"
    r"(?:\"([^\"\n]{1,100})\"|([\w.]{1,120}))"
)
_EXPORTS = regex(
    r"^(?!\s*//)[^\n]{0,200}\b(?:(?:Use|Add)OtlpExporter|UseAzureMonitor|AddAzureMonitorTraceExporter)\(",
    8,
)


def written(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines that tell such a span of a model, where its file begins one."""
    added = [call.at(0) for call in component.code.methods("AddSource") if call.reached]
    files = dict(own_files(repo, component)) if added else {}
    telling = {file: found for file, text in files.items() if (found := _TELLS.search(text))}
    if not telling or not any(map(_EXPORTS.search, files.values())):
        return
    sources = {
        name
        for text in files.values()
        for name, said, told in _MADE.findall(text)
        if any(_is_it(each, name, said, told) for each in added if each is not None)
    }
    for file, found in telling.items():
        begun = set(_BEGINS.findall(files[file]))
        if begun & sources and not untold(repo, component, file):
            line = files[file].count("\n", 0, found.end()) + 1
            yield replace(file, line=line, text=found[0].strip()[:300])


def _is_it(added: Value, name: str, said: str, told: str) -> bool:
    """Whether a provider adds the source of that name, which is called as is said, or told by the
    name of a constant."""
    if said and added.text is not None:
        return fnmatch(said, added.text)
    *_, owner, last = ["", *added.written.strip().split(".")]
    return (owner == name and last == "Name") or last == told.rpartition(".")[2]
