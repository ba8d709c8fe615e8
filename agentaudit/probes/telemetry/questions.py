"""Lines of a program that ask a model or run an agent, by how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Code, Strength
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.program import Program
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
_NO_CALL = regex(r"\s*(?:#|//|\*|(?:async )?def |import |from |@)")
_OF = regex(r"(\w{1,60})(?:\([^()]{0,60}\)|\[[^\[\]]{0,40}\])?\s?\??$")
"""What a method is called of, before its dot."""
_OTHER = regex(
    r"(?i)re|ast|json5?|yaml|toml\w{0,3}|csv|asyncio|anyio|trio|nest_asyncio|subprocess|uvicorn|app|mcp"
    r"|date\w{0,4}|dayjs|moment|ur[il]|urllib|semver|qs|querystring|dotenv|z|console|axios|object|array"
    r"|crypto|jwt|stripe|fs|os|redis|cache|prisma|db|pool|conn|connection|engine|knex|loop|executor"
    r"|argparse|papa|cheerio|[\w$]{0,30}(?:regex|regexp|pattern|_re|parser|schema|cursor|database|logger)"
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
        called = (use.place for use in uses if use.strength >= Strength.CALLED)
        found += [(p.path, p.line) for p in called if p.line and p.path in program.places]
        if found:
            yield from found
            return


_LINE = 400
_MADE = regex(
    r"^[ \t]*(?:self\.)?(\w{2,60})[ \t]*(?::[^=\n]{1,80})?=[ \t]*(?:\w{1,30}\.)?"
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
        if "(" in line and not _NO_CALL.match(line) and run.search(line[:_LINE]):
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
