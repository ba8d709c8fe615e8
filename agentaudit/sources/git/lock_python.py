"""Lock files of Python: uv, Poetry, PDM, PEP 751, Pipenv, conda-lock, pixi, compiled
requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.sources.git.declared import normalised
from agentaudit.sources.git.pinned import Pinned, pinned
from agentaudit.sources.git.reader import mapping, sequence, word
from agentaudit.sources.git.requirements import Requirement, exact_versions, read

_INSTALLERS = frozenset(["pip", "setuptools", "wheel", "distribute"])
"""What lock files have long left out, since the environment brings it."""


_FILES = regex(r"^(?:    \{ ?(?:url|file|path) = \"|sdist = \{)[^\n]*\n", re.MULTILINE)
"""Lines about the files of a package: most of a lock file, and none that is asked about."""


def _toml(text: str) -> dict[str, Any]:
    return parse.toml(_FILES.sub("", text))


def packages(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `[[package]]` tables of a lock file in TOML."""
    return [mapping(item) for item in sequence(data.get("package"))]


def uv(text: str) -> Pinned:
    """uv.lock."""
    pairs, members, needed = [], set(), set()
    for package in packages(_toml(text)):
        source = mapping(package.get("source"))
        inner = next(
            (word(source[k]) for k in ("editable", "virtual", "directory") if k in source), ""
        )
        members |= {inner} if inner else set()
        name = normalised(word(package.get("name")))
        # A package of the workspace itself has the version of the commit.
        pairs.append((name, word(package.get("version")) or inner or word(source.get("git"))))
        for group in ("optional-dependencies", "dev-dependencies"):
            needed |= {name for each in mapping(package.get(group)).values() for name in _of(each)}
        needed |= set(_of(package.get("dependencies")))
    return pinned(pairs, members=members, needed=needed)


def _of(listed: object) -> Iterator[str]:
    """Names of tables like `{ name = "httpx" }`."""
    for item in sequence(listed):
        if name := word(mapping(item).get("name")):
            yield normalised(name)


def poetry(text: str) -> Pinned:
    """poetry.lock and pdm.lock."""
    data = _toml(text)
    if "package" not in data and "metadata" not in data:
        return pinned([])
    found = packages(data)
    pairs = [(normalised(word(p.get("name"))), word(p.get("version"))) for p in found]
    needed = {name for package in found for name in _required(package.get("dependencies"))}
    return pinned(pairs, empty=True, needed=needed - _INSTALLERS)


def _required(dependencies: object) -> Iterator[str]:
    """What a package needs on every platform and without being asked: one with a condition is left
    out of the lock where the condition is never met."""
    for name, wanted in mapping(dependencies).items():
        given = mapping(wanted)
        if isinstance(wanted, str) or (
            given and not {"optional", "markers", "python"} & set(given)
        ):
            yield normalised(name)
    for line in sequence(dependencies):
        named = re.match(r"[\w.-]{1,200}", word(line))
        if named and ";" not in word(line):
            yield normalised(named[0])


def pylock(text: str) -> Pinned:
    """PEP 751."""
    sources = ("version", "vcs", "directory", "archive")
    found = [mapping(item) for item in sequence(parse.toml(text).get("packages"))]
    pairs = [
        (normalised(word(item.get("name"))), "yes" if any(k in item for k in sources) else "")
        for item in found
    ]
    return pinned(pairs, needed={name for item in found for name in _of(item.get("dependencies"))})


def pipfile(text: str) -> Pinned:
    """Pipfile.lock, which does not say what needs what."""
    data = mapping(parse.json(text))
    if "default" not in data and "develop" not in data:
        return pinned([])
    pairs = [
        (normalised(name), "yes" if {"version", "ref", "path", "file"} & set(mapping(item)) else "")
        for group in ("default", "develop")
        for name, item in mapping(data.get(group)).items()
    ]
    return pinned(pairs, empty=True)


def conda(text: str) -> Pinned:
    """conda-lock: one entry a package and platform."""
    names = re.findall(r"^\s{0,4}-\s+name:\s+[\"']?([\w.-]{1,200})", text, re.MULTILINE)
    return pinned([(normalised(name), "yes") for name in names])


def conda_explicit(text: str) -> Pinned:
    """conda-linux-64.lock: an `@EXPLICIT` list of addresses."""
    if "@EXPLICIT" not in text:
        return pinned([])
    files = re.findall(r"^https?://\S{1,500}/([^/\s#]{1,300})\.(?:conda|tar\.bz2)", text, re.M)
    return pinned([(normalised(name.rsplit("-", 2)[0]), "yes") for name in files])


_EXPORTED = regex(
    r"^\s{1,8}-\s+(?:[\w./-]{1,60}::)?([\w.-]{1,100})=([\w.!+]{1,60})(?:=(\w{1,80}))?\s*$", re.M
)
_BENEATH = frozenset({"bzip2", "ca-certificates", "openssl", "tk", "tzdata"})
"""What conda installs beneath Python on every system, and nobody lists by hand."""
_ROW = regex(r"^\s{1,8}-\s+(?!pip:)([^\n]{1,200})$", re.M)
_EXACT = regex(r"([\w.-]{1,100})(?:\[[\w,.-]{0,100}\])?==([\w.!+]{1,60})\s*")


