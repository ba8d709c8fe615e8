"""What an audit cannot see, in the words that every report's method section shows.

The laws of scoring make hiding useless wherever it leaves a gap. These ways leave none.
"""

from __future__ import annotations

from collections.abc import Mapping

UNDETECTABLE: Mapping[str, str] = {
    "traces": "Whole traces that were deleted, or never reached a declared store, are not missed: "
    "compare the number of responses with the number of requests that were served.",
    "markers": "A step whose markers were removed (span kind, span name and instrumentation scope; "
    "error status; remote tool) is not asked about: steps that stay recognised are.",
    "hosting": "A model server that is recorded under the address of a known provider counts as "
    "that provider's: what the team must record of its own models is then not asked.",
    "repositories": "A repository, image or store that was not declared is not looked at: the list "
    "of sources is printed, and a baseline over fewer of them is not comparable.",
    "values": "A value that is recorded, well-formed and opens is believed: a wrong commit that "
    "exists is found only where a criterion of level 4 compares it with what ran.",
}
"""Way of hiding → what to know about it. `tests/laws/test_undetectable.py` shows each of them."""
