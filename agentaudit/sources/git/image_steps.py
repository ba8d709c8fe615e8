"""What the steps of a build file install and start, as far as the audit asks."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex

_COMMANDS = regex(r"&&|\|\||[;|\n]")
_PACKAGES = frozenset(["apt", "apt-get", "apk", "dnf", "microdnf", "yum", "zypper"])
_PYTHON = regex(r"python-?(3\.?\d{1,2})(?:[=~<>].{0,60})?")
_JAVA = regex(r"(?:java-)?(?:openjdk|temurin|corretto)-?(\d{1,2})(?:-.{1,60})?")
_BY_TOOL = regex(
    r"\b(?:(?P<python>uv python install|pyenv install|uv venv --python)"
    r"|(?P<node>(?:nvm|fnm|n) install))"
    r"\s+(?:--?[\w-]{1,40}\s+){0,4}\"?v?(?P<version>\d[\w.]{0,20})"
)
_TOLD = (
    (
        "python",
        regex(r"\b(?:conda|mamba|micromamba)\s[^\n]{0,300}?\spython=+(\d\.\d{1,2})(?![\d.]*\*)"),
    ),
    (
        "python",
        regex(r"\buv\s(?:sync|venv|run|tool)\b[^\n]{0,200}?\s(?:--python|-p)[ =](\d\.\d{1,2})"),
    ),
    ("python", regex(r"\bpython\.org/ftp/python/(\d\.\d{1,2})")),
    ("node", regex(r"\bnodejs\.org/dist/v(\d{1,2}\.\d{1,3})")),
    ("bun", regex(r"\bbun-v(\d{1,2}\.\d{1,3})")),
    ("go", regex(r"(?:\bgo\.dev/dl|\bgolang\.org/dl|\bdl\.google\.com/go)/go(\d\.\d{1,2})")),
    (
        "rust",
        regex(r"(?:--default-toolchain[ =]|\brustup (?:default|toolchain install) )(\d\.\d{1,3})"),
    ),
)
"""Languages, and how else a step says which version it brings."""
_SAYS = ("install", "add", "conda", "mamba", "http", "rustup", "uv ")
_WORDS = regex(r"\"([^\"]{1,300})\"|([^\s\[\],\"]{1,300})")


def installed(text: str) -> Iterator[str]:
    """Language runtimes that a RUN installs, e.g. `python 3.12`."""
    if not any(each in text for each in _SAYS):
        return
    for command in _COMMANDS.split(text):
        if found := _BY_TOOL.search(command):
            yield f"{'python' if found['python'] else 'node'} {found['version']}"
            continue
        for language, told in _TOLD:
            if version := told.search(command):
                yield f"{language} {version[1]}"
        words = command.split()
        if _PACKAGES.isdisjoint(words):
            continue
        for word in words:
            if python := _PYTHON.fullmatch(word):
                yield f"python {minor(python[1])}"
            elif java := _JAVA.fullmatch(word):
                yield f"java {java[1]}"


def minor(digits: str) -> str:
    """`312` in the name of a package or an image is 3.12."""
    return digits if "." in digits else f"{digits[0]}.{digits[1:]}"


def program(rest: str) -> str:
    """The program that an ENTRYPOINT or CMD starts, without its path: of `dotnet Api.dll` the
    assembly, `Api`; empty when it is started by no name of its own."""
    words = [quoted or plain for quoted, plain in _WORDS.findall(rest[:2000])]
    if not words:
        return ""
    if words[0] == "dotnet":
        return next((w.removesuffix(".dll") for w in words[1:] if w.endswith(".dll")), "")
    return words[0].rpartition("/")[2] if words[0].startswith(("./", "/")) else ""
