"""Tests of a usual suite of tests that ask the system, and hold how much of it is right against a
number."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.held import held
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

_NAMED = regex(
    r"(?i)(?:^|/)[^/]*(?:quality|accura|answer|eval|benchmark|golden|judge)[^/]*\.\w{1,5}$"
)
_RATE = regex(
    r"(?i)accura|percent|pass_?rate|success_?rate|correct|hit_?rate|recall|precision|f1|faithful"
)
_PRETENDS = regex(r"(?i)\bmock|patch\(|monkeypatch|\bfake|\bstub|\bskip")
"""Tests of what is only played, or left out."""
_TESTS = regex(r"(?i)(?:^|/)(?:tests?|__tests__|spec|integration)/")
_IMPORT = regex(r"\s{0,40}(?:from|import|using)\s|.{0,80}\brequire\(")
_MOST = 30


@once
def tested(repo: Repo) -> tuple[Place, ...]:
    """Rows that hold the share of right answers against a number."""
    return tuple(_tested(repo))


def _tested(repo: Repo) -> Iterator[Place]:
    files = [f for f in repo.files("**") if _TESTS.search(f.path) and _NAMED.search(f.path)]
    own = _own(repo.components()) if files else set()
    for file in files[:_MOST]:
        text = (repo.read(file) or "")[:100_000]
        if OUTSIDE.search(file.path) or _PRETENDS.search(text):
            continue
        if any(_IMPORT.match(row) and own & set(_WORDS.findall(row)) for row in text.split("\n")):
            yield from (row for row in held(repo, file) if _RATE.search(row.text))
    yield from _alike(repo)
    yield from _matched(repo)


def _alike(repo: Repo) -> Iterator[Place]:
    """Rows that hold how near in meaning an answer is to what was expected, in tests that ask the
    running system."""
    for file in repo.files("**/*.py", saying=_MEANING):
        text = (repo.read(file) or "")[:100_000] if _COLLECTED.search(file.path) else ""
        asks = _ASKS.search(text) and _ANSWERED.search(text)
        if asks and not (OUTSIDE.search(file.path) or _PRETENDS.search(text)):
            yield from (row for row in held(repo, file) if "similar" in row.text.lower())


def _matched(repo: Repo) -> Iterator[Place]:
    """Rows that hold the same in tests of scripts, by the matcher that promptfoo is made into; it
    has a threshold where none is given."""
    for kind in ("ts", "js", "mjs"):
        for file in repo.files(f"**/*.{kind}", saying=_MATCHERS):
            text = (repo.read(file) or "")[:100_000]
            if OUTSIDE.search(file.path) or _PRETENDS.search(text):
                continue
            for number, row in enumerate(text.split("\n"), 1):
                if _MATCHED.search(row[:300]):
                    yield Place(file.repo, file.path, number, row.strip()[:200])


_MATCHERS = ("toMatchSemanticSimilarity",)
_MATCHED = regex(r"\bexpect\(\s?(?:await\s)?[\w.]{1,60}\([^\n]{0,200}\.toMatchSemanticSimilarity\(")
"""What a function answers, not a text that was typed in."""
_MEANING = ("cos_sim", "cosine_similarity", "semantic_similarity")
_ASKS = regex(r"\.post\(")
_ANSWERED = regex(r"[\[(][\"'](?:response|answer|output|reply|message|text|content)[\"'][\])]")


@once
def live(repo: Repo) -> tuple[Place, ...]:
    """Rows that keep or assert a score of what the system says, in tests that are left out only
    where there is no key of a model."""
    return tuple(_live(repo))


def _live(repo: Repo) -> Iterator[Place]:
    files = [f for f in repo.files("**") if _TESTS.search(f.path) and _EVALUATES.search(f.path)]
    own = _own(repo.components()) if files else set()
    for file in files[:_MOST]:
        text = (repo.read(file) or "")[:100_000]
        gated = _GATED.search(text) and _KEY.search(text) and not _PLAYED.search(text)
        rows = text.split("\n")
        if not gated or OUTSIDE.search(file.path):
            continue
        if any(_IMPORT.match(row) and own & set(_WORDS.findall(row)) for row in rows):
            for number, row in enumerate(rows, 1):
                if _KEEPS.search(row[:300]):
                    yield Place(file.repo, file.path, number, row.strip()[:200])


_EVALUATES = regex(r"(?i)(?:^|/)[^/]*(?:evals?|evaluat|quality|golden|judge)[^/]*\.\w{1,5}$")
_GATED = regex(r"(?i)skip_?if|skip_?unless|run_?if|assumeTrue|EnabledIfEnvironmentVariable|t\.Skip")
_KEY = regex(r"[A-Z]{2,20}_API_?KEY")
_PLAYED = regex(r"(?i)\bmock|patch\(|monkeypatch|\bfake|\bstub")
_KEEPS = regex(
    r"(?i)\bassert\w{0,20}\b[^\n]{0,80}\bscore|\bscores?\s{0,4}:?=(?!=)\s{0,4}(?:await\s)?[\w.]{1,60}\("
    r"|expect\([^\n]{0,60}\bscore"
)


@once
def scripted(repo: Repo) -> tuple[Place, ...]:
    """Rows that keep a score or a verdict of what the system said, in scripts beside the tests that
    ask it, or let a model judge."""
    return tuple(_scripted(repo))


def _scripted(repo: Repo) -> Iterator[Place]:
    files = [f for f in repo.files("**") if _TESTS.search(f.path) and _SCRIPT.search(f.path)]
    own = _own(repo.components()) if files else set()
    for file in files[:_MOST]:
        text = (repo.read(file) or "")[:100_000]
        if OUTSIDE.search(file.path) or _PRETENDS.search(text):
            continue
        rows = text.split("\n")
        if not any(_IMPORT.match(row) and own & set(_WORDS.findall(row)) for row in rows):
            continue
        judges = _JUDGE.search(text) is not None
        expects = len(set(_EXPECTS.findall(text))) >= _SEVERAL
        for number, row in enumerate(rows, 1):
            if (judges and _SCORED.search(row[:300])) or (expects and _FAILED.search(row[:300])):
                yield Place(file.repo, file.path, number, row.strip()[:200])


_SCRIPT = regex(
    r"(?i)(?:^|/)[^/]*(?:quality|accura|eval|judge|golden|audit|benchmark|scenario)[^/]*\.(?:py|ts|mjs|js)$"
)
_JUDGE = regex(
    r"(?m)^\s{0,8}(?:async\s+)?(?:def|function)\s+_?(?:judge|grade|score|rate)_?\w{0,60}\("
)
_SCORED = regex(r"[\"']?\bscore[\"']?\s{0,4}:\s{0,4}[A-Za-z_]\w{0,40}(?:\[|\.)")
_EXPECTS = regex(
    r"\b(?:expected_(?:response|answer|keyword|output|intent|categor|tool|fact|type|behavio|result)\w{0,20}"
    r"|should_(?:not_)?(?:include|contain|mention)\w{0,20}|must_(?:not_)?(?:include|contain|mention)\w{0,20})\b"
)
"""What a case says of the answer."""
_SEVERAL = 2
_FAILED = regex(r"[\[.][\"']?passed[\"']?\]?\s{0,4}=\s{0,4}False|\bpassed\s{0,4}=\s{0,4}False\b")


def judged(repo: Repo, components: tuple[Component, ...]) -> Iterator[Place]:
    """Calls in such tests that let a model judge what the system said, and fail when it objects."""
    for component in components:
        for call in component.code.calls:
            file = Place(call.place.repo, call.place.path)
            judges = call.method in _JUDGING and call.role in (Role.TEST, Role.EVAL)
            if judges and _COLLECTED.search(file.path) and not _is_played(repo, file):
                yield call.place


def _is_played(repo: Repo, file: Place) -> bool:
    text = (repo.read(file) or "")[:100_000]
    return OUTSIDE.search(file.path) is not None or _PRETENDS.search(text) is not None


_COLLECTED = regex(r"(?:^|/)(?:test_[^/]{1,100}|[^/]{1,100}_test)\.py$")
"""Files that pytest finds by itself."""
_JUDGING = frozenset(("judge", "assert_test"))
_WORDS = regex(r"[\w-]{2,80}")


def _own(components: tuple[Component, ...]) -> set[str]:
    """Words by which code is imported that is the system, or asks a model."""
    calls = (call for each in components for call in each.code.calls if call.role is Role.APP)
    homes = {part for call in calls for part in call.place.path.split("/")[:-1]}
    uses = [use for each in components for trade in ("model", "agent") for use in each.uses(trade)]
    return homes - _USUAL | {use.library.replace("-", "_") for use in uses}


_USUAL = frozenset(("test", "tests", "utils", "unit", "integration", "lib", "types", "json"))
