"""Own code that matches what is asked with phrases by which somebody takes a system over, and
refuses; told by the phrases, whatever it is called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from agentaudit.code import Code, Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import said
from agentaudit.probes.guardrails.caught import is_lost
from agentaudit.probes.guardrails.gates import turns_away
from agentaudit.probes.guardrails.own import ASIDE, CONFIGURED
from agentaudit.probes.guardrails.refusals import MATCHES, refuses_what_matches, runs
from agentaudit.probes.guardrails.switched import is_off_by_itself, is_unset
from agentaudit.probes.guardrails.within import function_around
from agentaudit.source import Component, Repo

_PHRASE = regex(
    r"(?i)\W{0,4}(?:\(\?[a-z]{1,4}\)|\\{1,2}b|\(\?:|[\^(.*]){0,4}(?:ignor|disregard|forget|overrid|bypass)"
    r"\w{0,3}[^\n]{1,40}(?:previous|prior|above|earlier|preceding|instruction|rules|guidelines|prompt)"
)
_HARM = regex(
    r"(?i)\W{0,4}(?:\(\?[a-z]{1,4}\)|\\{1,2}b|\(\?:|[\^(.*]){0,4}(?:(?:kill|hurt|harm|cut)(?:ing)?\W{1,6}(?:s[+*])?my"
    r"|end\W{1,6}(?:s[+*])?my\W{1,6}(?:s[+*])?life|suicid|self\W{0,6}harm|(?:make|build)\W{1,6}(?:a\W)?bomb|bombs?\b"
    r"|explosives?\b|weapons?\b|child\W{0,3}porn|porn|csam\b|terroris|hack(?:ing)?\W{1,4}into|malware|ransomware"
    r"|jail_?break|(?:reveal|show|print|leak)\w{0,3}\W[^\n]{0,30}prompt|毒品|色情|暴力|赌博|越狱)"
)
"""How a word begins that nobody's list holds but one of what is not answered; one alone may be
of anything."""
_PATTERN = regex(r"(?i)(?:compile|search|match|regex|regexp|MustCompile|IsMatch)$")
_LONGEST = 160
"""Characters of a phrase; a text for a model is longer."""
_HEAD = regex(
    r"(?:export\s+|default\s+|public\s+|internal\s+|sealed\s+|static\s+|abstract\s+|final\s+){0,4}"
    r"(?:(?:async\s+)?(?:def|func|function|class|record|interface)\s+(?:\([^()\n]{0,60}\)\s*)?"
    r"([A-Za-z_$][\w$]{0,80})"
    r"|(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]{0,80})(?:\s{0,4}:[^=\n]{1,80})?\s{0,4}=(?!=))"
)
"""What begins a block of a file, at its left."""
_WORD = regex(r"[A-Za-z_$][\w$]{2,80}")
_BROUGHT = regex(r"\s*(?:from|import|using|export\s*\{|//|#|\*)")
_ROUNDS = 4
_MOST = 5000


class _Block(Struct, frozen=True):
    name: str
    text: str
    line: int


def refusing(repo: Repo, component: Component) -> Place | None:
    """Where such code is, which stops a request of the serving code by an error."""
    rows: dict[Place, set[str]] = defaultdict(set)
    for each in component.code.literals:
        if each.role is not Role.APP or each.length > _LONGEST:
            continue
        listed = each.syntax is Syntax.ELEMENT or _PATTERN.search(each.callee)
        known = listed and (_PHRASE.match(each.text) or _HARM.match(each.text))
        if known and not (ASIDE.search(each.place.path) or _KEEPS.search(each.place.path)):
            rows[Place(each.place.repo, each.place.path)].add(each.text)
    many = [file for file, said in rows.items() if len(said) > 1 or any(map(_PHRASE.match, said))]
    for file in islice(dict.fromkeys((*many, *_called(repo, component))), _MOST_FILES):
        reached = _reached(list(_blocks((repo.read(file) or "").split("\n")[:_MOST])))
        judges = [block for block in reached if MATCHES.search(block.text)]
        if any(is_off_by_itself(repo, component.code, file, block.text) for block in judges):
            continue
        names = {block.name for block in reached if _CODE.match(block.text)}
        refuses = any(refuses_what_matches(file, block.text, names) for block in reached)
        if judges and _is_asked(repo, component.code, file, reached, refuses=refuses):
            return Place(file.repo, file.path, judges[0].line)
    return None


def _called(repo: Repo, component: Component) -> Iterator[Place]:
    """Files that are called like it: what they match with is a word of a list, or a pattern of the
    language."""
    home = f"{component.path}/" if component.path != "." else ""
    named = (
        file
        for kind in _KINDS
        for file in repo.files(f"{home}**/*.{kind}")
        if _NAMED.search(file.path)
        and not any(each.search(file.path) for each in (_TESTS, ASIDE, _KEEPS))
        and repo.role(file) is Role.APP
    )
    for file in islice(named, _MOST_FILES):
        text = (repo.read(file) or "")[:100_000]
        if len(set(_EXPRESSION.findall(text))) > 1 or _has_phrases(text):
            yield file


_KEEPS = regex(r"(?:^|/)memor(?:y|ies)/")
"""Directories of what a system remembers: what is refused there is no question."""
_KINDS = ("ts", "js", "mjs", "py", "java", "cs", "go")
_NAMED = regex(
    r"(?i)(?:^|/)(?:safety|security|guardrails?|moderation)/[^/]*$|(?:sanitiz|sanitis|inject|guard|safety|moderat|security|validat|filter|abuse|prompt)[^/]*$"
)
_EXPRESSION = regex(
    r"(?i)(?:^|[\s\[(,=])/([^/\n]{0,20}(?:ignor|disregard|forget|overrid|bypass|pretend|you\s?\S{0,4}are|system|kill|suicid|self|bomb|weapon)"
    r"[^/\n]{1,120})/[a-z]{0,3}\s{0,4}(?:,|\.|\]|$|;|\))",
    re.MULTILINE,
)
_MOST_FILES, _MOST_BLOCKS = 40, 60


def _blocks(rows: list[str]) -> Iterator[_Block]:
    """Functions, classes and constants at the left of a file; in C# below a namespace, too."""
    starts = [(n, found) for n, row in enumerate(rows) if (found := _HEAD.match(_left(row)))]
    for at, (number, found) in enumerate(starts):
        end = starts[at + 1][0] if at + 1 < len(starts) else len(rows)
        yield _Block(found[1] or found[2], "\n".join(rows[number:end]), number + 1)


