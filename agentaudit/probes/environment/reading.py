"""Which settings the code of a component reads, where no file declares any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.asking import PASSES_ON
from agentaudit.source import Component, Place, Repo

_READS = {
    **dict.fromkeys(
        ("py", "ipynb"),
        regex(
            r"\b(?:environ(?:\.get|\.setdefault)?\s?[\[(]|getenv\()\s{0,40}\\?[\"'](\w{1,100})"
            r"|\b(?:env|config)(?:\.\w{1,20})?\(\s{0,40}[\"']([A-Z][A-Z0-9_]{2,100})[\"']"
            r"|\b(BaseSettings|load_dotenv)\b"
        ),
    ),
    **dict.fromkeys(
        ("ts", "tsx", "js", "jsx", "mjs", "cjs", "vue", "svelte"),
        regex(
            r"\bprocess\.env(?:\.|\[[\"'])(\w{1,100})|\bimport\.meta\.env\.(\w{1,100})"
            r"|\bDeno\.env\.get\([\"'](\w{1,100})"
        ),
    ),
    "go": regex(r"\bos\.(?:Getenv|LookupEnv)\(\"(\w{1,100})|\b(viper|envconfig)\."),
    **dict.fromkeys(
        ("java", "kt"),
        regex(r"\bSystem\.getenv\(\"(\w{1,100})|@Value\(\"[$#]\{([\w.-]{1,100})"),
    ),
    "cs": regex(
        r"GetEnvironmentVariable\(\"(\w{1,100})|onfiguration\[\"([\w:]{1,100})"
        r"|GetConnectionString\(\"(\w{1,100})|\.GetSection\(\"([\w:]{1,100})"
    ),
    **dict.fromkeys(("template", "conf"), regex(r"\$\{(\w{1,100})\}")),
}
"""How each language asks for a setting."""
_ALWAYS = regex(
    r"PATH|HOME|USER|PWD|HOST(?:NAME)?|PORT|NODE_ENV|PYTHON\w{0,60}|LOG_?LEVEL|DEBUG|TZ|CI|MODE|DEV|PROD"
    r"|AWS_(?:DEFAULT_)?REGION|AWS_LAMBDA_\w{1,60}|CDK_DEFAULT_\w{1,20}|SSR|BASE_URL|LANG|TERM|SHELL|TMPDIR|COLUMNS|LINES"
    r"|EDITOR|(?:NO|FORCE|CLI)_?COLOR|XDG_\w{1,40}|USERPROFILE|APPDATA|LOCALAPPDATA"
    r"|npm_\w{1,60}|VERCEL\w{0,60}|NEXT_RUNTIME|KUBERNETES_\w{1,60}"
)
"""What a platform sets, whatever runs on it."""
_KEY = regex(r"(?i)key|endpoint|token|credential")
_ASKS = ("model", "agent", "embedding")
_MOST = 400
"""Files that are looked into."""
_ASIDE = regex(
    r"(?:^|/)(?:tests?|__tests__|e2e|docs?|examples?)/|\.(?:test|spec)\.|config\.[mc]?[jt]s$"
)
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


_ADDRESS = regex(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d{2,5}")
_LOCAL = frozenset(
    {"vllm", "sglang", "llama-cpp-python", "ctransformers", "transformers", "ctranslate2"}
    | {"sentence-transformers", "torch", "onnxruntime-genai", "fastembed", "ollama", "mlx-lm"}
)
"""Libraries that need no key of a provider."""


def undeclared(repo: Repo, component: Component) -> frozenset[str] | None:
    """Names of settings that it reads and no deployment gives a value, a key that the library of a
    provider asks for by itself among them; None where its code is not known."""
    code = component.code
    if not code.read or code.problem:
        return None
    given = {each.name for each in code.settings if each.role is not Role.TEST and each.name}
    read = set(_read(repo, component))
    if named := read & set(_asked_by_image(repo, component)):
        read -= named | {"load_dotenv"}
    keyed = any(_KEY.search(name) for name in given)
    for use in () if keyed else (u for trade in _ASKS for u in component.uses(trade)):
        if use.library not in _LOCAL | PASSES_ON:
            read.add(f"the key of {use.library}")
    left = frozenset(n for n in read if n not in given and not _ALWAYS.fullmatch(n))
    return left - _set_in_scripts(repo, left)


_SCRIPTS = ("**/*.sh", "**/*.ps1", "**/Makefile", "**/*.mk")
_SETS = regex(
    r"(?:^|[\s;&]|\$env:)(?:export\s{1,4})?([A-Z][A-Z\d_]{2,100})\s{0,2}[:?]?=(?!=)", re.M
)
"""How a script gives a variable a value."""


def _set_in_scripts(repo: Repo, names: frozenset[str]) -> set[str]:
    """Those that scripts of the repository set before they build or start it."""
    found = set[str]()
    for pattern in _SCRIPTS if names else ():
        for file in repo.files(pattern):
            if not _ASIDE.search(file.path):
                found |= names & set(_SETS.findall((repo.read(file) or "")[:200_000]))
    return found


_MODULES = (".py", ".ts", ".js", ".mts", ".mjs", ".cjs", ".go")
_DEPLOYS = regex(
    r"(?:.*/)?(?:(?:docker-)?compose[\w.-]{0,60}\.ya?ml|fly\.toml|render\.yaml|Procfile"
    r"|[\w.-]{1,80}\.(?:tf|tfvars|bicep|bicepparam))"
)
"""Deployments, which set what they need and list nothing."""
_CENTRAL = regex(
    r"(?i)(?:^|/)\w{0,30}?(?:settings?|configs?|configuration|constants|env)\.(?:py|[mc]?[jt]s|go|kt|java|cs)$"
)
"""One place that reads them, with types and defaults or without."""
_ASKED = regex(r"\(\s{0,40}[\"']([A-Z][A-Z\d]{1,40}_[A-Z\d_]{2,80})[\"']")
"""A variable that a function of its own is asked for."""
_FEW = 3


def scattered(repo: Repo, component: Component) -> tuple[tuple[str, ...], Place] | None:
    """Variables that its code reads all over the place, and where it first does, though a module of
    settings knows some: where those that it does not know are more than those that it reads."""
    modules = {place.path for place in component.settings}
    if not all(path.endswith(_MODULES) or _DEPLOYS.fullmatch(path) for path in modules):
        return None
    known = "\n".join((repo.read(place) or "").lower() for place in component.settings)
    given = {each.name for each in component.code.settings if each.role is not Role.TEST}
    deployed = all(map(_DEPLOYS.fullmatch, modules))
    inside, outside = set[str](), dict[str, Place]()
    for file, suffix in _sources(repo, component):
        text = (repo.read(file) or "")[:300_000] if not _BESIDE.search(file.path) else ""
        if central := file.path in modules or _CENTRAL.search(file.path) is not None:
            inside |= set(_ASKED.findall(text))
        for found in _READS[suffix].finditer(text):
            name = next(filter(None, found.groups()))
            if deployed and (name in given or name.lower() in known):
                inside.add(name)
            told = name in given or _ALWAYS.fullmatch(name) or not name.isupper()
            if told or _WRITES.match(text, found.end()) or _is_text(text, found.start()):
                continue
            if central:
                inside.add(name)
            elif name.lower() not in known:
                outside.setdefault(name, file)
    if len(outside) < _FEW or len(outside) <= len(inside) or _SCHEMA.search(known):
        return None
    for text in _listing(repo):
        outside = {name: place for name, place in outside.items() if name not in text}
    enough = len(outside) >= _FEW - 1
    return (tuple(sorted(outside)), next(iter(outside.values()))) if enough else None


_BESIDE = regex(
    r"(?:^|/)(?:alembic|migrations|evals?|evaluations?|benchmarks?|scripts?|tools|bin|notebooks?)/"
)
"""Directories of what is run beside the application."""


def _is_text(text: str, at: int) -> bool:
    """Whether what begins there stands in a text or a comment of its line."""
    above = text[max(text.rfind("\n", 0, at) + 1, at - 1000) : at]
    quoted = any(above.count(quote) % 2 for quote in "\"'`")
    return quoted or above.lstrip().startswith(("#", "//", "*", "/*"))


def _listing(repo: Repo) -> Iterator[str]:
    """What lists variables, wherever it lies: examples of environments, deployments, scripts."""
    for pattern in _LISTS:
        for file in repo.files(pattern):
            if not _ASIDE.search(file.path):
                yield (repo.read(file) or "")[:300_000]


_LISTS = (
    *("**/*.yml", "**/*.yaml", "**/*.env*", "**/.env*", "**/*.toml", "**/*.tf", "**/*.bicep"),
    *("**/package.json", "**/Dockerfile*", "**/turbo.json", "**/*.tpl", "**/*.template"),
)
_WRITES = regex(r"[\"']?\]\s?=(?!=)")
_SCHEMA = regex(
    r"basesettings|z\.object\(|createenv\(|dynaconf|environ\.env\(|envconfig|viper"
    r"|aws[-_]?cdk|\bpulumi\b|[\"']constructs[\"']|[\"']sst[\"'/]|\bcdktf\b"
)
"""What a schema of settings, or a program that deploys, is made with, in lower case."""
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
    read = {n for n in _read(repo, component, _OPTIONAL) if not _ALWAYS.fullmatch(n)}
    return any(name not in given and not _RELEASE.fullmatch(name) for name in read)


_RELEASE = regex(r"(?:[A-Z]{1,20}_){0,4}(?:VERSION|RELEASE|COMMIT|SHA|BUILD_TIME)")
"""What a build says of itself, and nobody sets."""


def addressed(repo: Repo, component: Component) -> Place | None:
    """Where the address of another service is written in its code, which reads no setting at all:
    what could be set is not."""
    found: Place | None = None
    for file, suffix in _sources(repo, component):
        text = (repo.read(file) or "")[:300_000]
        if _READS[suffix].search(text):
            return None
        if found is None and (address := _ADDRESS.search(text)):
            line = text.count("\n", 0, address.start()) + 1
            found = replace(file, line=line, text=address[0])
    return found


def _sources(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Its source files that are looked into, each with its suffix."""
    home = "" if component.path == "." else f"{component.path}/"
    found = (
        (file, suffix)
        for suffix in _READS
        for file in repo.files(f"{home}**/*.{suffix}")
        if file.repo == component.repo and not _ASIDE.search(file.path)
    )
    return islice(found, _MOST + 1)


_OPTIONAL = regex(r"[\"']?[\])]{0,2}\s{0,4}(?:as \w{1,40}\s{0,4})?(?:\?\?|\|\|)")
"""What follows a setting that may be left out."""


def _read(repo: Repo, component: Component, but: re.Pattern[str] | None = None) -> Iterator[str]:
    """Names of the settings that it reads, but for those that a pattern follows."""
    for at, (file, suffix) in enumerate(_sources(repo, component)):
        if at == _MOST:
            yield "more than was looked at"
            return
        text = (repo.read(file) or "")[:300_000]
        for found in _READS[suffix].finditer(text):
            if but is None or not but.match(text, found.end()):
                yield next(filter(None, found.groups()))
