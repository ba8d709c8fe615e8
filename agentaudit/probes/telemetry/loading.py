"""Whether a file that instruments something is ever loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.other_programs import is_another
from agentaudit.source import Component, Repo

SCRIPTS = ("ts", "tsx", "js", "jsx", "mjs", "cjs")
_HOOK = regex(r"instrumentation(?:[.-](?:node|client|edge))?\.\w{2,3}")
"""Scripts that Next.js starts by their name, and nothing else does."""
_BY_NAME = regex(
    r"(?:sentry\.\w{1,20}\.config|index|main|server|app|layout|route|page|worker|cli)\.\w{2,3}"
)
"""Scripts that frameworks and people start by their name."""
_PYTHON_BY_NAME = regex(
    r"(?:__main__|main|app|server|api|run\w*|start\w*|cli|manage|[wa]sgi|worker\w*|function_app"
    r"|lambda_function|handler|conftest|settings|agent|root_agent|chainlit_app|\d\w*)\.py"
)


def loaded(repo: Repo, component: Component, place: Place) -> bool:
    """Whether anything names the file of a place: an import, a start command, an image. What is
    written in Java and C#, and in functions, is judged by what reaches it."""
    name = place.path.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    if suffix == "go":
        return _go(repo, component, place)
    if suffix == "py":
        if is_another(repo, component, place):
            return False
        return bool(_PYTHON_BY_NAME.fullmatch(name)) or _python(repo, component, place, stem)
    if suffix not in SCRIPTS or _BY_NAME.fullmatch(name):
        return True
    if _HOOK.fullmatch(name) and _is_of_next(component, place):
        return True
    word = rf"{re.escape(stem)}(?:\.[a-z]{{2,3}})?[\"'\s,]"
    named = re.compile(rf"(?<!@opentelemetry)[/\"'@ .-]{word}")
    if _started(repo, component, named) or _named(repo, component, place, SCRIPTS, named):
        return True
    return _is_preloaded(repo, stem)


def _is_of_next(component: Component, place: Place) -> bool:
    """Whether Next.js runs the program; it may run what stands beside that too."""
    home = "" if component.path == "." else component.path + "/"
    needs = (need.name for each in component.manifests for need in each.dependencies)
    return "next" in needs or not place.path.startswith(home)


_DEPLOYS = (
    *("**/package.json", "**/Dockerfile*", "**/Procfile*", "**/.env*", "**/*.sh", "**/*.tf"),
    *("**/*.yaml", "**/*.yml", "**/*.toml"),
)


def _is_preloaded(repo: Repo, stem: str) -> bool:
    """Whether what starts or deploys anything names the script, as `NODE_OPTIONS` does."""
    named = re.compile(rf"/{re.escape(stem)}\.[a-z]{{2,3}}\b")
    files = (file for kind in _DEPLOYS for file in repo.files(kind, saying=(stem,)))
    return any(
        named.search(repo.read(file) or "")
        for file in files
        if repo.role(file) not in (Role.TEST, Role.EVAL)
    )


_IMPORTED = regex(r"^\s*(?:import\s+)?(?:[\w.]{1,60}\s+)?\"([\w./~-]{1,300})\"\s*$", re.M)
_MAIN = regex(r"^package\s+main\b", re.M)


def _go(repo: Repo, component: Component, place: Place) -> bool:
    """A package is loaded where some program imports its directory, by whatever way."""
    home = "" if component.path == "." else component.path + "/"
    imports: dict[str, set[str]] = {}
    reached = set()
    for file in _files(repo, home if place.path.startswith(home) else "", ("go",)):
        if file.path.endswith("_test.go"):
            continue
        text = (repo.read(file) or "")[:200_000]
        here = file.path.rpartition("/")[0]
        head = re.split(r"(?m)^(?:func|type|var|const)\b", text, maxsplit=1)[0]
        imports.setdefault(here, set()).update(_IMPORTED.findall(head))
        if _MAIN.search(head):
            reached.add(here)
    waiting = list(reached)
    while waiting:
        named = imports[waiting.pop()]
        new = {d for d in imports.keys() - reached if _is_named(d.removeprefix(home), named)}
        reached |= new
        waiting += new
    return not reached or place.path.rpartition("/")[0] in reached


def _is_named(directory: str, imports: set[str]) -> bool:
    return any(each == directory or each.endswith(f"/{directory}") for each in imports)


def _python(repo: Repo, component: Component, place: Place, stem: str) -> bool:
    """A module is loaded where another names it, or where it is started."""
    if stem == "__init__":
        stem = place.path.rpartition("/")[0].rpartition("/")[2]
    if any(
        stem in (each.module.rpartition(".")[2], *each.names)
        for each in component.code.imports
        if each.place.path != place.path
    ):
        return True
    text = repo.read(place) or ""
    if "__main__" in text or re.search(r"(?:^|/)pages/", place.path):
        return True
    named = re.compile(rf"(?:^|[\s/\"'.,(]){re.escape(stem)}(?:\.py\b|[\s\"':.,;)]|$)", re.M)
    return _started(repo, component, named) or _named(repo, component, place, ("py",), named)


def _started(repo: Repo, component: Component, named: re.Pattern[str]) -> bool:
    starts = [m.place for m in component.manifests] + [b.place for b in component.build_files]
    return any(named.search(repo.read(each) or "") for each in (*starts, *component.built_by))


def _named(
    repo: Repo, component: Component, place: Place, kinds: tuple[str, ...], named: re.Pattern[str]
) -> bool:
    """Whether another file says it that is no test or evaluation, of the component; of any where
    the file is shared."""
    home = "" if component.path == "." else component.path + "/"
    home = home if place.path.startswith(home) else ""
    return any(
        file.path != place.path
        and named.search(repo.read(file) or "")
        and repo.role(file) not in (Role.TEST, Role.EVAL)
        for file in _files(repo, home, kinds)
    )


def _files(repo: Repo, home: str, kinds: tuple[str, ...]) -> Iterator[Place]:
    for kind in kinds:
        yield from repo.files(f"{home}**/*.{kind}")
