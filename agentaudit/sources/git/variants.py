"""One step of CI for each way in which it is run: with the values of its job's matrix, and with
the inputs of those who call its workflow or action."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from agentaudit.expressions import regex
from agentaudit.sources.git.workflows import Run

_EXPRESSION = regex(r"\$\{\{\s*(matrix|inputs)\.([\w.-]{1,100})\s*\}\}")
_LOCAL = regex(r"\./(\.github/(?:workflows|actions)/[\w./-]{1,200})")
_MOST = 64


def called(run: Run, runs: list[Run]) -> Iterator[Run]:
    """The step with its expressions filled in, at most 64 times."""
    written = " ".join((run.step.text, run.directory, *(value for _, value in run.inputs)))
    if "${{" not in written:
        yield run
        return
    mine = list(_own(run, "matrix", run.matrix, written))
    callers = [
        one for each in runs if _calls(each, run) for one in _own(each, "matrix", each.matrix)
    ]
    for one in mine:
        yield from islice(_own(one, "inputs", [each.inputs for each in callers], written), _MOST)


def _calls(caller: Run, run: Run) -> bool:
    found = _LOCAL.fullmatch(caller.action)
    return found is not None and run.step.workflow.startswith(found[1])


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
