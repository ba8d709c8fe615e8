"""Where code names a file: a prompt in a file counts as used when something reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.sources.git.code.index import Index, SourceFile
from agentaudit.sources.git.code.patterns import compiled

_LOADS = (
    r"open\(|read_text|readFile|load_prompt|from_file|FileSystemLoader|get_template|ReadFile|Resource"
    r"|load_prompty|ReadAllText|importlib\.resources|from_template_file|PackageLoader|embed"
)


def mentions(repo: str, index: Index, names: Iterable[str]) -> dict[str, Place]:
    """The first line of application code that names each file: by its whole name, or by its stem
    in a file that loads files. All names are looked for in one pass."""
    wanted = {name for name in names if name.isascii()}
    if not wanted:
        return {}
    stems = {name.partition(".")[0]: name for name in sorted(wanted, reverse=True)}
    names_whole = "|".join(sorted(map(re.escape, wanted)))
    names_stem = rf"[\"'`/](?:{'|'.join(sorted(map(re.escape, filter(None, stems))))})[\"'`.]"
    whole, stem, loads = compiled(names_whole), compiled(names_stem), compiled(_LOADS)
    either = compiled(names_whole, names_stem)
    found: dict[str, Place] = {}
    by_stem: dict[str, Place] = {}
    for file in index.files.values():
        if file.role not in (Role.APP, Role.EVAL) or either.search(file.data) is None:
            continue
        for match in whole.finditer(file.data):
            name = match.group().decode()
            if name not in found:
                found[name] = _place(repo, file, match.start())
        if len(by_stem) < len(stems) and loads.search(file.data):
            for match in stem.finditer(file.data):
                name = stems[match.group()[1:-1].decode()]
                if name not in by_stem:
                    by_stem[name] = _place(repo, file, match.start() + 1)
    return by_stem | found


def _place(repo: str, file: SourceFile, at: int) -> Place:
    data = file.data
    line = data.count(b"\n", 0, at) + 1
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    shown = data[start : end if end >= 0 else len(data)][:800].decode("utf-8", "replace")
    return Place(repo, file.path, line, shown.strip()[:200])
