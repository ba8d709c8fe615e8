"""What CI builds by way of something else: a reusable workflow, a Makefile, a script, and the
pipelines of other systems than GitHub and GitLab."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.heredocs import written_down
from agentaudit.make_rules import idle_lines
from agentaudit.probes.inference_code.builds import builds, committed, concerns, handed
from agentaudit.probes.inference_code.called import reused
from agentaudit.probes.inference_code.groovy import named_in_groovy
from agentaudit.probes.inference_code.piped_names import TOLD, named_by_variable
from agentaudit.probes.inference_code.reached import (
    as_rules,
    asked_targets,
    is_elsewhere,
    live_jobs,
)
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
    asked = asked_targets(step for step in repo.steps() if step.place.repo == component.repo)
    for path in sorted(_run_files(repo, component)):
        for file in repo.files(path):
            if file.repo == component.repo:
                text = as_shell(repo.read(file) or "", path)
                rules = as_rules(text) if "Taskfile" in path else text
                idle = idle_lines(rules, asked) if _MAKEFILES.search(path) else frozenset()
                made = _commands(file, text, values)
                yield from (each for each in made if each[0].place.line not in idle)


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
    for step in repo.steps() if texts else ():
        if step.place.repo != component.repo or "make" not in step.text:
            continue
        for name in handed(step, repo.read(step.place) or ""):
            if any(f":$({name})" in text or f":${{{name}}}" in text for text in texts):
                yield step.place


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
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    found = {m[1].removeprefix("./") for step in steps for m in _SCRIPT.finditer(step.text)}
    if any(_MAKE.search(step.text) for step in steps):
        home = "" if component.path == "." else component.path + "/"
        names = ("Makefile", "makefile", "GNUmakefile", "build/*.mk", "*.mk", "justfile")
        found |= {f"{at}{name}" for at in {"", home} for name in names}
        found |= {f"{at}Taskfile.{end}" for at in {"", home} for end in ("yml", "yaml")}
    return found


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
    steps += [called.step for called in reused(repo)]
    found: dict[str, set[str]] = {}
    for step in steps:
        for name, value in _HANDED.findall(step.text) if _MAKE.search(step.text) else ():
            found.setdefault(name, set()).add(value)
    return found


def _commands(
    file: Place, text: str, values: Mapping[str, Collection[str]]
) -> Iterator[tuple[Step, str]]:
    told = written_down(text.split("\n"))
    for number, line in enumerate(text.split("\n"), 1):
        command = line.strip().lstrip("@-").strip()
        if number - 1 not in told and command and not command.startswith("#"):
            for each in _variants(command, values):
                yield Step(file.path, each[:4000], replace(file, line=number)), text


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


_PIPELINES = (
    ".tekton/*.yaml",
    ".tekton/*.yml",
    "**/cloudbuild*.yaml",
    "**/cloudbuild*.yml",
    "**/azure-pipelines*.yml",
    "**/azure-pipelines*.yaml",
    ".azuredevops/**/*.yml",
    ".pipelines/**/*.yml",
    "**/Jenkinsfile*",
    ".circleci/config.yml",
    "bitbucket-pipelines.yml",
    "**/buildspec*.yml",
    "**/buildspec*.yaml",
    ".drone.yml",
    ".woodpecker*.y*ml",
    ".buildkite/*.yml",
    ".gitlab-ci.yml",
)
_BUILDS = regex(
    r"buildah|kaniko|docker[\s/'\",:\[\]]{1,12}build|docker\.build|Docker@\d|gcr\.io/cloud-builders/docker"
    r"|gcr\.io/k8s-skaffold|plugins/docker|docker-build|build-docker|cloud-builders/gke-deploy"
    r"|component:\s*\S{0,200}(?:docker|image)\S{0,40}"
)
SHA = (
    r"(?:\{\{\s*revision\s*\}\}|\$\(params\.(?:git-)?revision\)|\$\{?(?:COMMIT_SHA|SHORT_SHA|REVISION_ID"
    r"|CIRCLE_SHA1|BITBUCKET_COMMIT|GIT_COMMIT|CODEBUILD_RESOLVED_SOURCE_VERSION|DRONE_COMMIT\w*"
    r"|CI_COMMIT_(?:SHORT_)?SHA|BUILDKITE_COMMIT|BUILD_SOURCEVERSION)|\$\(Build\.SourceVersion\)"
    r"|\$\{?env\.GIT_COMMIT|<<\s*pipeline\.git\.revision\s*>>)"
)
_NAMED = regex(
    rf"[\w}})/.-]:[\"']?\S{{0,60}}?{SHA}|\btags?[\"']?\s*:\s*[|>\"']?\s*\S{{0,60}}?{SHA}"
)
_AUTO = regex(r"template:\s*[\"']?(?:Auto-DevOps|Jobs/Build)\.gitlab-ci\.yml")
"""GitLab's own job, which names images by branch and commit unless told otherwise."""
_LABELS = regex(r"^\s*+(?:-\s*+)?name:\s*COMMIT_SHA\b")
"""A parameter that the build task of Konflux writes as label."""


