"""Rows in which a score is compared with what it must reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.expressions import regex

SCORE = regex(
    r"(?i)score|accura|(?:pass|success|win|refusal|hit|defen[cs]e)_?rate|hit_?at_|recall|precision|\bf1|_f1|faithful"
    r"|relevan|correct|ground|similarity|coheren|fluency|ndcg|mrr|\bmean|average|\bavg|grade|rating"
    r"|quality|passed|exact_?match|\bmetric\b|reciprocal_?rank"
)
BAD = regex(
    r"(?i)toxicity|halluc|error_?rate|failure_?rate|violation|leak|attack_?success|\basr\b"
    r"|escalation|(?:^|[^a-z])(?:drop|wer|brier|distance)(?![a-z])"
)
"""Scores of which less is better."""
_OTHER = regex(
    r"(?i)\blen\(|\.length|\.size|\bcount\(|argv|latenc|durat|elapsed|cost|tokens?\b|_ms\b|memory|cache"
    r"|time|delay|_words\b|_chars|retries|attempt|attack_?success_?count"
)
_SHARE = regex(
    r"(?i)/\s{0,2}(?:max\(\d?,?\s?)?(?:len\(|float\(|\(?double\)?|float64\(|[\w.\[\]\"'$]{0,40}"
    r"(?:total|count|length|size|cases|samples|num|\bn\b))|\.mean\(|\bmean\("
)
"""A part of all cases, or the mean of them."""
_PARTED = regex(
    r"/\s{0,2}(?:(?:max|float|int)\((?:1,\s?)?)?(?:len\(|[\w.$]{1,60}\.(?:length|size)\b|[\w.$]{0,60}\bcount\()"
)
"""By how many a sum is parted: what is left of it is a mean."""
_MEAN = regex(r"\bsum\((?=[^\n]{0,160}\)\s?/\s?(?:max\((?:1,\s?)?)?len\()[^\n]{1,160}$")
"""A sum that is parted where it is compared."""
_SPENT = regex(r"(?i)latenc|durat|elapsed|\btimes?\b|seconds|cost|tokens?\b|_ms\b|memory")
_TAKEN = regex(
    r"\s{0,60}(?:(?:const|let|var|val|final|double|float|float64|decimal)\s+){0,2}([A-Za-z_$][\w$]{0,60})"
    r"(?:\s?:\s?[\w.<>\[\], |]{1,60})?\s{0,4}:?=(?!=)\s{0,4}([^\n]{1,300})"
)
_EACH = regex(
    r"\bfor\s*\(?\s{0,4}(?:const |let |var )?[\[(]?([\w$]{1,40}(?:\s?,\s?[\w$]{1,40}){0,3})[\])]?"
    r"\s+(?:in|of)\s{0,4}([^\n]{1,120})"
)
_SIGN = regex(
    r"(?<=\s)(?:<=?|>=?|-(?:lt|le|gt|ge))(?=\s)|(?<=[a-z_)\]])(?:<=?|>=?)(?=0?\.\d|1\.0|[1-9]\d)"
)
_DIGITS = regex(r"[\s(]{0,4}[\d.]{1,8}\s{0,2}")
_NOT = regex(r"(?:\bnot\s?\(?\s?(?:all\()?|!\(\s?|\b(?:assert_?)?(?:IsFalse|False)\()$")
"""Before a comparison that must not hold."""
_OPTION = regex(r"[\"']--([\w-]{2,60})[\"']")
_DEFAULT = regex(r"\bdefault\s?[=:]\s?(?:None|null|0{1,3}(?:\.0{0,4})?)\s{0,4}(?:[,)}]|$)")
_ZERO = regex(r"0{1,3}(?:\.0{0,4})?f?\s{0,4};?\s{0,4}(?:#|//|$)")
_LOW = frozenset(("<", "<=", "-lt", "-le"))
_CUT = regex(
    r"\b(?:if|elif|unless|while|assert|and|or|not|return|for|in|else|exit|then)\b|&&|\|\||[,;?{]"
    r"|(?<![<>=!]):?=(?!=)|(?<=[\w\"'\])]):(?=\s)|\bexpect\("
)
_MARK = regex(
    r"[\s(\"*$]{0,6}(?!0*(?:\.0*)?(?:[^\w.]|$))(?!None\b|null\b|nil\b)(?:[\d.]{1,8}|[A-Za-z_{][\w.$]{2,80})"
)
"""What a score can fall short of."""
_BEST = regex(
    r"\s?(?:min|lowest|(?:best|prev(?:ious)?|max|top|highest|other)(?:_?[sS]core\w{0,10})?)[\s:)]{0,4}$"
)
"""Another score, where the best of several is looked for."""
_COUNTED, _FEW = regex(r"(?i)passed|correct"), regex(r"[\s(]{0,4}\d(?![\d.%])")
"""How often something went well: a few times is no part of all cases."""
_OPTION_ROWS = 6
NAMES = regex(r"[A-Za-z_$][\w$]{0,60}")
_TEXT = regex(
    r"[fFrRbB]{0,2}(?:\"(?:[^\"\\\n]|\\.){0,300}\"|'(?:[^'\\\n]|\\.){0,300}'|`[^`\n]{0,300}`)"
)
_KEY = regex(r"[fFrRbB]{0,2}[\"'][\w./ -]{0,60}[\"']")
_SHELL = regex(r"\b(?:bc|awk|jq)\b|\[\[?\s|\$\(\(")
_COMMENT = regex(r"\s{0,60}(?:#|//|\*|/\*)")
_ASSERTED = regex(
    r"\s{0,60}(?:await\s)?(?:assert\b|self\.assert\w{1,20}\(|Assert\.\w{1,20}\(|assertTrue\(|expect\()"
)


def plain(row: str) -> str:
    """The row without what is only said in it, and without a comment."""
    if _COMMENT.match(row):
        return ""
    if _SHELL.search(row):
        return row
    return _TEXT.sub(lambda found: found[0] if _is_key(row, found) else '""', row)


def _is_key(row: str, found: re.Match[str]) -> bool:
    """Whether a text is what something is kept under."""
    before, after = (
        row[max(found.start() - 5, 0) : found.start()],
        row[found.end() : found.end() + 1],
    )
    return bool(_KEY.fullmatch(found[0])) and (before.endswith(("[", "get(")) or after == ":")


def is_asserted(row: str) -> bool:
    return _ASSERTED.match(row) is not None


def is_short(row: str) -> bool:
    """Whether a row of the shell ends with what it compares."""
    return re.search(r"(?<![.\w])exit(?:\s?!\s?|\s)\(", row) is not None


def naught(rows: Sequence[str]) -> frozenset[str]:
    """Names below which nothing can fall: constants of zero, and options that are so by default."""
    found = set()
    for number, row in enumerate(rows):
        taken = _TAKEN.match(row)
        if taken and _ZERO.match(taken[2]):
            found.add(taken[1])
        elif option := _OPTION.search(row):
            rest = "\n".join((row[option.end() :], *rows[number + 1 : number + _OPTION_ROWS]))
            if _DEFAULT.search(rest.partition("--")[0]):
                found.add(option[1].replace("-", "_"))
    text = "\n".join(rows)
    return frozenset(
        each for each in found if len(re.findall(rf"\b{each}\s{{0,4}}[-+]?=(?!=)", text)) <= 1
    )


def measured(rows: Sequence[str], zero: frozenset[str] = frozenset()) -> Iterator[tuple[int, bool]]:
    """Rows that compare a score, and whether the run is bad where what they compare holds."""
    known = scores(rows)
    for number, row in enumerate(rows):
        if "<" not in row and ">" not in row and " -l" not in row and " -g" not in row:
            continue
        found = [each for each in _compared(row) if _is_score(each[0], known)]
        if not found or len({low for _, low, _ in found}) > 1:
            continue
        left, low, right = found[0]
        if not zero.isdisjoint(NAMES.findall(right)):
            continue
        few = _COUNTED.search(left) and _FEW.match(right)
        if _MARK.match(right) and not _BEST.match(right) and not few:
            yield number, low != bool(BAD.search(left))


def _compared(row: str) -> Iterator[tuple[str, bool, str]]:
    for sign in _SIGN.finditer(row):
        before = row[max(sign.start() - 160, 0) : sign.start()]
        mean = _MEAN.search(before)
        left = before if "awk" in before else mean[0] if mean else _CUT.split(before)[-1]
        right = _CUT.split(row[sign.end() : sign.end() + 120], maxsplit=1)[0]
        if _SIGN.search(f"{left} {right}"):
            continue
        ahead = before.removesuffix(left) if "awk" not in before else ""
        low = (sign[0] in _LOW) != bool(_NOT.search(f"{ahead}{_opening(left)}"))
        if _DIGITS.fullmatch(left):
            yield right, not low, left
        else:
            yield left, low, right


def _opening(left: str) -> str:
    """What opens before the names of a comparison."""
    return left[: len(left) - len(left.lstrip(" (!"))] + ("all(" if "all(" in left[:8] else "")


def _is_score(left: str, known: set[str]) -> bool:
    if _OTHER.search(_PARTED.sub("", left)):
        return False
    words = NAMES.findall(left)
    mean = _MEAN.match(left) is not None and not _SPENT.search(left)
    return bool(mean or BAD.search(left) or SCORE.search(left)) or not known.isdisjoint(words)


def scores(rows: Sequence[str]) -> set[str]:
    """Names that are given a score, or a part of all cases."""
    found = shares(rows)
    for row in rows:
        taken = _TAKEN.match(row)
        if taken and SCORE.search(taken[2]) and not _OTHER.search(taken[1]):
            found.add(taken[1])
        for each in _EACH.finditer(row):
            if re.search(r"(?i)score|metric|result", each[2]):
                found.update(name.strip() for name in each[1].split(","))
    return found


def shares(rows: Sequence[str]) -> set[str]:
    """Names that are given a part of all cases, or the mean of them."""
    taken = filter(None, map(_TAKEN.match, rows))
    return {
        each[1]
        for each in taken
        if _SHARE.search(each[2]) and not _OTHER.search(each[1]) and not _SPENT.search(each[2])
    }
