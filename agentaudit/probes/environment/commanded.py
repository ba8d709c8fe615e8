"""Runtimes that commands and actions name, of what no image, manifest or file of versions pins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.environment.hosts import shipping
from agentaudit.probes.environment.running import Pin, pins_of
from agentaudit.probes.environment.runtimes import pinned
from agentaudit.source import Component, Place, Repo

_SCRIPTS = ("**/*.sh", "**/Makefile", "**/makefile", "**/justfile", "**/*.ps1", "**/*.y*ml")
_WORDS = ("--runtime", "--python", "uv python", "python=", "pyenv", "-m venv", "install node")
_SAID = regex(
    r"\s--runtime[= ][\"']?(?P<platform>python|nodejs|node|java|dotnet|PYTHON|NODE|JAVA)[:|-]?"
    r"(?:[\"']?\s{1,4}--runtime-version[= ][\"']?)?(?P<of>\d[\d.]{0,9})"
    r"|\s--runtime[= ][\"']?\$\{?(?P<variable>\w{1,60})"
    r"|\buv\s+(?:venv|sync|run)\b[^\n]{0,200}?\s(?:--python|-p)[ =][\"']?(?:python|cpython-)?"
    r"(?P<uv>3\.\d{1,2})"
    r"|\buv\s+python\s+(?:install|pin)\s+[\"']?(?:python|cpython-)?(?P<kit>3\.\d{1,2})"
    r"|\b(?:conda|mamba|micromamba)\s[^\n]{0,300}?\spython=+(?P<conda>3\.\d{1,2})(?![\d.]*\*)"
    r"|\bpyenv\s+(?:install|local|global)\s+(?:-\w\s+)?(?P<pyenv>3\.\d{1,2})"
    r"|\bpython(?P<venv>3\.\d{1,2})\s+-m\s+venv\b"
    r"|\b(?:nvm|fnm|n)\s+(?:install|use)\s+v?(?P<node>\d{1,2}\.\d{1,2})"
)
_ACTION = regex(
    r"^uses: actions/setup-(?P<kit>python|node|java|dotnet|go)@\S{1,60}\s.{0,600}?(?<=\s)"
    r"(?:python|node|java|dotnet|go)-version=(?:[\"']?(?P<version>\d[\w.]{0,12})|\$\{\{\s?(?:env|vars)\.(?P<variable>\w{1,60}))"
)
_ASKED = regex(
    r"\bImage[\w.]{0,60}\([^()]{0,200}?\b(?:python_version|add_python)\s?=\s?[\"'](?:python)?(3\.\d{1,2})"
)
"""The image that a program asks a platform for."""
_PLATFORM = regex(r"(?m)^\s*(?:import|from)\s+(?:modal|beam|cerebrium|flytekit|inferless|union)\b")
_RECIPE = regex(
    r"(?m)^\s*(?:-\s+)?(?:ansible\.builtin\.)?(?:shell|command|hosts|steps|script|run):(?:\s|$)"
)
"""What files in YAML hold whose texts are commands that are run."""
_LONGEST = 200_000


def all_pins(repo: Repo, component: Component) -> list[Pin]:
    """The pins of the component; of a language that none of them gives a version, those that
    commands name, where it has no image."""
    found = list(pins_of(component))
    if component.build_files:
        return found
    known = {pin.language for pin in found if pin.version}
    wanted = {manifest.ecosystem for manifest in component.manifests} - known
    if not wanted or ("" in known and len(wanted) == 1):
        return found
    told = [*_called(repo, component), *_scripted(repo, component)]
    told = told or list(_shipped(repo, component))
    return found + [pin for pin in told if pin.version and pin.language in wanted]


def _pin(spoken: str, version: str, place: Place) -> Pin:
    text = re.sub(r"^3(\d{1,2})$", r"3.\1", version) if spoken == "python" else version
    return Pin(spoken, pinned(place, text, spoken), place.evidence(), place)


def _called(repo: Repo, component: Component) -> Iterator[Pin]:
    """Images that a program asks a platform for: `Image.debian_slim(python_version="3.12")`."""
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{home}**/*.py", saying=("python_version", "add_python")):
        text = (repo.read(file) or "")[:_LONGEST] if file.repo == component.repo else ""
        asks = repo.role(file) not in ASIDE and _PLATFORM.search(text)
        for found in _ASKED.finditer(text) if asks else ():
            line = text.count("\n", 0, found.start()) + 1
            yield _pin("python", found[1], replace(file, line=line, text=found[0][:300]))


def _scripted(repo: Repo, component: Component) -> Iterator[Pin]:
    """Scripts that install or deploy it: those that lie in it, or above it and name it."""
    home = "" if component.path == "." else f"{component.path}/"
    for pattern in _SCRIPTS:
        for file in repo.files(pattern, saying=_WORDS):
            text = (repo.read(file) or "")[:_LONGEST] if file.repo == component.repo else ""
            mine = file.path.startswith(home) or _names(component.path, text)
            told = file.path.endswith((".yml", ".yaml")) and not _RECIPE.search(text)
            aside = (
                told or file.path.startswith((".github/", ".gitlab")) or repo.role(file) in ASIDE
            )
            if text and mine and not aside and "docker" not in file.path.lower():
                yield from _lines(file, text)


def _names(path: str, text: str) -> bool:
    """Whether a text says a path, and not only a longer word."""
    return re.search(rf"(?<![\w./-])(?:\./)?{re.escape(path)}(?=[/\s\"';)]|$)", text) is not None


_SHOWS = regex(r"\s{0,80}(?:@?echo|printf)\s")


def _lines(file: Place, text: str) -> Iterator[Pin]:
    for number, line in enumerate(text.split("\n"), 1):
        found = (
            _SAID.search(line[:1000])
            if not (line.lstrip().startswith("#") or _SHOWS.match(line))
            else None
        )
        if found is None:
            continue
        place = replace(file, line=number, text=line.strip()[:300])
        if found["variable"]:
            given = re.search(
                rf"(?m)^\s*(?:export\s+)?{found['variable']}=[\"']?(python|nodejs|java)([\d.]+)",
                text,
            )
            if given:
                yield _pin(given[1].replace("nodejs", "node"), given[2], place)
        elif found["platform"]:
            spoken = found["platform"].lower().replace("nodejs", "node")
            yield _pin(spoken, found["of"], place)
        else:
            version = next(filter(None, found.groups()))
            yield _pin("node" if found["node"] else "python", version, place)


def _shipped(repo: Repo, component: Component) -> Iterator[Pin]:
    """What CI sets up to build what it sends away itself."""
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    ships = shipping(steps)
    alone = len(repo.components()) == 1
    for step in steps if ships else ():
        found = _ACTION.search(step.text[:2000]) if (step.workflow, step.job) in ships else None
        if found is None:
            continue
        text = (repo.read(replace(step.place, line=None, text="")) or "")[:_LONGEST]
        if alone or (component.path != "." and _names(component.path, text)):
            yield _pin(found["kit"], found["version"] or _set(text, found["variable"]), step.place)


def _set(text: str, name: str) -> str:
    """What a workflow sets a variable to."""
    given = re.search(rf"(?m)^\s*{name}:\s*[\"']?(\d[\w.]*)", text)
    return given[1] if given else ""
