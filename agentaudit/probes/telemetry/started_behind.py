"""Functions of TypeScript and Go that set tracing up, called behind a switch that is off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Part
from agentaudit.code import Call, Condition
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.remarks import blanked
from agentaudit.probes.telemetry.keys import CREDENTIAL
from agentaudit.source import Component, Repo

_SETS_UP = regex(r"(?i)set_?up|init|trac(?:e|ing)|instrument|telemetr|observ|configure|enable|otel")
_KINDS = ("ts", "js", "mjs")
_IMPORTS = regex(r"\s{0,40}(?:import\b|export\s{0,4}[{*]|.{0,80}\brequire\()")
_DEFINES = regex(r"\s{0,40}(?:export\s|default\s|async\s|declare\s){0,4}(?:function|const|let)\s+")
_VARIABLE = regex(
    r"\(*\s*(?:!!\s*)?(?:Boolean\()?process\.env(?:\.(\w{1,80})|\[[\"'](\w{1,80})[\"']\])\)?"
    r"\s*(?:={2,3}\s*[\"'](?:1|true|yes|on)[\"'])?\s*\)*"
)
_FIELD = regex(r"\(*\s*((?:[\w$]{1,60}\??\.){1,5}[\w$]{1,60})\s*\)*")
_FALSE = r"(?:z\.[^,\n]{0,160}\.default\(\s*(?:false|[\"']false[\"'])\s*\)|false\b"
_TRUE = ("true", "1", "yes", "on")


def behind(repo: Repo, component: Component, call: Call) -> tuple[Place, str] | None:
    """Why the function around a call does not run by default: whoever calls it asks for a switch
    first that nothing turns on."""
    if not call.place.path.endswith((".ts", ".js", ".mjs")):
        return None
    text, start = _start(repo, call)
    held = _before(text, start) if start >= 0 else ""
    if held and _is_off(repo, component, held):
        return call.place, f"is started behind `{held[:80]}`, off by default"
    name = call.scope or (_starter(repo, call, start) if start >= 0 else "")
    if not _SETS_UP.search(name):
        return None
    if not re.fullmatch(r"\w{4,80}", name):
        return None
    texts = [
        (file, text)
        for kind in _KINDS
        for file in repo.files(f"**/*.{kind}", saying=(name,))
        if repo.role(file) not in ASIDE and name in (text := (repo.read(file) or "")[:300_000])
    ]
    asked = [each for _, text in texts for each in _asked(text, name)]
    if not asked or not all(each and _is_off(repo, component, each) for each in asked):
        return None
    return call.place, f"is set up behind `{min(asked)[:80]}`, off by default"


_SDK = regex(r"\b(\w{1,60})\s{0,4}(?::[^=\n]{1,60})?=\s{0,9}new\s{1,4}NodeSDK\(")
_CLOSES = regex(r"\n\}?\)")


def _start(repo: Repo, call: Call) -> tuple[str, int]:
    """Where the SDK that a call makes or gives something is started, in the text of its file;
    negative where a module does not make it, or starts it elsewhere too."""
    text = blanked((repo.read(call.place) or "")[:300_000], call.place.path)
    for made in _SDK.finditer(text):
        ends = _CLOSES.search(text, made.end())
        first, last = (
            text.count("\n", 0, at) + 1 for at in (made.start(), ends.end() if ends else made.end())
        )
        if first <= (call.place.line or 0) <= last:
            starts = [found.start() for found in re.finditer(rf"\b{made[1]}\.start\(", text)]
            return text, starts[0] if len(starts) == 1 else -1
    return text, -1


def _starter(repo: Repo, call: Call, start: int) -> str:
    """The function that alone starts it, if any."""
    blocks = repo.blocks(Place(call.place.repo, call.place.path))
    functions = (block for block in blocks if block.part is Part.FUNCTION)
    around = [block.name for block in functions if block.start < start < block.end]
    return around[-1] if around else ""


def _before(text: str, start: int) -> str:
    """What is asked right before something is started; empty where nothing is."""
    rows = text[:start].split("\n")
    return _in_row(rows[-1]) or _above(rows, len(rows) - 1)


def _asked(text: str, name: str) -> Iterator[str]:
    """What is asked before each use of the function; empty where nothing is."""
    rows = text.split("\n")
    word = re.compile(rf"(?<![\w$.]){re.escape(name)}\s*(?=\()")
    for at, row in enumerate(rows):
        found = word.search(row[:500])
        if found is None or _IMPORTS.match(row[:500]):
            continue
        before = row[: found.start()]
        if _DEFINES.match(before) and "=" not in before:
            continue
        yield _in_row(before) or _above(rows, at)


def _in_row(before: str) -> str:
    """`if (a) `, `a && ` and `x = a ? `, each before the call."""
    text = re.sub(r"(?:\b(?:await|void)\s+)+$", "", before.rstrip() + " ").rstrip()
    if found := re.match(r"\s*(?:\}\s*else\s+)?if\s*\((.{1,300})\)\s*\{?$", text):
        return found[1]
    if text.endswith(("&&", "?")) and not text.endswith("??"):
        return (
            re.sub(r"^\s*(?:(?:const|let|var)\s+)?[\w$]{1,60}\s*=(?!=)\s*", "", text)
            .rstrip("&? ")
            .strip()
        )
    return ""


def _above(rows: list[str], at: int) -> str:
    depth = len(rows[at]) - len(rows[at].lstrip())
    for row in reversed(rows[max(at - 30, 0) : at]):
        if row.strip() and len(row) - len(row.lstrip()) < depth:
            found = re.match(r"\s*if\s*\((.{1,300})\)\s*\{\s*$", row)
            return found[1] if found else ""
    return ""


def _is_off(repo: Repo, component: Component, asked: str) -> bool:
    if variable := _VARIABLE.fullmatch(asked.strip()):
        name = variable[1] or variable[2]
        return CREDENTIAL.search(name) is None and not _is_set(component, name)
    field = _FIELD.fullmatch(asked.strip())
    if field is None:
        return False
    *_, owner, name = field[1].replace("?", "").split(".")
    given = re.compile(
        rf"(?<![\w$]){re.escape(owner)}[\"']?\s*[:=]\s*(?:z\.object\(\s*)?\{{[^{{}}]{{0,600}}?"
        rf"(?<![\w$]){re.escape(name)}[\"']?\s*:\s*{_FALSE}"
        r"|process\.env\.(\w{1,80})\s*={2,3}\s*[\"'](?:1|true|on|yes)[\"'])"
    )
    for kind in _KINDS:
        for file in repo.files(f"**/*.{kind}", saying=(owner,)):
            text = (repo.read(file) or "")[:300_000] if repo.role(file) not in ASIDE else ""
            if found := given.search(text):
                return not (found[1] and _is_set(component, found[1]))
    return False


def _is_set(component: Component, name: str) -> bool:
    return any(
        each.value.strip("\"' ").lower() in _TRUE or "${" in each.value
        for each in component.code.set(name)
    )


_NAME = regex(r"\(?\s*\*?\s*(\w{2,60})\s*\)?")


def go_flag_off(repo: Repo, condition: Condition | None) -> bool:
    """Whether a program of Go asks for a flag of its command line that is false by default."""
    if condition is None or not condition.place.path.endswith(".go"):
        return False
    asked = _NAME.fullmatch(condition.text[:80])
    if asked is None:
        return False
    name = re.escape(asked[1])
    given = re.compile(
        rf"\b{name}\s*:?=\s*(?:\w{{1,40}}\.)+Bool(?:P)?\(\s*\"[^\"\n]*\"\s*,\s*(?:\"\w?\"\s*,\s*)?false\b"
        rf"|\.BoolVar(?:P)?\(\s*&{name}\s*,\s*\"[^\"\n]*\"\s*,\s*(?:\"\w?\"\s*,\s*)?false\b"
    )
    return any(given.search((repo.read(file) or "")[:300_000]) for file in repo.files("**/*.go"))
