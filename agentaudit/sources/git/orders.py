"""What CI and compose files ask for: images to build, packages to make, things to start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.compose import Service, joined
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.variants import called
from agentaudit.sources.git.workflows import Run


@dataclass(frozen=True, slots=True)
class Order:
    """A request to build an image, from CI or compose."""

    place: Place
    context: str
    """Directory, relative to the root."""
    file: str | None
    """Path of the build file; None for the usual one of the context."""
    names: frozenset[str]
    """Short names of the image that it makes."""
    home: str = ""
    """Directory of the project that the image is of, where that is said."""
    arguments: tuple[tuple[str, str], ...] = ()
    """What it gives the build file, whose ARGs may choose one of several projects."""


def from_compose(services: list[Service]) -> Iterator[Order]:
    """What compose files build."""
    for service in services:
        if service.context is not None:
            image = {short_name(service.image.reference)} if service.image else set()
            names = frozenset(image | {service.name.lower()})
            given = service.arguments
            yield Order(service.place, service.context, service.build_file, names, "", given)


def from_ci(runs: list[Run]) -> Iterator[Order]:
    """What CI builds with docker or its like, once for each combination of a matrix."""
    for run in (one for each in runs for one in called(each, runs)):
        inputs = dict(run.inputs)
        if run.action in ("docker/build-push-action", "depot/build-push-action"):
            context = joined("", inputs.get("context") or ".")
            file = inputs.get("file")
            names = _image_names(re.split(r"[\s,]+", inputs.get("tags", "")))
            rows = inputs.get("build-args", "").replace("\r", "").split("\n")
            given = tuple(pair for row in rows if (pair := _pair(row.strip())))
            if context is not None and "$" not in (file or ""):
                path = joined("", file) if file else None
                yield Order(run.step.place, context, path, names, "", given)
        elif (asked := built(run.step.text)) and (home := working_directory(run)) is not None:
            context = joined(home, asked.context)
            if context is not None:
                file = joined(home, asked.file) if asked.file else None
                yield Order(run.step.place, context, file, asked.names, "", asked.arguments)


_BUILD = regex(
    r"(?:^|[;&|(]\s{0,20}|\bsudo |\btime )(?:[A-Z_]{1,40}=\S{0,80} )?\S{0,60}?"
    r"\b(?:docker|podman|buildah|nerdctl|finch)\s+(?:(?:buildx|image|builder)\s+)?(?:build|bud)\s(.*)"
)
_TAKES_NO_VALUE = frozenset(
    ["--push", "--load", "--pull", "--no-cache", "--quiet", "-q", "--rm", "--squash"]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`docker build` as it is typed: paths are relative to where it is run."""

    context: str
    file: str
    names: frozenset[str]
    arguments: tuple[tuple[str, str], ...]


def built(text: str) -> Asked | None:
    """What a command builds; None where it builds no image that can be told."""
    found = _BUILD.search(text)
    if found is None:
        return None
    try:
        words = shlex.split(re.split(r"\s(?:&&|\|\||;|\|)\s", found[1])[0])
    except ValueError:
        return None
    return asked_for(words)


def asked_for(words: list[str]) -> Asked | None:
    """The same for the words after `build`."""
    file, rest, unknown = "", "", False
    tags: list[str] = []
    given: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.startswith((">", "2>", "<")):
            break
        if not word.startswith("-") or word == "-":
            unknown = unknown or "$" in word
            rest = rest if "$" in word else word
            continue
        name, sign, value = word.partition("=")
        if not sign and name not in _TAKES_NO_VALUE and at < len(words):
            value, at = words[at], at + 1
        if name in ("-f", "--file"):
            file = value
        elif name in ("-t", "--tag"):
            tags.append(value)
        elif name == "--build-arg" and (pair := _pair(value)):
            given.append(pair)
    if "$" in file or (unknown and not rest):
        return None
    return Asked(rest or ".", file, _image_names(tags), tuple(given))


def _pair(text: str) -> tuple[str, str] | None:
    """`NAME=value` of a build argument whose value is known."""
    name, sign, value = text.partition("=")
    return (name, value.strip("\"'")) if sign and name and "$" not in value else None


def _image_names(tags: list[str]) -> frozenset[str]:
    names = {short_name(tag) for tag in tags if tag}
    return frozenset(name for name in names if name and "$" not in name and "{" not in name)


