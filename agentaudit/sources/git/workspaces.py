"""Applications of a workspace of npm, pnpm, yarn or bun: what stands below apps/ and starts, and
what a script of its own manifest deploys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git import subjects
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import (
    Reader,
    ancestors,
    directory,
    inside,
    line_of,
    mapping,
    word,
)
from agentaudit.sources.git.roles import SOURCES
from agentaudit.sources.git.subjects import APPLICATIONS

_DEPLOYS = regex(
    r"(?:^|[\s;&|])(?:wrangler (?:pages )?(?:deploy|publish)|opennextjs-cloudflare deploy"
    r"|vercel (?:deploy|--prod)|netlify deploy|fly(?:ctl)? deploy|railway up|swa deploy"
    r"|(?:serverless|sls) deploy|eb deploy|gcloud (?:run|functions|app) deploy"
    r"|func azure functionapp publish|clasp (?:push|deploy)|trigger(?:\.dev)?(?:@\S{1,20})? deploy)"
    r"(?![\w-])"
)
_ALONE = regex(r"\bclasp (?:push|deploy)\b|\btrigger(?:\.dev)?(?:@\S{1,20})? deploy\b")
"""Deploys where no file of a platform says so: Apps Script, tasks of Trigger.dev."""
_ELSEWHERE = regex(
    r"(?:^|[\s;&|])(?:(?:cd|pushd) |(?:-C|-c|--config|--cwd|--dir|--prefix)[ =])"
    r"([\w./@-]{1,200})"
)
"""Another directory, or a file of it, that a script is about."""
_MEMBER = regex(r"(?:^|[\s;&|])(?:-F|--filter|-w|--workspace|workspace)[ =]")
"""A script that is about a member by its name, which has a script of its own."""
HANDED = regex(
    r"(?:^|[\s;&|/])(?:cp|mv|rsync|cpy|cpx2?|copyfiles|ncp|xcopy)\s[^;&|]{0,200}\s\.\./[^;&|]"
    r"|--(?:outDir|out-?dir|dist-dir|output-path)[= ]\.\./"
)
"""A script that builds into another project."""
_EXTENSION = regex(r"manifest(?:\.\w{1,20})?\.(?:json|js|ts)")
_TOOLING = regex(
    r"(?:[\w.-]{0,80}\.config\.[\w.-]{1,40}|[\w.-]{0,80}\.d\.ts|\.[\w.-]{1,80}"
    r"|(?:scripts?|tools?|tooling|bin|turbo|config|\.[\w-]{1,40})/.{1,300})"
)
"""What stands at the root of a workspace to build the members."""


def known(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """What was found, without what is only about the root of a workspace, and with its members and
    the extensions that nothing was about."""
    told = without_root(reader, homes, [*found, *deployed(reader, homes)])
    told += started(reader, homes, told)
    return [*told, *extensions(reader, homes, told)]


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Members that are applications, where no image or platform's file is about them already."""
    built = {build.home for build in found if build.home in homes.known}
    covered = {path for build in found for path in build.covers if _takes(build, path)}
    return [
        Build(home, reader.place(path, 1))
        for path, home in sorted(homes.manifests.items())
        if path.endswith("package.json")
        and path not in covered
        and not any(inside(home, other) for other in built)
        and home in homes.members
        and directory(home).rpartition("/")[2] in APPLICATIONS
        and reader.directory_role(home) is Role.APP
        and _starts(reader, home, mapping(mapping(reader.json(path)).get("scripts")))
    ]


def _starts(reader: Reader, home: str, scripts: Mapping[str, Any]) -> bool:
    """Whether a member is started, or is a page of its own that is built: a widget that others put
    into theirs is served too."""
    library = "packages" in home.split("/")
    shown = not library and f"{home}/index.html" in reader.known and "dev" in scripts
    builds = [word(scripts.get(name)) for name in ("build", "postbuild")]
    return "start" in scripts or (shown and bool(builds[0]) and not any(map(HANDED.search, builds)))


