"""Whether anybody calls the function in which tracing is set up, and behind which switch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.telemetry.tables import left_out
from agentaudit.source import Component, Repo

_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+[\w.]{1,200}[ \t]+)?import[ \t]+(?:\([^)]{0,2000}\)|[^\n]{0,500})", re.M
)
_COMMENT = regex(r"^[ \t]*#[^\n]*|^__all__[^\]]{0,3000}\]", re.M)
_TRIED = regex(r"(?i)(?:^|/)debug\w*/|(?:^|/)(?:debug|scratch|demo)\w*\.py$")
"""Scripts of developers, and tests."""
_SETS_UP = regex(
    r"(?i)set_?up|init|trac(?:e|ing)|instrument|telemetr|observ|configure|enable|otel|phoenix"
    r"|langfuse|langsmith"
)
"""Names of functions that begin something; plug-ins of other names are called by a loader."""
_NAMING = (
    *("**/*.toml", "**/*.cfg", "**/*.ipynb", "**/Dockerfile*", "**/*.y*ml", "**/*.sh"),
    *("**/*.json", "**/Makefile", "**/Procfile"),
)
_FLAG = regex(r"\s*if\s+((?:\w{1,60}\.){0,4}\w{1,60})\s*:")
_TRUE = ("true", "1", "yes", "on")


def uncalled(repo: Repo, component: Component, call: Call) -> tuple[Place, str] | None:
    """Why the function of Python around a call does not run where customers are served; None where
    it may: methods, and functions with a decorator, are called by frameworks."""
    name = call.scope
    if not call.place.path.endswith(".py"):
        return None
    if "." in name:
        return _unmade(repo, call)
    if not name.isidentifier() or not _SETS_UP.search(name):
        return None
    texts = [
        (file, _bare(repo.read(file) or ""))
        for file in repo.files("**/*.py")
        if _counts(repo, file) or file.path == call.place.path
    ]
    if not _is_plain(name, next((t for f, t in texts if f.path == call.place.path), "")):
        return None
    named = re.compile(rf"(?<!\bdef )(?<!\w){re.escape(name)}(?!\w)")
    callers = [
        (file, text, found.start()) for file, text in texts for found in named.finditer(text)
    ]
    if not callers:
        return None if _started(repo, named) else (call.place, "nothing calls what sets it up")
    if chooses := left_out(component, name, [(text, at) for _, text, at in callers]):
        return call.place, f"is set up only where {chooses} chooses it"
    flags = {_flag(text, at) for _, text, at in callers}
    if "" not in flags and all(_is_off(component, texts, each) for each in flags):
        return call.place, f"is set up behind {min(flags)}, off by default"
    return None


def _counts(repo: Repo, file: Place) -> bool:
    return repo.role(file) not in ASIDE and not _TRIED.search(file.path)


def _unmade(repo: Repo, call: Call) -> tuple[Place, str] | None:
    """Why a method does not run: nothing but imports and its definition speaks of its class."""
    name = call.scope.partition(".")[0]
    if not name.isidentifier() or not name[:1].isupper():
        return None
    named = re.compile(rf"(?<!\bclass )(?<!\w){re.escape(name)}(?!\w)")
    for file in repo.files("**/*.py"):
        text = repo.read(file) or ""
        if name in text and _counts(repo, file) and named.search(_bare(text)):
            return None
    return None if _started(repo, named) else (call.place, "stands in a class that nothing makes")


def _bare(text: str) -> str:
    """Without imports, comments and lists of names."""
    return _COMMENT.sub("", _IMPORT.sub("", text[:300_000]))


def _is_plain(name: str, text: str) -> bool:
    """Whether it is a function of a module, without a decorator."""
    found = re.search(rf"(?:^|\n)([^\n]*)\n(?:async )?def {re.escape(name)}\b", "\n" + text)
    return found is not None and not found[1].lstrip().startswith(("@", ")"))


def _started(repo: Repo, named: re.Pattern[str]) -> bool:
    """Whether anything outside of the code names it: a start command, an entry point."""
    return any(named.search(repo.read(file) or "") for kind in _NAMING for file in repo.files(kind))


def _flag(text: str, at: int) -> str:
    """The name that is asked around a place: `tracing_enabled` of `if settings.tracing_enabled:`;
    empty where none is, or more is asked."""
    lines = text[:at].split("\n")
    depth = len(lines[-1]) - len(lines[-1].lstrip())
    for line in reversed(lines[:-1][-40:]):
        if line.strip() and len(line) - len(line.lstrip()) < depth:
            asked = _FLAG.fullmatch(line[:300])
            return asked[1].rpartition(".")[2] if asked else ""
    return ""


def _is_off(component: Component, texts: list[tuple[Place, str]], name: str) -> bool:
    """Whether every place that gives the flag a value gives False, and nothing sets it."""
    given = re.compile(
        rf"(?<![\w.]){re.escape(name)}[ \t]*(?::[^=\n]{{0,80}})?=(?!=)[ \t]*"
        r"(?:Field\(\s*(?:default\s*=\s*)?)?(\w{0,20})"
    )
    values = set(_values(given, texts))
    return values == {"False"} and not any(
        each.value.strip("\"' ").lower() in _TRUE and each.role not in (Role.TEST, Role.DOCS)
        for each in component.code.set(name)
    )


def _values(given: re.Pattern[str], texts: list[tuple[Place, str]]) -> Iterator[str]:
    for _, text in texts:
        yield from (found[1] for found in given.finditer(text))
