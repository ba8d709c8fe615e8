"""Objects that judge a question, which a method of Java or C# asks by their name before it
turns the question away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Block
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.gates import branch
from agentaudit.probes.guardrails.methods import asks, files, named, of_type, plain
from agentaudit.probes.guardrails.switched import is_off_by_itself, is_unset
from agentaudit.source import Component, Repo

_ASKS = regex(
    r"\s{0,80}(?:(?:(?:final|const)\s+)?[\w.<>?]{1,120}\s+\w{1,60}\s{0,4}=\s{0,4}|if\s{0,4}\(\s{0,4}!?)"
    r"(?:await\s+)?(?:this\.|_)?"
    r"(\w{0,40}(?i:guard(?:_?rail)?s?(?![a-z])|guardrail|moderat(?:or|ion)|injection|content_?(?:filter|safety)|prompt_?shield|jail_?break)\w{0,30})"
    r"\.(\w{3,60})\(\s{0,4}((?:\w{1,40}\.){0,2}(?i:\w{0,30}(?:message|question|query|prompt|input|text|content))\w{0,10}(?:\(\))?)"
    r"\s{0,4}(,[^()\n]{1,200})?\)"
)
"""Where one is asked about what somebody said."""
_JUDGES = regex(
    r"(?i)\.\w{0,30}(?:match|contain|find|detect|scan|classif|moderat|score|isMatch|analy[sz]e|evaluate)\w{0,30}\("
    r"|\.(?i:any)(?:Match)?\("
)
"""Where code looks at what it is given."""
_BARE = regex(r"(?m)^[ \t]{0,80}\w[\w.]{0,120}\([^\n;]{0,300}\);[ \t]{0,20}$")
"""A call whose answer nobody reads."""
_RETURNS = regex(r"\b(?:return|yield)\s{1,20}([^;]{1,300});|\b(throw)\b")
_SAME = regex(
    r"true|false|null|(?:new\s{1,4})?[A-Z][\w.]{0,80}(?:\((?:true|false|null|\"[^\"\n]{0,200}\")?\))?"
)
"""What is answered whatever is judged."""
_SWITCH = regex(r"\w{0,60}(?i:enabled|active|switched_?on|guard_?on)\b")
_KINDS = ("java", "cs")
_WORDS = ("uard", "oderat", "njection", "ilter", "afety", "hield", "ailbreak")


def refused(repo: Repo, component: Component) -> Place | None:
    """Where one is asked, whatever is set, and what it says decides whether a model is asked, or
    its answer given."""
    for text, file in files(repo, component, _KINDS, _WORDS):
        for row, found in _asked(text):
            if _holds(repo, component, text, file, row, found) and _decides(
                repo, component, text, file, found
            ):
                return Place(file.repo, file.path, row, text.split("\n")[row - 1].strip()[:200])
    return None


def _asked(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Rows in which an object is asked: its name, the method's, and what it is given."""
    for number, row in enumerate(text.split("\n"), 1):
        if found := _ASKS.match(row[:400]):
            yield number, found


def _holds(
    repo: Repo, component: Component, text: str, file: Place, row: int, found: re.Match[str]
) -> bool:
    """Whether the model is asked on one side of the verdict alone, or what it said is judged."""
    around = [each for each in named(repo, file) if each.holds(row)]
    taken = branch(text, row)
    if not around or not taken:
        return False
    body = max(around, key=lambda each: each.start).body(text)
    before, _, after = body.partition(found[0].strip())
    if _is_off(repo, component, file, before):
        return False
    inside = asks(repo, file, text, taken)
    outside = asks(repo, file, text, after.replace(taken, "", 1))
    said = re.search(rf"\b{re.escape(found[3])}\s{{0,4}}=(?!=)([^;]{{1,600}});", before)
    if said and asks(repo, file, text, said[1]):
        return not inside
    return inside != outside


def _decides(
    repo: Repo, component: Component, text: str, file: Place, found: re.Match[str]
) -> bool:
    """Whether the method of the object's own class looks at what it is given, and is not off."""
    count = 1 + (found[4] or "").count(",")
    for home in of_type(repo, file, text, found[1]):
        own = plain(repo, home)
        meant = [
            each
            for each in named(repo, home)
            if each.name == found[2] and len(each.parameters) == count
        ]
        if meant:
            return all(_judges(repo, component, home, own, each) for each in meant)
    return False


def _judges(repo: Repo, component: Component, file: Place, text: str, block: Block) -> bool:
    """Whether what it answers depends on what it finds."""
    body = block.body(text)
    if not _JUDGES.search(_BARE.sub("", body)) or _is_off(repo, component, file, body):
        return False
    answers = {" ".join((each[1] or each[2]).split()) for each in _RETURNS.finditer(body)}
    if not answers:
        return body.lstrip().startswith("=>")
    return len(answers) > 1 or "throw" in answers or not _SAME.fullmatch(min(answers))


def _is_off(repo: Repo, component: Component, file: Place, body: str) -> bool:
    """Whether it asks for a switch that nothing is seen to turn on."""
    return is_off_by_itself(repo, component.code, file, body) or any(
        is_unset(repo, component.code, file, name) for name in set(_SWITCH.findall(body[:20_000]))
    )
