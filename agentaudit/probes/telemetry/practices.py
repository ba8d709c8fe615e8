"""Whether calls that keep a traceback elsewhere make up for those of models that are lost."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.code import Call
from agentaudit.probes.telemetry.caught import arrives, lost_at_edge
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import outermost

_MANY, _MANY_AT_EDGE = 5, 20
"""So many times more calls keep one elsewhere where nothing keeps those of models, and where one is
lost where requests arrive."""
_MORE = 2
"""So many times more blocks lose one than keep it where it is mostly lost."""


def mostly_lost(ends: Fates, keeping: Sequence[Call]) -> bool:
    """Whether so many are lost, around models or where requests arrive, that the calls that keep
    one elsewhere do not make up for it."""
    kept = len(keeping)
    all_fail = ends.only_lost and not ends.leaving and ends.failing == ends.asked
    if all_fail and kept <= _MANY_AT_EDGE:
        return True
    at_edge = lost_at_edge(ends) and not any(map(outermost, keeping))
    if at_edge and kept <= _MANY_AT_EDGE * sum(map(arrives, ends.lost)):
        return True
    if ends.fails_in_part and not _of_python(keeping):
        return True
    most = ends.only_lost or len(ends.lost) > max(_MORE * len(ends.kept), len(ends.leaving))
    return most and kept <= _MANY * len(ends.lost)


def _of_python(keeping: Sequence[Call]) -> bool:
    """Whether most of what keeps one is told to, as loggers of Python must be. Elsewhere whoever is
    handed the error keeps it, so that many such calls are no practice: what becomes of those of
    models decides."""
    told = sum(call.place.path.endswith((".py", ".ipynb")) for call in keeping)
    return told * 2 > len(keeping)
