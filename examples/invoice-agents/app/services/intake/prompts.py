"""Prompts are files: `prompts/NAME/VERSION.md`. A version in use is never edited."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.common.settings import ROOT

IN_USE = {"triage": "1", "reader": "3", "bookkeeper": "3", "archivist": "1"}


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt, and what its places are filled with."""

    name: str
    version: str
    template: str
    variables: dict[str, str]

    @property
    def rendered(self) -> str:
        """The system message."""
        return self.template.format(**self.variables)


def prompt(name: str, **variables: str) -> Prompt:
    """The version of `name` that is in use, filled."""
    version = IN_USE[name]
    return Prompt(name, version, _template(name, version), variables)


@cache
def _template(name: str, version: str) -> str:
    return (ROOT / "prompts" / name / f"{version}.md").read_text(encoding="utf-8")