def _left(row: str) -> str:
    """A row that stands at the left; types of a namespace stand one step in."""
    inner = re.match(r"(?: {4}|\t)(?=(?:public|internal)\s[^=\n(]{0,60}\b(?:class|record)\b)", row)
    return row[inner.end() if inner else 0 :][:200]


def _reached(blocks: list[_Block]) -> list[_Block]:
    """Blocks with such phrases, and those that use them by their name, over a few steps."""
    found = {at for at, block in enumerate(blocks) if _has_phrases(block.text)}
    words = [set(_WORD.findall(_code(block))) for block in blocks] if found else []
    for _ in range(_ROUNDS):
        names = {blocks[at].name for at in found}
        more = {at for at, said in enumerate(words) if at not in found and names & said}
        if not more:
            break
        found |= more
    return [blocks[at] for at in sorted(found)][:_MOST_BLOCKS]


def _code(block: _Block) -> str:
    """What it does, without what it says of itself."""
    return _SAID.sub("", block.text)


_SAID = regex(
    r"(?<=:)\n\s{0,80}[rbuf]{0,2}(?:\"{3}[\s\S]{0,4000}?\"{3}|'{3}[\s\S]{0,4000}?'{3})"
    r"|\n\s{0,80}(?:#|//|\*|/\*)[^\n]{0,1000}"
)
"""Texts that document a function, and comments."""
_QUOTED = regex(r"[\"'`/](.{4,160}?)[\"'`/]")


def _has_phrases(text: str) -> bool:
    quoted = {found[1] for found in _QUOTED.finditer(text[:20_000])}
    return any(map(_PHRASE.match, quoted)) or sum(map(bool, map(_HARM.match, quoted))) > 1


def names_harm(text: str) -> bool:
    """Whether a text says such a phrase, or one word of harm."""
    quoted = {found[1] for found in _QUOTED.finditer(text[:20_000])}
    return any(_PHRASE.match(each) or _HARM.match(each) for each in quoted)