def deployed(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Members that deploy themselves, and other projects that a script of a manifest deploys."""
    for path, home in sorted(homes.manifests.items()):
        text = (reader.text(path) or "") if path.endswith("package.json") else ""
        if not any(word in text for word in ("deploy", "vercel", "clasp")):
            continue
        for name, given in mapping(mapping(reader.json(path)).get("scripts")).items():
            target = _target(homes, home, word(given)) if _DEPLOYS.search(word(given)) else None
            if target is None or reader.directory_role(target) is not Role.APP:
                continue
            if target != home or home in homes.members or (home and _ALONE.search(word(given))):
                yield Build(target, reader.place(path, line_of(text, f'"{name}":')))


def _target(homes: Homes, home: str, script: str) -> str | None:
    """The project that a script deploys; None where it cannot be told."""
    if _MEMBER.search(script):
        return None
    named = _ELSEWHERE.search(script)
    path = joined(home, named[1]) if named else home
    return homes.nearest(path) if path is not None else None


def without_root(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """The builds without those of a root that holds nothing but members which have their own: what
    is run there is about them. An image of the root stays one, or is of the one application that it
    holds, or one more of each that it starts."""
    own = {build.home for build in found} & homes.members
    images = [build for build in found if not build.home and build.recipe is not None]
    if not (images or own) or not _is_hollow(reader, homes):
        return found
    found = [each for build in found for each in _handed(homes, own, build)]
    images = [build for build in found if not build.home and build.recipe is not None]
    if not images:
        return [build for build in found if build.home]
    held = {homes.manifests[path] for build in images for path in build.covers} & homes.members
    alone = {home for home in held if directory(home).rpartition("/")[2] in APPLICATIONS}
    if len(alone) != 1 or own - alone:
        return found
    return [build if build.home else replace(build, home=next(iter(alone))) for build in found]


def _handed(homes: Homes, own: Set[str], build: Build) -> list[Build]:
    """An image of the root given to the members that it starts, where all of several have their
    own."""
    recipe = build.recipe if not build.home else None
    members = subjects.started(homes, recipe, "") if recipe is not None else []
    if len(members) < 2 or not set(members) <= own:
        return [build]
    return [replace(build, home=each, covers=()) for each in members]


def extensions(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Extensions of a browser that a project is packed into, where nothing is about them."""
    built = {build.home for build in found if build.home in homes.known}
    covered = {path for build in found for path in build.covers}
    homed = {
        home: path
        for path in reader.named(_EXTENSION.fullmatch)
        if reader.role(path) is Role.APP and "manifest_version" in (reader.text(path) or "")
        if (home := homes.nearest(directory(path)))
    }
    return [
        Build(home, reader.place(path, 1))
        for home, path in sorted(homed.items())
        if f"{home}/package.json" in homes.manifests.keys() - covered
        if not any(inside(home, other) for other in built)
    ]


def _is_hollow(reader: Reader, homes: Homes) -> bool:
    """Whether no code of the application stands outside of the projects below the root."""
    below = homes.known - {""}
    return not coded_outside(reader, lambda home: not below.isdisjoint(ancestors(home)))


def coded_outside(reader: Reader, within: Callable[[str], bool]) -> bool:
    """Whether code of the application, and not only what builds it, stands in a directory that is
    not `within` some."""
    return any(
        path.rpartition(".")[2] in SOURCES
        and reader.role(path) is Role.APP
        and not _TOOLING.fullmatch(path)
        and not within(directory(path))
        for path in reader.app
    )


def _takes(build: Build, path: str) -> bool:
    """Whether an image is also of the project of that manifest: one of another application may have
    all of the workspace copied only to build its own."""
    above = directory(build.home).rpartition("/")[2]
    if build.recipe is None or above not in APPLICATIONS or "." not in build.recipe.copies:
        return True
    return any(inside(path, source.strip("/")) for source in build.recipe.copies if source != ".")
