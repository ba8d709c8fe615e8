"""Steps of CI workflows that build something that can be deployed, and what they name it by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.source import Component, Step

_BUILD = re.compile(
    r"\bdocker(?:\s+image|\s+buildx)?\s+(?:build|bake)\b|\bdocker[- ]compose\s.{0,200}\bbuild\b"
    r"|docker/(?:build-push-action|bake-action)|\b(?:podman|buildah)\s+(?:build|bud)\b"
    r"|/kaniko/executor|kaniko-action|\bko\s+(?:build|publish)\b|\bpack\s+build\b|\bjib:build\b"
    r"|\bgcloud\s+(?:builds\s+submit|run\s+deploy)\b|\baz\s+acr\s+build\b|\bskaffold\s+build\b"
    r"|\bdepot\s+build\b|\bnerdctl\s+build\b"
    r"|\b(?:uv|poetry|hatch|python3?\s+-m)\s+build\b|\bnpm\s+publish\b|\bdotnet\s+publish\b"
    r"|\bmvn\s.{0,200}\bdeploy\b|\bgradlew?\s.{0,200}\bpublish\b"
)
_STAMP = (
    r"github\.sha\b|\bGITHUB_SHA\b|\bCI_COMMIT_(?:SHORT_)?SHA\b|git\s+rev-parse|git\s+describe"
    r"|\bBUILD_SOURCEVERSION\b|Build\.SourceVersion\b|\bCIRCLE_SHA1\b|\bBITBUCKET_COMMIT\b"
    r"|\bGIT_COMMIT\b|\$\{?(?:SHORT_SHA|COMMIT_SHA)\b|\bBUILDKITE_COMMIT\b|\bDRONE_COMMIT_SHA\b"
    r"|\bTRAVIS_COMMIT\b|pull_request\.head\.sha\b|\btype=sha\b"
)
_COMMIT = re.compile(_STAMP)
_BEFORE = r"(?:[\w./:@-]{1,100}|\$\{\{[^}]{0,80}\}\}|\$\{?\w{1,60}\}?){0,6}?"
"""What a reference holds before its tag: registry, path, and variables of a matrix."""
_NAMED = re.compile(
    rf"\b([A-Za-z_]\w{{1,60}})(?:=|:[ \t])[ \"']{{0,4}}{_BEFORE}[ \"'$({{]{{0,8}}(?:{_STAMP})"
)
"""A variable that is set to the commit, or to a name that ends in it."""
_ASIDE = re.compile(r"--(?:build-arg|label|cache-from|cache-to|annotation)[=\s]+\S+(?:\s+HEAD\S*)?")
"""Where a commit may stand that is not the name of what is built."""
_INPUT = re.compile(r"\s(?:tags?|images?|name|version|args|extra_args|destination)=")
_NEXT = re.compile(r"\s[a-z][a-z_-]{1,30}=")
_TAGGING = re.compile(r"\bdocker\s+(?:tag|push)\b|\b(?:podman|skopeo|crane)\s+(?:tag|push|copy)\b")
_EXPRESSION = re.compile(r"\$\{\{[^}]{0,200}\}\}|\$\{?\w{1,60}\}?")


def builds(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps that build an image or a package."""
    return (step for step in steps if _BUILD.search(step.text))


def concerns(step: Step, component: Component, *, alone: bool) -> bool:
    """Whether the step builds this component: the only one of the repository, one whose directory
    or name the step names, or one of a matrix that the step goes through."""
    if alone or step.place in component.built_by:
        return True
    for name in {component.path, component.name} - {"."}:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", step.text):
            return True
    words = step.text.replace("${{ ", "${{").replace(" }}", "}}").split()
    return any(_fits(word.rpartition("=")[2], component) for word in words if "$" in word)


def _fits(word: str, component: Component) -> bool:
    """Whether a path with variables in it can be the component's directory, or a file in it."""
    path = word.strip("\"'").removeprefix("./").rstrip("/")
    for tried in (path, path.rpartition("/")[0]):
        pieces = [re.escape(piece) for piece in _EXPRESSION.split(tried)]
        fixed = len(pieces) > 1 and "/" in "".join(pieces)
        if fixed and re.fullmatch("[^/]+".join(pieces), component.path):
            return True
    return False


def stamped(build: Step, steps: Iterable[Step], workflow: str) -> bool:
    """Whether what the step builds is named by the commit, by itself or by its workflow's text."""
    variables = {found[1] for found in _NAMED.finditer(workflow)}
    if _names(build.text, variables):
        return True
    same = [step for step in steps if step.place.path == build.place.path]
    if re.search(r"\.outputs\.(?:tags|version|json)\b", build.text):
        return any("metadata-action" in s.text and _COMMIT.search(s.text) for s in same)
    return any(_TAGGING.search(step.text) and _names(step.text, variables) for step in same)


def _names(text: str, variables: Iterable[str]) -> bool:
    """Whether the commit, or a variable set to it, stands where a tag or version is given."""
    given = "\n".join(_inputs(text)) if text.startswith("uses:") else _ASIDE.sub("", text)
    return bool(_COMMIT.search(given)) or any(
        re.search(rf"(?:\$\{{?|env\.){re.escape(name)}\b", given) for name in variables
    )


def _inputs(text: str) -> Iterator[str]:
    """The inputs of an action that name what it makes."""
    for found in _INPUT.finditer(text):
        end = _NEXT.search(text, found.end())
        yield text[found.end() : end.start() if end else len(text)]
