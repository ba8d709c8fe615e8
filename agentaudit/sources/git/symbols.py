"""Whether a text defines a name, in the languages that agents are written in.

A line-wise reading, bounded, good enough to say "that function stood in that file at that commit";
it never says what the code means.
"""

from __future__ import annotations

import re

from agentaudit.expressions import regex

_NAME = regex(r"[\w$]{1,200}")
_WHOLE_FILE = {"<module>", "<main>", "<anonymous>"}


def bare(symbol: str) -> str:
    """The last part of a dotted name: `Planner.<locals>.decide` → `decide`."""
    last = re.split(r"[.#:]+", symbol.strip())[-1]
    return last.removesuffix("()")


def defines(text: str, symbol: str) -> bool:
    """Whether `symbol` is defined or assigned somewhere in `text`."""
    name = bare(symbol)
    if name in _WHOLE_FILE:
        return True
    if name == "<lambda>":
        return "lambda" in text
    if not _NAME.fullmatch(name) or name not in text:
        return False
    pattern = _pattern(name)
    return any(
        pattern.match(line)
        for line in text.split("\n")
        if name in line and len(line) <= 2000 and not _CONTROL.match(line)
    )


_CONTROL = regex(
    r"\s*(?:return|await|yield|raise|throw|if|elif|else|while|for|switch|catch|new|import|from|print)\b"
)
_MODIFIER = (
    r"(?:public|private|protected|internal|static|async|override|virtual|final|abstract|readonly"
    r"|export|default|declare|partial|sealed|open|suspend|pub|get|set|synchronized)"
)


def _pattern(name: str) -> re.Pattern[str]:
    this = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
    keyword = (
        rf"\s*(?:{_MODIFIER}\s+){{0,6}}(?:def|class|function|func|fn|fun|const|let|var|val|type"
        r"|interface|struct|enum|trait|record|object|module)\*?\s+(?:\([^()]{0,120}\)\s*)?"
    )
    assigned = (
        rf"\s*(?:{_MODIFIER}\s+){{0,6}}(?:[\w$]{{1,60}}\.){{0,4}}{this}\s*(?::[^=]{{0,120}})?=(?!=)"
    )
    annotated = rf"\s*{this}\s*:\s*\w"
    method = rf"\s*(?:{_MODIFIER}\s+){{1,6}}(?:[\w$<>\[\],.?]{{1,120}}\s+){{0,2}}\*?{this}\s*[(<]"
    braced = rf"\s*(?:[\w$<>\[\],.?]{{1,120}}\s+){{0,2}}\*?{this}\s*\([^;]{{0,400}}\{{\s*$"
    return re.compile(rf"(?:{keyword}{this}|{assigned}|{annotated}|{method}|{braced})")
