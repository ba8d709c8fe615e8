"""What CI builds by way of something else: a reusable workflow, a Makefile, a script."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.heredocs import written_down
from agentaudit.make_rules import idle_lines
from agentaudit.probes.commands import commands
from agentaudit.probes.inference_code.builds import builds, concerns
from agentaudit.probes.inference_code.called import reused
from agentaudit.probes.inference_code.commits import ASSIGNED, committed, holds
from agentaudit.probes.inference_code.pipelines import commanded
from agentaudit.probes.inference_code.reached import as_rules, asked_targets, is_elsewhere
from agentaudit.source import Component, Place, Repo, Step

_MAKE = regex(r"(?:^|[\s;&|(])(?:make|just|task)\s+[\w.-]")
_SCRIPT = regex(r"(?:^|[\s;&|(])(?:bash\s+|sh\s+|\./)?((?:[\w.-]{1,60}/){0,6}[\w.-]{1,60}\.sh)\b")
_MAKEFILES = regex(r"(?:^|/)(?:GNUm|M|m)akefile$|\.mk$|(?:^|/)[Jj]ustfile$|(?:^|/)Taskfile\.ya?ml$")
_HANDED = regex(r"(?:^|\s)([A-Za-z_]\w{0,60})=[\"']?([\w./-]{1,100})(?=[\"'\s]|$)")
_DELEGATES = regex(
    r"(?:(?:cd\s+|-C\s*)([\w./-]{1,200}).{0,60})?(?:\bmake|\{MAKE\})\s.{0,200}?"
    r"=[\"']([^\"']{0,400}(?:--tag|-t)[ =][^\"']{1,400})[\"']"
)
"""A rule that has another Makefile build, and tells it what to call the image."""
_SHELL = regex(r"\$\(shell\s+([^()]{1,200})\)|`([^`]{1,200})`|\$\$?\(([A-Za-z_]\w{0,60})\)")
_TEMPLATED = regex(r"(?:^|/)(?:[Jj]ustfile|Taskfile\.ya?ml)$")
_FILLED_IN = regex(r"\{\{\s*\.?([A-Za-z_]\w{0,60})\s*\}\}")
"""A variable of a justfile or Taskfile."""
_ASKED_OF = regex(
    r"^([ \t]{1,12})([A-Za-z_]\w{0,60}):[ \t]*(?:\{[ \t]*|(\n)[ \t]{1,16})sh:[ \t]*[\"']?"
    r"([^\n}\"']{1,200})[^\n]*",
    re.M,
)
"""A variable of a Taskfile that takes what a command prints."""
_SET = regex(r"^\s*(?:export\s+)?([A-Za-z_]\w{0,60})\s*[?:]{0,2}=\s*", re.M)


def recipes(repo: Repo, component: Component) -> Iterator[tuple[Step, str]]:
    """Commands of Makefiles and scripts that CI runs, each with the text of its file, as a shell
    would write it."""
    values = _values(repo, component)
    asked = asked_targets(step for step in commanded(repo) if step.place.repo == component.repo)
    for path in sorted(_run_files(repo, component)):
        for file in repo.files(path):
            if file.repo == component.repo:
                text = as_shell(repo.read(file) or "", file.path)
                rules = as_rules(text) if "Taskfile" in file.path else text
                idle = idle_lines(rules, asked) if _MAKEFILES.search(file.path) else frozenset()
                told = text + _included(repo, file, text)
                for step in _commands(file, text, values):
                    if step.place.line not in idle:
                        yield step, told


_INCLUDES = regex(
    r"(?m)^-?include[ \t]+(?:\S{0,60}/)?([\w-]{1,60}\.(?:mk|env)|[\w-]{0,20}Makefile[\w.-]{0,20})"
)


def _included(repo: Repo, file: Place, text: str) -> str:
    """What a Makefile takes in, by the file's name alone: its directory is often a variable."""
    named = sorted({found[1] for found in _INCLUDES.finditer(text)})
    files = (each for name in named for each in repo.files(f"**/{name}") if each.repo == file.repo)
    return "".join("\n" + as_shell(repo.read(each) or "") for each in files)


