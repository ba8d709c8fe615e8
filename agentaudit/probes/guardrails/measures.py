"""Own code of evaluation, by where it lies and what it computes."""

from __future__ import annotations

from agentaudit.expressions import regex

EXPECTED = regex(
    r"(?i)\b(?:is_?)?(?:pass(?:ed)?|correct|match(?:ed|es)?|ok|success)[\"']?\s{0,4}(?::|=(?!=))"
    r"[^\n]{0,120}(?:===?|\bin\b|\.equals\()[^\n]{0,80}expected"
    r"|\bexpected(?:_\w{1,20})?\)? (?:in|==) (?:str\()?actual\b"
    r"|%d (?:passed|correct)\s?(?:/|of|out of)\s?%d\b"
)
"""Where what came out is held against what was expected, or the share of it is told."""
FOUND = regex(r"(?i)\.includes\(\s?[\w.]{0,40}expect\w{0,40}\)\s{0,4}\?\s{0,4}1\s{0,4}:\s{0,4}0\b")
"""Where what was expected counts one if it is found."""
MEASURES = regex(
    r"(?i)(?:^|/)(?:[\w-]{0,40}[_-])?(?:eval\w{0,10}|metrics?|judges?|graders?|scor(?:er|ing)s?|validat\w{0,5}[_-]retriev\w{0,4})"
    r"(?:[_-][\w-]{0,40})?(?:/(?:[\w.-]{1,80}/){0,3}(?!test_)[\w.-]{1,80})?(?<![._]test)(?<!\.spec)(?<!Test)"
    r"\.(?:py|ts|js|go|java|cs)$"
    r"|(?:^|/)cmd/[a-z]{1,30}evals?/[\w-]{1,60}(?<!_test)\.go$"
    r"|(?-i:(?:^|/)[A-Z]?\w{0,40}(?:Ablation|Benchmark|Eval(?:uation)?)(?:Study|Suite|Pipeline)?"
    r"(?:Runner|Main|Harness|Service)"
    r"\.(?:java|kt|cs|scala)$)"
)
METRIC = regex(
    r"(?i)^\s{0,12}(?:export |async |public |private |static |default ){0,4}(?:def|func"
    r"|function|class|struct|type|const|double|float|decimal|float64)\s(?:\([^()]{0,60}\)\s)?\w{0,40}(?:bleu|rouge|ndcg|faithfulness|groundedness"
    r"|answer_?relevanc[ey]|answer_?correctness|context_?(?:precision|recall)|top_?k_?accurac|(?:recall|precision|hit_?rate)_?at_?k"
    r"|(?-i:(?:Mrr|mrr|MRR)(?![a-z]))|reciprocal_?rank)"
)
"""Where a measure of answers or of retrieval is written, in code that is a part of the product."""
