"""Versions of a language runtime that deployments ask a platform for: Terraform, Bicep,
programs of AWS CDK, Pulumi and SST, variables of Render and Netlify."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.reader import Reader, directory, inside

_PROGRAMS = frozenset(("cdk.json", "Pulumi.yaml", "Pulumi.yml", "sst.config.ts", "sst.config.js"))
_VARIABLES = frozenset(
    ("render.yaml", "render.yml", "netlify.toml", "nixpacks.toml", "project.toml", "heroku.yml")
)
_SERVED = regex(r"\nsdk:\s{0,9}[\"']?(?:gradio|streamlit)\b")
"""Cards of programs that a host runs itself, and not by an image."""
_CARD = "README.md"
"""Of an application on Hugging Face, which begins with what the host is asked for."""
_CODE = (".ts", ".js", ".mts", ".mjs", ".py", ".go", ".cs", ".java", ".kt")
_INFRASTRUCTURE = regex(
    r"linuxFxVersion:\s*'([A-Za-z]{2,10})\|([\d.]{1,10}|\$\{\w{1,60}\})'"
    r"|^[ \t]*runtimeName:[ \t]*'(python|node|dotnetcore|java)'[ \t]*\r?\n[ \t]*runtimeVersion:"
    r"[ \t]*'([\d.]{1,10})'"
    r"|^[ \t]*runtime[ \t]*=[ \t]*\"(python|nodejs|java|dotnet)([\d.x]{1,10})\""
    r"|^[ \t]*name:[ \t]*'(python|node|java)'[ \t]*\r?\n[ \t]*version:[ \t]*'([\d.]{1,10})'"
    r"|^[ \t]*(python|node|java)_version[ \t]*=[ \t]*\"([\d.]{1,10})\"",
    re.MULTILINE,
)
"""In Bicep or Terraform."""
_IN_PROGRAM = regex(
    r"\bRuntime[._](PYTHON|NODEJS|JAVA|DOTNET)_?(\d{1,2}(?:[_D](?:\d{1,2}|X))?)\b"
    r"|\bRuntime\.(Python|NodeJS|Java|Dotnet)(\d{1,2}(?:d(?:\d{1,2}|X))?)\b"
    r"|\b[rR]untime[\"']?\s{0,9}[:=]\s{0,9}(?:\w{1,20}\.String\()?[\"'](python|nodejs|java|dotnet)"
    r"([\d.x]{1,10})[\"']"
)
_IN_VARIABLES = regex(
    r"(?:\b|_C?)(PYTHON|NODE|JAVA|GO|JVM)_VERSION[\"']?(?:[ \t]{0,9}=|\s{1,40}value[ \t]?[:=])"
    r"[ \t]{0,9}[\"']?([\d.]{1,12})"
    r"|[\"'](python|jdk)(3?\d{2})[\"']"
)
"""Variables of builders, and what Nixpacks calls the packages."""
_RUNTIME = regex(
    r"\bGOOGLE_(RUNTIME)_VERSION[\"']?(?:[ \t]{0,9}=|\s{1,40}value[ \t]?[:=])[ \t]{0,9}[\"']?"
    r"([\d.]{1,12})"
)
"""The one that a builder of Google takes for whatever language it finds."""
_ASKS_FOR = regex(r"^(python)_version:[ \t]*[\"']?([\d.]{1,12})", re.MULTILINE)
_DEPLOYS = regex(r"(?i)\bpulumi|aws[-_]?cdk|\bconstructs\b|\bsst\b")
"""A library of what deploys, which the application itself does not ask for."""
_CALLED = {"JVM": "java", "dotnetcore": "dotnet"}
_CAP = 200_000


def asks(name: str) -> bool:
    """Whether a file of this name may say which runtime a platform is asked for."""
    known = name in _PROGRAMS or name in _VARIABLES or name == _CARD
    return known or name.endswith((".bicep", ".tf"))


def read(reader: Reader, path: str) -> Iterator[tuple[Place, str]]:
    """What it, or the program that it starts, asks for: `python 3.12`."""
    name = path.rpartition("/")[2]
    if name in _PROGRAMS:
        for each in sorted(reader.app):
            if each.endswith(_CODE) and inside(each, directory(path)):
                text = (reader.text(each) or "")[:_CAP]
                if "untime" in text and _DEPLOYS.search(text):
                    yield from _found(reader, each, text, _IN_PROGRAM)
        return
    text = (reader.text(path) or "")[:_CAP]
    if name == _CARD:
        head = text[:4000].partition("\n---")[0] if text.startswith("---\n") else ""
        yield from _found(reader, path, head, _ASKS_FOR) if _SERVED.search(head) else ()
    elif name in _VARIABLES:
        yield from _found(reader, path, text, _IN_VARIABLES)
        yield from ((place, said[8:]) for place, said in _found(reader, path, text, _RUNTIME))
    else:
        yield from _found(reader, path, text, _INFRASTRUCTURE)


def _found(
    reader: Reader, path: str, text: str, pattern: re.Pattern[str]
) -> Iterator[tuple[Place, str]]:
    for found in pattern.finditer(text):
        name, version = (group for group in found.groups() if group)
        version = _default(text, version)
        line = text.count("\n", 0, found.start()) + 1
        start = text.rfind("\n", 0, found.start()) + 1
        off = text[start : found.start()].lstrip().startswith(("//", "#", "*", "/*"))
        if version and not off:
            apart = "" if f"{name}{version}" in found[0] else " "
            yield (
                reader.place(path, line),
                f"{_CALLED.get(name, name).lower()}{apart}{dotted(version)}",
            )


def _default(text: str, version: str) -> str:
    """The version that a parameter of Bicep has unless somebody sets it; itself, if it is none."""
    if not version.startswith("$"):
        return version
    said = rf"(?m)^[ \t]*(?:param|var)[ \t]+{version[2:-1]}\b[^=\n]{{0,60}}=[ \t]*'([\d.]{{1,10}})'"
    given = re.search(said, text)
    return given[1] if given else ""


def dotted(version: str) -> str:
    """`3_14`, `3d12` and `312` as a version is usually written."""
    plain = re.sub(r"[_dD]", ".", version).lower()
    return re.sub(r"^3(\d{1,2})$", r"3.\1", plain)
