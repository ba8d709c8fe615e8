"""Counting the cases of evaluation data sets that are committed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import normpath
from typing import Any

from agentaudit.expressions import regex
from agentaudit.parse import Malformed, json, yaml
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Place, Repo

PATTERNS = tuple(f"**/*.{suffix}" for suffix in ("jsonl", "csv", "tsv", "json", "yaml", "yml"))
_WORD = (
    r"(?:evals?|evaluate|evaluations?|evaluators?|golden(?:s|[-_]?(?:set|dataset|data))?|benchmarks?|test[-_]?sets?"
    r"|eval(?:uation)?[-_]?(?:sets?|datasets?|data|cases|questions|prompts|queries|examples|samples|qa)"
    r"|ground[-_]?truths?|qn?a[-_]?(?:pairs?|set|dataset))"
)
_DATASET = regex(
    rf"(?i)(?:(?:.*/)?{_WORD}/.*|(?:.*[/_.-])?{_WORD}(?:[._-][^/]*)?\.[a-z]+)", re.DOTALL
)
_PART = regex(rf"(?i)(?<![a-z]){_WORD}(?![a-z])")
"""Where the evaluation begins in a path: what lies below it may be called samples."""
_RESULT = regex(
    r"(?i)(?:^|[/_.-])(?:results?|outputs?|reports?|runs?|logs?|predictions?|scores?|metrics|history"
    r"|baseline|cache|snapshots?|config|schema|package|package-lock|tsconfig|dashboards?"
    r"|(?:app|launch)?settings)"
    r"(?=[/_.-])|20\d{2}-?[01]\d-?[0-3]\d[T_-]?\d{2}"
)
POINTER = "version https://git-lfs.github.com/spec/"
_CASES = ("cases", "tests", "examples", "samples", "questions", "items", "data", "dataset", "rows")

_NUMBERS = frozenset(["id", "_id", "uuid", "index", "idx", "case_id", "number"])
_SPLIT = regex(r"(?<=[a-z])(?=[A-Z])")
_INPUT = regex(
    r"(?i)(?:^|[^a-z])(?:inputs?|questions?|query|queries|prompts?|q|vars|args|user|users|messages?"
    r"|text|utterances?|instructions?|requests?|tasks?|problem|conversations?|dialogu?e?|turns?"
    r"|history|goal|scenario|ticket|email|document|statement|claim|transcript|content)(?:[^a-z]|$)"
)
"""Names of what a system is given in a case."""
_EXPECTED = regex(
    r"(?i)(?:^|[^a-z])(?:expect(?:ed|ations?)?|answers?|outputs?|references?|truths?|ideal|gold(?:en)?"
    r"|labels?|targets?|responses?|rubrics?|criteria|asserts?|assertions?|must)(?:[^a-z]|$)"
)
"""Names of what it must say then."""
_MEASURED = regex(
    r"(?i)latency(?:_?\w{1,10})?|elapsed(?:_?\w{1,10})?|response_time(?:_?\w{1,10})?|passed"
    r"|(?:prompt|completion|input|output|total)_tokens"
)
"""Names of what only a run can know: a row that has one says what came out."""
_GRADED = regex(
    r"(?i)(?:(?:retrieval|avg|mean)[_.-])?(?:(?:hits?|recall|precision|ndcg|map|mrr)(?:_?(?:at|@|top)_?)(?:k|\d{1,3})|hit_rate"
    r"|mrr|ndcg|reciprocal_rank|faithfulness|groundedness|answer_?(?:relevanc[ey]|correctness|similarity)"
    r"|context_?(?:precision|recall|relevanc[ey])|rouge_?[-\dl]{0,3}|bleu|bert_?score|(?:llm_)?judge_score|pass_rate"
    r"|(?:avg|average|mean|overall)_?(?:score|accuracy)|accuracy)(?:_?score|_mean|_avg)?"
)
"""Names of measures: a number below one is a grade that a run gave, or the mean of a run."""
_SUMS = frozenset({"metrics", "summary", "aggregate", "aggregates", "overall", "averages", "means"})
"""Where the result of a run keeps its means beside its rows."""
_TURNS = ({"role", "content"}, {"role", "parts"}, {"from", "value"}, {"speaker", "text"})
"""What a turn of a conversation has: its turns are one case together."""


def datasets(repo: Repo) -> Iterator[Place]:
    """Files that by their place or name hold evaluation cases, not results."""
    for pattern in PATTERNS:
        for place in repo.files(pattern):
            if _DATASET.fullmatch(place.path) and not _RESULT.search(place.path):
                above = _PART.split(place.path, maxsplit=1)[0]
                yield from () if OUTSIDE.search(above) else (place,)


def told(repo: Repo, scripts: Iterable[Place]) -> Iterator[Place]:
    """Committed data that scripts of evaluation name, wherever it lies."""
    for script in scripts:
        home = script.path.rpartition("/")[0]
        text = "" if OUTSIDE.search(script.path) else (repo.read(script) or "")[:_MOST_TEXT]
        for path in dict.fromkeys(found[1].removeprefix("./") for found in _NAMES.finditer(text)):
            near = [path, f"{home}/{path}"] if home else [path]
            places = [place for each in near for place in repo.files(each)]
            yield from (p for p in places[:1] if not _RESULT.search(p.path))


_NAMES = regex(
    r"(?<![\w/.$}-])((?:\./)?[\w-]{1,60}(?:/[\w.-]{1,80}){0,6}\.(?:jsonl|csv|tsv|json))\b"
)
_MOST_TEXT = 100_000
_FILE = regex(
    r"(?m)^(?:[ ]{0,12}(?:-\s+)?(?:(?:tests|path|scenarios)\s{0,4}:\s{0,4})?\[?[\"']?file://|tests:\s{1,4}[\"']?)"
    r"((?:\.{1,2}/)?[\w*-][\w.*/-]{0,160}\.(?:jsonl?|csv|tsv|ya?ml))\b"
)
"""Where a suite names its file of cases."""


def listed(repo: Repo, suites: Iterable[Place]) -> Iterator[Place]:
    """Suites in files, which may hold their cases, and the files of cases that they name."""
    for suite in suites:
        if not suite.path.endswith((".yaml", ".yml", ".json")):
            continue
        yield suite
        home = suite.path.rpartition("/")[0]
        for path in dict.fromkeys(_FILE.findall((repo.read(suite) or "")[:_MOST_TEXT])):
            pattern = normpath(f"{home}/{path}" if home else path)
            found = repo.files(pattern) if not pattern.startswith("..") else ()
            yield from (place for place in found if not _RESULT.search(place.path))


def count(text: str, path: str) -> int | None:
    """Number of distinct cases in a file, which may be one case itself; None when it cannot be
    read. A pointer to large-file storage holds none: the cases themselves are not in git."""
    if text.startswith(POINTER):
        return 0
    reader = _READERS[path.rsplit(".", 1)[-1].lower()]
    try:
        return reader(text)
    except (Malformed, csv.Error):
        return None


def _lines(text: str) -> int:
    found, broken = [], False
    for line in filter(str.strip, text.splitlines()):
        try:
            found.append(json(line))
        except Malformed:
            broken = True
    if broken and not found:
        raise Malformed("no line is JSON")
    return _distinct(found)


def _rows(text: str) -> int:
    lines = text.splitlines(keepends=True)
    first = lines[0] if lines else ""
    separator = "\t" if first.count("\t") > first.count(",") else ","
    rows = csv.reader(lines, delimiter=separator)
    head = next(rows, [])
    return _distinct(dict(zip(head, row, strict=False)) for row in rows)


def _listed(value: Any) -> int:
    if isinstance(value, list):
        return _distinct(value)
    if not isinstance(value, dict):
        return 0
    if any(map(_is_graded, (value, *(value.get(name) for name in _SUMS)))):
        return 0
    if _is_pair(value):
        return 1
    if _is_topics(value):
        return len(value)
    listed = [_distinct(value[key]) for key in _CASES if isinstance(value.get(key), list)]
    return max((*listed, _by_group(value), _by_name(value), *map(_by_name, value.values())))


def _is_topics(value: dict[Any, Any]) -> bool:
    """Whether every key has a passage of prose, about which dialogues are made."""
    passages = [inner for inner in value.values() if isinstance(inner, str) and " " in inner]
    long = len(passages) == len(value) and sum(map(len, passages)) >= _PASSAGE * len(value)
    return long and len(value) >= _FEW


_PASSAGE = 120
"""Characters that a passage has on average."""
_FEW = 20


def _whole(text: str) -> int:
    """A file of JSON; some are lines of it under that name."""
    try:
        return _listed(json(text))
    except Malformed:
        if text.count("\n") < 1:
            raise
        return _lines(text)


def _by_group(value: dict[Any, Any]) -> int:
    """Cases of lists whose keys are what they are about, where each says what is expected."""
    lists = (inner for inner in value.values() if isinstance(inner, list))
    return _distinct(each for inner in lists if all(map(_is_pair, inner)) for each in inner)


def _by_name(value: Any) -> int:
    """Cases of a mapping whose keys are their names."""
    pairs = value.values() if isinstance(value, dict) else ()
    return _distinct(pair for pair in pairs if _is_pair(pair))


def _is_pair(value: Any) -> bool:
    """Whether it is one case by itself: what is given, and what is expected."""
    if not isinstance(value, dict) or not _is_case(value):
        return False
    names = (_SPLIT.sub("_", str(key)) for key, inner in value.items() if _is_given(inner))
    return any(_EXPECTED.search(name) for name in names)


def _distinct(values: Iterable[Any]) -> int:
    """How many different cases there are; one is a text, or holds an input that is not empty."""
    found = (value for value in map(_bare, values) if _is_case(value) and not _came_out(value))
    return len(set(map(repr, found)))


def _came_out(value: Any) -> bool:
    measured = isinstance(value, dict) and any(_MEASURED.fullmatch(str(key)) for key in value)
    return measured or _is_graded(value)


def _is_graded(value: Any) -> bool:
    """Whether it holds a number under the name of a measure."""
    rows = value.items() if isinstance(value, dict) else ()
    return any(_is_number(inner) and _GRADED.fullmatch(str(key)) for key, inner in rows)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, str) and _NUMBER.fullmatch(value) is not None
    )


_NUMBER = regex(r"\d{1,3}(?:\.\d{1,20})?|(?i:true|false)")


def _bare(value: Any) -> Any:
    """A case without its number: cases that differ in nothing else are one."""
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if str(key).lower() not in _NUMBERS}


def _is_case(value: Any, depth: int = 4) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if not isinstance(value, dict) or not depth or any(turn <= value.keys() for turn in _TURNS):
        return False
    return any(
        (_is_given(inner) and _INPUT.search(_SPLIT.sub("_", str(key))) is not None)
        or (isinstance(inner, dict) and _is_case(inner, depth - 1))
        for key, inner in value.items()
    )


def _is_given(value: Any) -> bool:
    """Whether something other than nothing stands there."""
    if isinstance(value, dict):
        return any(map(_is_given, value.values()))
    if isinstance(value, list):
        return any(map(_is_given, value))
    return bool(value.strip()) if isinstance(value, str) else value is not None


_READERS: Mapping[str, Callable[[str], int]] = {
    "jsonl": _lines,
    "csv": _rows,
    "tsv": _rows,
    "json": _whole,
    "yaml": lambda text: _listed(yaml(text).data),
    "yml": lambda text: _listed(yaml(text).data),
}
