"""Applications of a workspace of npm, pnpm, yarn or bun: what stands below apps/ and starts."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside, mapping, sequence, word
from agentaudit.sources.git.roles import directory_role

_APPLICATIONS = frozenset(("apps", "services"))
"""Directories whose members are deployed; those of packages/ are libraries of them."""


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Members that are applications, where no image or platform's file is about them already."""
    built = {build.home for build in found if build.home in homes.known}
    covered = {path for build in found for path in build.covers if _takes(build, path)}
    members = _members(reader)
    return [
        Build(home, reader.place(path, 1))
        for path, home in sorted(homes.manifests.items())
        if path.endswith("package.json")
        and path not in covered
        and not any(inside(home, other) for other in built)
        and any(matches(home, member) for member in members)
        and directory(home).rpartition("/")[2] in _APPLICATIONS
        and directory_role(home) is Role.APP
        and "start" in mapping(mapping(reader.json(path)).get("scripts"))
    ]


def _takes(build: Build, path: str) -> bool:
    """Whether an image is also of the project of that manifest: one of another application may have
    all of the workspace copied only to build its own."""
    above = directory(build.home).rpartition("/")[2]
    if build.recipe is None or above not in _APPLICATIONS or "." not in build.recipe.copies:
        return True
    return any(inside(path, source.strip("/")) for source in build.recipe.copies if source != ".")


def _members(reader: Reader) -> list[str]:
    """Patterns of the members' directories, as the manifest at the root says."""
    given = mapping(reader.json("package.json")).get("workspaces")
    listed = sequence(given) or sequence(mapping(given).get("packages"))
    for tree in reader.yaml("pnpm-workspace.yaml")[:1]:
        listed = listed or sequence(mapping(tree.data).get("packages"))
    return [word(each).removeprefix("./").rstrip("/") for each in listed]
