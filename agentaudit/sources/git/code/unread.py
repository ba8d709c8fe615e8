"""Code in languages that are not read: what cannot be said of a component that is written in one.

Pages (Vue, Svelte) and scripts of a shell are left out: what asks a model is seldom written so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from agentaudit.code import Code, Role
from agentaudit.source import Dependency
from agentaudit.sources.git import libraries
from agentaudit.sources.git.code import languages
from agentaudit.sources.git.reader import Reader
from agentaudit.trades import AGENTIC, acts, is_protocol

_JVM, _NET = "java", "dotnet"
_LANGUAGES = {
    "kt": ("Kotlin", _JVM),
    "scala": ("Scala", _JVM),
    "groovy": ("Groovy", _JVM),
    "clj": ("Clojure", _JVM),
    "fs": ("F#", _NET),
    "vb": ("Visual Basic", _NET),
    "rs": ("Rust", "rust"),
    "rb": ("Ruby", ""),
    "php": ("PHP", ""),
    "swift": ("Swift", ""),
    "dart": ("Dart", ""),
    "ex": ("Elixir", ""),
    "erl": ("Erlang", ""),
    "gleam": ("Gleam", ""),
    "cpp": ("C++", ""),
    "cc": ("C++", ""),
    "hs": ("Haskell", ""),
    "jl": ("Julia", ""),
    "R": ("R", ""),
    "lua": ("Lua", ""),
}
"""Suffix → language, and the ecosystem whose manifests declare what its code uses; empty where
those are not known either."""


def is_unread(reader: Reader, path: str) -> bool:
    """Whether a file is code of the application in a language that is not read."""
    return path.rpartition(".")[2] in _LANGUAGES and reader.role(path) is Role.APP


def unread(
    reader: Reader,
    paths: Iterable[str],
    sources: Iterable[str],
    needs: Collection[Dependency],
    code: Code,
) -> str:
    """That most of the code of a component is not read, in words with how many files of what.
    Empty where most of it is read, or where the code that is read says what the component asks and
    no manifest says so of the other. `paths` are those of `is_unread`, `sources` what is read."""
    counts = Counter(_LANGUAGES[path.rpartition(".")[2]] for path in paths)
    if not counts:
        return ""
    (name, ecosystem), count = counts.most_common(1)[0]
    declared = ecosystem and any(_is_agentic(x) for x in needs if x.ecosystem == ecosystem)
    if not declared and (code.posts or any(acts(u) for t in AGENTIC for u in code.used.get(t, ()))):
        return ""
    own = (path for path in sources if reader.role(path) is Role.APP)
    read = [found for path in own if (found := languages.of(path))]
    rivals = [x for x in read if not declared or x.ecosystem == ecosystem]
    most = count > len(rivals)
    said = f"most of its code, {count} files of {name}, is in a language that is not read"
    return said if most else ""


def _is_agentic(dependency: Dependency) -> bool:
    trades = libraries.trades(dependency)
    return not is_protocol(dependency.name) and not trades.isdisjoint(AGENTIC)
