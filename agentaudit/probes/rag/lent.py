"""Whose code may have filled the index that a component searches."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.source import Component, Repo

_COUNTS = frozenset({Role.APP, Role.INFRA})
_OPENS = frozenset(
    {"get_collection", "get_or_create_collection", "create_collection", "getCollection"}
    | {"getOrCreateCollection", "createCollection", "Index", "index", "from_existing_index"}
    | {"fromExistingIndex", "from_existing_collection", "open_table", "openTable"}
)
"""Calls that open an index by its name."""
_NAMES = ("collection_name", "collectionName", "index_name", "indexName", "table_name", "tableName")


def around(repo: Repo, component: Component) -> list[Component]:
    """The component and those beside it, but for others that only name indexes of their own."""
    own = _named(component)
    return [
        each
        for each in repo.components()
        if each.repo == component.repo and (each.path == component.path or _shares(own, each))
    ]


def _shares(own: set[str], other: Component) -> bool:
    theirs = _named(other)
    return not own or not theirs or bool(own & theirs)


def _named(component: Component) -> set[str]:
    """Indexes that its code names; empty where one of them is chosen at run time."""
    found: set[str] = set()
    for call in component.code.calls:
        if call.role not in _COUNTS:
            continue
        given = call.argument(*_NAMES) or (call.at(0) if call.method in _OPENS else None)
        if given is not None and (given.text is None or given.name):
            return set()
        if given is not None and given.text:
            found.add(given.text)
    return found
