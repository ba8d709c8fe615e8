"""JavaScript that a bundler wrote: nobody's source, and long enough to take most of a scan."""

from __future__ import annotations

_LONG = 1_000
"""Length from which nobody wrote a line of code by hand, in bytes."""
_AVERAGE = 110
"""Length of the average line beyond which GitHub takes a file of JavaScript for minified."""
_SIGNS = b"(){};"
_DENSE = 0.04
"""Share of these signs in code; prose and encoded data, which people paste, have next to none."""
_SUFFIXES = (".js", ".mjs", ".cjs")


def is_minified(path: str, data: bytes) -> bool:
    """Whether most of a file stands in long lines of code."""
    if (
        not path.endswith(_SUFFIXES)
        or len(data) < _LONG
        or data.count(b"\n") * _AVERAGE > len(data)
    ):
        return False
    long = b"".join(line for line in data.split(b"\n") if len(line) > _LONG)
    signs = len(long) - len(long.translate(None, _SIGNS))
    return 2 * len(long) > len(data) and signs > _DENSE * len(long)
