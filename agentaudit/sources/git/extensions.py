"""Extensions of editors, browsers and servers, and programs for desktops and telephones: what packs
them is in no file of a platform."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git import dart
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, mapping, word
from agentaudit.sources.git.workflows import Run

_EDITOR = regex(r"(?:^|\s)vsce (?:package|publish)(?:\s|$)")
_BROWSER = regex(
    r"(?:^|[\s;&|])(?:wxt|plasmo|web-ext|extension)(?: (?:build|zip|package|sign)|\s*$)"
)
_DESKTOP = regex(
    r"(?:^|[\s;&|])(?:electron-builder(?:\s|$)|electron-forge (?:make|package|publish)"
    r"|electron-packager\s|tauri build(?:\s|$))"
)
_PACKERS = frozenset(("electron-builder", "@electron-forge/cli", "electron-packager"))
_TAURI = regex(r"\btauri-apps/tauri-action\b|\btauri build\b")
_PLUGIN = regex(
    r"<packaging>\s*(?:hpi|jpi)\s*</packaging>|\borg\.jetbrains\.intellij(?:\.platform)?[\"')\s]"
)
"""What a build of Java says of a package that Jenkins or an editor loads."""
_BUILDS = ("pom.xml", "build.gradle", "build.gradle.kts")
_FROZEN = regex(r"\bAnalysis\([\s\S]{0,20000}\bEXE\(")
"""What PyInstaller makes a program of."""
_MANIFESTS = tuple(
    f"{folder}manifest{end}"
    for folder in ("", "public/", "src/", "static/", "app/")
    for end in (".json", ".js", ".ts", ".mjs", ".config.ts", ".config.js")
)


def packed(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Projects of extensions and of programs."""
    yield from dart.programs(reader, homes)
    for path in reader.named(lambda name: name.endswith(".spec")):
        home = homes.nearest(directory(path))
        if home is not None and _FROZEN.search(reader.text(path) or ""):
            yield Build(home, reader.place(path, 1), compiles=True)
    for path, home in homes.manifests.items():
        if path.endswith("package.json") and reader.directory_role(home) is Role.APP:
            text = reader.text(path) or ""
            if (
                _of_editor(reader, path, text)
                or _of_browser(reader, path, text, home)
                or _of_desktop(reader, path, text)
            ):
                yield Build(home, reader.place(path, 1))
        elif path.endswith(_BUILDS) and _PLUGIN.search(reader.text(path) or ""):
            yield Build(home, reader.place(path, 1))


def shells(reader: Reader, homes: Homes, runs: list[Run], found: list[Build]) -> list[Build]:
    """Programs for desktops around a page that is deployed by itself too: CI hands them out."""
    served = {build.home for build in found if build.recipe is not None}
    step = next((run.step for run in runs if _TAURI.search(f"{run.action} {run.step.text}")), None)
    return [
        Build(home, step.place)
        for path, home in sorted(homes.manifests.items())
        if step is not None and path == f"{home}/Cargo.toml" and directory(home) in served
        if f"{home}/tauri.conf.json" in reader.known and reader.is_own(path)
    ]


def _of_editor(reader: Reader, path: str, text: str) -> bool:
    """Whether an editor loads it: a script packs it, or it says what begins and what it adds."""
    manifest = mapping(reader.json(path)) if '"vscode"' in text else {}
    scripts = mapping(manifest.get("scripts")).values()
    begins = any(manifest.get(key) for key in ("main", "browser"))
    adds = any(key in manifest for key in ("contributes", "activationEvents"))
    packs = (begins and adds) or any(_EDITOR.search(word(script)) for script in scripts)
    return packs and bool(mapping(manifest.get("engines")).get("vscode"))


def _of_desktop(reader: Reader, path: str, text: str) -> bool:
    """Whether a script packs it as a program, or what packs one is needed beside Electron."""
    told = "electron-" in text or "tauri " in text
    manifest = mapping(reader.json(path)) if told or "@electron-forge/" in text else {}
    needed = {*mapping(manifest.get("dependencies")), *mapping(manifest.get("devDependencies"))}
    if "electron" in needed and not _PACKERS.isdisjoint(needed):
        return True
    scripts = mapping(manifest.get("scripts"))
    return any(_DESKTOP.search(word(script)) for script in scripts.values())


def _of_browser(reader: Reader, path: str, text: str, home: str) -> bool:
    """Whether what a browser reads first stands there, or a tool makes it."""
    scripts = mapping(mapping(reader.json(path)).get("scripts")) if '"build' in text else {}
    if any(_BROWSER.search(word(script)) for script in scripts.values()):
        return True
    return bool(scripts) and any(
        "manifest_version" in (reader.text(file) or "")
        for name in _MANIFESTS
        if (file := f"{home}/{name}".lstrip("/")) in reader.known
    )
