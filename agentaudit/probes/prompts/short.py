"""Prompts in the code that are too short to be kept as texts of their own: what a model is told
in a message, for a title, or in pieces that are put together."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Set
from itertools import islice

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import BY_HAND
from agentaudit.probes.asking import asking
from agentaudit.probes.prompts.dedicated import is_dedicated
from agentaudit.probes.prompts.given import named, told
from agentaudit.probes.prompts.signatures import SIGNED
from agentaudit.source import Component, Repo

_TO_TEXT = r"""\(?\s{0,60}[\w$@]{0,2}["'`]"""
_ROLE = r"""ole(?<=\b[rR]ole)["']?\s{0,9}[:=]\s{0,9}"""
_CONTENT = r"""\s{0,9},\s{0,40}["']?(?:[cC]ontent|parts|text)["']?\s{0,9}[:=]\s{0,9}""" + _TO_TEXT
_GIVEN = r"""\(\s{0,60}(?:\{?\s{0,9}(?:content|template|text)\s{0,9}[=:]\s{0,9})?""" + _TO_TEXT
# Each begins with what is rare in a text: as one expression they take five times as long.
_MESSAGES = (
    regex(
        rf"""{_ROLE}(?:[\w.]{{0,60}}(?:System|SYSTEM|Developer)\w{{0,20}}"""
        rf"""|["'](?:system|developer)["']){_CONTENT}"""
    ),
    regex(rf"""[(\[]\s{{0,60}}["'](?:system|developer)["']\s{{0,9}},\s{{0,60}}{_TO_TEXT}"""),
    regex(
        rf"""System(?:(?<=\bSystem)(?:(?:Chat)?Message|MessagePromptTemplate\.from_template"""
        rf"""|Message\.(?:from|of))|Message(?:(?<=\b[aA]ddSystemMessage)|(?<=\bCreateSystemMessage))"""
        rf"""|(?<=\bdefaultSystem)){_GIVEN}"""
    ),
    regex(
        rf"""Prompt(?:(?<=\bcreateFromPrompt)|(?<=\bCreateFunctionFromPrompt)"""
        rf"""|(?:(?<=\bPrompt)|(?<=\bChatPrompt))Template\.from_?[tT]emplate){_GIVEN}"""
    ),
)
"""What is told a model as its system's message, up to the text."""
_OF_THE_USER = (
    regex(rf"""{_ROLE}(?:["'](?:user|human)["']|[\w.]{{0,60}}(?:User|USER)\w{{0,20}}){_CONTENT}"""),
    regex(rf"""[(\[]\s{{0,60}}["'](?:user|human)["']\s{{0,9}},\s{{0,60}}{_TO_TEXT}"""),
    regex(
        rf"""(?:Human(?<=\bHuman)|User(?<=\bUser))(?:Chat)?Message"""
        rf"""(?:PromptTemplate\.from_template|\.from|\.of)?{_GIVEN}"""
    ),
    regex(rf"""UserMessage(?<=\b[aA]ddUserMessage){_GIVEN}"""),
    regex(
        r"""(?:contents(?<=\bcontents)|input(?<=\binput))\s{0,4}[=:]\s{0,4}[\[(]{0,2}"""
        r"""\s{0,40}[\w$@]{0,2}["'`]"""
    ),
)
"""What is told a model in the name of a user, up to the text."""
_PART = (
    r"""\s{0,9},\s{0,40}["']?content["']?\s{0,9}:\s{0,9}\[\s{0,60}\{\s{0,60}["']?type["']?\s{0,9}:"""
    r"""\s{0,9}["'](?:input_)?text["']\s{0,9},\s{0,60}["']?text["']?\s{0,9}:\s{0,9}(?:\[\s{0,60})?"""
    + _TO_TEXT
)
_BESIDE = regex(rf"""{_ROLE}["']user["']{_PART}""")
"""The same of a part beside an image or a file, where fewer words are a caption."""
_FIRST = regex(rf"""{_ROLE}["'](?:system|developer)["']{_PART}""")
"""The first part of a message of the system."""
_NAMED = regex(
    r"""(?i)(?<![\w.-])["']?(?:\w{0,30}system_?(?:prompt|message|msg|instructions?)|system"""
    r"""|(?:agent_)?instructions?|system_?instruction|backstory|\w{0,30}(?:prompt(?:_?template)?|template))["']?"""
    r"""\s{0,9}(?::\s{0,9}(?:str|string)\s{0,9})?(?::=|[:=])\s{0,9}\(?\s{0,60}[rf$@]{0,2}["'`]"""
)
"""What is called a prompt, up to the text."""
_SPEAKS = regex(
    r"""["'`]\s{0,80}(?=You are (?:an?|the)\s|You're an?\s|Your (?:task|role|job|goal) is\s"""
    r"""|Act as an?\s|[你您]是|请(?:根据|将|你|用|从|对)|あなたは|당신은|Du bist ein|Sie sind ein"""
    r"""|Tu es une?\s|Vous êtes une?\s|Eres una?\s|Você é\s|Sei un\s)"""
)
"""Any text that speaks to a model, from its quote on."""
_INSTRUCTS = regex(
    r"(?i)\s{0,80}(?:you are\b|you're an?\b|your (?:task|role|job|goal)\b|act as\b"
    r"|as an? (?:expert|ai|assistant|helpful)|(?:please )?(?:generate|grade|write|create|classify"
    r"|determine|extract|identify|analy[sz]e|summari[sz]e|evaluate|rewrite|review|compare|translate"
    r"|answer|respond|given|based on)\b|[你您]是|请|あなたは|당신은"
    r"|(?:du bist|sie sind) ein|tu es une?\b|vous êtes une?\b|eres una?\b|você é\b|sei un\b)"
)
_ORDERS = regex(
    r"(?i)\s{0,80}(?:now )?(?:using?|convert|describe|explain|provide|list|suggest|rank|score"
    r"|select|choose|decide|produce|return|reply|rephrase|improve|complete|make|look at|read|count"
    r"|do not|don't|never|always)\b"
)
"""The same of a text that nobody but a model is told."""
_FOR_PEOPLE = regex(
    r"(?i)\b(?:log(?:ger|ging)?|console|print(?:f|ln)?|errors?|exception|warn(?:ing)?|toast|help"
    r"|description|placeholder|label|title|usage|assert\w{0,20})[\w.\"']{0,20}\s{0,4}[.(=:]|^\s*(?:#|//|\*)"
)
"""Lines whose text is read by people."""
SYSTEM = "system prompt"
"""Name of one that is so called where it stands."""
_OUTRIGHT = regex(
    r"""(?<![\w.-])["']?(?:system_(?:prompt|instructions?|message)|system(?:Prompt|Instructions?|Message))"""
    r"""["']?\s{0,4}(?::=|[:=])\s{0,9}\(?\s{0,60}[rf$@]{0,2}["'`](?=You are )"""
)
"""What is a prompt wherever it stands: its name says so, and how it begins."""
_TITLES = regex(
    r"""["'`](?=(?:Please )?(?:[gG]enerate|[wW]rite|[cC]reate|[sS]uggest|[pP]rovide) an? """
    r"""(?:very )?(?:short|concise|brief|succinct)[\w ,-]{0,40} (?:title|name) (?:for|of)\b)"""
)
"""What a model is told so that it names a conversation."""
_CONVERSES = regex(rf"""{_ROLE}|SystemMessage|PromptTemplate|ChatMessage""")
_FILLED = regex(r"[$#]?\{[^{}]{0,200}\}")
_WORD = regex(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]{2,}")
"""A word; two letters where they stand for words themselves."""
_WORDS, _TEXT, _FILES, _LONGEST = 6, 1500, 400, 200_000
"""Words of a prompt, characters of it that are looked at, files, and characters of one."""
_MORE = 8
"""Words of what stands for a user: fewer are the frame of what he says."""
_SENTENCES = 12
"""Words of what follows a prompt that is kept elsewhere: fewer say a name, a date or a language."""
_FEWER = 5
"""Words of what is a prompt beyond doubt."""
_ASIDE = regex(
    r"(?i)(?:^|/)(?:legacy|deprecated|archived?|obsolete)/|(?:^|/)eval|\.stories\.\w{1,4}$"
)
_SOURCES = (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".java", ".kt", ".cs", ".go")


def short(
    repo: Repo, component: Component, aside: Container[str], known: Iterable[Prompt]
) -> Iterator[Prompt]:
    """Where the code of a component tells a model what to do, in however few words; aside are files
    that hold nothing else, and known the prompts that need not be told again."""
    asked, seen = _asking(component), {(p.place.path, p.place.line) for p in known}
    for path in islice(_paths(component, asked), _FILES):
        if path in aside:
            continue
        file = Place(component.repo, path)
        text = (repo.read(file) or "")[:_LONGEST]
        outright = _outright(text)
        for at in sorted(_told(text, asks=path in asked) | outright):
            name = SYSTEM if at in outright else ""
            yield from _one(file, text, at, name, seen)
        for home, whole, at in _by_name(repo, file, text):
            if home.path not in aside and not is_dedicated(home.path):
                yield from _one(home, whole, at, "", seen)


def _one(
    file: Place, text: str, at: int, name: str, seen: set[tuple[str, int | None]]
) -> Iterator[Prompt]:
    """The prompt whose quote stands there, once, unless it stands in for a file."""
    place = Place(file.repo, file.path, text.count("\n", 0, at) + 1)
    if (file.path, place.line) not in seen and not _stands_in(text, at):
        seen.add((file.path, place.line))
        yield Prompt(PromptKind.INLINE, place, name, len(_said(text, at)), None, Role.APP)


def _by_name(repo: Repo, file: Place, text: str) -> Iterator[tuple[Place, str, int]]:
    """Texts that a model is told by their name; what only follows a prompt is some sentences."""
    for name, follows in named(text):
        found = told(repo, file, text, name)
        if found is None:
            continue
        whole = _JOINED.sub("", found[1][found[2] : found[2] + _TEXT])
        if _is_prose(whole, 0, _SENTENCES if follows else _WORDS):
            yield found


_JOINED = regex(r"(?<!\\)\"\s{0,4}\+?\s{0,80}[$@]?\"(?!\")")
"""Where a text goes on in another row."""


def _paths(component: Component, asked: Set[str]) -> Iterator[str]:
    """Those that ask a model, and then the others; none that is called after prompts."""
    others = {call.place.path for call in component.code.calls if call.role is Role.APP}
    others |= {row.place.path for row in component.code.imports if row.role is Role.APP}
    for path in (*sorted(asked), *sorted(others - asked)):
        aside = BY_HAND.search(path) or _ASIDE.search(path) or is_dedicated(path)
        if path.endswith(_SOURCES) and not aside:
            yield path


def _asking(component: Component) -> set[str]:
    """Files that import what asks models."""
    used = {use.library for use in asking(component)}
    imports = component.code.imports
    return {row.place.path for row in imports if row.library in used and row.role is Role.APP}


def _told(text: str, *, asks: bool) -> set[int]:
    """Where such texts begin; asks is whether the file is known to ask a model."""
    found = {at for at in _ends(_MESSAGES, text) if _is_prose(text, at)}
    found |= {m.start() for m in _TITLES.finditer(text) if _is_order(text, m.start())}
    found |= {m.end() for m in SIGNED.finditer(text) if _is_prose(text, m.end())}
    found |= {at for at in _ends(_OF_THE_USER, text) if _is_task(text, at)}
    found |= {at for at in _ends((_FIRST,), text) if _is_prose(text, at)}
    parts = (at for at in _ends((_BESIDE,), text) if _is_prose(text, at, _SENTENCES))
    found |= {at for at in parts if _is_task(text, at)}
    if asks or _CONVERSES.search(text):
        for kind in (_NAMED, _SPEAKS):
            ends = (m.end() - 1 if kind is _NAMED else m.start() for m in kind.finditer(text))
            found |= {at for at in ends if _is_order(text, at)}
    return found


_SETS = regex(r"(?:^|[\s({,.])(\w{1,60})(?:\s{0,2}:\s{0,2}\w{1,20})?\s{0,4}=\s{0,4}\(?\s{0,60}$")
"""A name that is given the text which begins behind it."""
_READ = regex(
    r"(?<![\w.])(\w{1,60})\s{0,4}=\s{0,4}(?:await\s)?[\w.()\"'/, ]{0,80}?(?:read|load)\w{0,20}\("
)
_OR_ELSE = regex(r"\b(?:else|except|catch|if not)\b")
_NEAR = 600
"""Characters between what reads a file and what is taken instead."""


def _stands_in(text: str, at: int) -> bool:
    """Whether the text is what a name is given where the file is not there that it was read from
    just above."""
    found = _SETS.search(text[max(0, at - 160) : at])
    if found is None:
        return False
    above = text[max(0, at - _NEAR) : at]
    reads = (each for each in _READ.finditer(above) if each[1] == found[1])
    return any(_OR_ELSE.search(above, each.end()) for each in reads)


def _ends(kinds: Iterable[re.Pattern[str]], text: str) -> Iterator[int]:
    """The last character of each match."""
    return (found.end() - 1 for kind in kinds for found in kind.finditer(text))


def _outright(text: str) -> set[int]:
    """Where a text begins that is beyond doubt the prompt of a system."""
    found = _OUTRIGHT.finditer(text) if "You are " in text else ()
    ends = (m.end() - 1 for m in found)
    return {at for at in ends if _is_order(text, at, _FEWER)}


def _is_order(text: str, at: int, words: int = 0) -> bool:
    above = text[max(0, text.rfind("\n", 0, at)) : at].lstrip("\n")
    told = _INSTRUCTS.match(text[at + 1 : at + _TEXT].lstrip("\"'`"))
    return (
        bool(told) and not _FOR_PEOPLE.search(above[-200:]) and _is_prose(text, at, words or _WORDS)
    )


def _is_task(text: str, at: int) -> bool:
    """Whether what stands for a user tells a model what to do."""
    said = _said(text, at)[:_TEXT].lstrip("\"'`")
    return bool(_INSTRUCTS.match(said) or _ORDERS.match(said)) and _is_prose(text, at, _MORE)


def _is_prose(text: str, at: int, words: int = _WORDS) -> bool:
    """Whether the text whose quote stands there has enough words besides what is filled in."""
    return len(_WORD.findall(_FILLED.sub("", _said(text, at)))) >= words


def _said(text: str, at: int) -> str:
    """What stands between that quote and the next of its kind."""
    quote = text[at]
    quote = quote * 3 if text.startswith(quote * 3, at) else quote
    begin = at + len(quote)
    end = text.find(quote, begin, begin + _TEXT)
    return text[begin : end if end >= 0 else begin + _TEXT]