_CONTEXT = regex(r"--build-context[= ]([\w.-]{1,100})=|\bbuild-contexts=([\w.-]{1,100})=")


def named_contexts(services: list[Service], runs: list[Run]) -> frozenset[str]:
    """Names under which builds are given further directories: they are no images."""
    found = {name for service in services for name in service.contexts}
    for run in runs:
        found |= {match[1] or match[2] for match in _CONTEXT.finditer(run.step.text)}
    return frozenset(found)


_COMMAND = r"(?:^|[\s;&|(])"
_PACKAGE = regex(
    rf"{_COMMAND}(?:python3? -m build|uv (?:build|publish)|poetry (?:build|publish)"
    r"|hatch (?:build|publish)|pdm (?:build|publish)|flit (?:build|publish)|twine upload"
    r"|(?:npm|pnpm|bun) publish|yarn (?:npm )?publish|cargo publish"
    r"|mvn\b.{0,200}\b(?:deploy|package|jib:build)"
    r"|(?:\./)?gradlew?\b.{0,200}\b(?:publish|bootJar|jib|bootBuildImage|assemble)"
    r"|dotnet (?:publish|pack)|go build|goreleaser|ko (?:build|publish|apply)|pack build)\b"
)
_DEPLOY = regex(
    rf"{_COMMAND}(?:gcloud (?:beta )?(?:run|functions|app) deploy"
    r"|az (?:webapp|containerapp|functionapp) (?:up|deploy|deployment)"
    r"|fly(?:ctl)? deploy|vercel\b|serverless deploy|sls deploy|sam deploy|railway up|eb deploy"
    r"|modal deploy|langgraph (?:build|up|deploy)|adk deploy|agentcore (?:deploy|launch)"
    r"|databricks bundle deploy|wrangler (?:deploy|publish)|heroku container:push)"
)
_ACTIONS = frozenset(
    (
        "pypa/gh-action-pypi-publish",
        "google-github-actions/deploy-cloudrun",
        "google-github-actions/deploy-appengine",
        "google-github-actions/deploy-cloud-functions",
        "azure/webapps-deploy",
        "azure/functions-action",
        "azure/container-apps-deploy-action",
        "superfly/flyctl-actions",
        "amondnet/vercel-action",
        "cloudflare/wrangler-action",
        "goreleaser/goreleaser-action",
        "js-devtools/npm-publish",
    )
)
_SCHEDULED = regex(
    r"(?:^|[;&|(\n])\s{0,40}(?:\w{1,60}=\S{0,200}\s{1,4}){0,4}(?:time |exec )?"
    r"(?:uv run|poetry run|python3?|node|npx|npm (?:run|start)|go run|bun)\s"
    r"(?!.{0,200}?(?:\b(?:pytest|tox|nox|ruff|mypy|pyright|pre-commit|pip|venv|jest|vitest|eslint)\b"
    r"|\bplaywright\b|\b(?:test|lint|build|format|typecheck|audit)\b|--version\b)"
    r"|\s{0,10}-(?:c\b|\s|$))"
)
"""The application itself, and neither a trial of it nor a word of another language."""
_DIRECTORY = regex(
    r"(?:^|&&|;|\s)(?:cd|pushd)\s+([\w./-]{1,300})"
    r"|--(?:directory|source|prefix|cwd|project-dir)[= ]([\w./-]{1,300})"
)


def ships(run: Run) -> bool:
    """Whether a step makes a package, deploys, or runs the application on a schedule."""
    text = run.step.text
    if run.action.lower() in _ACTIONS or _PACKAGE.search(text) or _DEPLOY.search(text):
        return True
    return bool(run.scheduled and not run.action and _SCHEDULED.search(text))


_COMPILES = regex(r"\b(?:go build|package|bootJar|assemble)$")


def compiles(run: Run) -> bool:
    """Whether a step that ships does no more than compile or start: nothing leaves the job."""
    text = run.step.text
    if run.action or _DEPLOY.search(text):
        return False
    packed = _PACKAGE.search(text)
    return packed is None or _COMPILES.search(packed[0]) is not None


def working_directory(run: Run) -> str | None:
    """Directory that a command works in; None when it cannot be told."""
    inputs = dict(run.inputs)
    given = inputs.get("source") or inputs.get("workingDirectory") or inputs.get("package")
    home = joined("", run.directory or given or ".")
    found = _DIRECTORY.search(run.step.text)
    if found and not run.action and home is not None:
        return joined(home, found[1] or found[2])
    return home
