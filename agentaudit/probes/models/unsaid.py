"""Constants whose name is said nowhere but where they are written: an id in one is never asked."""

from __future__ import annotations

import re

from agentaudit.code import Literal, Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.source import Component, Repo

_KINDS = (
    ("py", "ipynb"),
    ("ts", "tsx", "mts", "js", "jsx", "mjs", "cjs", "vue", "svelte", "astro"),
    ("go",),
)
"""Suffixes of files that may say the name of a constant of each other."""
_NAME = regex(r"[A-Za-z_$][\w$]{2,100}")


def unsaid(repo: Repo, component: Component) -> frozenset[Place]:
    """Where the code of a component writes ids of models in such constants."""
    return frozenset(
        each.place
        for each in component.code.literals
        if each.role is Role.APP and _is_constant(each) and not _is_said(repo, each)
    )


def _is_constant(literal: Literal) -> bool:
    stands = literal.syntax is Syntax.ASSIGNMENT and not literal.scope
    return stands and bool(_NAME.fullmatch(literal.name)) and model_id(literal.text) is not None


def _is_said(repo: Repo, literal: Literal) -> bool:
    suffix = literal.place.path.rpartition(".")[2]
    kinds = next((kinds for kinds in _KINDS if suffix in kinds), ())
    name = re.compile(rf"(?<![\w$]){re.escape(literal.name)}(?![\w$])")
    said = 0
    for kind in kinds:
        for file in repo.files(f"**/*.{kind}", saying=(literal.name,)):
            said += len(name.findall(repo.read(file) or ""))
            if said > 1:
                return True
    return not said