def pipelines(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Pipelines of other systems that build an image of the component, with their text."""
    alone = len(repo.components()) == 1
    for pattern in _PIPELINES:
        for file in repo.files(pattern):
            text = _without_comments(repo.read(file) or "") if file.repo == component.repo else ""
            text = live_jobs(text) if pattern == ".gitlab-ci.yml" else text
            whole = Step(file.path, text[:100_000], file)
            builds = _BUILDS.search(text) or _AUTO.search(text)
            ours = alone or _inside(file, component) or _takes(text, component)
            if (
                builds
                and not _PROPOSED.search(text)
                and (ours or concerns(whole, component, alone=False))
            ):
                yield file, text


_PROPOSED = regex(
    r"on-(?:cel-expression|event):[ \t]*(?:[|>][-+]?[ \t]*\n)?[^\n]{0,200}\bpull_request\b"
    r"(?!(?:[^\n:]{0,200}\n){0,6}[^\n:]{0,200}\bpush\b)"
)
"""A pipeline of Tekton for changes that are only proposed."""
_USUAL = frozenset({"Dockerfile", "Containerfile"})


def _takes(text: str, component: Component) -> bool:
    """Whether the pipeline names a build file of the component that is called after something."""
    paths = {file.place.path for file in component.build_files} - _USUAL
    return any(re.search(rf"(?<![\w./-])(?:\./)?{re.escape(p)}(?![\w./-])", text) for p in paths)


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)^\s*(?:#|//).*$", "", text[:200_000])


def _inside(file: Place, component: Component) -> bool:
    if any(place.path == file.path for place in component.built_by):
        return True
    return component.path != "." and file.path.startswith(component.path + "/")


def named_by_commit(file: Place, text: str) -> Place | None:
    """The line by which such a pipeline names what it builds by the commit."""
    plain = line_of(file, text, _NAMED) or line_of(file, text, _AUTO)
    return plain or named_in_groovy(file, text) or named_by_variable(file, text)


def labelled_by_commit(file: Place, text: str) -> Place | None:
    """The line by which such a pipeline labels what it builds with the commit."""
    return line_of(file, text, _LABELS) if "buildah" in text else None


def line_of(file: Place, text: str, wanted: re.Pattern[str]) -> Place | None:
    """The first line of a file in which something stands."""
    for number, line in enumerate(text.split("\n"), 1):
        found = wanted.search(line[:1000])
        if found and not (TOLD.search(line[:1000]) or _is_unused(text, line)):
            return replace(file, line=number, text=line.strip()[:300])
    return None


_VARIABLE = regex(r"[ ]{1,8}([A-Za-z_]\w{0,40}):\s")


def _is_unused(text: str, line: str) -> bool:
    """Whether a line sets a variable of Azure's which nothing in the pipeline asks for."""
    found = _VARIABLE.match(line)
    if found is None or "$(" not in line:
        return False
    block = text.partition(line)[0].rpartition("\nvariables:")[2]
    set_there = "\nvariables:" in f"\n{text}" and all(r[:1] in ("", " ") for r in block.split("\n"))
    return set_there and not re.search(rf"\$\({found[1]}\)|variables\.{found[1]}\b", text)


def building(repo: Repo, component: Component) -> list[tuple[Step, str, Sequence[Step]]]:
    """Steps that build the component, each with the text of its file and the steps beside it."""
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    alone = len(repo.components()) == 1

    def ours(step: Step, text: str) -> bool:
        return concerns(step, component, alone=alone, workflow=text)

    told = [(step, repo.read(step.place) or "", steps) for step in builds(steps)]
    found: list[tuple[Step, str, Sequence[Step]]] = [each for each in told if ours(*each[:2])]
    found += [
        (called.step, called.text, steps)
        for called in reused(repo)
        if any(builds([called.step])) and ours(called.first, "")
    ]
    made = [(step, text) for step, text in recipes(repo, component) if any(builds([step]))]
    found += [(step, text, [step]) for step, text in made if ours(step, "")]
    return [each for each in found if not is_elsewhere(repo, component, each[0], steps)]
