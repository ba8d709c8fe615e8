"""Applications that stand side by side and that only their own manifests start: a server and its
page, each installed and run by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.pages import begins, is_page
from agentaudit.sources.git.projects import told
from agentaudit.sources.git.reader import Reader, ancestors, directory, mapping, word
from agentaudit.sources.git.workspaces import coded_outside

_ASIDE = regex(
    r"(?i)(?:^|/)(?:website|www|blog|storybook|site|packages|libs?|legacy|archived?|backups?|deprecated|old"
    r"|workshops?|courses?|lessons?|labs?|tools?|scripts?|poc|utils?|bin|hack)(?:/|$)"
)
"""Directories of what nobody runs beside the application, or only now and then."""
_STARTS = regex(
    r"\bspring-boot-maven-plugin\b|\bquarkus-maven-plugin\b|\borg\.springframework\.boot\b"
    r"|\bio\.quarkus\b|\bio\.ktor\.plugin\b|^\s*application\s*(?:$|\{)"
    r"|\bid[ (][\"']application[\"']|^\[(?:project|tool\.poetry)\.scripts\]"
    r"|\b(?:liberty|wildfly|payara-micro|tomee|jetty)-maven-plugin\b"
    r"|\bSdk=\"Microsoft\.NET\.Sdk\.(?:Web|Worker|BlazorWebAssembly)\b",
    re.MULTILINE,
)
"""What a manifest of Java, Python or .NET says of a program that is started."""
_BEGUN = ("go.mod", "Cargo.toml")
"""Manifests beside which a program is one that is started."""


def started(reader: Reader, homes: Homes) -> list[Build]:
    """Those applications; none where all of it is one, or not all of the code is theirs."""
    for begun, least in ((False, 2), (True, 3)):
        found = dict(_starting(reader, homes, begun=begun))
        apart = {h: p for h, p in found.items() if found.keys().isdisjoint(ancestors(directory(h)))}
        if len(apart) < least or _together(reader, apart) or not _all(reader, homes, apart):
            continue
        return [Build(home, reader.place(path, 1)) for home, path in sorted(apart.items())]
    return []


def _starting(reader: Reader, homes: Homes, *, begun: bool) -> Iterator[tuple[str, str]]:
    """Directory and manifest of each project that its manifest says how to start; those of Python
    too where a program has `begun` beside it: with one page it is one application."""
    for path, home in sorted(homes.manifests.items()):
        if home and reader.directory_role(home) is Role.APP and not _ASIDE.search(home):
            name = path.rpartition("/")[2]
            if name == "package.json":
                given = mapping(reader.json(path))
                starts = "start" in mapping(given.get("scripts")) and "exports" not in given
                starts = starts or is_page(given)
            else:
                starts = (begun or name in _BEGUN) and begins(reader, home, name)
                starts = starts or bool(_STARTS.search((reader.text(path) or "")[:200_000]))
            if starts:
                yield home, path


def _together(reader: Reader, found: Mapping[str, str]) -> bool:
    """Whether the manifest of one starts another, or needs it."""
    for home, path in found.items():
        text = reader.text(path) or ""
        others = (other.rpartition("/")[2] for other in found if other != home)
        if any(f"../{other}" in text for other in others):
            return True
    return False


def _all(reader: Reader, homes: Homes, found: Mapping[str, str]) -> bool:
    """Whether no code stands outside of them but what they need and what only builds them."""
    needed = set()
    for path in found.values():
        given = mapping(reader.json(path)) if path.endswith("package.json") else {}
        needed |= {told(name) for name in mapping(given.get("dependencies"))}
    nodes = ((p, home) for p, home in homes.manifests.items() if p.endswith("package.json"))
    libraries = {
        home for path, home in nodes if told(word(mapping(reader.json(path)).get("name"))) in needed
    }
    within = {*found, *libraries}
    return not coded_outside(reader, lambda home: not within.isdisjoint(ancestors(home)))