def made(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps of CI that hand the commit to a Makefile which builds the component, and which names
    images by what it is handed."""
    alone = len(repo.components()) == 1
    files = {place.path for place in component.built_by if _MAKEFILES.search(place.path)}
    if alone:
        home = "" if component.path == "." else component.path + "/"
        files |= {"Makefile", f"{home}Makefile"}
    texts = [
        repo.read(file) or ""
        for path in sorted(files)
        for file in repo.files(path)
        if file.repo == component.repo
    ]
    for step in commanded(repo) if texts else ():
        if step.place.repo != component.repo or "make" not in step.text:
            continue
        workflow = repo.read(step.place) or ""
        said = [(name, text) for name in _handed(step, workflow) for text in texts]
        said += [
            (name, text)
            for name in _around(step, workflow)
            for text in texts
            if not re.search(rf"(?m)^\s*{re.escape(name)}\s*:?:?=", text)
        ]
        if any(f":$({name})" in text or f":${{{name}}}" in text for name, text in said):
            yield step.place


_MADE = regex(r"(?:^|[\s;&|(])make\s+(?:\S{1,200}\s+){0,20}?\S{0,60}(?:build|image|docker|push)")


def _handed(step: Step, workflow: str) -> Iterator[str]:
    """Variables that the step gives to a Makefile which builds something, and that hold the
    commit."""
    if not _MADE.search(step.text):
        return
    variables = committed(workflow)
    for text, _ in commands(step):
        if _MADE.search(text):
            for found in ASSIGNED.finditer(text):
                if holds(found[2] or found[3], variables):
                    yield found[1]


def _around(step: Step, workflow: str) -> Iterator[str]:
    """Variables of the environment in which a step has a Makefile build something, and that hold
    the commit."""
    for name in committed(workflow) if _MADE.search(step.text) else ():
        said = rf"(?m)^[ \t-]{{0,40}}(?:export[ \t]+{name}=|{name}:[ \t])"
        said += rf"|\b{name}=[^\n]{{0,200}}>>[^\n]{{0,20}}GITHUB_ENV"
        if re.search(said, workflow):
            yield name


_HOST = regex(r"\baspire\s+(?:do|publish|deploy)\b")
_READS_TAG = regex(r"(?i)\btag\b|ImageTag|\bWithArguments\(")


def hosted(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps by which CI has an application host of .NET Aspire build the component, where the host
    reads the commit that the step hands over, and tags what it pushes."""
    homes = {p.path.rpartition("/")[0] for p in component.built_by if p.path.endswith(_DOTNET)}
    for step in repo.steps() if homes else ():
        if step.place.repo != component.repo or not _HOST.search(step.text):
            continue
        names = committed(repo.read(step.place) or "")
        for home in sorted(homes):
            for file in repo.files(f"{home}/**/*.cs".lstrip("/")):
                text = repo.read(file) or ""
                if any(f'"{name}"' in text for name in names) and _READS_TAG.search(text):
                    yield step.place


_DOTNET = (".csproj", ".cs")


def _run_files(repo: Repo, component: Component) -> set[str]:
    steps = [step for step in commanded(repo) if step.place.repo == component.repo]
    found = {m[1].removeprefix("./") for step in steps for m in _SCRIPT.finditer(step.text)}
    asking = [step for step in steps if _MAKE.search(step.text)]
    if asking:
        homes = {"", "" if component.path == "." else component.path + "/"}
        homes |= {f"{step.home}/" for step in asking if step.home}
        told = [each for step in asking for each in _TOLD_WHERE.finditer(step.text)]
        homes |= {m[1].strip("./") + "/" for m in told if m[1] and m[1].strip("./")}
        found |= {m[2].removeprefix("./") for m in told if m[2]}
        names = ("Makefile", "makefile", "GNUmakefile", "build/*.mk", "*.mk", "justfile")
        found |= {f"{at}{name}" for at in homes for name in (*names, "Taskfile.y*ml")}
    return found


_TOLD_WHERE = regex(
    r"\b(?:make|just|task)\s(?:[^\n;&|]{0,100}\s)?(?:-C\s*([\w./-]{1,200})|-f\s*([\w./-]{1,200}))"
)
"""The directory, or the file, that a Makefile is told to be."""


def as_shell(text: str, path: str = "") -> str:
    """A Makefile, or its like, with its variables and substitutions written as a shell writes
    them."""
    if _TEMPLATED.search(path):
        text = _ASKED_OF.sub(r"\1\2=$(\4)\3", text[:200_000])
        text = _FILLED_IN.sub(r"${\1}", text)

    def one(found: re.Match[str]) -> str:
        return f"${{{found[3]}}}" if found[3] else f"$({(found[1] or found[2]).strip()})"

    plain = _SHELL.sub(one, text.replace("\\\n", " ")[:200_000])
    return _SET.sub(lambda found: f"{found[1]}=", plain)


def _values(repo: Repo, component: Component) -> dict[str, set[str]]:
    """What CI sets the variables of a Makefile to, in so many words."""
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    steps += [step for called in reused(repo) for step in called.steps]
    found: dict[str, set[str]] = {}
    for step in steps:
        for name, value in _HANDED.findall(step.text) if _MAKE.search(step.text) else ():
            found.setdefault(name, set()).add(value)
    return found


def _commands(file: Place, text: str, values: Mapping[str, Collection[str]]) -> Iterator[Step]:
    told = written_down(text.split("\n"))
    for number, line in enumerate(text.split("\n"), 1):
        command = line.strip().lstrip("@-").strip()
        if number - 1 not in told and command and not command.startswith("#"):
            for each in _variants(command, values):
                yield Step(file.path, each[:4000], replace(file, line=number))


def _variants(command: str, values: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The command, and what another Makefile is asked for with the values that CI hands over."""
    yield command
    if "make" not in command.lower() or "-t" not in command:
        return
    written = [command]
    for name, given in values.items():
        mark = f"${{{name}}}"
        if mark in command:
            written = [w.replace(mark, value) for w in written for value in sorted(given)][:20]
    for each in written:
        if found := _DELEGATES.search(each):
            yield f"docker build {found[2]} {found[1] or '.'}"


def building(repo: Repo, component: Component) -> list[tuple[Step, str, Sequence[Step]]]:
    """Steps that build the component, each with the text of its file and the steps beside it."""
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    alone = len(repo.components()) == 1

    def ours(step: Step, text: str) -> bool:
        return concerns(step, component, alone=alone, workflow=text)

    plain = [(step, repo.read(step.place) or "", steps) for step in builds(steps)]
    found: list[tuple[Step, str, Sequence[Step]]] = [each for each in plain if ours(*each[:2])]
    found += [
        (step, called.text, steps)
        for called in reused(repo)
        if (built := list(builds(called.steps))) and any(ours(each, "") for each in called.firsts)
        for step in built
    ]
    told = list(recipes(repo, component))
    made = [(step, text) for step, text in told if any(builds([step])) and ours(step, "")]
    beside = [step for step, _ in told]
    found += [(step, text, beside) for step, text in made]
    return [each for each in found if not is_elsewhere(repo, component, each[0], steps)]
