"""The knowledge files: whole, and every mistake named where it stands."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from agentaudit import parse
from agentaudit.code import Role
from agentaudit.sources.git import knowledge
from agentaudit.sources.git.code.patterns import compiled
from agentaudit.sources.git.knowledge import ready

FILES = {
    file.name: file.read_text(encoding="utf-8")
    for file in files(knowledge).iterdir()
    if file.name.endswith(".yaml")
}
KEYS = {
    *("about", "counts", "libraries", "methods", "words", "common", "ids", "names", "hooks"),
    *("switched_off", "queries"),
}
LIBRARY = {"package", "library", "imports", "calls", "shows"}
HOOK = {"library", "text", "in", "setting", "value", "call", "unless", "by", "imported", "exact"}
PATTERNS = ("words", "common", "ids", "names", "queries")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_whole(name: str) -> None:
    assert problems(name, FILES[name]) == []


def problems(name: str, text: str) -> list[str]:
    """What is wrong, each with the line."""
    tree = parse.yaml(text, strict=True)
    data = tree.data
    found = [f"{name}:{tree.line(key)}: unknown key {key}" for key in data if key not in KEYS]
    if not re.fullmatch(r"[a-z_]+\.yaml", name):
        found.append(f"{name}: a trade is lower case with underscores")
    if not isinstance(data.get("about"), str):
        found.append(f"{name}:1: about must be one line of text")
    odd = [role for role in data.get("counts", ()) if role not in set(Role)]
    found += [f"{name}:{tree.line('counts')}: no role {role}" for role in odd]
    for key in PATTERNS:
        for index, pattern in enumerate(data.get(key, ())):
            try:
                compiled(pattern)
            except Exception as error:
                found.append(f"{name}:{tree.line(key, index)}: {error}")
    return [*found, *_libraries(name, tree), *_hooks(name, tree)]


def _libraries(name: str, tree: parse.Tree) -> list[str]:
    found = []
    for ecosystem, entries in tree.data.get("libraries", {}).items():
        if ecosystem not in knowledge.ECOSYSTEMS:
            found.append(f"{name}:{tree.line('libraries', ecosystem)}: no ecosystem {ecosystem}")
        for index, entry in enumerate(entries):
            at = f"{name}:{tree.line('libraries', ecosystem, index)}"
            given = {"package": entry} if isinstance(entry, str) else entry
            if not set(given) <= LIBRARY or ("package" in given) == ("library" in given):
                found.append(f"{at}: needs package or library, and imports, calls or shows only")
                continue
            package = given.get("package", "")
            if ecosystem == "python" and package != package.lower().replace("_", "-"):
                found.append(f"{at}: {package} is not how the index spells it")
            listed = [each for key in ("imports", "calls", "shows") for each in given.get(key, ())]
            if any(not isinstance(each, str) or " " in each for each in listed):
                found.append(f"{at}: imports, calls and shows are names")
    return found


def _hooks(name: str, tree: parse.Tree) -> list[str]:
    found = []
    for key in ("hooks", "switched_off"):
        for index, entry in enumerate(tree.data.get(key, ())):
            at = f"{name}:{tree.line(key, index)}"
            ways = {"text", "setting", "call"} & set(entry)
            if not set(entry) <= HOOK or "library" not in entry or not ways:
                found.append(f"{at}: needs library and one of text, setting, call")
            elif ("text" in ways) != ("in" in entry):
                found.append(f"{at}: text and in belong together")
    return found


def test_mistakes_are_named() -> None:
    text = (
        "about: x\ncounts: [prod]\nlibrarys: {}\nwords: ['(']\nlibraries:\n  perl: [a]\n"
        "  python:\n    - A_b\n    - {package: a, library: b}\nhooks:\n  - {library: a}\n"
    )
    found = problems("a.yaml", text)
    lines = {int(re.match(r"a\.yaml:(\d+)", each)[1]) for each in found}  # type: ignore[index]
    assert lines == {2, 3, 4, 6, 8, 9, 11}


def test_longest_prefix_of_each_trade_wins() -> None:
    found = knowledge.Knowledge()
    knowledge.take(
        found,
        "tracing",
        {"libraries": {"python": ["a", {"package": "a-otel", "imports": ["a.otel"]}]}},
    )
    knowledge.take(found, "model", {"libraries": {"python": ["a"]}})
    named = {(each.trade, each.name) for each in found.of_import("python", "a.otel.x")}
    assert named == {("tracing", "a-otel"), ("model", "a")}
    assert not found.of_import("python", "ab")


def test_what_is_ready_is_made_of_the_files() -> None:
    made = ready.made_of(ready.texts())
    if os.environ.get("UPDATE_GOLDEN"):
        Path(str(ready.READY)).write_bytes(made)
    assert ready.READY.read_bytes() == made, (
        "stale: run UPDATE_GOLDEN=1 pytest tests/sources/code/test_knowledge.py"
    )


def test_what_is_ready_says_the_same() -> None:
    whole = {name.removesuffix(".yaml"): yaml.safe_load(text) for name, text in FILES.items()}
    assert ready.said() == whole


def test_what_is_ready_counts_for_nothing_once_a_file_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = {"model": b"words: [new]\n"}
    monkeypatch.setattr(ready, "texts", lambda: changed)
    assert ready.said() == {"model": {"words": ["new"]}}
