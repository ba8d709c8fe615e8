"""Pipelines of Jenkins, written in Groovy: what they call the images that they build."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex

_ASSIGNED = regex(
    r"^[ \t]*(?:(?:def|String|final|var)[ \t]+|env\.)?([A-Za-z_]\w{0,60})[ \t]*=(?!=)[ \t]*"
    r"([^\n]{1,400})",
    re.MULTILINE,
)
_COMMIT = regex(
    r"git\s+rev-parse\s+(?:--(?:short(?:=\w{1,4})?|verify)\s+){0,2}(?:HEAD|\$\{?GIT_COMMIT)\b"
    r"|git\s+log\s[^\n]{0,60}%[hH]\b|\bGIT_COMMIT\b"
)
_NAMES = regex(
    r"\b(?:docker|podman|buildah)\s+(?:buildx\s+|image\s+)?(?:build|bud)\b"
    r"(?:[^\n]|\\\n){0,600}?\s(?:-t|--tag)[ =]+[\"']?(\S{1,300})"
    r"|\bdocker\.build\(([^\n]{1,300})|\.push\(([^\n)]{1,200})\)"
    r"|\b(?:docker|podman)\s+tag\s+\S{1,200}\s+[\"']?(\S{1,300})"
)
"""What an image is called where it is built, or before it is pushed."""
_ASIDE = regex(r"/\*(?:.{0,20000}?\*/|.{0,20000})", re.DOTALL)
_LEAVES = regex(r"\bpush\b|\bdeploy|\bkubectl\b|\bhelm\b|\bdocker[- ]compose\b")
"""What takes an image off the machine that built it, or starts it."""
_FILLED = regex(r"\$\{?(?:env\.)?([A-Za-z_]\w{0,60})")
_WORD = regex(r"\$\{?(?:env\.)?([A-Za-z_]\w{0,60})|(?<![\w.$\"'/-])(?:env\.)?([A-Za-z_]\w{0,60})\b")


def named_in_groovy(file: Place, text: str) -> Place | None:
    """The line by which a Jenkinsfile names an image by the commit."""
    if "Jenkinsfile" not in file.path:
        return None
    text = _ASIDE.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    known = _committed(text) if _LEAVES.search(text) else frozenset[str]()
    for found in _NAMES.finditer(text):
        name = next(filter(None, found.groups()))
        # In a command only what begins with a dollar is filled in.
        words = _WORD if found[2] or found[3] else _FILLED
        if any(word in known for each in words.finditer(name) for word in each.groups() if word):
            at = text.rfind("\n", 0, found.start()) + 1
            line = text.count("\n", 0, found.start()) + 1
            return replace(file, line=line, text=text[at : found.end()].strip()[:300])
    return None


def _committed(text: str) -> frozenset[str]:
    """Variables that hold the commit, or one that does."""
    given = [(found[1], found[2]) for found in _ASSIGNED.finditer(text)]
    known = {name for name, value in given if _COMMIT.search(value)} | {"GIT_COMMIT"}
    for _ in range(6):
        more = {
            name
            for name, value in given
            if name not in known
            and any(word in known for m in _WORD.finditer(value) for word in m.groups() if word)
        }
        if not more:
            break
        known |= more
    return frozenset(known)
