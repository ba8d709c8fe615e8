"""What tells the commit: what CI calls it, and what workflows and scripts set to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agentaudit.expressions import regex
from agentaudit.probes.inference_code.branches import in_play

ASKED = (
    r"git\s+(?:-C\s+[^\s|;]{1,80}\s+)?(?:rev-parse(?!\s+(?:-\S{1,40}\s+){0,3}?--(?:abbrev-ref|symbolic|show|git-|is-))"
    r"|describe\b(?![^\n)]{0,60}--abbrev=0)|rev-list\s+(?:-1|-n\s?1|--max-count=1)\s"
    r"|(?:log|show)\s+(?:-s\s+)?(?:(?:-1|-n\s?1)\s+)?--(?:format|pretty)=[\"']?(?:format:)?%[hH]\b)"
)
"""Commands of git that print the commit, not its branch, its tag or a directory."""
_STAMP = (
    rf"github\.sha\b|\bGITHUB_SHA\b|\bCI_COMMIT_(?:SHORT_)?SHA\b|\b{ASKED}"
    r"|\bBUILD_SOURCEVERSION\b|Build\.SourceVersion\b|\bCIRCLE_SHA1\b|\bBITBUCKET_COMMIT\b"
    r"|\bGIT_COMMIT\b|\$\{?(?:SHORT_SHA|COMMIT_SHA)\b|\bBUILDKITE_COMMIT\b|\bDRONE_COMMIT_SHA\b"
    r"|\bTRAVIS_COMMIT\b|pull_request\.head\.sha\b|\btype=sha\b|\bgitea\.sha\b"
    r"|\bCODEBUILD_RESOLVED_SOURCE_VERSION\b|\bSEMAPHORE_GIT_SHA\b|\bCF_(?:SHORT_)?REVISION\b"
)
_COMMIT = regex(_STAMP)
_ASIDE = regex(r"--(?:build-arg|label|cache-from|cache-to|annotation)[=\s]+\S+(?:\s+HEAD\S*)?")
"""Where a commit may stand that is not the name of what is built."""
_BUILD_ARGS = regex(
    r"(?m)^([ ]{2,40})build-args:[ ]{0,4}[|>][-+]?[ ]{0,4}\n(?:\1[ ]{1,20}[^\n]{0,600}\n){1,40}"
)
"""What a build is handed, of which the shell knows nothing."""
VALUE = (
    r"((?:\"[^\"]*\"|'[^']*'|`[^`]*`|\$\([^()]{0,300}\)|\$\{\{[^}]{0,200}\}\}|[^\s\"'])"
    r"{1,300}+)"
)
"""One word of a shell, with what is quoted, substituted or an expression in it."""
ASSIGNED = regex(
    rf"\b([A-Za-z_][\w-]{{1,60}})(?:=|:[ \t])"
    r"(?=[ ]{0,4}(\"\$\([^()\n\"]{1,200}\"[^()\n]{1,300}\)[^\n\"]{0,200}|\"[^\"\n]{1,400}\""
    rf"|'[^'\n]{{1,400}}')|[ \"']{{0,4}}{VALUE})"
)
_TAKEN = regex(
    r"\bfor\s+([A-Za-z_]\w{0,60})\s+in\s+(\S{1,200})"
    r"|\bread\s+(?:-\w{1,10}\s+){0,3}([A-Za-z_]\w{0,60})\s*<<<\s*(.{1,300})"
    r"|\bwhile\s+(?:IFS=\S{0,9}\s+)?read\s+(?:-\w{1,10}\s+){0,3}([A-Za-z_]\w{0,60})\s*;?\s*do\b"
    r"(?:[^\n]*\n){1,20}?\s*done\s*<<<\s*(.{1,300})"
)
"""Variables of a shell that take the values of others."""
EXPRESSION = regex(r"\$\{\{[^}]{0,200}\}\}|\$\{?\w{1,60}\}?")
_KEPT = regex(r"task\.setvariable\s{1,4}variable=([A-Za-z_]\w{0,60})[^\]\n]{0,60}\]([^\n]{1,200})")
"""A variable of the later steps of a pipeline of Azure."""


@lru_cache(maxsize=64)
def committed(workflow: str) -> frozenset[str]:
    """Variables that a workflow or script sets to the commit, those too that only take it from
    another variable, and functions that print it. Expressions are closed up first, so that what
    stands before a tag is one word."""
    said = _BUILD_ARGS.sub("", _ASIDE.sub("", in_play(workflow)))
    text = EXPRESSION.sub(lambda found: "".join(found[0].split()), said)
    # A quote that is closed before the value begins would open one that takes in the next lines.
    given = [(n[1], n[2] or n[3].partition("\n")[0]) for n in ASSIGNED.finditer(text)]
    given += [tuple(filter(None, found.groups()))[:2] for found in _TAKEN.finditer(text)]
    given += [(found[1], found[3]) for found in _LINES.finditer(text)]
    given += [(found[1], found[2]) for found in _KEPT.finditer(text)]
    known = {name for name, value in given if _COMMIT.search(value)}
    known |= {found[1] for found in _FUNCTION.finditer(text) if _COMMIT.search(found[2])}
    known |= _TOLD if _TELLS.search(text) else frozenset()
    for _ in range(6):
        more = {name for name, value in given if name not in known and holds(value, known)}
        if not more:
            break
        known |= more
    return frozenset(known)


_TELLS = regex(
    r"\buses:\s{0,9}[\"']?[\w.-]{1,60}/(?:[\w-]{0,40}(?:short-?sha|sha-?short|commit-?(?:hash|sha)|git-?sha)"
    r"[\w-]{0,40}|github-slug-action)@"
)
"""An action that does nothing but tell the commit."""
_TOLD = frozenset(
    {"sha", "SHA", "short", "long", "short_sha", "sha_short", "short-sha", "hash", "short_hash"}
    | {"commit", "GITHUB_SHA_SHORT", "GITHUB_EVENT_PULL_REQUEST_HEAD_SHA_SHORT"}
)
"""What such actions call it."""
_LINES = regex(
    r"\b([A-Za-z_]\w{0,60})<<([A-Z]\w{0,20})[\"']?[ \t]{0,9}(?:>>[^\n]{0,80})?\n"
    r"((?:[^\n]*\n){1,20}?)[^\n]*\b\2\b"
)
"""An output of several lines."""
_FUNCTION = regex(
    r"^(?:function\s+)?([A-Za-z_]\w{0,60})\s*\(\)\s*\{([^\n]*(?:\n(?!\})[^\n]*){0,60})", re.M
)
"""A function of a shell, to the brace at the start of a line that closes it."""


def holds(text: str, variables: Iterable[str]) -> bool:
    """Whether the commit, or a variable set to it, stands in the text."""
    return bool(_COMMIT.search(text)) or any(
        re.search(rf"(?:\$[{{(]?|env\.){name}\b|\.outputs\.{name}(?![\w-])", text)
        for name in map(re.escape, variables)
    )
