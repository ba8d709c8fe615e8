"""Steps of CI workflows that build something that can be deployed, and what they name it by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.inference_code.commits import EXPRESSION, VALUE, committed, holds
from agentaudit.probes.once import once
from agentaudit.source import Component, Step

_BUILD = regex(
    r"\bdocker(?:\s+image|\s+buildx)?\s+(?:build|bake)\b|\bdocker[- ]compose\s.{0,200}\bbuild\b"
    r"|[\w-]/(?:build-push-action|bake-action|buildah-build|container-apps-deploy-action)\b|\b(?:podman|buildah)\s+(?:build|bud)\b"
    r"|/kaniko/executor|kaniko-action|\bko\s+(?:build|publish)\b|\bpack\s+build\b|\bjib:build\b"
    r"|-Dquarkus\.container-image\.(?:build|push)=true\b|\bquarkus\s+image\s+(?:build|push)\b"
    r"|\bspring-boot:build-image(?![\w])|\bbootBuildImage\b"
    r"|\bgcloud\s+(?:builds\s+submit|run\s+deploy)\b|\baz\s+acr\s+build\b|\bskaffold\s+(?:build|run)\b"
    r"|\b(?:depot|nerdctl)\s+build\b|\bfly(?:ctl)?\s+deploy\b|\bearthly\s|\bkamal\s+(?:deploy|build)\b"
    r"|\b(?:uv|poetry|hatch|python3?\s+-m)\s+build\b|\bnpm\s+publish\b|\bdotnet\s+publish\b"
    r"|\bmvn\s.{0,200}\bdeploy\b|\bgradlew?\s.{0,200}\bpublish\b"
    # An action or workflow of another repository whose name says that it builds images.
    r"|^uses:\s+[A-Za-z][\w-]{0,60}/[\w./-]{0,120}?(?:(?:build|publish|push)[\w-]{0,30}"
    r"(?:docker|image|container)|(?:docker|image|container)[\w-]{0,30}(?:build|publish|push))"
)
_TAG = regex(
    r"(?:^|\s)(?:-t|--tags?|--image(?:-label)?|--destination|--(?:version|revision)(?:-suffix)?|-Djib\.to\.(?:image|tags)|-Dimage"
    r"|-Dspring-boot\.build-image\.(?:imageName|tags)|--imageName"
    r"|-Dquarkus\.container-image\.(?:image|tag|additional-tags)"
    r"|[-/]{1,2}[DPp]:?(?:project\.)?(?:[vV]ersion|revision|ContainerImageTags?)|\bpack\s+build"
    r"|--substitutions[=\s]+(?:[\w.-]{1,60}=[^\s,]{0,200},){0,9}_\w{0,40}(?:TAG|IMAGE|VERSION)\w{0,20}"
    rf"|--set\s+[\"']?[\w.*-]{{1,60}}\.tags?)[=\s]+{VALUE}"
)
_SET = regex(
    rf"^(?:env\s+)?[A-Z_]*(?:TAG|VERSION|IMAGE)[A-Z_]*={VALUE}\s.*\b(?:bake|compose|build)\b"
)
"""A variable of one command, for builders whose names stand in a file."""
_VERSION = regex(r"\b(?:poetry|uv|hatch|npm|pnpm|yarn)\s+version\s(.*)", re.DOTALL)
_PACKAGE = regex(r"\b(?:(?:uv|poetry|hatch|-m)\s+build|npm\s+publish)\b")
_INPUT = regex(
    r"(?i)\s(?:(?:(?:docker|image|container|build|oci|release)[-_])?(?:images?[-_])?(?:tags?|images?)"
    r"|args|extra_args|destination|image[-_]?to[-_]?build|(?:git[-_])?commit(?:[-_](?:sha|hash|id))?)="
)
_ARGUMENTS = regex(
    r"\s(?:build[-_]?args|build[-_]contexts|labels|annotations|secrets|secret-envs)="
    r"(?:(?!\s(?!type=|id=)[a-z][a-z_-]{1,30}=).){0,4000}"
)
_MERGES = regex(r"imagetools\s+create\b.*(?:DOCKER_METADATA_OUTPUT_JSON|outputs\.json)", re.S)
"""Images of several platforms, pushed by digest, get their tags when they are joined."""
_NEXT = regex(r"\s(?!type=|id=)[a-z][a-z_-]{1,30}=")
_TAGGING = regex(
    r"\b(?:docker(?:\s+image)?|podman|nerdctl|crane|buildah|skopeo)\s+(?:tag|copy)\s(.*)"
    r"|\bdocker\s+buildx\s+imagetools\s+create\s(.*)",
    re.DOTALL,
)
_NAMING = regex(r"\b(?:tag|copy|imagetools|version)\s")
"""A word of every command that names what was built before."""


def builds(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps that build an image or a package."""
    return filter(_is_build, steps)


@lru_cache(maxsize=8192)
def _is_build(step: Step) -> bool:
    # Most steps hold no such word: only the others are taken apart into commands.
    return _BUILD.search(step.text) is not None and any(
        _BUILD.search(text) for text, _ in commands(step)
    )


def concerns(step: Step, component: Component, *, alone: bool, workflow: str = "") -> bool:
    """Whether the step builds this component: the only one of the repository, one whose directory
    or name the step names, or one of a matrix that the step goes through, which stands in the text
    of the `workflow`."""
    if alone or step.place in component.built_by:
        return True
    if "matrix." in step.text and any(
        re.search(rf"(?<![\w./-])(?:\./)?{re.escape(file.place.path)}(?![\w.-])", workflow)
        for file in component.build_files
    ):
        return True
    for name in {component.path, component.name} - {"."}:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", step.text):
            return True
    words = step.text.replace("${{ ", "${{").replace(" }}", "}}").split()
    last = component.path.rpartition("/")[2]
    if "matrix." in step.text and workflow and not re.search(rf"\b{re.escape(last)}\b", workflow):
        return False
    return any(_fits(word.rpartition("=")[2], component) for word in words if "$" in word)