def _is_asked(repo: Repo, code: Code, file: Place, reached: list[_Block], *, refuses: bool) -> bool:
    """Whether the serving code uses any of it elsewhere; where it does not refuse by itself, it is
    asked and the question turned away."""
    suffix = file.path.rpartition(".")[2]
    for block in reached:
        if not _CODE.match(block.text) or block.name in _USUAL:
            continue
        name = block.name.removesuffix("Attribute")
        for use in said(repo, name, suffix):
            within = use.path == file.path and not MATCHES.search(block.text)
            if (
                within
                or _TESTS.search(use.path)
                or _BROUGHT.match(use.text)
                or not runs(repo, use, name)
                or _is_chosen(repo, code, use)
                or _is_off(repo, code, use)
            ):
                continue
            here = use.path == file.path
            if here and _is_led_by_switches(repo, code, use, suffix):
                continue
            if (refuses and not here and not is_lost(repo, use)) or _stops(repo, code, use):
                return True
    return False


def _is_led_by_switches(repo: Repo, code: Code, use: Place, suffix: str) -> bool:
    """Whether other files use the function around it, each only below a switch."""
    around = function_around(repo, use)
    if around is None or not _LONG.fullmatch(around.name):
        return False
    called = [
        each
        for each in said(repo, around.name, suffix)
        if each.path != use.path and f"{around.name}(" in each.text and not _TESTS.search(each.path)
    ]
    return bool(called) and all(_is_chosen(repo, code, each) for each in called)


def _is_off(repo: Repo, code: Code, use: Place) -> bool:
    """Whether the function around it answers at once unless something is set."""
    around, file = function_around(repo, use), Place(use.repo, use.path)
    return around is not None and is_off_by_itself(
        repo, code, file, around.body(repo.read(file) or "")
    )


def _stops(repo: Repo, code: Code, use: Place) -> bool:
    """Whether the question is turned away there, or wherever the function around hands the verdict
    on to."""
    if turns_away(repo, use):
        return True
    around = function_around(repo, use) if use.text.startswith("return ") else None
    if around is None or not _LONG.fullmatch(around.name):
        return False
    above = said(repo, around.name, use.path.rpartition(".")[2])
    return any(turns_away(repo, each) and not _is_chosen(repo, code, each) for each in above)


_LONG = regex(r"\w{6,80}")


_TESTS = regex(r"(?i)tests?(?:/|\.\w{2,4}$)")


def _is_chosen(repo: Repo, code: Code, use: Place) -> bool:
    """Whether the nearest condition around it, or in its row, asks for a switch."""
    text = repo.read(Place(use.repo, use.path)) or ""
    rows = text.split("\n")[: use.line]
    if rows and _asks_what_is_off(repo, code, use, text, rows[-1]):
        return True
    depth = len(rows[-1]) - len(rows[-1].lstrip()) if rows else 0
    for row in rows[-2 : -2 - _NEAR : -1]:
        if row.strip() and len(row) - len(row.lstrip()) < depth:
            asks = re.match(r"\s*(?:\}\s*)?(?:el)?if\b", row) and CONFIGURED.search(row[:200])
            return bool(asks) or _asks_what_is_off(repo, code, use, text, row)
    return False


_NEAR = 12
_CONSTANT = regex(
    r"(?:\bif|\breturn|=)\s{0,4}\(?(?:\w{1,40}\.)?([A-Z][A-Z\d_]{1,60})\)?\s{0,4}(?:(?:and|&&)\s|[:{])"
)


def _asks_what_is_off(repo: Repo, code: Code, use: Place, text: str, row: str) -> bool:
    """Whether a row first asks a constant of its file that is false, and nothing else sets."""
    found = _CONSTANT.search(row[:300])
    if found is None:
        return False
    given = rf"(?mi)^[ ]{{0,8}}(?:\w{{1,20}} ){{0,4}}{found[1]}\b[^=\n]{{0,30}}=(?!=)[^\n]{{0,80}}"
    off = re.search(rf"{given}\bfalse\b", text) is not None
    return off and is_unset(repo, code, Place(use.repo, use.path), found[1])


_CODE = regex(r"[^\n=]{0,80}\b(?:def|func|function|class|record)\s|[^\n]{0,120}=>")
_USUAL = frozenset(("Validate", "Check", "Process", "Handle", "Run", "main", "validate", "check"))
"""Names of too many functions."""
