"""Functions that nothing calls, modules of Python that nothing imports, and classes of C# and Java
that nothing names: what a model would be told there, it is never told."""

from __future__ import annotations

import re

from agentaudit.blocks import Part
from agentaudit.code import Prompt
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_STARTED = regex(
    r"(?i)(?:^|/)(?:__\w{1,20}__|main|app|server|api|run|cli|bot|agent|worker|index|wsgi|asgi"
    r"|manage|handler|lambda_function|function_app|streamlit_app)\.py$|(?:^|/)(?:pages|api|bin)/"
)
"""Files that people, platforms and frameworks start by their name or place."""
_STARTS = regex(r"(?m)^if\s{1,4}__name__\s{0,4}==|^(?:st|cl|gr|chainlit|streamlit)\.\w")
_NAMING = (
    *("**/*.py", "**/*.ipynb", "**/*.toml", "**/*.cfg", "**/*.y*ml", "**/*.json", "**/*.sh"),
    *("**/*.md", "**/*.tf", "**/*.ts", "**/*ockerfile*", "**/Makefile", "**/Procfile"),
)
"""Files that may say what a module is called, to import or to start it."""
_TYPE = regex(
    r"(?m)^\s{0,8}(?:public |internal |private |sealed |final ){0,3}(?:class|record) (\w{1,80})"
    r"(?:\([^()]{0,400}\))?(?:\s{0,4}(?::|implements)\s{0,4}I[A-Z]\w{0,80}(?:<\w{1,80}>)?)?\s{0,9}\{"
)
"""A class that nothing but its own code brings to life: it has no parent from a framework."""
_BROUGHT = regex(
    r"(?m)^\s{0,8}(?:@\w|\[\w)|\bstatic (?:class|(?:async )?(?:void|Task)\S{0,10} [mM]ain)\b"
)
"""What a framework or the platform brings to life: by a mark, or by where a program begins."""
_FINDS = ("iter_modules", "walk_packages", "import_module", "spec_from_file_location")
"""What imports modules by names that are found out only when it runs."""


def is_forgotten(repo: Repo, component: Component, prompt: Prompt) -> bool:
    """Whether a prompt stands in a type that no other file says the name of, or in functions that
    nothing calls, of such a module."""
    path = prompt.place.path
    if path.endswith((".cs", ".java")):
        return _is_unnamed(repo, prompt.place)
    if _is_uncalled(repo, prompt.place):
        return True
    if not path.endswith(".py") or _STARTED.search(path):
        return False
    inside = [c for c in component.code.calls if c.place.path == path and c.scope]
    if not inside or any(call.reached for call in inside):
        return False
    stem = path.rpartition("/")[2].removesuffix(".py")
    named = (file for kind in _NAMING for file in repo.files(kind, saying=(stem,)))
    if any(_is_other(file, prompt.place) for file in named):
        return False
    finds = next(iter(repo.files("**/*.py", saying=_FINDS)), None)
    return finds is None and not _STARTS.search(repo.read(Place(prompt.place.repo, path)) or "")


def _is_unnamed(repo: Repo, place: Place) -> bool:
    """Whether no other file of its language says the name of any type of that file."""
    text = repo.read(Place(place.repo, place.path)) or ""
    names, suffix = tuple(_TYPE.findall(text)), place.path.rpartition(".")[2]
    if not names or len(names) < len(_ANY_TYPE.findall(text)) or _BROUGHT.search(text):
        return False
    return not any(_is_other(file, place) for file in repo.files(f"**/*.{suffix}", saying=names))


def _is_uncalled(repo: Repo, place: Place) -> bool:
    """Whether it stands in a function that its module keeps to itself, and that no other row of it
    says the name of."""
    file = Place(place.repo, place.path)
    suffix = place.path.rpartition(".")[2]
    around = [b for b in repo.blocks(file) if b.part is Part.FUNCTION and b.holds(place.line or 0)]
    outer = min(around, key=lambda each: each.first, default=None)
    if suffix not in _SUFFIXES or outer is None or outer.given:
        return False
    text = repo.read(file) or ""
    begins = text.rfind("\n", 0, outer.start) + 1
    if not _PLAIN.match(text[begins : outer.inside]):
        return False
    said = re.findall(rf"(?<![\w$]){re.escape(outer.name)}(?![\w$])", text)
    return len(said) == 1


_PLAIN = regex(r"(?:async )?function [a-zA-Z]|const \w{4,80} ?=")
"""How a function of JavaScript begins that its module keeps to itself."""
_SUFFIXES = ("ts", "tsx", "js", "mjs")


_ANY_TYPE = regex(r"(?m)^[^\n/*\"]{0,60}\b(?:class|record|interface|enum|struct) \w")


def _is_other(file: Place, place: Place) -> bool:
    return (file.repo, file.path) != (place.repo, place.path)
