"""Pipelines of other systems than GitHub and GitLab: which of them build a component, and what they
name it by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.inference_code.builds import concerns
from agentaudit.probes.inference_code.groovy import named_in_groovy
from agentaudit.probes.inference_code.piped_names import TOLD, named_by_variable
from agentaudit.probes.inference_code.reached import live_jobs
from agentaudit.probes.once import once
from agentaudit.source import Component, Place, Repo, Step

_PIPELINES = (
    ".tekton/*.yaml",
    ".tekton/*.yml",
    "**/cloudbuild*.yaml",
    "**/cloudbuild*.yml",
    "**/.cloudbuild/**/*.y*ml",
    "**/cloudbuild/**/*.y*ml",
    "**/azure-pipelines*.y*ml",
    "**/azure-pipelines/**/*.y*ml",
    "**/.azure*/**/*.y*ml",
    "**/.pipelines/**/*.y*ml",
    "**/pipelines/**/*.y*ml",
    "**/tekton/**/*.y*ml",
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
    r"buildah|kaniko|\bacr\s+build\b|docker[\s/'\",:\[\]]{1,12}build|docker\.build|Docker@\d|gcr\.io/cloud-builders/docker"
    r"|gcr\.io/k8s-skaffold|plugins/docker|docker-build|build-docker|cloud-builders/gke-deploy"
    r"|component:\s*\S{0,200}(?:docker|image)\S{0,40}"
)
SHA = (
    r"(?:\{\{\s*revision\s*\}\}|\$\(params\.(?:git-)?revision\)|\$\{?(?:COMMIT_SHA|SHORT_SHA|REVISION_ID"
    r"|CIRCLE_SHA1|BITBUCKET_COMMIT|GIT_COMMIT|CODEBUILD_RESOLVED_SOURCE_VERSION|DRONE_COMMIT\w*"
    r"|CI_COMMIT_(?:SHORT_)?SHA|BUILDKITE_COMMIT|BUILD_SOURCEVERSION)|\$\(Build\.SourceVersion\)"
    r"|\$\{?env\.GIT_COMMIT|<<\s*pipeline\.git\.revision\s*>>|\$\(tasks\.[\w-]{1,60}\.results\.commit\))"
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
    for file, text in _files(repo):
        if file.repo != component.repo or not (_BUILDS.search(text) or _AUTO.search(text)):
            continue
        whole = Step(file.path, text[:100_000], file)
        ours = alone or _inside(file, component) or _takes(text, component)
        if not _PROPOSED.search(text) and (ours or concerns(whole, component, alone=False)):
            yield file, text


@once
def _files(repo: Repo) -> list[tuple[Place, str]]:
    """Files of such pipelines, without what is commented out and jobs that never run."""
    found = {file: pattern for pattern in _PIPELINES for file in repo.files(pattern)}
    told = [(file, _without_comments(repo.read(file) or ""), at) for file, at in found.items()]
    return [
        (file, live_jobs(text) if at == ".gitlab-ci.yml" else text)
        for file, text, at in told
        if at not in _SHARED or _OF_THESE.search(text)
    ]


@once
def commanded(repo: Repo) -> list[Step]:
    """What CI runs: its steps, and lines of other pipelines that ask for a target or a script."""
    found = list(repo.steps())
    for file, text in _files(repo):
        for number, line in enumerate(text.split("\n"), 1) if ".gitlab" not in file.path else ():
            if _ASKS.search(line[:1000]):
                said = re.sub("[\"'`]", " ", line[:1000]).strip()
                found.append(Step(file.path, said, replace(file, line=number)))
    return found


_ASKS = regex(r"(?:^|[\s;&|('\"`])(?:make|just|task)\s+[\w.-]|[\w.-]{1,60}\.sh\b")
_SHARED = frozenset(pattern for pattern in _PIPELINES if pattern.endswith("/**/*.y*ml"))
_OF_THESE = regex(
    r"(?m)^(?:pool|trigger|pr|stages|jobs|steps|resources|parameters):|\btekton\.dev/"
)
"""What pipelines of Azure, Tekton and Cloud Build say, in directories where others may lie too."""


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
