"""Lists of models, in data files that the code loads or beside a call that takes one of them:
whoever uses the system may choose them, or they are tried in turn."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from agentaudit import parse
from agentaudit.code import Literal, Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import is_serving
from agentaudit.probes.callers import calls_of
from agentaudit.probes.models.ids import Used, asked
from agentaudit.source import Component, Repo

_LIST = regex(r"(?i)(?:.{0,400}/)?(?:[\w.-]{0,40}[_.-])?(?:llms?|models?)\.json")
_CHOSEN = frozenset({"id", "model", "modelId", "model_id", "modelName", "model_name"})
_MOST = 5_000
"""Values of one file that are looked at."""


def offered(repo: Repo, component: Component, purposes: frozenset[str]) -> Iterator[Used]:
    """Ids of these purposes in lists that the serving code imports, or takes its models from."""
    yield from _tried(component, purposes)
    for file in sorted(_lists(repo, component)):
        text = repo.read(Place(component.repo, file)) or ""
        for written in dict.fromkeys(_texts(text)):
            named = model_id(written)
            if named is not None and named.purpose in purposes:
                line = text.count("\n", 0, max(text.find(f'"{written}"'), 0)) + 1
                yield Used(named, Place(component.repo, file, line, written), None)


def _tried(component: Component, purposes: frozenset[str]) -> Iterator[Used]:
    """Members of a list of models in a file that asks one which only the run of the code tells."""
    lists = [each for each in component.code.literals if _is_member(each)]
    if not lists:
        return
    values = ((call, asked(call)) for call in calls_of(component, "model", "agent"))
    open_files = {call.place.path for call, value in values if value and value.text is None}
    for literal in lists:
        named = model_id(literal.text)
        if named is not None and named.purpose in purposes and literal.place.path in open_files:
            yield Used(named, literal.place, None)


def _is_member(literal: Literal) -> bool:
    listed = literal.role is Role.APP and literal.syntax is Syntax.ELEMENT and not literal.callee
    return listed and _MODELS.search(literal.name) is not None


_MODELS = regex(
    r"(?i)^(?!\w{0,60}(?:vision|image|audio|reason|thinking|cache|price|cost|deprecat|legacy|unsupport|without"
    r"|disallow|block|limit|context|token|prefix|multimodal|exclu|ignor|o1))\w{0,60}(?:models?|llms?)(?:_?(?:list|ids?"
    r"|names?|chain|order|options|to_try))?$"
)
"""Names of lists that models are taken from; others say what some of them can do."""


def _lists(repo: Repo, component: Component) -> set[str]:
    wanted = {
        posixpath.normpath(each.module).lstrip("@~./")
        for each in component.code.imports
        if each.role is Role.APP and _LIST.fullmatch(each.module)
    }
    found = [file.path for file in repo.files("**/*.json") if file.repo == component.repo]
    imported = {path for path in found if any(f"/{path}".endswith(f"/{end}") for end in wanted)}
    home = "" if component.path == "." else f"{component.path}/"
    named = {path for path in found if path.startswith(home) and _LIST.fullmatch(path)}
    return imported | {path for path in named - imported if _is_opened(repo, component, path)}


def _is_opened(repo: Repo, component: Component, path: str) -> bool:
    """Whether code beside a list opens it by its name, and the list says no prices."""
    folder, name = posixpath.split(path)
    place = Place(component.repo, path)
    if not is_serving(repo, place) or _PRICES.search(repo.read(place) or ""):
        return False
    opens = re.compile(rf"[\"'`/]{re.escape(name)}[\"'`]|go:embed[^\n]{{0,80}}\b{re.escape(name)}")
    near = {folder, posixpath.dirname(folder)}
    return any(
        opens.search((repo.read(file) or "")[:_LONGEST])
        for suffix in ("py", "ts", "js", "go", "java", "cs", "rs")
        for folder in sorted(near)
        for file in repo.files(f"{folder}/*.{suffix}" if folder else f"*.{suffix}")
        if file.repo == component.repo and is_serving(repo, file)
    )


_PRICES = regex(r"(?i)[\"'][\w-]{0,40}(?:cost|price|pricing)[\w-]{0,40}[\"']\s{0,4}:")
"""What a catalogue of the market says of each model; nobody is asked by it."""
_LONGEST = 200_000


def _texts(text: str) -> Iterator[str]:
    """What stands under the names of ids, however deep, and plain lists of texts."""
    try:
        rows: list[tuple[str, Any]] = [("id", parse.json(text))]
    except parse.Malformed:
        return
    for name, value in _each(rows):
        if isinstance(value, str) and name in _CHOSEN:
            yield value


def _each(rows: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every value with the name that it stands under, in the order of the file."""
    for _ in range(_MOST):
        if not rows:
            return
        name, value = rows.pop()
        yield name, value
        if isinstance(value, dict):
            rows += reversed([(key, each) for key, each in value.items()])
        elif isinstance(value, list):
            rows += reversed([(name, each) for each in value])
