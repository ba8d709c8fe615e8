"""The combinations of values that a job of GitHub's CI is run with."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from agentaudit.sources.git.reader import mapping, sequence, word

_MOST = 64

Combination = tuple[tuple[str, str], ...]


def combinations(matrix: Any) -> tuple[Combination, ...]:
    """Each combination as names and values; a value that is a mapping has a name for each key."""
    given = mapping(matrix)
    axes = [
        [_named(str(name), value) for value in sequence(values)]
        for name, values in given.items()
        if name not in ("include", "exclude") and sequence(values)
    ]
    found = [
        {key: value for part in parts for key, value in part.items()}
        for parts in islice(product(*axes), _MOST)
    ]
    found = found if axes else []
    for extra in sequence(given.get("include"))[:_MOST]:
        row = {
            k: v for name, value in mapping(extra).items() for k, v in _named(name, value).items()
        }
        fits = [one for one in found if all(one[key] == row[key] for key in row if key in one)]
        if axes and fits and any(key in one for one in fits for key in row):
            for one in fits:
                one.update(row)
        elif row:
            found.append(row)
    return tuple(tuple(one.items()) for one in found[:_MOST])


def _named(name: str, value: Any) -> dict[str, str]:
    inner = mapping(value)
    if inner:
        return {f"{name}.{key}": word(each) for key, each in inner.items()}
    return {name: word(value)}
