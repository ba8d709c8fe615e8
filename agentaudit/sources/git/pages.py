"""Pages and other programs that are started from their manifest, where no image or platform's
file is about them: somebody serves what their build makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader, ancestors, inside, mapping, word
from agentaudit.sources.git.workspaces import HANDED, coded_outside

_SERVES = regex(
    r"(?:^|[\s&;])(?:next|nuxt|nuxi|ng|react-scripts|react-app-rewired|craco|vue-cli-service|remix"
    r"|react-router|expo|umi|max|quasar|gatsby|astro|svelte-kit|rsbuild)\s+(?:dev|start|serve|run)\b"
    r"|(?:^|[\s&;])vite(?:\s+(?:dev|serve|--?[a-z])|\s*$)|(?:^|[\s&;])electron(?:-vite|-forge)?\s+(?:\.|dev|start)"
)
"""What the scripts of a page call to show it while it is made."""
_PROGRAM = regex(
    r"(?:(?:[A-Z_]{1,40}=\S{1,100}|cross-env|dotenv\s+--|npx)\s+){0,4}"
    r"(?:node|tsx|ts-node|nodemon|bun|deno|nest start|fastify start)\s"
)
"""What starts a server or another program of Node."""
_PYTHON = ("main.py", "app.py", "server.py", "__main__.py")
_ENTRIES = {
    "requirements.txt": _PYTHON,
    "pyproject.toml": _PYTHON,
    "go.mod": ("main.go",),
    "Cargo.toml": ("src/main.rs",),
}
"""Where a program begins, beside the manifest of what it needs; what says how it is packed may be a
library."""
_STARTS = frozenset({"dev", "start", "serve"})
_TELLS = regex(r"@?(?:docusaurus|storybook|vitepress|vuepress|nextra|astrojs/starlight|slidev)\b")
"""Packages of pages that tell about the system, and are none of it."""
_SHELLS = frozenset({"@capacitor/android", "@capacitor/ios"})
"""What shows pages as the application of a telephone."""
_ASIDE = regex(
    r"(?i)(?:^|/)(?:docs?[\w-]{0,20}|website|www|landing[\w-]{0,20}|blog|storybook|playgrounds?|site"
    r"|libs?|legacy|archived?|backups?|deprecated|old|workshops?|courses?|lessons?|labs?|tools?|scripts?|poc"
    r"|src-tauri|experiment(?:s|al)?|(?:debug|dev|build|test)(?:ging)?[_-]?tools?|debug)(?:/|$)"
)
"""Directories of what is not deployed, or only within something else."""
_PACKAGES = regex(r"(?i)(?:^|/)packages(?:/|$)")
_SHOWN = regex(
    r"(?i)(?:^|/)packages/(?:[\w-]{1,40}[-_])?(?:web|web-?app|web-?site|web-?ui|front-?end|client|portal)$"
)
"""Of the members of a workspace, which are libraries, those called like what a browser is shown."""


_OUTPUT = regex(r"\b(?:outDir|outputPath|distDir)[\"']?\s*:[^\n]{0,60}[\"'](?:\.\./|\.\.[\"'])")
"""What a page is built into, where that is a directory of another project."""
_CONFIGURED = tuple(
    f"{tool}.config.{kind}"
    for tool in ("vite", "next", "vue")
    for kind in ("ts", "js", "mjs", "mts")
)
_BUILDS = (
    *("**/Makefile", "**/*.sh", "**/build.gradle", "**/build.gradle.kts", "**/pom.xml"),
    *("package.json", "electron-builder.*", "**/tauri.conf.json"),
)
_MADE = regex(r"(?:^|[\s/\"'=(])([\w.@-]{1,100})/(?:dist|out|build|\.output)\b")
"""What a page is built into, as others name it that take it."""


def homes(reader: Reader, manifests: Mapping[str, str], parts: Collection[str]) -> Iterator[str]:
    """Directories of such pages. `manifests` leads from each directory to its manifest, where that
    is of no component yet; `parts` are the components known, and what their images take in besides.
    """
    found = [
        home
        for home, path in sorted(manifests.items())
        if home
        and not _ASIDE.search(home)
        and not (_PACKAGES.search(home) and not _SHOWN.search(home))
        and reader.directory_role(home) is Role.APP
        and not any(above in parts for above in ancestors(home) if above)
        and _is_started(reader, home, path)
    ]
    taken = _taken(reader) if found else {}
    yield from (home for home in found if not _ends_elsewhere(reader, home, taken))
    if "" in manifests and parts and "" not in parts and _at_the_top(reader, manifests[""], parts):
        yield ""


def left(reader: Reader, manifests: Mapping[str, str]) -> list[str]:
    """The manifests of a root of which nothing says what runs, without those of pages below it: one
    in another language neither takes them nor starts them with itself. `manifests` leads from each
    manifest to its directory."""
    top = [path for path, home in manifests.items() if not home]
    nodes = {home: path for path, home in manifests.items() if path.endswith("package.json")}
    apart = homes(reader, nodes, ()) if {*top} - {"package.json"} else ()
    out = {nodes[home] for home in apart if home and not _starts_both(reader, home)}
    return [path for path in manifests if path not in out]


def _starts_both(reader: Reader, home: str) -> bool:
    """Whether a script of the root goes to a page and starts it: the whole is one application."""
    name = re.escape(home.rpartition("/")[2])
    starts = re.compile(
        rf"\bcd [^\n;&]{{0,60}}\b{name}\b[^\n]{{0,60}}\n?\s{{0,9}}(?:npm|pnpm|yarn|bun)\s"
    )
    return any(starts.search(reader.text(path) or "") for path in reader.matching("*.sh"))


def _at_the_top(reader: Reader, path: str, parts: Collection[str]) -> bool:
    """Whether the manifest of the root is of a page whose code stands around the parts that are
    known."""
    page = path == "package.json" and is_page(mapping(reader.json(path)))
    return page and coded_outside(reader, lambda home: any(inside(home, part) for part in parts))


def _taken(reader: Reader) -> dict[str, set[str]]:
    """What a directory is called whose build something takes → the files that take it."""
    found: dict[str, set[str]] = {}
    for path in {path for pattern in _BUILDS for path in reader.matching(pattern)}:
        for row in (reader.text(path) or "").split("\n"):
            names = _MADE.findall(row)
            if names and not (_SENT.search(row) or _LOOKS.match(row)):
                for name in names:
                    found.setdefault(name, set()).add(path)
    return found


def _ends_elsewhere(reader: Reader, home: str, taken: Mapping[str, set[str]]) -> bool:
    """Whether another project takes what its build makes."""
    own = (
        reader.text(f"{home}/{name}") for name in _CONFIGURED if f"{home}/{name}" in reader.known
    )
    scripts = mapping(mapping(reader.json(f"{home}/package.json")).get("scripts"))
    builds = (word(scripts.get(name)) for name in ("build", "postbuild"))
    if any(_OUTPUT.search(text or "") for text in own) or any(map(HANDED.search, builds)):
        return True
    return any(not inside(path, home) for path in taken.get(home.rpartition("/")[2], ()))


_SENT = regex(
    r"\baws\s+s3\b|\bgsutil\b|\bgcloud\s+storage\b|\baz\s+storage\b|\bscp\b|\bswa\s+deploy\b"
    r"|\b(?:firebase|wrangler|netlify|vercel|surge|gh-pages|ossutil|coscli)\b|\brsync\b[^\n]{1,300}?\w:"
)
"""Brings what was built to where it is served."""
_LOOKS = regex(
    r"[ \t]{0,40}[@-]{0,2}[ \t]{0,9}(?:(?:if|elif|while)[ \t]{1,9})?(?:![ \t]{1,9})?"
    r"(?:#|//|\[|(?:echo|printf|test|rm|ls|du|find|stat|mkdir)[ \t])"
    r"(?![^\n]{0,300}(?:&&|;)[ \t]{0,9}(?:cp|mv|rsync)\b)"
)
"""Only looks at it, speaks of it or takes it away."""


def _is_started(reader: Reader, home: str, path: str) -> bool:
    if path.endswith("package.json"):
        given = mapping(reader.json(path))
        return is_page(given) or _is_program(given)
    name = path.rpartition("/")[2]
    if name == "pyproject.toml" and "build-system" in reader.toml(path):
        return False
    return begins(reader, home, name)


def begins(reader: Reader, home: str, name: str) -> bool:
    """Whether a program begins beside a manifest of that name."""
    return any(f"{home}/{entry}" in reader.known for entry in _ENTRIES.get(name, ()))


def _is_program(manifest: Mapping[str, Any]) -> bool:
    """Whether it is a program of Node that somebody starts: no library, no command, and no part of
    a workspace, whose whole is started."""
    scripts = mapping(manifest.get("scripts"))
    start = word(scripts.get("start"))
    called = (word(scripts.get(name)) for name in start.split() if name != "start")
    kept = {"exports", "files", "workspaces", "types", "publishConfig", "bin"}
    return any(map(_PROGRAM.match, (start, *called))) and kept.isdisjoint(manifest)


def is_page(manifest: Mapping[str, Any]) -> bool:
    """Whether it is made to be started; what lists its exports is a library with a page to try."""
    if "exports" in manifest or "files" in manifest or "workspaces" in manifest:
        return False
    needed = [*mapping(manifest.get("dependencies")), *mapping(manifest.get("devDependencies"))]
    if any(map(_TELLS.match, needed)):
        return False
    if not _SHELLS.isdisjoint(needed):
        return True
    scripts = mapping(manifest.get("scripts"))
    return any(_SERVES.search(word(scripts.get(name)) or "") for name in _STARTS)
