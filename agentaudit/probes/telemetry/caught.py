"""Blocks that catch any exception, and whether where it came from is lost in them.

The calls of a logger alone do not say how a program treats its exceptions: many are answered with
their message, printed or handed on as a text, and no log is written at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.blocks import Block
from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.attempts import asks, is_sync
from agentaudit.probes.telemetry.catches import (
    FALLBACKS,
    catches,
    functions,
    is_broad,
    is_fallback,
    is_routed,
    is_unread,
    is_whole,
    may_catch,
)
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import BEHIND, FIRST, bare, kept, outermost
from agentaudit.probes.telemetry.go_stacks import stacks_of_errors
from agentaudit.probes.telemetry.loggers import logger_of
from agentaudit.probes.telemetry.promises import is_dropped
from agentaudit.source import Repo
from agentaudit.trades import AGENTIC


class Weighed(Struct, frozen=True):
    """Reports of exceptions in the serving code."""

    keeping: list[Call]
    lacking: list[Place]
    unanswered: list[Place] = field(default_factory=list)
    """Those of what is lacking where somebody who asks is answered."""
    answering: int = 0
    """How many of what is kept stand there too."""
    asking: frozenset[str] = frozenset()
    """Files in which models or agents are asked."""

    @property
    def is_practice(self) -> bool:
        """Whether the traceback is kept as a rule: around the run of the agent, or in a quarter of
        all reports; in more where every one is lost where requests arrive. A run does not make up
        for more answers that lose it elsewhere than keep it."""
        behind = len(self.unanswered) - self.answering
        run = any(map(outermost, self.keeping))
        if run or (self.unanswered and behind >= 0):
            return run and behind <= 0
        if not any(self._tells(call.place) for call in self.keeping):
            asked = [place for place in self.lacking if place.path in self.asking]
            if len(asked) > 1:
                return False
        arriving = [place for place in self.lacking if _EDGE.search(place.path)]
        kept_there = any(_EDGE.search(call.place.path) for call in self.keeping)
        share = _SHARE if len(arriving) < _MANY or kept_there else _SHARE_INSIDE
        kept_ = len(self.keeping)
        return kept_ > 0 and kept_ * share >= kept_ + len(self.lacking)

    def _tells(self, place: Place) -> bool:
        return place.path in self.asking or bool(_EDGE.search(place.path))


def weighed(repo: Repo, code: Code) -> Weighed:
    """What the serving code does with its exceptions. Blocks that catch them are looked into only
    where the logs alone say that tracebacks are kept."""
    known = logger_of(repo, code)
    stacked = stacks_of_errors(repo, code)
    keeping = [*kept(code, known), *stacked]
    with_stack = {call.place for call in stacked}
    logs = [call.place for call in bare(code, known) if call.place not in with_stack]
    found = Weighed(keeping, logs, asking=_asking(code))
    if not found.is_practice or len(keeping) > _ENOUGH:
        return found
    told = {(place.path, place.line or 0) for place in (*logs, *(c.place for c in keeping))}
    keepers = frozenset(call.scope.rpartition(".")[2] for call in keeping) - {""}
    lost = [
        (place, scope)
        for place, scope in losing(repo, code, keepers)
        if scope == DROPPED
        or not any((place.path, (place.line or 0) + off) in told for off in range(_NEAR))
    ]
    unanswered = [p for p, scope in lost if scope == FALLBACK or _answers(p.path, scope)]
    lacking = [*logs, *(place for place, _ in lost)]
    answering = sum(_answering(repo, call, found.asking) for call in keeping)
    return Weighed(keeping, lacking, unanswered, answering, found.asking)


def _asking(code: Code, trades: Sequence[str] = ("model", "agent")) -> frozenset[str]:
    """Files of the application that import what asks models, or runs agents."""
    used = {use.library for trade in trades for use in code.used.get(trade, ())}
    return frozenset(row.place.path for row in code.imports if row.library in used)


def _answering(repo: Repo, call: Call, asking: frozenset[str]) -> bool:
    path, line = call.place.path, call.place.line or 0
    if _answers(path, call.scope):
        return True
    return path in asking and is_routed(repo.blocks(call.place), line)


def _answers(path: str, scope: str) -> bool:
    """Whether somebody who asks is answered there: by names, of files where requests arrive; that
    of a route of scripts is its directory."""
    parts = path.split("/")
    name = "/".join(parts[-3:] if parts[-1].startswith("route.") else parts[-1:])
    return bool(_EDGE.search(path) and _ANSWERS.search(f"{name} {scope}"[:300]))


_ANSWERS = regex(
    r"(?i)chat|(?<![a-z])(?:ask|rag|run|invoke)(?![a-z])|query|answer|agent|completion|generat|respon"
    r"|conversation|messages?(?![a-z])|predict|infer(?![a-z])|stream"
)


def arrives(place: Place) -> bool:
    """Whether requests arrive in a file, by its name and that of its directory; those that fill an
    index answer nobody."""
    name = "/".join(place.path.split("/")[-2:])
    return bool(_EDGE.search(name)) and not _FILLS.search(name)


def lost_at_edge(ends: Fates) -> bool:
    """Whether one is lost where requests arrive, and none of them is kept there."""
    return any(map(arrives, ends.lost)) and not any(map(arrives, ends.kept))


_FILLS = regex(r"(?i)crawl|scrap|ingest|(?<![a-z])etl(?![a-z])|index(?:er|ing)")
_SHARE, _SHARE_INSIDE, _MANY, _ENOUGH = 4, 3, 3, 40
_NEAR = 9
"""Lines after the head of a block in which a log belongs to it."""
_EDGE = regex(
    r"(?i)(?:^|/)(?:\w{0,30}endpoints?|routes?|routers?|controllers?|handlers?|views|api|webapi|servers?"
    r"|gateway)/|(?:^|/)(?:main|app|server|service|api|routes?|controller|handler|endpoints?|worker"
    r"|lambda_function|[\w-]{1,60}[_.-](?:routes?|router|endpoints?|controller|handler|api|server))"
    r"\.\w{1,5}$|(?:Controller|Endpoints?|Api|Server|Hub)\.(?:java|cs|kt)$"
)
"""Files where requests arrive."""
_MOST = 120
"""Files that are looked into."""
_LENGTH = 4000
"""Characters of a block that are looked at."""
_KEEPS = regex(
    r"\.exception\(|exc_info|traceback(?!\.format_exception_only)|format_exc(?!eption_only)|print_exc|(?:capture|record|track|log)_?[eE]xception"
    r"|\.stack\b|StackTrace|[cC]apture_?[eE]rror|Log(?:Error|Critical)\(\s*\w{1,40}\s*[,)]|DispatchExceptionAsync\("
)
_LOGS = regex(r"(?i)(?:\blog\w{0,20}|console)\.\w{1,20}\(([^;]{0,600})")
_PASSED_ON = regex(r"^\s*(?:raise\b(?!\s+\w*HTTP\w*)|throw\b)", re.MULTILINE)


def losing(
    repo: Repo, code: Code, keepers: frozenset[str] = frozenset()
) -> Iterator[tuple[Place, str]]:
    """Where the serving code catches any exception and tells of its message only, and in Python in
    which function; keepers are functions that keep the traceback of what they are given."""
    asking = _asking(code)
    for path in sorted(_files(repo, code))[:_MOST]:
        python = path.endswith(".py")
        for file in repo.files(path):
            text = (repo.read(file) or "")[:300_000]
            found = repo.blocks(file) if may_catch(text) else ()
            for catch in catches(found):
                if is_dropped(text, catch):
                    yield _shown(file, text, catch), DROPPED
                    continue
                if catch.given:
                    continue
                body = catch.body(text)[:_LENGTH]
                routed = python and path in asking and is_routed(found, catch.first)
                stands_in = is_fallback(found, catch)
                answers = routed or stands_in
                lost = _loses(path, catch, body) or (answers and _is_silent(path, catch, body))
                if lost and not _handed(catch.name, body, keepers):
                    within = functions(found, catch.first)[:1]
                    name = within[0].name if python and within else ""
                    name = FALLBACK if stands_in else ROUTED if routed else name
                    yield _shown(file, text, catch), name


ROUTED, DROPPED, FALLBACK = "answer routed", "answer dropped", "answer fallback"
"""Names for places where an answer loses its exception: in such a function, in a promise, and in
what answers for another."""


def _shown(file: Place, text: str, catch: Block) -> Place:
    shown = text[catch.start : catch.start + 120].split("\n")[0].strip()
    return replace(file, line=catch.first, text=shown)


def _files(repo: Repo, code: Code) -> set[str]:
    """The serving files that use anything known, and those beside them where requests arrive."""
    found = {call.place.path for call in code.calls if call.role is Role.APP and call.reached}
    found |= {each.place.path for each in code.imports if each.role is Role.APP and each.library}
    found = {path for path in found if path.endswith(_LANGUAGES) and not set(path) & set("*?[")}
    for directory in sorted({path.rpartition("/")[0] for path in found if _EDGE.search(path)}):
        beside = (file.path for file in repo.files(f"{directory}/*.py".lstrip("/")))
        found |= {path for path in beside if _EDGE.search(path) and not _TEST.search(path)}
    for root in sorted({path.partition(_OF_JAVA)[0] for path in found if _OF_JAVA in path}):
        files = repo.files(f"{root}{_OF_JAVA}**/*.java", saying=FALLBACKS)
        found |= {file.path for file in files}
    return found


_OF_JAVA = "src/main/java/"
"""Where a project of Java keeps its code; what answers for another is looked for in all of it."""
_TEST = regex(r"(?:^|/)(?:test_|conftest)|_test\.py$")


_SCRIPTS = (".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts")
_LANGUAGES = (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts", ".java", ".cs")


def in_pages(repo: Repo, home: str) -> Iterator[Place]:
    """Where pages of Blazor, which answer on the server past its middleware, tell of the message of
    an exception only."""
    above = "" if home == "." else home + "/"
    for kind in ("razor", "razor.cs"):
        for file in repo.files(f"{above}**/*.{kind}"):
            text = (repo.read(file) or "")[:300_000]
            for catch in catches(repo.blocks(file)):
                if _loses(file.path, catch, catch.body(text)[:_LENGTH]):
                    yield replace(file, line=catch.first)


def _loses(path: str, catch: Block, body: str) -> bool:
    """Whether it tells of the exception, by its message alone, and does not pass it on."""
    name, python = catch.name, path.endswith(".py")
    if python and not is_broad(path, catch):
        return False
    told = name and re.search(rf"(?<![\w.]){re.escape(name)}\b", body)
    if not told or _KEEPS.search(body) or _PASSED_ON.search(body):
        return False
    given = (_taken(path, found[1]) for found in _LOGS.finditer(body))
    return python or not any(is_whole(name, each) for each in given)


def _taken(path: str, given: str) -> str:
    """Where a logger takes an exception, of what it is given."""
    head, _, rest = given.partition(",")
    return head if path.endswith(FIRST) else given if rest or not path.endswith(BEHIND) else ""


def _is_silent(path: str, catch: Block, body: str) -> bool:
    """Whether it catches any exception and tells nobody of it, the one who asked included."""
    return _holds_back(path, catch, body) and not _LOGS.search(body) and not _RAISED.search(body)


_RAISED = regex(r"\braise\b|\babort\(|\bcontinue\b|\bprint\(")


def _handed(name: str, body: str, keepers: frozenset[str]) -> bool:
    calls = _CALLS.finditer(body) if keepers else ()
    return any(found[1] in keepers and is_whole(name, found[2]) for found in calls)


_CALLS = regex(r"\b(\w{1,60})\(([^;()]{0,300})")


def leaves(repo: Repo, code: Code, *, free: bool = False) -> bool:
    """Whether an exception leaves the code that asks models, and that which answers: nothing there
    catches any exception and keeps it to itself, but for one block that stands around something
    else; free is whether that is known of the calls of models."""
    files = _asking(code) or _asking(code, AGENTIC)
    asking = {path for path in files if path.endswith(_LANGUAGES)}
    asking -= {row.place.path for row in code.imports if not is_serving(repo, row.place)}
    aside = 0
    for path in sorted(_files(repo, code))[:_MOST]:
        if path in asking or _EDGE.search(path):
            for file in repo.files(path):
                text = (repo.read(file) or "")[:300_000]
                found = repo.blocks(file) if may_catch(text) else ()
                if is_unread(text, found):
                    return False
                for catch in (each for each in catches(found) if not each.given):
                    body = catch.body(text)[:_LENGTH]
                    tried = "" if catch.tried is None else catch.tried.body(text)[:_LENGTH]
                    if not _holds_back(path, catch, body) or is_sync(path, tried):
                        continue
                    aside += 1
                    if (asks(tried) and not free) or not (_LOGS.search(body) or "print(" in body):
                        return False
    return bool(asking) and aside <= 1


def _holds_back(path: str, catch: Block, body: str) -> bool:
    named = path.endswith(".py") and not is_broad(path, catch)
    return not (named or _KEEPS.search(body) or _PASSED_ON.search(body))
