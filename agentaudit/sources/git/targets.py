"""Which project the file of a platform is about, where that is not the one it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside, mapping, sequence, word

_WORKER = regex(
    r"^[ \t{,]*[\"']?(?:main|directory|bucket|pages_build_output_dir)[\"']?[ \t]*[=:][ \t]*"
    r"[\"']([\w./@-]{1,200})[\"']",
    re.MULTILINE,
)
"""What a Worker of Cloudflare is made of, in TOML or in JSON with comments."""


def below(reader: Reader, homes: Homes, path: str) -> list[str]:
    """The projects below the file from which all is taken that it names; none where any of it is of
    the directory of the file itself."""
    beside = directory(path)
    named = (joined(beside, each) for each in _named(reader, homes, path))
    found = {homes.nearest(each) for each in named if each is not None}
    return sorted(
        home
        for home in found
        if home is not None and beside not in found and home != beside and inside(home, beside)
    )


def _named(reader: Reader, homes: Homes, path: str) -> Iterator[str]:
    """Files and directories that it names, most of them made by a build."""
    name = path.rpartition("/")[2]
    if name.startswith("wrangler"):
        yield from _WORKER.findall(reader.text(path) or "")
    elif name == "netlify.toml":
        build = mapping(reader.toml(path).get("build"))
        if published := word(build.get("publish")):
            yield published if not build.get("base") else "."
    elif path == "vercel.json" and (only := _served(reader, homes)):
        yield only
    elif name == "vercel.json":
        data = mapping(reader.json(path))
        services = mapping(data.get("services") or data.get("experimentalServices")).values()
        parts = (mapping(each) for each in services)
        yield from filter(None, (word(each.get("root")) for each in parts))
        yield from filter(None, [word(data.get("outputDirectory"))])
        for each in sequence(data.get("builds")):
            yield from filter(None, [word(mapping(each).get("src"))])


_NAMES = frozenset(("outputDirectory", "builds", "services", "experimentalServices", "functions"))
_SERVED = frozenset(("next", "nuxt", "@remix-run/react", "@sveltejs/kit", "astro"))
"""Frameworks whose applications Vercel finds by itself."""


def _served(reader: Reader, homes: Homes) -> str:
    """The one member of a workspace that Vercel serves where its file says nothing of it, and the
    manifest at the root only gathers the members; empty where there is no one such."""
    root = mapping(reader.json("package.json"))
    if root.get("dependencies") or _SERVED & {*mapping(root.get("devDependencies"))}:
        return ""
    if not _NAMES.isdisjoint(mapping(reader.json("vercel.json"))):
        return ""
    found = [
        home
        for home in homes.members
        for given in [mapping(reader.json(f"{home}/package.json"))]
        if not _SERVED.isdisjoint(mapping(given.get("dependencies")))
    ]
    return found[0] if len(found) == 1 else ""


def page(
    reader: Reader, homes: Homes, project: str | None, service: Mapping[str, Any]
) -> str | None:
    """The project of a service of the Azure Developer CLI: for pages whose sources alone stand in
    the directory that is named, the one around it, whose manifest builds them."""
    made = word(service.get("dist"))
    if project is None or project in homes.known or not made:
        return project
    home, output = homes.nearest(project), joined(project, made)
    if home is None or output is None or homes.nearest(output) != home:
        return project
    scripts = mapping(reader.json(f"{home}/package.json".lstrip("/"))).get("scripts")
    return home if "build" in mapping(scripts) else project
