"""Paths of what is not the system itself, and says nothing about how it is evaluated."""

from __future__ import annotations

from agentaudit.expressions import regex

OUTSIDE = regex(
    r"(?i)^(?:(?!main/(?:java|kotlin|scala)/)[^/]{1,200}/){0,40}(?:examples?|samples?|demos?|docs?|documentation|tutorials?|cookbooks?|templates?"
    r"|playground|fixtures|node_modules|vendor|skills|plugins|llama_?-?factory|axolotl"
    r"|fast_?chat|lm-evaluation-harness)/|\.ipynb$"
)
"""Directories of what is not the system itself; copies of trainers are none of it, too,
nor are notebooks, in which somebody tries something out. What a package of Java is called, as in
`src/main/java/com/example`, says nothing."""
TESTS = regex(
    r"(?i)(?:^|/)(?:tests?|__tests__|spec)/|[._]test\.|\.spec\.|(?:^|/)(?:test_|conftest)"
)
"""Files of tests."""
