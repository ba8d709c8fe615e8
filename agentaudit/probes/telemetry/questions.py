"""Lines of a program that ask a model or run an agent, by how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Role, Strength
from agentaudit.expressions import regex
from agentaudit.probes.asking import PASSES_ON
from agentaudit.probes.telemetry.held import is_page
from agentaudit.probes.telemetry.program import Program
from agentaudit.probes.telemetry.services import services
from agentaudit.trades import AGENTIC

_ASKS = regex(
    r"(?<!JSON)(?<!JSON\.)(?<!json)(?<!json\.)(?:\b|\.)(?:a?(?:invoke|stream|batch|create|parse|kickoff|chat|query|complete|predict|generate"
    r"|embed|retrieve|search|run|call|completion|converse)"
    r"(?:_?(?:content|text|object|response|completions?|stream|async|events|chat|message|model|live"
    r"|sync|streamed|documents|query)){0,3}(?:Async|Streaming|StreamingAsync)?|(?:generate|stream|embed)"
    r"(?:Text|Object|Content|ContentStream|Many)|(?:send|post)(?:Message\w{0,20})?|content"
    r"|(?:Get|Complete|Invoke|Run|Generate|Create)\w{0,40}(?:Async|Chat|Streaming)|InvokeModel\w{0,30})"
    r"\s?(?:<[^<>()]{0,60}>)?\("
)
_NO_CALL = regex(
    r"\s*(?:#|//|\*|(?:async )?def |import |from |@|(?:export )?(?:default )?(?:async )?function\b"
    r"|(?:static )?async \*?\w{1,60}\("
    r"|(?:public|private|protected|internal)\b[^=(]{0,300}\((?!.{0,300}(?:=>|\{ ?\S)))"
)
"""Comments, imports, and the heads of functions, which ask nobody."""
_OF = regex(r"(\w{1,60})(?:\([^()]{0,60}\)|\[[^\[\]]{0,40}\])?\s?\??$")
"""What a method is called of, before its dot."""
_OTHER = regex(
    r"(?i)re|ast|json5?|yaml|toml\w{0,3}|csv|asyncio|anyio|trio|nest_asyncio|subprocess|uvicorn|app|mcp"
    r"|date\w{0,4}|dayjs|moment|ur[il]|urllib|semver|qs|querystring|dotenv|z|console|axios|object|array"
    r"|crypto|jwt|stripe|fs|os|redis|cache|prisma|db|pool|conn|connection|engine|knex|loop|executor"
    r"|argparse|papa|cheerio|[\w$]{0,30}(?:regex|regexp|pattern|_re|parser|schema|cursor|database|logger)|[\w$]{0,30}tool\w{0,30}"
)
"""What answers by itself: it asks no model."""
_STORED = regex(r"(?<![\w.])(?:this\.)?(?:prisma|db|tx|knex|supabase)\.\w{1,60}$")


def questions(program: Program, code: Code) -> Iterator[tuple[str, int]]:
    """Paths and numbers of those lines."""
    for trades in (("model", "agent"), AGENTIC):
        uses = [use for trade in trades for use in code.used.get(trade, ())]
        known = {use.library for use in uses}
        paths = {row.place.path for row in code.imports if row.library in known}
        found = [
            (path, number)
            for path in sorted(paths & program.places.keys())
            for number, line in enumerate(program.lines(path), 1)
            if "(" in line and not _NO_CALL.match(line) and _asks(line[:_LINE])
        ]
        for path in sorted(paths & program.places.keys()):
            found += _run(program, path)
        found += _posted(program) if "model" in trades else ()
        found += services(program, paths)
        modules = _modules(code, known)
        told = [use for use in uses if use.strength >= Strength.CALLED]
        told = [use for use in told if use.library not in PASSES_ON] or told
        called = [use.place for use in told]
        called += (call.place for call in code.calls if _is_told(call, modules))
        places = [(p.path, p.line, p.text) for p in called if p.line and p.path in program.places]
        found += [(path, line) for path, line, text in places if not _is_made(text)]
        found = found or [(path, line) for path, line, _ in places]
        if found:
            yield from found
            return


def _modules(code: Code, libraries: set[str]) -> tuple[str, ...]:
    """What the names of calls of these libraries begin with."""
    return tuple({f"{row.module}." for row in code.imports if row.library in libraries})


def _is_told(call: Call, modules: tuple[str, ...]) -> bool:
    """Whether a call of a library tells it to answer, by a name that others give anything."""
    return call.role is Role.APP and call.method in _TELLS and call.callee.startswith(modules)


_TELLS = frozenset({"execute", "forward", "step", "respond", "answer", "ask"})
_MADE_ONLY = regex(
    r"(?:(?:const|let|var|self\.|this\.|[\w.<>]{1,60}\s)?\s?[\w.]{1,60}\s{0,4}(?::[^=]{1,80})?=\s{0,4}|return\s)?"
    r"(?:new\s)?(?:\w{1,40}\.){0,4}(?:[A-Z]\w{0,60}(?:<[^<>]{0,60}>)?(?:\.from_pretrained)?)\("
)
"""A line that does nothing but make a client, or load a model: what it raises is told where it is
started."""
_LINE = 400


def _is_made(text: str) -> bool:
    return bool(_MADE_ONLY.match(text) or _MADE.match(text))


_MADE = regex(
    r"^[ \t]*(?:self\.)?(\w{2,60})[ \t]*(?::[^=\n]{1,80})?=[ \t]*(?:(?!self\.)\w{1,30}\.)?"
    r"(?:pipeline|Llama|AutoModel\w{0,30}\.from_pretrained|ChainOfThought|Predict|ReAct"
    r"|ProgramOfThought|LLMChain|ConversationChain|RetrievalQA)\(",
    re.MULTILINE,
)
"""What is made to be called itself: a model that runs here, a module of DSPy, a chain."""


def _run(program: Program, path: str) -> Iterator[tuple[str, int]]:
    """Lines of Python that call, by its name, what was made to be called."""
    names = set(_MADE.findall(program.text(path))) if path.endswith(".py") else set()
    if not names:
        return
    run = re.compile(rf"(?<![\w.])(?:self\.)?(?:{'|'.join(sorted(names))})\(")
    for number, line in enumerate(program.lines(path), 1):
        made = _NO_CALL.match(line) or _MADE.match(line)
        if "(" in line and not made and run.search(line[:_LINE]):
            yield path, number


_ADDRESS = regex(
    r"[}\"'`/](?:v\d/)?(?:chat/completions|api/generate)\b|:(?:streamG|g)enerateContent\b",
    words=("chat/completions", "api/generate", "enerateContent"),
)
"""Where providers and servers of models answer, behind a base."""
_POSTS = regex(
    r"(?:\b|\.)(?:post|stream|request|urlopen|fetch|(?:Post|Send)(?:AsJson)?Async|exchange)\("
)


_REMOTE = regex(
    r"\b(?:invoke_agent_runtime|InvokeAgentRuntimeCommand)\(",
    words=("invoke_agent_runtime", "InvokeAgentRuntime"),
)
"""What asks an agent that runs elsewhere, through a client of the cloud."""


def _posted(program: Program) -> Iterator[tuple[str, int]]:
    """Lines that send a request, in files that name where models answer, or ask an agent that runs
    elsewhere: neither needs a library of its own."""
    for path in sorted(program.places):
        text = "" if is_page(path) else program.text(path)
        named = bool(_ADDRESS.search(text))
        if not named and not _REMOTE.search(text):
            continue
        for number, line in enumerate(program.lines(path), 1):
            sent = _REMOTE.search(line[:_LINE]) or (named and _POSTS.search(line[:_LINE]))
            if sent and not _NO_CALL.match(line):
                yield path, number


def _asks(line: str) -> bool:
    for found in _ASKS.finditer(line):
        before = line[: found.start()]
        if found[0][:1] != "." and before[-1:] != ".":
            return True
        before = before.removesuffix(".")
        named = _OF.search(before[-130:])
        if not (named and _OTHER.fullmatch(named[1])) and not _STORED.search(before[-130:]):
            return True
    return False
