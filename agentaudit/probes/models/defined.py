"""Models that data files name beside what they are told: definitions of agents, which the code
loads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import is_serving
from agentaudit.probes.models.ids import TRIED, Used
from agentaudit.probes.prompts.in_data import ENTRIES, is_named, said
from agentaudit.source import Component, Repo

_KINDS = ("jsonc", "json5", "json", "yaml", "yml")
_SAYS = ("llm", "model")
_ASKED = regex(
    r"(?m)(?:^[ \t]{0,40}(?:-[ \t]{1,4})?|[{,][ \t]{0,40})"
    r"[\"']?(?:\w{1,20}_)?(?:llm|model)(?:_?(?:[iI]d|[nN]ame))?[\"']?[ \t]{0,4}:\s{0,40}"
    r"(?:\{?\s{0,40}[\"']?(?:model|id|name)[\"']?[ \t]{0,4}:[ \t]{0,4})?[\"']?([\w./:@-]{3,120})"
)
"""An entry that says which model an agent asks, alone or as an object."""
_LONGEST, _MOST = 200_000, 200


def defined(repo: Repo, component: Component, purposes: frozenset[str]) -> Iterator[Used]:
    """Ids of these purposes in such files of the component, in the order of the files."""
    home = "" if component.path == "." else f"{component.path}/"
    around = tuple(
        f"{each.path}/" for each in repo.components() if each.path not in (component.path, ".")
    )
    for kind in _KINDS:
        for file in islice(repo.files(f"**/*.{kind}", saying=_SAYS), _MOST):
            inside = file.path.startswith(home) and not file.path.startswith(around)
            serves = is_serving(repo, file) and not TRIED.search(file.path)
            if file.repo == component.repo and inside and serves:
                yield from _of(repo, file, purposes)


def _of(repo: Repo, file: Place, purposes: frozenset[str]) -> Iterator[Used]:
    text = (repo.read(file) or "")[:_LONGEST]
    named = [
        (each, found)
        for each in said(_ASKED, text)
        if (found := model_id(each[1])) is not None and found.purpose in purposes
    ]
    told = named and any(True for kind in ENTRIES for _ in said(kind, text))
    if told and is_named(repo, file):
        for each, found in named:
            line = text.count("\n", 0, each.start(1)) + 1
            yield Used(found, Place(file.repo, file.path, line, each[1]), None)
