"""Calls that fill an index without being called so: what is handed on to be run by something else,
and writes of any database, which tell of an index only where code is about vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from agentaudit.code import Call
from agentaudit.expressions import regex
from agentaudit.probes.rag.searches import EMBED, LIBRARIES, TELLING
from agentaudit.source import Component

_RUNS = regex(
    r"(?:^|[._])(?:make_async|to_thread|run_in_executor|run_in_threadpool|sync_to_async|asyncify"
    r"|run_sync|run_blocking|partial|submit)$"
)
"""Calls that run a function that they are handed."""
_FUNCTION = regex(r"[A-Za-z_][\w.]{1,120}")
_ANY_DATABASE = regex(r"(?:^|[._])(?:[uU]psert|upsertAsync|UpsertAsync|insert_many|insertMany)$")
"""Writes that every kind of database has."""
_OF_VECTORS = regex(r"(?i)embed|vector|chunk|passage|\bdoc|point|node")
_MOST = 2
"""Arguments among which the function stands that is to be run."""


def handed_on(calls: Iterable[Call]) -> Iterator[Call]:
    """The calls, and after each that runs a function which it is handed that function's own."""
    for call in calls:
        yield call
        if not _RUNS.search(call.callee):
            continue
        for position in range(_MOST):
            given = call.at(position)
            name = given.written.strip() if given is not None else ""
            if "." in name and _FUNCTION.fullmatch(name):
                rest = tuple(each for each in call.arguments if each.position != position)
                yield replace(call, callee=name, arguments=rest)


def of_vectors(calls: Iterable[Call], components: Iterable[Component]) -> Iterator[Call]:
    """The calls without writes of any database that are given, and stand beside, nothing that is
    about vectors."""
    near = {path for each in components for path in _near(each)}
    for call in calls:
        told = TELLING.search(f"{call.callee}/{call.place.path}") is not None
        near_by = told or call.place.path in near or _is_given_vectors(call)
        if near_by or not _ANY_DATABASE.search(call.callee):
            yield call


def _near(component: Component) -> Iterator[str]:
    """Files that embed, or that import a library of vectors."""
    stores = {use.library for use in component.uses("vector_store")}
    yield from (c.place.path for c in component.code.calls if EMBED.search(c.callee))
    for each in component.code.imports:
        if each.library in stores or LIBRARIES.search(each.module):
            yield each.place.path


def _is_given_vectors(call: Call) -> bool:
    return any(_OF_VECTORS.search(f"{a.name} {a.value.written[:200]}") for a in call.arguments)
