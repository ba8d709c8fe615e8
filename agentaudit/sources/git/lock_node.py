"""Lock files of Node: npm, Yarn, pnpm, Bun, Deno. All but npm's and Deno's are written by one tool
each, line by line, and are read that way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.sources.git.pinned import Pinned, pinned
from agentaudit.sources.git.reader import mapping, sequence, word

_BUILT_IN = frozenset(["node", "npm"])
"""Names under `dependencies` that some packages use for the engine."""


def npm(text: str) -> Pinned:
    """package-lock.json and npm-shrinkwrap.json.

    Version 1 lists optional packages among those that are needed, and leaves them out where they
    do not fit the platform: what it needs is not looked at. An optional package without a version
    could not be had when the lock was written: it is not installed either.
    """
    data = mapping(parse.json(text))
    if "packages" not in data and "dependencies" not in data:
        return pinned([])
    pairs, members, needed = [], set(), set()
    for path, item in mapping(data.get("packages")).items():
        inner = mapping(item)
        if "node_modules/" in path:
            name = path.rpartition("node_modules/")[2]
            version = word(inner.get("version")) or "link" * bool(inner.get("link"))
            pairs.append((name, version or "not to be had" * (inner == {"optional": True})))
        elif path:
            members.add(path)
        # A directory beside the project, that nothing links to any more or that locks its own.
        aside = inner.get("extraneous") or path.startswith("..")
        if not (aside or inner.get("inBundle") or inner.get("optional")):
            needed |= set(mapping(inner.get("dependencies"))) - _besides(inner)
    if "packages" not in data:
        pairs = [
            (n, word(mapping(i).get("version"))) for n, i in mapping(data["dependencies"]).items()
        ]
    return pinned(pairs, empty=True, members=members, needed=needed - _BUILT_IN)


def _besides(package: dict[str, Any]) -> set[str]:
    """What a package may lack, and what it brings along in itself."""
    brought = package.get("bundleDependencies") or package.get("bundledDependencies")
    return {*mapping(package.get("optionalDependencies")), *map(word, sequence(brought))}


_YARN_HEAD = regex(r'"?((?:@[^@/\s"]{1,200}/)?[^@\s"]{1,200})@[^\n]{1,4000}:$')
_YARN_EDGE = regex(r'    "?((?:@[^@/\s":]{1,200}/)?[^@\s":]{1,200})"?:?\s')


def yarn(text: str) -> Pinned:
    """Version 1 and berry: an unindented line names the package, an indented one the version, and
    lines below `dependencies:` what it needs."""
    if "yarn lockfile" not in text[:400] and "__metadata:" not in text[:2000]:
        return pinned([])
    pairs: dict[tuple[str, str], str] = {}
    needed: set[str] = set()
    members, name, section, head_line = set(), "", "", ""
    for line in text.split("\n"):
        line = line.rstrip("\r")[:5000]
        if line and line[0] not in " #" and (head := _YARN_HEAD.match(line)):
            name, section, head_line = head[1], "", line
            pairs[name, head_line] = ""
            if inner := re.search(r"@workspace:([^\",:]{1,300})", line):
                members.add(inner[1])
        elif line[:2] == "  " and line[2:3] not in ("", " "):
            section = line.strip()
            if name and (version := re.match(r"  version:?\s+\"?([^\"\s]{1,100})", line)):
                pairs[name, head_line] = version[1]
        elif section == "dependencies:" and (edge := _YARN_EDGE.match(line)):
            needed.add(edge[1])
    listed = ((name, version) for (name, _), version in pairs.items())
    return pinned(listed, empty=True, members=members, needed=needed - _BUILT_IN)


_PNPM_KEY = regex(r"  '?/?((?:@[^@/\s']{1,200}/)?[^@/\s'(]{1,200})[@/]([^:'(\s]{1,200})[^:\n]*:")
_PNPM_IMPORTER = regex(r"  '?([^\s':][^\s':]{0,300})'?:(?:\s*$|\s*\{)")
_PNPM_EDGE = regex(r"      '?((?:@[^@/\s':]{1,200}/)?[^@/\s':]{1,200})'?: '?([^\s']{1,300})")
_PNPM_TAKEN = regex(r"      (?:'([^']{1,200})'|([^\s':]{1,200})):$")
_PNPM_FORCED = regex(
    r"  '?(?:[^\s'>]{1,200}>)?((?:@[^@/\s':]{1,200}/)?[^@/\s':]{1,200})(?:@[^:\n]*)?'?: "
)
_PNPM_ALIAS = regex(r"/?((?:@[^@/\s'(]{1,200}/)?[^@/\s'(]{1,200})@\d")


def pnpm(text: str) -> Pinned:
    """Sections at the margin, packages two spaces in, what they need six."""
    if "lockfileVersion" not in text[:400]:
        return pinned([])
    text = text.replace('"', "'")  # pnpm writes single quotes, formatters of the repository others
    pairs, members, section, below = list(_pnpm_aliases(text)), set(), "", ""
    needed: set[str] = set()
    for line in text.split("\n"):
        line = line.rstrip("\r")[:2000]
        if line and line[0] != " ":
            section = line.partition(":")[0]
        elif section in ("packages", "snapshots"):
            if line[:4] != "    ":
                if key := _PNPM_KEY.match(line):
                    pairs.append((key[1], key[2]))
            elif line[4:5] != " ":
                below = line.strip()
            elif below == "dependencies:" and (edge := _PNPM_EDGE.match(line)):
                needed.add(_pnpm_target(edge[1], edge[2]))
        elif section == "importers" and (importer := _PNPM_IMPORTER.match(line)):
            members.add(importer[1])
        elif section == "overrides" and (forced := _PNPM_FORCED.match(line)):
            pairs.append((forced[1], "decided by the project"))
    return pinned(pairs, empty=True, members=members, needed=needed - {""})


def _pnpm_aliases(text: str) -> Iterator[tuple[str, str]]:
    """Names of a project's own for packages, `"next14": "npm:next@14"`, and what they are pinned
    to."""
    name = ""
    for line in text.partition("\nimporters:")[2].partition("\npackages:")[0].split("\n"):
        if taken := _PNPM_TAKEN.match(line[:300]):
            name = taken[1] or taken[2]
        elif line.startswith("        version: "):
            version = line[17:300].strip("'\r")
            if name and _PNPM_ALIAS.match(version):
                yield name, version.partition("(")[0].rpartition("@")[2]


def _pnpm_target(name: str, version: str) -> str:
    """What an edge leads to: an alias names another package; a link is no package."""
    if version.startswith(("link:", "file:", "workspace:")) or "://" in version:
        return ""
    alias = _PNPM_ALIAS.match(version)
    return alias[1] if alias else name


_BUN = regex(r'^    "([^"\n]{1,1000})": \["[^"\n]{1,300}@([^"\n]{1,300})"', re.MULTILINE)
_BUN_NEEDS = regex(r'^    "[^"\n]{1,1000}": \[.*?[{,] ?"dependencies": \{([^}\n]*)\}', re.M)
_BUN_NAME = regex(r'"((?:@[^@/"]{1,200}/)?[^"@/]{1,200})":')


def bun(text: str) -> Pinned:
    """Keys are paths of packages that need one another; the last one is what is pinned."""
    if '"lockfileVersion"' not in text[:400]:
        return pinned([])
    members = re.findall(r'^    "([^"\n]{1,300})": \{\s*$', text, re.MULTILINE)
    pairs = [(_last(found[1]), found[2]) for found in _BUN.finditer(text)]
    needed = {name for found in _BUN_NEEDS.finditer(text) for name in _BUN_NAME.findall(found[1])}
    return pinned(pairs, empty=True, members=members, needed=needed)


def _last(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[-2:] if parts[-2:-1] and parts[-2].startswith("@") else parts[-1:])


def binary_bun(text: str) -> Pinned:
    """bun.lockb."""
    return Pinned(problem="a binary lock file: keep the text form, bun.lock")


def deno(text: str) -> Pinned:
    """deno.lock: packages of npm and jsr by `name@version`, remote modules by hash."""
    data = mapping(parse.json(text))
    inner = mapping(data.get("packages")) or data
    pairs = [_deno_key(key) for kind in ("npm", "jsr") for key in mapping(inner.get(kind))]
    return pinned(pairs, empty="version" in data)


def _deno_key(key: str) -> tuple[str, str]:
    name, _, version = key.partition("_")[0].rpartition("@")
    return name, version
