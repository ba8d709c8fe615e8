"""What guardrails judge by: lists that are empty until somebody fills them refuse nothing, and code
that only counts calls or tokens judges no question and no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, Body, bodies, deeper, statements
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.own import NAMED
from agentaudit.source import Repo

_LIST = regex(
    r"(?<![\w$])((?:\w{0,40}_)?(?:(?:banned|blocked|forbidden|denied|deny|disallowed)_\w{2,60}"
    r"|(?:black|block|deny)_?list)|(?:[bB]anned|[bB]locked|[fF]orbidden|[dD]enied|[dD]isallowed)[A-Z]\w{0,60})(?![\w$])"
)
"""Names of lists of what is refused."""
_JUDGES = regex(
    r"(?i)\bre\.(?:search|compile|match|fullmatch|findall|sub)\(|regexp?\b|\.test\(|\.match(?:es)?\(|moderat"
    r"|toxic|injection|jail_?break|\bpii|profan|harm|unsafe|offensive|saniti[sz]|redact|mask_|presidio"
    r"|topic|banned|forbidden|blocked_|keyword|pattern|relevan|scope|polic|grounded|sensitive|safe"
    r"|malicious|suspicious|abus|inappropriate|content"
)
"""Words of code that judges what is said."""
_COUNTS = regex(r"(?i)usage|quota|budget|tool_?sets?|allowed_?tools|(?:token|rate)_?limit")
"""Words of code that bounds what a run may use."""
_ELSE = regex(
    r"(?i)moderat|toxic|injection|jail_?break|\bpii\b|profan|harm|classif|\.(?:a?invoke|run|create|generate)\("
    r"|(?-i:(?<!\w)[A-Z][A-Z_]{3,60}(?:PATTERNS?|WORDS|TERMS|KEYWORDS|REGEX|RE)\b)"
)
"""What else a function can judge by."""
_EMPTY = regex(
    r"\[\s{0,4}\]|\(\s{0,4}\)|\{\s{0,4}\}|(?:frozen)?set\(\)|list\(\)|tuple\(\)|new Set\(\)|None\b"
    r"|null\b|[\"']{2}|[Ff]ield\(\s{0,4}default_factory\s{0,4}=\s{0,4}(?:list|set|tuple)\b"
)
_TYPE = regex(
    r"(?:list|List|set|Set|tuple|Sequence|Iterable|string|str|Array|readonly)\b[^=]{0,80}$"
)
_KINDS = ("py", "ts", "js", "yaml", "yml", "json", "toml")


def is_unfilled(repo: Repo, call: Call) -> bool:
    """Whether all that the functions of that name refuse by is a list that stands empty wherever it
    is given a value."""
    own = bodies(repo, call)
    return bool(own) and all(
        _refuses_nothing(repo, body) or _asks_nobody(repo, body) for body in own
    )


def judges_nothing(repo: Repo, call: Call) -> bool:
    """Whether it is called a guardrail for the sake of its module only, and the functions of that
    name are about what a run may use, and not about what is said."""
    if NAMED.search(call.method):
        return False
    own = bodies(repo, call)
    texts = ["\n".join(_code(body)) for body in own]
    return bool(own) and all(_COUNTS.search(t) and not _JUDGES.search(t) for t in texts)


def _code(body: Body) -> Iterator[str]:
    yield body.head
    yield from statements(body.lines, whole=True)


def _refuses_nothing(repo: Repo, body: Body) -> bool:
    text = "\n".join(_code(body))
    names = {found[1] for found in _LIST.finditer(text)}
    if not names or _ELSE.search(text):
        return False
    said = {name.lower() for name in names}
    lists = [name for name in names if f"{name}s".lower() not in said]
    return all(stands_empty(repo, name) or _is_column(repo, name) for name in lists)


def _is_column(repo: Repo, name: str) -> bool:
    """Whether it is a field of the records of a database, empty until somebody fills it in."""
    files = (file for file in repo.files("**/*.go", saying=(name,)) if not TESTS.search(file.path))
    text = "\n".join((repo.read(file) or "")[:300_000] for file in files)
    kept = re.search(
        rf"(?m)^[ \t]{{1,20}}{name}[ \t]{{1,80}}\[\]string[ \t]{{1,80}}"
        r"`[^`\n]{0,200}\b(?:gorm|xorm|bun|bson|db):",
        text,
    )
    filled = re.search(rf"\b{name}\s{{0,20}}(?::|:?=)\s{{0,4}}\[\]string\{{\s{{0,80}}[\"`\w]", text)
    return kept is not None and filled is None


def _asks_nobody(repo: Repo, body: Body) -> bool:
    """Whether all that it does is to go through a list of guardrails in which there is none."""
    rows, names, beside = body.lines, [], []
    at = 0
    while at < len(rows):
        looped = _LOOP.match(rows[at][:300])
        names += [looped[1]] if looped else []
        beside += [] if looped else [rows[at]]
        at += 1 + (len(list(deeper(rows, at))) if looped else 0)
    left = "\n".join(each for each in statements(beside, whole=True) if not TOLD.match(each))
    if not names or _ELSE.search(left) or _ASKS.search(left):
        return False
    return all(stands_empty(repo, name) and not is_added_to(repo, name) for name in names)


_LOOP = regex(
    r"\s{0,40}(?:async\s+)?for\s*\(?\s{0,4}(?:const |let |var )?\w{1,40}\s+(?:in|of)\s+"
    r"(?:self\.|this\.)?"
    r"(\w{0,40}(?i:guard|rail|check|filter|validator|scanner|shield|polic|rules)\w{0,40})\s{0,4}[:)]"
)
"""Goes through a list of what judges."""
_ASKS = regex(r"\b(?:if|raise|throw|await)\b")


def is_added_to(repo: Repo, name: str) -> bool:
    """Whether anything is put into a list after it was made."""
    more = re.compile(
        rf"(?<![\w$]){re.escape(name)}\s{{0,4}}(?:\.\s{{0,4}}(?:append|extend|push|insert|add|unshift)\(|\+=)"
    )
    files = (file for kind in _KINDS for file in repo.files(f"**/*.{kind}", saying=(name,)))
    return any(more.search((repo.read(file) or "")[:300_000]) for file in files)


def stands_empty(repo: Repo, name: str) -> bool:
    """Whether every value that a name is given is empty, and there is one."""
    given = re.compile(
        rf"(?<![\w$.]){re.escape(name)}[\"']?\??[ \t]{{0,4}}[:=](?!=)[ \t]{{0,4}}([^\n]{{1,160}})"
    )
    found = False
    for kind in _KINDS:
        for file in repo.files(f"**/*.{kind}"):
            text = (repo.read(file) or "")[:300_000]
            told = name in text and not TESTS.search(file.path)
            for value in given.findall(text) if told else ():
                last = value.rpartition(" = ")[2].strip()
                if name in last or _TYPE.match(last):
                    continue
                if _EMPTY.match(last) is None:
                    return False
                found = True
    return found
