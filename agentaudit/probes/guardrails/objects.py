"""Objects that judge a question, which a method of Java, Kotlin or C# asks by their name before it
turns the question away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.gates import turns_away
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.probes.guardrails.switched import is_off_by_itself
from agentaudit.source import Component, Repo

_ASKS = regex(
    r"\s{0,80}(?:(?:(?:final|const)\s+)?[\w.<>?]{1,120}\s+\w{1,60}\s{0,4}=\s{0,4}|if\s{0,4}\(\s{0,4}!?)"
    r"(?:await\s+)?(?:this\.|_)?"
    r"(\w{0,40}(?i:guard_?rail|moderat(?:or|ion)|injection|content_?(?:filter|safety)|prompt_?shield|jail_?break)\w{0,30})"
    r"\.(\w{3,60})\(\s{0,4}(?:\w{1,40}\.){0,2}(?i:\w{0,30}(?:message|question|query|prompt|input|text|content))\w{0,10}(?:\(\))?\s{0,4}[,)]"
)
"""Where one is asked about what somebody said."""
_JUDGES = regex(
    r"(?i)\.\w{0,30}(?:match|contain|find|detect|scan|classif|moderat|score|isMatch|analy[sz]e|evaluate|any)\w{0,30}\("
)
"""Where code looks at what it is given."""
_KINDS = ("java", "kt", "cs")
_WORDS = ("uardrail", "oderat", "njection", "ilter", "afety", "hield", "ailbreak")


def refused(repo: Repo, component: Component) -> Place | None:
    """Where one is asked, whatever is set, and what it says decides whether the method goes on."""
    home = f"{component.path}/" if component.path != "." else ""
    for kind in _KINDS:
        for file in repo.files(f"{home}**/*.{kind}", saying=_WORDS):
            if any(each.search(file.path) for each in (TESTS, OUTSIDE, ASIDE)):
                continue
            text = (repo.read(file) or "")[:200_000]
            for row, name, method in _asked(text):
                place = Place(file.repo, file.path, row, text.split("\n")[row - 1].strip()[:200])
                if turns_away(repo, place) and _decides(repo, component, text, name, method, kind):
                    return place
    return None


def _asked(text: str) -> Iterator[tuple[int, str, str]]:
    """Rows in which an object is asked, with its name and the method's."""
    for number, row in enumerate(text.split("\n"), 1):
        if found := _ASKS.match(row[:400]):
            yield number, found[1], found[2]


def _decides(
    repo: Repo, component: Component, text: str, name: str, method: str, kind: str
) -> bool:
    """Whether the method of the object's own class looks at what it is given, and is not off."""
    typed = re.search(rf"\b([A-Z]\w{{3,80}})\s{{1,8}}_?{name}\b", text)
    for file in repo.files(f"**/{typed[1]}.{kind}") if typed else ():
        own = (repo.read(file) or "")[:200_000]
        for block in repo.blocks(file):
            body = block.body(own) if block.part is Part.FUNCTION and block.name == method else ""
            if _JUDGES.search(body):
                return not is_off_by_itself(repo, component.code, file, body)
    return False