def conda_export(text: str) -> Pinned | None:
    """environment.yml as `conda env export` writes it, each package with its version and build, or
    without builds all of them; None where somebody wrote it, or added to it, by hand."""
    rows = _ROW.findall(text.partition("\ndependencies:")[2])
    found = _EXPORTED.findall(text)
    built = [(normalised(name), version) for name, version, _ in found]
    plain = [name for (name, _), (*_, build) in zip(built, found, strict=True) if not build]
    if plain and (len(plain) < len(built) or not _BENEATH.issubset(plain)):
        return None
    by_pip = [(normalised(m[1]), m[2]) for row in rows if (m := _EXACT.fullmatch(row))]
    if not built or len(built) + len(by_pip) < len(rows):
        return None
    names = frozenset(name for name, _ in (*built, *by_pip))
    if any(p in names and not names.issuperset(brought) for p, brought in _BRINGS.items()):
        return None
    return pinned([*built, *by_pip])


def pixi(text: str) -> Pinned:
    """pixi.lock: conda packages by address, those of Python indexes by name and version."""
    files = re.findall(
        r"^- conda: https?://\S{1,500}/([^/\s#]{1,300})\.(?:conda|tar\.bz2)", text, re.M
    )
    pieces = [name.rsplit("-", 2) for name in files]
    pairs = [(normalised(piece[0]), piece[1] if len(piece) > 2 else "yes") for piece in pieces]
    for block in text.split("\n- ")[1:]:
        name = re.search(r"^  name: ([\w.-]{1,200})", block, re.M)
        version = re.search(r"^  version: (\S{1,100})", block, re.M)
        if name:
            pairs.append((normalised(name[1]), version[1] if version else "yes"))
    return pinned(pairs)


_COMPILED = regex(r"autogenerated by|compiled by|uv pip compile|pip-compile|pip-tools|uv export")
_BRINGS = {
    "openai": ("distro", "pydantic-core"),
    "anthropic": ("distro", "pydantic-core"),
    "pydantic": ("pydantic-core", "annotated-types"),
    "httpx": ("httpcore", "h11", "idna", "certifi"),
    "requests": ("urllib3", "charset-normalizer", "idna", "certifi"),
    "aiohttp": ("frozenlist", "aiosignal", "multidict", "yarl"),
    "jinja2": ("markupsafe",),
    "fastapi": ("starlette", "pydantic"),
    "langchain": ("langchain-core",),
    "langchain-core": ("langsmith", "jsonpatch", "jsonpointer"),
    "flask": ("werkzeug", "itsdangerous"),
    "streamlit": ("altair", "pyarrow"),
    "scikit-learn": ("joblib", "threadpoolctl"),
    "pandas": ("python-dateutil", "six"),
    "transformers": ("tokenizers", "huggingface-hub"),
}
"""Packages and what each release of the last years has brought with it: a list that holds both
sides of several was taken from an installed environment."""
_SEVERAL = 3


def _is_frozen(names: frozenset[str]) -> bool:
    """Whether the list holds all that its well-known packages need, as `pip freeze` writes it."""
    known = [brought for package, brought in _BRINGS.items() if package in names]
    return len(known) >= _SEVERAL and all(names.issuperset(brought) for brought in known)


_ON_LINUX = {
    "torch": "triton",
    "ipython": "pexpect",
    "chromadb": "uvloop",
    "keyring": "secretstorage",
}
"""Packages and one that they bring with them on Linux only: a list that lacks it was taken from
another system, and what it lacks is installed in whatever version is the newest."""
_CHOSEN = regex(r"^\s*torch\s*==\s*[^\s;+]{1,40}\+|^--(?:extra-)?index-url\s.*pytorch", re.M)
"""Builds of torch of an index of its own, some of which bring nothing."""


def _elsewhere(text: str, names: frozenset[str]) -> str:
    """What shows that the list was frozen on another system than images have."""
    for package, brought in _ON_LINUX.items():
        chosen = package == "torch" and _CHOSEN.search(text)
        if package in names and brought not in names and not chosen:
            return f"was taken from another system: on Linux {package} brings {brought}"
    return ""


def from_requirements(text: str) -> Pinned:
    """A requirements file as a lock: complete when a tool made it, which hashes, its header or the
    indirect packages in it show; versions alone may have been written by hand, for direct
    requirements only."""
    items = list(read(text))
    named = [item for item in items if item.name]
    names = frozenset(normalised(item.name) for item in named)
    exact = bool(named) and all(item.exact or item.local for item in items)
    made = all(item.hashed or item.local for item in named) or bool(_COMPILED.search(text[:2000]))
    problem = _problem(named, exact=exact, made=made or _is_frozen(names))
    if not problem and not made:
        problem = _elsewhere(text, names)
    versions: dict[str, frozenset[str]] = {}
    for name, version, _, _ in exact_versions(text):
        key = normalised(name)
        versions[key] = versions.get(key, frozenset()) | {version}
    return Pinned(names, not problem, problem, exact=exact, versions=versions)


def _problem(named: Iterable[Requirement], *, exact: bool, made: bool) -> str:
    named = list(named)
    loose = [item.name for item in named if not item.exact and not item.local]
    if not named:
        return "lists no package"
    if loose:
        return f"pins no version of {', '.join(loose[:3])}"
    if not exact:
        return "holds a requirement without a pinned commit"
    return (
        "" if made else "has versions but no hashes: nothing shows that it lists indirect packages"
    )
