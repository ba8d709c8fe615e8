"""What a platform's own file says is deployed or started: Azure Developer CLI, LangGraph,
Cloud Foundry-like blueprints; and, where nothing is deployed at all, what CI installs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.parse import Tree
from agentaudit.sources.git import aspire, subjects, targets
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import environment, joined
from agentaudit.sources.git.functions import app_roots
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import Reader, directory, inside, mapping, sequence, word
from agentaudit.sources.git.shipping import working_directory
from agentaudit.sources.git.workflows import Run

_AZD = frozenset(("azure.yaml", "azure.yml"))
_RENDER = frozenset(("render.yaml", "render.yml"))
_BESIDE = frozenset(
    (
        *("fly.toml", "vercel.json", "wrangler.toml", "wrangler.jsonc", "wrangler.json"),
        *("wrangler.toml.example", "wrangler.jsonc.example", "wrangler.example.toml"),
        *("serverless.yml", "serverless.yaml", "netlify.toml", "railway.toml", "railway.json"),
        *(
            "app.yaml",
            "apprunner.yaml",
            "cloudbuild.yaml",
            "cloudbuild.yml",
            "host.json",
            "firebase.json",
        ),
    )
)
"""Files of platforms that deploy the directory they stand in."""
_LEFT_OUT = frozenset((".gcloudignore", ".ebignore", ".cfignore", ".vercelignore"))
"""What a platform leaves out of the directory that it is handed; at the root, of all sorts."""
_AMPLIFY = frozenset(("amplify.yml", "amplify.yaml"))
_ENVIRONMENT = regex(r"^[ \t]{1,80}environment:[ \t]{0,80}\n\s{1,200}\w{1,100}:", re.M)
_WORKER = regex(r"\b(?:main|assets|site|pages_build_output_dir|containers)\b[\"']?\s*[=:\]]")
_INSTALL = regex(
    r"(?:^|[\s;&|(])(?:uv (?:sync|pip install)|poetry install|pip3? install|pdm (?:install|sync)"
    r"|npm (?:ci|install)|pnpm (?:i|install)|yarn(?: install)?|bun install|go build|dotnet build"
    r"|mvn\b|(?:\./)?gradlew?\b)"
)


def declared(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Directories that a platform's file deploys or starts."""
    for path, tree, name, service in _services(reader, _AZD):
        project = joined(directory(path), word(service.get("project")) or ".")
        project = targets.page(reader, homes, project, service)
        yield from _build(reader, homes, path, project, tree.line("services", name))
    for path, tree, number, service in _services(reader, _RENDER):
        root = joined(directory(path), word(service.get("rootDir")) or ".")
        root = root or _member(homes, service) or root
        yield from _build(reader, homes, path, root, tree.line("services", number))
    for path in reader.named(_BESIDE.__contains__):
        # A database of Cloudflare is told of in the same file, and runs nothing.
        if "wrangler" in path and not _WORKER.search(reader.text(path) or ""):
            continue
        if meant := targets.below(reader, homes, path):
            yield from (Build(home, reader.place(path, 1)) for home in meant)
        else:
            yield from _beside(reader, homes, path)
    for path in reader.named(_LEFT_OUT.__contains__):
        yield from _build(reader, homes, path, directory(path) or None, 1)
    for path in reader.named(_AMPLIFY.__contains__):
        roots = list(app_roots(reader.text(path) or ""))
        for root, line in roots or [(directory(path), 1)]:
            yield from _build(reader, homes, path, root, line)
    for path in reader.named("langgraph.json".__eq__):
        names = _variables(reader, path)
        for home in _graphs(reader, homes, path):
            for build in _build(reader, homes, path, home, 1):
                # An image that takes the graphs in is what is deployed: the file only serves them.
                yield replace(build, configures=names, compiles=True)
    yield from aspire.started(reader, homes)


def _member(homes: Homes, service: dict[str, Any]) -> str:
    """The one member of a workspace that a service of Render starts, or else builds; empty where
    there is no one such member."""
    for key in ("startCommand", "buildCommand"):
        if found := subjects.named(homes, word(service.get(key))):
            return found.pop() if len(found) == 1 else ""
    return ""


def named(reader: Reader) -> Iterator[str]:
    """The directories below the root that the services of such files are deployed from."""
    for files, key in ((_AZD, "project"), (_RENDER, "rootDir")):
        for path, _, _, service in _services(reader, files):
            yield joined(directory(path), word(service.get(key)) or ".") or ""


def orders(reader: Reader) -> Iterator[Order]:
    """Images that the Azure Developer CLI builds for a service."""
    for path, tree, name, service in _services(reader, _AZD):
        home = joined(directory(path), word(service.get("project")) or ".")
        docker = mapping(service.get("docker"))
        if home is None or not docker:
            continue
        file = joined(home, word(docker.get("path")) or "Dockerfile")
        context = joined(home, word(docker.get("context")) or ".")
        if file is not None and context is not None:
            place = reader.place(path, tree.line("services", name))
            yield Order(place, context, file, frozenset((str(name).lower(),)), home)


def installed(homes: Homes, runs: list[Run]) -> Iterator[Build]:
    """Directories whose dependencies CI installs: what there is where nothing is deployed."""
    for run in runs:
        where = working_directory(run)
        if where and where in homes.known and _INSTALL.search(run.step.text):
            yield Build(where, run.step.place)


def _services(
    reader: Reader, files: frozenset[str]
) -> Iterator[tuple[str, Tree, str | int, dict[str, Any]]]:
    """The services of each such file: path, document, key, and what stands there."""
    for path in reader.named(files.__contains__):
        for tree in reader.yaml(path)[:1]:
            services = mapping(tree.data).get("services")
            named = mapping(services).items() or enumerate(sequence(services))
            for key, service in named:
                yield path, tree, key, mapping(service)


def _build(reader: Reader, homes: Homes, path: str, home: str | None, line: int) -> Iterator[Build]:
    if home is not None and home in homes.known:
        yield Build(home, reader.place(path, line))


def _beside(reader: Reader, homes: Homes, path: str) -> Iterator[Build]:
    """What the file of a platform deploys; that of the Serverless Framework names the variables of
    its functions."""
    text = reader.text(path) or "" if "serverless." in path.rpartition("/")[2] else ""
    declares = bool(_ENVIRONMENT.search(text))
    for build in _build(reader, homes, path, directory(path), 1):
        yield replace(build, configures=declares)


def _variables(reader: Reader, path: str) -> bool:
    """Whether a LangGraph server is told its variables in a file that is committed, if only as a
    template, or by name."""
    env = mapping(reader.json(path)).get("env")
    file = joined(directory(path), word(env)) if isinstance(env, str) else None
    return bool(mapping(env) or (file and environment(reader, file)))


def _graphs(reader: Reader, homes: Homes, path: str) -> list[str]:
    """The projects whose graphs a LangGraph server serves; where none is told, the directory."""
    beside = directory(path)
    graphs = mapping(reader.json(path)).get("graphs")
    found: list[str] = []
    for graph in mapping(graphs).values():
        file = joined(beside, (word(graph) or word(mapping(graph).get("path"))).partition(":")[0])
        home = homes.nearest(directory(file)) if file and file in reader.known else None
        if home is not None and inside(home, beside):
            found.append(home)
    return list(dict.fromkeys(found)) or [beside]
