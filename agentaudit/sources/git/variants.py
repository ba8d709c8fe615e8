"""One step of CI for each way in which it is run: with the variables and the values of the matrix
of its job, and with the inputs of those who call its workflow or action."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.sources.git.workflows import Run

_EXPRESSION = regex(r"\$\{\{\s*(matrix|inputs|env)\.([\w.-]{1,100})\s*\}\}")
_LOCAL = regex(r"\./(\.github/(?:workflows|actions)/[\w./-]{1,200})")
_MOST = 64


def variants(runs: list[Run]) -> Iterator[Run]:
    """Every step with its expressions filled in, each at most 64 times."""
    callers = [(run, found[1]) for run in runs if (found := _LOCAL.fullmatch(run.action))]
    return (one for run in runs for one in _variants(run, callers))


def _variants(run: Run, callers: list[tuple[Run, str]]) -> Iterator[Run]:
    written = " ".join((run.step.text, run.directory, *(value for _, value in run.inputs)))
    if "${{" not in written:
        yield run
        return
    if run.variables and "env." in written:
        run = _filled(run, "env", dict(run.variables))
    given = [
        one.inputs
        for caller, path in callers
        if run.step.workflow.startswith(path)
        for one in _own(caller, "matrix", caller.matrix)
    ]
    for mine in _own(run, "matrix", run.matrix, written):
        yield from islice(_own(mine, "inputs", given, written), _MOST)


def _own(
    run: Run,
    kind: str,
    given: list[tuple[tuple[str, str], ...]] | tuple[tuple[tuple[str, str], ...], ...],
    written: str = "",
) -> Iterator[Run]:
    if not given or (written and f"{kind}." not in written):
        yield run
        return
    for values in given:
        yield _filled(run, kind, dict(values))


def _filled(run: Run, kind: str, values: Mapping[str, str]) -> Run:
    def one(found: re.Match[str]) -> str:
        return values.get(found[2], found[0]) if found[1] == kind else found[0]

    step = replace(run.step, text=_EXPRESSION.sub(one, run.step.text))
    inputs = tuple((key, _EXPRESSION.sub(one, value)) for key, value in run.inputs)
    return replace(run, step=step, directory=_EXPRESSION.sub(one, run.directory), inputs=inputs)
