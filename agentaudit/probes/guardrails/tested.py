"""Tests of a usual suite of tests that ask the system, and hold how much of it is right against a
number."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.compared import shares
from agentaudit.probes.guardrails.held import held
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

_NAMED = regex(
    r"(?i)(?:^|/)[^/]*(?:quality|accura|answer|eval|benchmark|golden|judge)[^/]*(?:/[^/]{1,100})?\.\w{1,5}$"
)
_RATE = regex(
    r"(?i)accura|percent|pass_?rate|success_?rate|correct|hit_?rate|hit_?at|\bhit\b|recall|precision|f1|faithful"
    r"|\bmrr\b|ndcg|score\(?\)?\s{0,2}>=\s{0,2}\w{0,20}min"
)
_PRETENDS = regex(r"(?i)\b(?:async|magic)?mock|patch\(|monkeypatch|\bfake|\bstub|\bskip")
"""Tests of what is only played, or left out."""
_TESTS = regex(r"(?i)(?:^|/)(?:tests?|__tests__|spec|integration)/")
IMPORT = regex(
    r"\s{0,40}(?:from|import|using)\s|.{0,80}\brequire\(|\s{0,8}(?:\w{1,40}\s)?\"[\w.-]{1,60}/[^\"\n]{1,160}\"$"
)
_MOST = 30


@once
def tested(repo: Repo) -> tuple[Place, ...]:
    """Rows that hold the share of right answers against a number."""
    return tuple(_tested(repo))


def _tested(repo: Repo) -> Iterator[Place]:
    files = [f for f in repo.files("**") if _TESTS.search(f.path) and _NAMED.search(f.path)]
    told = [f for kind in _KINDS for f in repo.files(f"**/*.{kind}", saying=_GOLDEN)]
    told = [f for f in told if _IS_TEST.search(f.path) and _READS.search(repo.read(f) or "")]
    files = list(dict.fromkeys((*files[:_MOST], *told[:_MOST])))
    components = repo.components()
    own = words(components) if files else set()
    homes = _homes(components) if files else frozenset()
    for file in files:
        text = (repo.read(file) or "")[:100_000]
        if OUTSIDE.search(file.path) or pretends(text):
            continue
        rows = text.split("\n")
        brings = any(IMPORT.match(row) and own & set(WORDS.findall(row)) for row in rows)
        if brings or _package(file.path) in homes:
            shared, cached = shares(rows), "cache" in text.lower()
            for row in held(repo, file):
                rate = _RATE.search(row.text) or shared & set(WORDS.findall(row.text))
                if rate and not (cached and "hit" in row.text.lower()):
                    yield row
    yield from _alike(repo)
    yield from _matched(repo)


def pretends(text: str) -> bool:
    """Whether a test is of what is only played, or left out though there is a key of a model."""
    if not _PRETENDS.search(text):
        return False
    return bool(_PLAYED.search(text)) or not (_GATED.search(text) and _KEY.search(text))


def _homes(components: tuple[Component, ...]) -> frozenset[str]:
    """Packages of the system, as languages write them in which a test of one imports nothing."""
    calls = (call for each in components for call in each.code.calls if call.role is Role.APP)
    return frozenset(filter(None, (_package(call.place.path) for call in calls)))


def _package(path: str) -> str:
    found = _JAVA.search(path)
    return found[1] if found else ""


_JAVA = regex(r"(?:^|/)src/(?:main|test)/(?:java|kotlin)/([\w/]{1,200})/\w{1,100}\.(?:java|kt)$")
_KINDS = ("py", "ts", "js", "java", "go", "cs")
_GOLDEN = ("golden", "Golden", "ground_truth", "qa_", "eval_")
_READS = regex(
    r"(?i)(?:\bopen|read_\w{1,10}|load\w{0,20}|Path|readFile\w{0,10}|from_file|getResource\w{0,20}|ClassPathResource)"
    r"\(\s{0,4}[^\n]{0,80}(?:golden|ground_?truth|\bqa_|eval_|_eval\b)[\w./-]{0,60}\.(?:jsonl?|csv|tsv|ya?ml)"
)
"""Where a test goes through kept cases with their answers."""
_IS_TEST = regex(
    r"(?i)(?:^|/)(?:test_[^/]{1,100}\.py|[^/]{1,100}(?:_test\.(?:py|go)|\.(?:test|spec)\.[jt]s|Tests?\.(?:java|cs)))$"
)


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
    own = words(repo.components()) if files else set()
    for file in files[:_MOST]:
        text = (repo.read(file) or "")[:100_000]
        gated = _GATED.search(text) and _KEY.search(text) and not _PLAYED.search(text)
        rows = text.split("\n")
        if not gated or OUTSIDE.search(file.path):
            continue
        if any(IMPORT.match(row) and own & set(WORDS.findall(row)) for row in rows):
            for number, row in enumerate(rows, 1):
                if _KEEPS.search(row[:300]):
                    yield Place(file.repo, file.path, number, row.strip()[:200])


_EVALUATES = regex(r"(?i)(?:^|/)[^/]*(?:evals?|evaluat|quality|golden|judge)[^/]*\.\w{1,5}$")
_GATED = regex(r"(?i)skip_?if|skip_?unless|run_?if|assumeTrue|EnabledIfEnvironmentVariable|t\.Skip")
_KEY = regex(r"[A-Z]{2,20}_API_?KEY")
_PLAYED = regex(r"(?i)\b(?:async|magic)?mock|patch\(|monkeypatch|\bfake|\bstub")
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
    own = words(repo.components()) if files else set()
    for file in files[:_MOST]:
        text = (repo.read(file) or "")[:100_000]
        if OUTSIDE.search(file.path) or _PRETENDS.search(text):
            continue
        rows = text.split("\n")
        if not any(IMPORT.match(row) and own & set(WORDS.findall(row)) for row in rows):
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
WORDS = regex(r"[\w-]{2,80}")


def words(components: tuple[Component, ...]) -> set[str]:
    """Words by which code is imported that is the system, or asks a model."""
    calls = (call for each in components for call in each.code.calls if call.role is Role.APP)
    homes = {part for call in calls for part in call.place.path.split("/")[:-1]}
    uses = [use for each in components for trade in ("model", "agent") for use in each.uses(trade)]
    return homes - _USUAL | {use.library.replace("-", "_") for use in uses}


_USUAL = frozenset(("test", "tests", "utils", "unit", "integration", "lib", "types", "json"))