def _fits(word: str, component: Component) -> bool:
    """Whether a path with variables in it can be the component's directory, or a file in it."""
    path = word.strip("\"'").removeprefix("./").rstrip("/")
    above = path.rpartition("/")[0]
    # What a directory that only a variable names holds may be of any component.
    files = [] if "$" in above else [file.place.path for file in component.build_files]
    for tried, mine in ((path, [component.path, *files]), (above, [component.path])):
        pieces = [re.escape(piece) for piece in EXPRESSION.split(tried)]
        # Of two variables with a slash between them nobody knows what they mean.
        fixed = len(pieces) > 1 and "/" in "".join(pieces) and re.search(r"\w", "".join(pieces))
        if fixed and any(re.fullmatch("[^/]+".join(pieces), each) for each in mine):
            return True
    return False


def stamped(build: Step, steps: Iterable[Step], workflow: str) -> bool:
    """Whether what the step builds is named by the commit: in its own tag, or in one that the
    workflow gives to the same image later."""
    variables = committed(workflow)
    same = _beside(steps, build.place.path)
    texts = [text for text, _ in commands(build) if _BUILD.search(text)]
    given = [value for text in texts for value in _given(text)]
    if named := [value for value in given if holds(value, variables)]:
        return not _stays(named, same, variables)
    if re.search(r"\.outputs\.(?:tags|version|json)\b", " ".join(given)) and any(
        "metadata-action" in step.text for step in same
    ):
        return any(_named_by_metadata(step, variables) for step in same)
    if _is_merged(same) and any(_named_by_metadata(step, variables) for step in same):
        return True
    names = {_repository(name) for value in given for name in re.split(r"[\s,]+", value)} - {""}
    later = _later(same)
    if any(_PACKAGE.search(text) for text in texts):
        return any((m := _VERSION.search(text)) and holds(m[1], variables) for text in later)
    return any(_tags(text, names, variables) for text in later)


# Each is asked of the steps of a workflow once, not for every build among them.
@once
def _beside(steps: Iterable[Step], path: str) -> list[Step]:
    return [step for step in steps if step.place.path == path]


@once
def _is_merged(same: Iterable[Step]) -> bool:
    return any(_MERGES.search(step.text) for step in same)


@once
def _later(same: Iterable[Step]) -> list[str]:
    """Commands that name what was built before."""
    naming = [step for step in same if _NAMING.search(step.text)]
    return [text for step in naming for text, _ in commands(step)]


def _named_by_metadata(step: Step, variables: Collection[str]) -> bool:
    """Whether docker/metadata-action makes a tag of the commit, or of a variable set to it."""
    made = " ".join(_inputs(step.text))
    made = made if step.by_hand else _DISABLED.sub("", made)
    return "metadata-action" in step.text and holds(made, variables)


_DISABLED = regex(
    r"\btype=\S{1,200}?,enable=(?:false\b\S{0,100}|\$\{\{\s{0,4}github\.event_name\s{0,4}==\s{0,4}"
    r"[\"']?(?:workflow_dispatch|pull_request)\b[^}|]{0,200}\}\})"
)
"""A tag that is never made, or of runs by hand and proposals only."""
_PUSHED = regex(r"\b(?:docker|podman|nerdctl|buildah)(?:\s+image)?\s+push\s+(.{1,400})", re.DOTALL)


def _stays(named: Iterable[str], same: Iterable[Step], variables: Collection[str]) -> bool:
    """Whether the workflow pushes the image by other names only: the one that holds the commit
    never leaves the runner."""
    images = {_repository(each) for value in named for each in re.split(r"[\s,]+", value)} - {""}
    texts = [text for step in same if "push" in step.text for text, _ in commands(step)]
    pushed = [found[1].strip() for text in texts if (found := _PUSHED.search(text))]
    ours = [each for each in pushed if _repository(each.split()[-1]) in images]
    return bool(ours) and not any(
        holds(each, variables) or re.search(r"\$|(?:^|\s)(?:-a|--all-tags)\b", each)
        for each in pushed
    )


def _given(text: str) -> Iterator[str]:
    """What a build is told to call what it makes."""
    if text.startswith("uses:"):
        yield from _inputs(text)
        return
    for pattern in (_TAG, _SET):
        yield from (found[1] for found in pattern.finditer(text))


def _tags(text: str, names: Collection[str], variables: Collection[str]) -> bool:
    """Whether the command gives one of the named images a tag with the commit."""
    found = _TAGGING.search(text)
    words = [word[0] for word in re.finditer(VALUE, (found[1] or found[2]) if found else "")]
    ours = any(_repository(word) in names for word in words)
    return ours and any(holds(word, variables) for word in words)


def _repository(reference: str) -> str:
    """An image's name without its tag."""
    name = reference.strip("\"'").removeprefix("docker://").partition("@")[0]
    start, slash, last = name.rpartition("/")
    return f"{start}{slash}{last.partition(':')[0]}"


def _inputs(text: str) -> Iterator[str]:
    """The inputs of an action that name what it makes; arguments of the build only look so."""
    text = _ARGUMENTS.sub("", text)
    for found in _INPUT.finditer(text):
        end = _NEXT.search(text, found.end())
        yield text[found.end() : end.start() if end else len(text)]
