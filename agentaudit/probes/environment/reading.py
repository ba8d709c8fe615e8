"""Which settings the code of a component reads, where no file declares any."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.asking import PASSES_ON
from agentaudit.probes.environment.deployed import deployed
from agentaudit.probes.environment.variables import (
    ALWAYS,
    DEFAULTED,
    KEY_OF,
    OPTIONAL,
    READS,
    is_comment,
    line_above,
    names,
    sources,
)
from agentaudit.probes.once import once
from agentaudit.source import Component, Place, Repo

_KEY = regex(r"(?i)key|endpoint|token|credential")
_ASKS = ("model", "agent", "embedding")
_SEVERAL = 3
_GIVEN = regex(
    r"^[ \t]*(?:COPY|ADD)[ \t]+(?:--chown=\S{1,60}[ \t]+)?(?:\./)?"
    r"([\w./-]{1,120}\.(?:ya?ml|ini|conf|cfg|cnf|toml|json|properties))[ \t]+/",
    re.M,
)


def copied(repo: Repo, component: Component) -> Place | None:
    """The file of settings that goes into the image of a component without code of its own."""
    if component.code.read or component.manifests:
        return None
    for build in component.build_files:
        home = build.place.path.rpartition("/")[0]
        for path in _GIVEN.findall((repo.read(build.place) or "")[:100_000]):
            for file in (*repo.files(f"{home}/{path}".strip("/")), *repo.files(path)):
                return file
    return None


_ADDRESS = regex(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d{2,5}"
    r"|https?://[\w-]{1,80}(?:\.[\w-]{1,60}){0,4}\.(?:elb\.amazonaws\.com|on\.aws|a\.run\.app"
    r"|azurewebsites\.net|azurecontainerapps\.io|onrender\.com|herokuapp\.com)"
    r"|https?://[\w-]{1,40}\.execute-api\.[\w-]{1,30}\.amazonaws\.com"
    r"|\.(?:run|launch)\([^()]{0,200}\bport\s?=\s?\d{2,5}"
)
_LOCAL = frozenset(
    {"vllm", "sglang", "llama-cpp-python", "ctransformers", "transformers", "ctranslate2"}
    | {"sentence-transformers", "torch", "onnxruntime-genai", "fastembed", "ollama", "mlx-lm"}
)
"""Libraries that need no key of a provider."""


def undeclared(repo: Repo, component: Component) -> frozenset[str] | None:
    """Names of settings that it reads and no deployment gives a value, a key that the library of a
    provider asks for by itself among them; None where its code is not known."""
    code = component.code
    if not code.read:
        return None
    given = {each.name for each in code.settings if each.role is not Role.TEST and each.name}
    asked = set(names(repo, component))
    read = set(asked)
    if named := read & set(_asked_by_image(repo, component)):
        read -= named | {"load_dotenv"}
    if not any(_KEY.search(name) for name in given):
        read |= {KEY_OF + library for library in _keyed(component)}
    left = frozenset(n for n in read if n not in given and not ALWAYS.fullmatch(n))
    scripted = deployed(repo, left)
    if any(_KEY.search(name) or name.endswith("_USE_VERTEXAI") for name in scripted):
        left = frozenset(name for name in left if not name.startswith(KEY_OF))
    return _needed(repo, component, left - scripted, asked & (_told(repo, component) | scripted))


def _keyed(component: Component) -> set[str]:
    """Libraries that ask the environment for a key by themselves."""
    used = {use.library for trade in _ASKS for use in component.uses(trade)} - _LOCAL - PASSES_ON
    granted = {library for library in used if _GRANTED.search(library)}
    framed = {library for library in used - granted if granted and _FRAMES.fullmatch(library)}
    return used - granted - framed


_GRANTED = regex(r"bedrock|aiplatform|vertex")
"""Libraries whose clouds know who asks by the role that it runs under."""
_FRAMES = regex(
    r"(?:@langchain/)?(?:langchain|langgraph|llama-?index)(?:[-/](?:core|community|prebuilt))?"
    r"|(?:@langchain/)?(?:core|community)|@?strands-agents(?:[-/]\w{1,20})?|google-adk"
)
"""Frameworks, which ask for a key by the library of the provider alone."""


def _told(repo: Repo, component: Component) -> set[str]:
    """Names that deployments give a value, but for those that start a component beside it."""
    rows = (each for each in component.code.settings if each.role is not Role.TEST and each.name)
    return {
        each.name
        for each in rows
        if not _is_for_another(repo, component, each.place.path)
        and each.place.path.rpartition(".")[2] not in READS
    }


def _is_for_another(repo: Repo, component: Component, path: str) -> bool:
    """Whether a file starts a component that neither is this one nor holds it."""
    around = (".", component.path)
    starts = (each for each in _started(repo).get(path, ()) if each not in around)
    return any(not component.path.startswith(f"{each}/") for each in starts)


@once
def _started(repo: Repo) -> dict[str, set[str]]:
    """File that sets variables → directories of the components that it starts."""
    found: dict[str, set[str]] = {}
    for each in repo.components():
        for place in each.settings:
            found.setdefault(place.path, set()).add(each.path)
    return found


def _needed(
    repo: Repo, component: Component, left: frozenset[str], told: Collection[str]
) -> frozenset[str]:
    """What is left where a deployment tells the rest: not what has a default in the code, nor a
    file that may lie beside it, nor one that several others stand beside."""
    if left and told:
        asked, needed = set(names(repo, component)), set(names(repo, component, DEFAULTED))
        left -= (asked - needed) | {"load_dotenv"}
    return frozenset() if is_exception(left, told) else left


def is_exception(left: Collection[str], told: Collection[str]) -> bool:
    """Whether what is left is one variable, no key, that several others are told beside."""
    return len(left) == 1 and len(told) >= _SEVERAL and not any(map(_KEY.search, left))


_ARGUMENT = regex(
    r"^[ \t]*ARG[ \t]+(\w{1,100})|--mount=type=secret,(?:[\w=/.,-]{1,200},)?(?:id|env)=(\w{1,100})",
    re.MULTILINE,
)


def _asked_by_image(repo: Repo, component: Component) -> Iterator[str]:
    """What its image must be handed where it is built, as argument or secret."""
    for file in component.build_files:
        for found in _ARGUMENT.finditer((repo.read(file.place) or "")[:100_000]):
            yield found[1] or found[2]


_PROXIES = regex(
    r"^\s*proxy_pass\s+\S|^\s*[\"']?target[\"']?\s*:\s*[\"'`]?(?:https?://|process\.env)", re.M
)


def proxied(repo: Repo, component: Component) -> Place | None:
    """The configuration of the web server before a page that reads no setting itself: it says where
    the services are that the page asks."""
    for file in _servers(repo, component):
        if file.repo == component.repo and _PROXIES.search((repo.read(file) or "")[:100_000]):
            return None if _needs(repo, component) else file
    return None


_COPIED = regex(
    r"^[ \t]*COPY[ \t]+(?:--\S{1,60}[ \t]+)?(?:\./)?([\w./-]{1,120}\.conf(?:\.template)?)\s", re.M
)


def _servers(repo: Repo, component: Component) -> Iterator[Place]:
    """What can be such a configuration: files below it, and what its image copies."""
    home = "" if component.path == "." else f"{component.path}/"
    for name in ("nginx", "server", "default"):
        yield from repo.files(f"{home}**/{name}.conf")
    for end in ("js", "mjs", "cjs", "json"):
        yield from repo.files(f"{home}**/proxy.conf.{end}")
    for build in component.build_files:
        for path in _COPIED.findall((repo.read(build.place) or "")[:100_000]):
            yield from repo.files(path)


def _needs(repo: Repo, component: Component) -> bool:
    given = {each.name for each in component.code.settings if each.role is not Role.TEST}
    read = {n for n in names(repo, component, OPTIONAL) if not ALWAYS.fullmatch(n)}
    return any(name not in given and not _RELEASE.fullmatch(name) for name in read)


_RELEASE = regex(r"(?:[A-Z]{1,20}_){0,4}(?:VERSION|RELEASE|COMMIT|SHA|BUILD_TIME)")
"""What a build says of itself, and nobody sets."""


def addressed(repo: Repo, component: Component) -> Place | None:
    """Where the address of another service is written in its code, which reads no setting at all:
    what could be set is not."""
    found: Place | None = None
    for file, suffix in sources(repo, component):
        text = (repo.read(file) or "")[:300_000]
        if READS[suffix].search(text):
            return None
        for address in _ADDRESS.finditer(text) if found is None else ():
            if not is_comment(line_above(text, address.start())):
                line = text.count("\n", 0, address.start()) + 1
                found = found or replace(file, line=line, text=address[0])
    return found


_QUIET = regex(
    r"(?i)logging\..{1,200}|spring\.(?:profiles|application|main|output|banner)\..{1,80}|AllowedHosts"
)
"""What a framework is told of its logs, its name and which profile is on."""


def written(repo: Repo, component: Component) -> Place | None:
    """Where an address is written in the code, though there are files of settings: which say how
    much is logged, and nothing that could be set instead."""
    files = {place.path for place in component.settings}
    rows = [each for each in component.code.settings if each.place.path in files]
    quiet = all(_QUIET.fullmatch(each.path) for each in rows)
    silent = quiet and {each.place.path for each in rows} == files
    return addressed(repo, component) if silent else None
